// The names of enumerations. One lookup for all of them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace audioengine {

/// The first name of a value is the one that is written; all of them are read.
struct Name {
    template <class Enum>
    constexpr Name(const char* name, Enum of) noexcept : text(name), value(static_cast<std::uint8_t>(of)) {
        static_assert(sizeof(Enum) == sizeof value);
    }
    const char* text;
    std::uint8_t value;
};

/// "" when there is none.
[[nodiscard]] const char* find_name(std::span<const Name> names, std::uint8_t value) noexcept;
/// Null when there is none.
[[nodiscard]] const Name* find_value(std::span<const Name> names, std::string_view text) noexcept;

template <class Enum>
const char* name_in(std::span<const Name> names, Enum value) noexcept {
    return find_name(names, static_cast<std::uint8_t>(value));
}
template <class Enum>
bool parse_in(std::span<const Name> names, std::string_view text, Enum& out) noexcept {
    const Name* const found = find_value(names, text);
    if (found != nullptr) out = static_cast<Enum>(found->value);
    return found != nullptr;
}

}  // namespace audioengine
