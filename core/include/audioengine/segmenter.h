// From probabilities to segments: the state machine with debounce, hysteresis and pre-roll.
//
//                voice                    enough voice
//   SILENCE ───────────► SPEECH_STARTING ─────────────► SPEECH ◄──────────┐
//      ▲                   │ voice gone: false_start      │ no voice      │ voice is back
//      │◄──────────────────┘                              ▼               │
//      └──────────────────────────────────────────── SPEECH_ENDING ───────┘
//                        enough silence: speech_end
//
// A block is voice from `threshold` up, not voice below `exit_threshold`, and between the two it changes nothing. The
// counters leak: in SPEECH_STARTING each block that is not voice takes back one that was, in SPEECH_ENDING each voice
// block takes back two silent ones, so that a single odd block neither starts, ends nor holds a segment. A start that is
// not confirmed after twice `speech_start_ms` is given up.
// Time is the sample clock: block i covers 10 i to 10 i + 10 ms. Nothing reads a clock.
#pragma once

#include <cstddef>
#include <cstdint>

#include "audioengine/config.h"
#include "audioengine/types.h"

namespace audioengine {

enum class VadEventType : std::uint8_t {
    speech_start,  ///< Speech is confirmed. `onset_ms` and `padded_ms` say from when.
    speech_end,    ///< The segment is over. `end_ms` is the end of its last voice.
    false_start,   ///< What looked like an onset at `onset_ms` was none.
};

enum class EndReason : std::uint8_t { none, silence, max_speech, gap, end_of_stream };

/// One thing that happened. All times in milliseconds of the stream's own clock, multiples of 10.
struct VadEvent {
    VadEventType type = VadEventType::speech_start;
    EndReason reason = EndReason::none;  ///< For speech_end.
    std::uint32_t segment = 0;           ///< 1 for the stream's first segment; 0 for false_start.
    std::uint64_t at_ms = 0;             ///< When it was decided: the end of the deciding block.
    std::uint64_t onset_ms = 0;          ///< Where voice began.
    std::uint64_t padded_ms = 0;         ///< Onset less `pre_buffer_ms`; never before the end of the previous segment.
                                         ///< The onset itself for false_start.
    std::uint64_t end_ms = 0;            ///< For speech_end: where voice ended.
};

/// "speech_start", "speech_end", "false_start"; "silence", "max_speech", "gap", "end_of_stream", "".
const char* name_of(VadEventType type) noexcept;
const char* name_of(EndReason reason) noexcept;

class Segmenter {
public:
    /// `config` must have passed `check`.
    explicit Segmenter(const VADConfig& config) noexcept;

    /// Events that one call gave: at most two (a segment cut at `max_speech_ms` ends and the next one starts).
    struct Step {
        VADState state;
        std::uint32_t event_count;
        VadEvent events[2];
    };

    /// Takes the probability of the next block.
    Step process(std::uint16_t probability_q15) noexcept;

    /// Time passes without audio (mute, lost network). After `max_gap_ms` of it without a block between, an open segment
    /// ends at its last voice with reason `gap`, and a starting one becomes a false start. The clock does not move:
    /// it counts audio.
    Step advance_time(std::uint32_t ms) noexcept;

    /// The stream is over: closes an open segment.
    Step finish() noexcept;

    /// Applies new settings at the next block, keeping the state. `config` must have passed `check`.
    void configure(const VADConfig& config) noexcept;

    /// As newly constructed.
    void reset() noexcept;

    [[nodiscard]] VADState state() const noexcept { return state_; }
    [[nodiscard]] std::uint64_t now_ms() const noexcept { return now_ms_; }
    /// Longest time from an onset to its confirmation, so that a pre-roll ring can be sized.
    [[nodiscard]] static std::uint32_t longest_start_ms(const VADConfig& config) noexcept;

private:
    friend struct StateAccess;  // snapshot

    void process_starting(Step& step, bool voice, bool quiet) noexcept;
    void process_ending(Step& step, bool voice, bool quiet) noexcept;
    void cut_long_segment(Step& step) noexcept;
    void close(Step& step, EndReason reason) noexcept;
    void start_segment(Step& step) noexcept;
    void end_segment(Step& step, EndReason reason) noexcept;
    void give_up_start(Step& step) noexcept;
    void emit(Step& step, VadEventType type, EndReason reason) noexcept;

    std::uint16_t enter_q15_ = 0;
    std::uint16_t exit_q15_ = 0;
    std::uint32_t speech_start_ms_ = 0;
    std::uint32_t speech_end_ms_ = 0;
    std::uint32_t pre_buffer_ms_ = 0;
    std::uint32_t max_speech_ms_ = 0;
    std::uint32_t max_gap_ms_ = 0;
    std::uint32_t longest_start_ms_ = 0;

    VADState state_ = VADState::SILENCE;
    std::uint32_t counter_ms_ = 0;
    std::uint32_t gap_ms_ = 0;
    std::uint32_t segment_ = 0;
    std::uint64_t now_ms_ = 0;
    std::uint64_t onset_ms_ = 0;
    std::uint64_t padded_ms_ = 0;
    std::uint64_t voice_end_ms_ = 0;
    std::uint64_t previous_end_ms_ = 0;
};

}  // namespace audioengine
