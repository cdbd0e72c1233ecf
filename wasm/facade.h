// One engine and the memory through which JavaScript uses it. No Embind here: bindings.cpp only names these calls.
//
// A call crosses the border with one number or none. Audio goes in through a fixed input area, and everything that a
// call gave lies in memory: `words()` says where and how much. JavaScript makes its views on that memory once, after
// `create`; the hot path then neither allocates nor copies on this side.
//
// One Facade a WebAssembly instance: an engine ends when its instance is dropped. Only `create` and `reserve_message`
// may grow the memory, so views must be made anew after them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "audioengine/engine.h"

namespace audioengine::wasm {

/// What stands in `words()`. All are doubles, which hold addresses, counts and 53-bit numbers exactly. package/src/
/// layout.ts repeats this list; a test compares the two.
enum Word : std::uint32_t {
    // Of every call on the stream
    kStatus,              ///< Status as a number.
    kPosition,            ///< Byte of the chunk at which the status was found.
    kState,               ///< VADState after the call.
    kAudioAt,             ///< Address of the audio handed out ...
    kAudioBytes,          ///< ... and its length.
    kBlocksAt,            ///< Address of BlockResult[] ...
    kBlockCount,          ///< ... and how many.
    kEventsAt,            ///< Address of VadEvent[] ...
    kEventCount,          ///< ... and how many.
    kFirstBlock,          ///< Number of the first of these blocks, counted from the beginning of the stream.
    kThresholdDbfsX100,   ///< After the call, as in AudioMetrics ...
    kNoiseFloorDbfsX100,  ///< ... and the floor.
    // Of `pre_buffer`
    kRingFirstAt,
    kRingFirstBytes,
    kRingSecondAt,
    kRingSecondBytes,
    // Of `validate`
    kFindings,  ///< Set of Finding bits; of `findings` too.
    kFrames,
    kDurationUs,
    kPeakDbfsX100,
    kRmsDbfsX100,
    kDcPpm,
    kClippedPpm,
    kZeroPpm,
    // Of `create`
    kInputAt,     ///< Address of the input area ...
    kInputBytes,  ///< ... and its length, `max_chunk_bytes`.
    kMaxOutputBytes,
    kOutputRateHz,
    kLatencyFrames,
    kMemoryBytes,  ///< Of the engine.
    // Written by JavaScript
    kElapsedNs,  ///< How long the last `push` took; recorded at the next call and set back to 0.
    kWordCount
};

/// The lists of names that JavaScript may ask for.
enum class NameList : std::uint32_t { status, state, event_type, end_reason, finding, format, mode, vad_type };

/// What `Facade::set` answers besides a Status: a boolean field takes 0 and 1.
inline constexpr std::int32_t kNotABool = -1;

/// What `Facade::field_list` answers for a field whose value is no name.
inline constexpr std::int32_t kIsNumber = -1;
inline constexpr std::int32_t kIsBool = -2;

class Facade {
public:
    // The fields of EngineConfig, by number below the number of fields. JavaScript asks for their names once.
    /// The core's name of a field ("vad.speech_start_ms"); "" beyond the last.
    static const char* field_name(std::uint32_t field) noexcept;
    /// The NameList whose names the field takes, or kIsNumber or kIsBool.
    static std::int32_t field_list(std::uint32_t field) noexcept;

    /// Starts a new choice of settings: the defaults, or those of the engine once there is one.
    void begin_config() noexcept;
    /// For numbers and booleans. Answers `ok`, kNotABool, or the field's own status when no value of its type equals
    /// `value`. Ranges are `create`'s matter.
    std::int32_t set(std::uint32_t field, double value) noexcept;
    /// For fields that take names ("pcm16", aliases too). Answers `ok`, or the field's own status when there is no such name.
    std::int32_t set_name(std::uint32_t field, std::string_view name) noexcept;
    /// What is chosen now; names and booleans as numbers.
    [[nodiscard]] double get(std::uint32_t field) const noexcept;

    /// Makes the engine and its input area. Once only. After a failure `error_field` names the field.
    Status create() noexcept;
    /// Applies the chosen `vad.` fields to the running engine.
    Status configure_vad() noexcept;
    [[nodiscard]] const char* error_field() const noexcept { return error_field_; }

    // The stream. Each fills `words()` and returns the status. Only after a successful `create`.
    Status push(std::size_t bytes) noexcept;  ///< Takes the first `bytes` of the input area.
    Status finish() noexcept;
    Status advance_time(std::uint32_t ms) noexcept;
    void reset() noexcept;
    Status set_speech_probability(std::uint16_t probability_q15) noexcept;  ///< Leaves `words()` alone.

    void pre_buffer() noexcept;
    void findings() noexcept;
    [[nodiscard]] std::string metrics_json() noexcept;

    /// Room for a whole message, which `validate` then judges. 0 when there is no memory for it. Given back by `validate`.
    std::uintptr_t reserve_message(std::size_t bytes) noexcept;
    Status validate() noexcept;

    [[nodiscard]] const double* words() const noexcept { return words_.data(); }

    /// The name of number `index`, "" beyond the end of the list.
    static const char* name(NameList list, std::uint32_t index) noexcept;

private:
    void show(const PushResult& result) noexcept;
    void record_elapsed() noexcept;

    EngineConfig chosen_;
    const char* error_field_ = "";
    std::optional<AudioEngine> engine_;
    std::unique_ptr<std::byte[]> input_;
    std::unique_ptr<std::byte[]> message_;
    std::size_t message_bytes_ = 0;
    std::uint64_t blocks_ = 0;
    std::array<double, kWordCount> words_{};
};

}  // namespace audioengine::wasm
