// A queue of audio between a sender that jitters and a reader that keeps time. One thread at a time.
//
//   bytes    ──► add_audio  ──┐                            ┌──► get_chunk ──► audio, or what the underflow strategy makes
//   packets  ──► add_packet ──┴─► (order) ──► queue ≤ limit ┘
//
//   STARTING ──depth reached──► PLAYING ◄──depth again──► REFILLING        depth: `prebuffer_ms`, or the end mark
//       ▲                          │ end mark, all handed out
//       └──────── more added ──── ENDED
//
// With bytes it is an elastic FIFO. With numbered packets it also restores their order, counts what is late, lost or
// double, and keeps the time of a gap when timestamps tell its length. What goes in comes out unchanged, except where
// audio is missing: there the end before it is played on backwards, fading out (`fade_ms`; with `repeat`, `repeat_ms`),
// then codec-aware silence (0, mu-law 0xFF, A-law 0xD5), and the audio behind it fades in. Integer arithmetic (float32
// samples: float), the same bits in every build. What comes out does not depend on how it was cut into chunks, going in
// or coming out (with the `error` strategies, what is refused does).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "audioengine/buffer_config.h"
#include "audioengine/config.h"
#include "audioengine/ring_view.h"

namespace audioengine {

enum class BufferState : std::uint8_t { STARTING, PLAYING, REFILLING, ENDED };

/// "starting", "playing", "refilling", "ended"; "" for a value outside the enumeration.
const char* name_of(BufferState state) noexcept;

/// A piece of a numbered stream. Sequence numbers and timestamps wrap around.
struct Packet {
    std::uint32_t sequence = 0;
    std::optional<std::uint32_t> timestamp_frames;  ///< Of its first frame, on the sender's sample clock.
    std::span<const std::byte> bytes;               ///< Whole frames.
};

struct [[nodiscard]] AddResult {
    Status status = Status::ok;     ///< Other than `ok`: nothing was stored, only counted.
    std::size_t stored_bytes = 0;   ///< Of the bytes given, those that were taken in.
    std::size_t dropped_bytes = 0;  ///< Lost to the limit in this call, old and new.
    bool accepted = true;           ///< The specification's answer: false when new audio was refused or dropped.
    explicit operator bool() const noexcept { return accepted; }
};

struct [[nodiscard]] ChunkResult {
    Status status = Status::ok;    ///< Other than `ok`: the specification's None; nothing was taken.
    std::size_t audio_bytes = 0;   ///< From the queue, at the beginning of the chunk.
    std::size_t filled_bytes = 0;  ///< Made by the underflow strategy, behind it.
    /// The chunk's length: all of `out`, or less at the end of the stream.
    [[nodiscard]] std::size_t size() const noexcept { return audio_bytes + filled_bytes; }
    explicit operator bool() const noexcept { return status == Status::ok; }
};

/// Counters since `create` or `reset`, in frames where not said otherwise, and how the buffer stands.
/// Always: added + gap == read + dropped + cleared + available + waiting.
struct BufferStats {
    std::uint64_t added_frames = 0;    ///< Taken in, whatever became of them.
    std::uint64_t gap_frames = 0;      ///< Put in the place of lost packets.
    std::uint64_t read_frames = 0;     ///< Handed out.
    std::uint64_t dropped_frames = 0;  ///< Lost to the limit.
    std::uint64_t cleared_frames = 0;  ///< Thrown away by `clear`.
    std::uint64_t filled_frames = 0;   ///< Handed out by the underflow strategy.
    std::uint64_t refused_calls = 0;   ///< Of `add_audio` and `add_packet`, whose status was not `ok`.
    std::uint64_t overflows = 0;       ///< Times that audio was dropped or refused.
    std::uint64_t underflows = 0;      ///< Times that the queue ran dry while playing, or `buffer_empty`.
    std::uint64_t partial_bytes = 0;   ///< Of incomplete frames, thrown away by `clear` and `mark_end`.
    std::uint64_t packets = 0;         ///< Taken in.
    std::uint64_t reordered = 0;       ///< Of these, those that came after one with a higher number.
    std::uint64_t lost = 0;            ///< Numbers that were given up.
    std::uint64_t late = 0;            ///< Packets refused because their place had passed: given up before, or too old.
    std::uint64_t duplicates = 0;      ///< Packets refused because they had come before.
    std::uint64_t sequence_jumps = 0;  ///< Packets refused because their number was far off.
    std::uint64_t available_frames = 0;
    std::uint64_t waiting_frames = 0;  ///< In packets that wait for an earlier one.
    std::uint64_t high_water_frames = 0;
    std::uint64_t available_bytes = 0;
    std::uint64_t capacity_bytes = 0;
    std::uint64_t memory_bytes = 0;
    BufferState state = BufferState::STARTING;
};

class AudioStreamBuffer {
public:
    /// Checks the configuration and allocates everything. The error names the field.
    static Result<AudioStreamBuffer> create(const BufferConfig& config = {}, const AudioConfig& audio = {},
                                            ProcessingMode mode = ProcessingMode::BALANCED) noexcept;

