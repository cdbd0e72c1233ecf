// What can be wrong. One value per broken rule; the comment is the rule.
//
// Data from outside never asserts and never throws: every call that can meet bad data answers with a Status. Whenever
// the answer is not `ok`, nothing was consumed and no state has changed.
#pragma once

#include <cstdint>

namespace audioengine {

enum class Status : std::uint8_t {
    ok = 0,

    // Calls
    empty_input,         ///< There must be at least one byte to judge.
    chunk_too_large,     ///< A chunk must not be longer than `max_chunk_bytes()`; cut it, or use `push_all`.
    output_too_small,    ///< The caller's buffer must hold everything the call produces.
    stream_finished,     ///< After `finish()` a stream takes no more audio until `reset()`.
    truncated_frame,     ///< A complete message must end with a whole frame (streams carry the rest instead).
    unsupported_format,  ///< The bytes must be raw audio in the configured format: no file, no text, no other coding.
    no_stream_buffer,    ///< The engine must have been created with a stream buffer.
    bad_snapshot,        ///< A snapshot must be complete and unchanged.
    foreign_snapshot,  ///< A snapshot must come from this version's format and from an engine with the same configuration.

    // Configuration
    bad_sample_rate,      ///< Sample rates are 4000 to 192000 Hz.
    bad_channels,         ///< One to eight channels.
    bad_format,           ///< The format must be one of `AudioFormat`.
    bad_mode,             ///< The mode must be one of `ProcessingMode`.
    bad_bit_depth,        ///< 0 (derived), or the depth the format has: 16, 8 or 32.
    bad_chunk_duration,   ///< Chunk durations are 1 to 1000 ms.
    bad_amplitude,        ///< Need 0 <= min_amplitude < max_amplitude <= 1.
    bad_vad_type,         ///< The detector must be one this build has.
    bad_threshold,        ///< Thresholds are finite and within 0 to 1.
    inverted_thresholds,  ///< The exit threshold must not lie above the threshold.
    bad_vad_duration,     ///< Debounce 10 to 5000 ms, pre-buffer 0 to 5000 ms, limits 0 (off) or 100 ms and more.

    // Buffers (stream_buffer.h, buffer_pool.h, spsc_ring.h)
    buffer_full,       ///< With the strategy `error`, audio must fit into what is left of the limit.
    buffer_empty,      ///< With the strategy `error`, the whole chunk must be there.
    not_ready,         ///< Audio is handed out from the start-up depth on.
    stream_ended,      ///< After the end mark and the last audio there is nothing until more is added.
    late_packet,       ///< A packet must come before its place has passed.
    duplicate_packet,  ///< Every packet counts once.
    sequence_jump,     ///< A packet far from the expected number is believed only when the next one follows it.
    mixed_input,       ///< Until `clear`, a buffer takes either bytes or numbered packets.
    bad_strategy,      ///< Strategies and policies must be of their enumeration.
    bad_buffer_size,   ///< A buffer holds at least one frame (a pool: one block; a ring: one byte), and at most 1 GiB.
    bad_buffer_duration,  ///< Durations of a buffer lie within their ranges; the start-up depth within the limit.
    bad_reorder_window,   ///< The window is 0 to 64 packets; numbers have 16 or 32 bits.
    out_of_memory,        ///< The allocation at construction must succeed.
};

/// The status as its own name ("chunk_too_large"). Never null; static lifetime.
const char* status_name(Status status) noexcept;

/// The rule that was broken, as one sentence for people. Never null; static lifetime.
const char* status_message(Status status) noexcept;

}  // namespace audioengine
