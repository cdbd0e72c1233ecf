// What JavaScript chooses before it creates an object, and what it asks afterwards: the fields of EngineConfig by number.
// Names cross the border once; package/src/core.ts gives each field its place among the options.
#pragma once

#include <cstdint>
#include <string_view>

#include "audioengine/config.h"

namespace audioengine::wasm {

/// The lists of names that JavaScript may ask for. package/src/layout.ts repeats this list; a test compares the two.
enum class NameList : std::uint32_t {
    status,
    state,
    event_type,
    end_reason,
    finding,
    format,
    mode,
    vad_type,
    overflow_strategy,
    underflow_strategy,
    buffer_state,
    metadata,
    buffer_stats
};

/// The name of number `index`, "" beyond the end of the list.
const char* name_in(NameList list, std::uint32_t index) noexcept;

class Settings {
public:
    /// What `set` answers besides a Status: a boolean field takes 0 and 1.
    static constexpr std::int32_t kNotABool = -1;
    /// What `field_list` answers for a field whose value is no name.
    static constexpr std::int32_t kIsNumber = -1;
    static constexpr std::int32_t kIsBool = -2;

    /// The core's name of a field ("vad.speech_start_ms"); "" beyond the last. "stream_buffer" is true when there is one;
    /// setting any "buffer." field gives it one.
    static const char* field_name(std::uint32_t field) noexcept;
    /// The NameList whose names the field takes, or kIsNumber or kIsBool.
    static std::int32_t field_list(std::uint32_t field) noexcept;

    void begin(const EngineConfig& from) noexcept { chosen_ = from; }
    /// For numbers and booleans. Answers `ok`, kNotABool, or the field's own status when no value of its type equals
    /// `value`. Ranges are `check`'s matter.
    std::int32_t set(std::uint32_t field, double value) noexcept;
    /// For fields that take names ("pcm16", aliases too). Answers `ok`, or the field's own status when there is no such name.
    std::int32_t set_name(std::uint32_t field, std::string_view name) noexcept;
    /// What is chosen now; names and booleans as numbers.
    [[nodiscard]] double get(std::uint32_t field) const noexcept;

    [[nodiscard]] const EngineConfig& chosen() const noexcept { return chosen_; }

private:
    EngineConfig chosen_;
};

}  // namespace audioengine::wasm