    AudioStreamBuffer(AudioStreamBuffer&&) noexcept;
    AudioStreamBuffer& operator=(AudioStreamBuffer&&) noexcept;
    ~AudioStreamBuffer();

    /// Adds any number of bytes. Part of a frame at the end waits for the rest. After the end mark it starts the next
    /// stretch, which joins on if some of the last is still queued. Errors: `buffer_full`, `mixed_input`.
    AddResult add_audio(std::span<const std::byte> audio) noexcept;

    /// Adds a packet. The first to come in, or with a window the lowest of those that come before the start-up depth,
    /// is the stream's first; so is the first after the end mark. A missing packet is given up once more than
    /// `reorder_packets` later ones have come. A gap in the timestamps up to 1 s is filled (less what the reader was already given instead,
    /// and as far as there is room); a longer one is not. Errors: `late_packet`, `duplicate_packet`, `sequence_jump`
    /// (more than 3000 ahead or 100 behind, as in RFC 3550; if the next one follows it, the stream goes on there),
    /// `truncated_frame`, `chunk_too_large` (over `max_packet_ms`), `buffer_full`, `mixed_input`.
    AddResult add_packet(const Packet& packet) noexcept;

    /// The stream ends here: a tail shorter than the start-up depth is handed out as well, missing packets are given up.
    void mark_end() noexcept;

    /// Fills `out` (whole frames). Whatever the answer, `out` can be played: where there is no audio, it holds a fade out
    /// or silence. Errors: `not_ready`, `stream_ended`, `buffer_empty`.
    ChunkResult get_chunk(std::span<std::byte> out) noexcept;

    /// What is queued, without taking it, before any fade. Holds until the next call.
    [[nodiscard]] RingView peek() const noexcept;

    /// Throws the queue away and starts up again, as for an interruption: what is heard fades out. Counters stay.
    void clear() noexcept;
    /// As newly created, counters included.
    void reset() noexcept;

    [[nodiscard]] std::size_t get_available_bytes() const noexcept;  ///< Queued, whole frames.
    [[nodiscard]] std::size_t available_frames() const noexcept;
    [[nodiscard]] double get_duration_ms() const noexcept;        ///< The same, as a time.
    [[nodiscard]] std::size_t capacity_frames() const noexcept;   ///< The limit in force.
    [[nodiscard]] std::size_t prebuffer_frames() const noexcept;  ///< The start-up depth in force.
    [[nodiscard]] BufferState state() const noexcept;
    [[nodiscard]] bool end_marked() const noexcept;  ///< `mark_end` was the last word; nothing was added since.
    [[nodiscard]] BufferStats stats() const noexcept;
    [[nodiscard]] BufferStats get_stats() const noexcept { return stats(); }
    [[nodiscard]] BufferStats metrics() const noexcept { return stats(); }
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

private:
    struct Impl;
    explicit AudioStreamBuffer(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

}  // namespace audioengine
