// One list of fields, for writing a state, for checking one that came from outside, and for reading it.
//
// Little-endian; a field is as wide as it is in memory, a count 4 bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace audioengine {

/// Goes through the fields in the order of the calls. What is out of range or missing makes a checker and a reader not
/// `good`, and is left alone; only samples are not looked at before they are read.
class StateArchive {
public:
    enum class Pass : std::uint8_t { write, check, read };

    /// Appends to `out`, and counts on when it is full: with an empty one it only counts.
    explicit StateArchive(std::span<std::byte> out) noexcept
        : pass_(Pass::write), out_(out.data()), size_(out.size()) {}
    /// Checks or reads `in`.
    StateArchive(Pass pass, std::span<const std::byte> in) noexcept : pass_(pass), in_(in.data()), size_(in.size()) {}

    /// Unsigned numbers, flags, enumerations.
    template <class T>
    void whole(T& value, std::uint64_t max = UINT64_MAX) noexcept {
        static_assert(std::is_unsigned_v<T> || std::is_enum_v<T>);
        word(&value, sizeof(T), std::is_same_v<T, bool> ? 1 : max);
    }
    void number(std::int64_t& value, std::int64_t magnitude) noexcept;
    void real(double& value, double low, double high) noexcept;
    void real(float& value, double low, double high) noexcept;
    /// `least` to `most` elements. Floats are samples.
    template <class T>
    void array(T* values, std::size_t& count, std::size_t least, std::size_t most) noexcept {
        const std::size_t passed = elements(values, sizeof(T), count, least, most);
        if (std::is_same_v<T, float>) require_samples(passed);
    }
    /// All elements, of any value.
    template <class T, std::size_t kCount>
    void all(std::array<T, kCount>& values) noexcept {
        static_assert(std::has_unique_object_representations_v<T>);
        bytes(values.data(), sizeof values);
    }
    /// For a writer.
    void write(std::span<const std::byte> data) noexcept;
    /// A value that must be the same: a reader that finds another is not `same`.
    void same(std::uint64_t value) noexcept { same_ = exchange(value, sizeof value) == value && same_; }

    [[nodiscard]] bool reads() const noexcept { return pass_ == Pass::read; }
    [[nodiscard]] bool good() const noexcept { return good_; }
    [[nodiscard]] bool same() const noexcept { return same_; }
    /// Bytes passed so far.
    [[nodiscard]] std::size_t length() const noexcept { return at_; }

private:
    void word(void* value, std::size_t width, std::uint64_t max) noexcept;
    std::size_t elements(void* values, std::size_t width, std::size_t& count, std::size_t least,
                         std::size_t most) noexcept;
    void require_samples(std::size_t count) noexcept;
    void bytes(void* data, std::size_t count) noexcept;
    bool pass(std::size_t count) noexcept;
    std::uint64_t exchange(std::uint64_t bits, std::size_t width) noexcept;

    Pass pass_;
    bool good_ = true;
    bool same_ = true;
    std::byte* out_ = nullptr;
    const std::byte* in_ = nullptr;
    std::size_t size_;
    std::size_t at_ = 0;
};

}  // namespace audioengine
