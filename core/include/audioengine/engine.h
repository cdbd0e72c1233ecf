// AudioEngine: the bytes of one voice stream in; checked, converted audio, voice decisions and metrics out.
//
//     auto engine = audioengine::AudioEngine::create({}).value();          // 24 kHz mono PCM16 in and out
//     auto result = engine.push(chunk);                                   // any length, any alignment
//     if (!result.ok()) reject(status_message(result.status));            // nothing was consumed
//     send(result.audio);                                                 // bytes in the output format
//     for (const auto& event : result.events) handle(event);              // speech_start, speech_end, false_start
//
// One engine serves one direction of one client. Engines share nothing; use one from one thread at a time. After
// `create` nothing allocates, locks, logs, throws or reads a clock. Everything handed out is a function of the bytes
// that came in, never of how they were cut into chunks, and is the same bits natively and in WebAssembly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "audioengine/config.h"
#include "audioengine/metrics.h"
#include "audioengine/result.h"
#include "audioengine/ring_view.h"
#include "audioengine/segmenter.h"
#include "audioengine/stream_buffer.h"
#include "audioengine/vad.h"
#include "audioengine/validate.h"

namespace audioengine {

/// What one `push` gave. The spans hold until the next call on the engine.
struct [[nodiscard]] PushResult {
    Status status = Status::ok;  ///< Other than `ok`: nothing was consumed, nothing changed.
    std::size_t position = 0;    ///< The byte of the chunk at which `status` was found.
    VADState state = VADState::SILENCE;
    std::span<const std::byte> audio;     ///< Output format, mono. May be empty: the filters wait for input.
    std::span<const VadEvent> events;     ///< In order of time.
    std::span<const BlockResult> blocks;  ///< One for every 10 ms decided in this call, in order.
    [[nodiscard]] bool ok() const noexcept { return status == Status::ok; }
};

/// Whether a snapshot carries the audio of the pre-buffer ring.
enum class SnapshotAudio : std::uint8_t { without_pre_buffer, with_pre_buffer };

/// What `snapshot` gave.
struct [[nodiscard]] SnapshotResult {
    Status status = Status::ok;  ///< `ok` or `output_too_small`.
    std::size_t bytes = 0;       ///< Written, or needed.
    [[nodiscard]] bool ok() const noexcept { return status == Status::ok; }
};

class AudioEngine {
public:
    /// Checks the configuration and allocates everything. The error names the field.
    static Result<AudioEngine> create(const EngineConfig& config) noexcept;

    AudioEngine(AudioEngine&&) noexcept;
    AudioEngine& operator=(AudioEngine&&) noexcept;
    ~AudioEngine();

    /// Takes a chunk of at most `max_chunk_bytes()`, down to nothing at all. Bytes of an incomplete frame are carried.
    /// Errors: `chunk_too_large` (position: the limit), `stream_finished`.
    PushResult push(std::span<const std::byte> chunk) noexcept;

    /// Takes any number of bytes in pieces of `max_chunk_bytes()`, handing each result to `sink(const PushResult&)`.
    /// Returns the first status that is not `ok`.
    template <class Sink>
    Status push_all(std::span<const std::byte> bytes, Sink&& sink);

    /// The specification's separate calls, on the same stages: `process_audio` converts without asking the detector (no
    /// blocks, no events), `process_vad_chunk` asks the detector without converting (no audio). Both take the input
    /// format. One stream uses either these two or `push`, which does both at once; errors as `push`.
    PushResult process_audio(std::span<const std::byte> chunk) noexcept;
    PushResult process_vad_chunk(std::span<const std::byte> chunk) noexcept;

    /// For the direction towards the client: converts rate, channels and format and nothing else, whatever the mode.
    /// A stream uses this or `process_audio`.
    PushResult prepare_for_playback(std::span<const std::byte> chunk) noexcept;

    /// For jittery connections, with `EngineConfig::stream_buffer`: adds the bytes to the buffer, then takes one chunk of
    /// `chunk_duration_ms` out of it and pushes that. While the buffer has no whole chunk ready: `not_ready`, no audio (the
    /// bytes are kept). Without bytes it only takes. Errors: as AudioStreamBuffer::add_audio, then as `push`; without a buffer `no_stream_buffer`.
    PushResult add_to_stream_buffer(std::span<const std::byte> audio) noexcept;

    /// The buffer itself, to mark the end, to read at one's own pace, or to add numbered packets; null without one. Lives as
    /// long as the engine.
    [[nodiscard]] AudioStreamBuffer* stream_buffer() noexcept;

    /// With VADType::EXTERNAL: the caller's probability, 0 to 32768, for every block that completes from now on, until
    /// it is told another. Larger values: `bad_threshold`. Without effect for the other types.
    Status set_speech_probability(std::uint16_t probability_q15) noexcept;

    /// From the next call on, REALTIME or QUALITY, keeping every state and losing no sample. Never allocates.
    void optimize_for_latency() noexcept;
    void optimize_for_quality() noexcept;

    /// Ends the stream: hands out the audio that the filters hold, decides the last blocks, closes an open segment
    /// (reason `end_of_stream`). A carried part of a frame is dropped and counted. Then only `reset` helps.
    PushResult finish() noexcept;

    /// Time passes without audio: after `vad.max_gap_ms` an open segment ends (reason `gap`).
    PushResult advance_time(std::uint32_t ms) noexcept;

    /// Judges a complete message in the input format without touching the stream.
    [[nodiscard]] ValidationResult validate_audio(std::span<const std::byte> bytes) const noexcept;

    /// New detector settings from the next block on; state, floor and audio are kept. Everything but `type`,
    /// and `pre_buffer_ms` and `speech_start_ms` up to the buffer chosen at `create` (beyond: `bad_vad_duration`).
    Status configure_vad(const VADConfig& config) noexcept;

    /// Writes the state of the stream between two calls: a few kilobytes, little-endian, the same natively and in
    /// WebAssembly. With the pre-buffer, `pre_buffer()` gives the same after `restore`; without it, only what came
    /// later. Not in it: the recorded processing times, the stream buffer.
    SnapshotResult snapshot(std::span<std::byte> out,
                            SnapshotAudio audio = SnapshotAudio::with_pre_buffer) const noexcept;

    /// Goes on where `snapshot` was taken, with the same bits. The engine must have been created with the same
    /// configuration; settings of `configure_vad` come with the snapshot. Errors: `bad_snapshot` (truncated, changed,
    /// impossible), `foreign_snapshot` (another version or configuration); then nothing has changed.
    Status restore(std::span<const std::byte> snapshot) noexcept;

    /// As newly created, counters included; settings of `configure_vad` stay. Never allocates.
    void reset() noexcept;

    /// After `speech_start`: the input-format audio from the event's `padded_ms` to now, from the ring; empty
    /// when no segment is open. Taking it does not change anything. Holds until the next call. Starts later than
    /// `padded_ms` once that has left the ring, which holds pre-buffer, longest start and one chunk.
    [[nodiscard]] RingView pre_buffer() const noexcept;

    /// What of the input should go on to a speech service, as far as the last call decided it: of every segment
    /// everything from `padded_ms` (it comes when the start is confirmed) to the `at_ms` of its end, in whole frames of
    /// the input format, nothing twice. Put together it is the same for every way of cutting the input, unless a segment ends
    /// and the next one begins within one call: then the pause between them is in it. Holds until the next call.
    /// Forwarding only while the state is SPEECH would cut off the beginning and the end of every phrase.
    [[nodiscard]] RingView speech() const noexcept;

    [[nodiscard]] const AudioMetrics& metrics() const noexcept;
    /// The caller tells how long its last `push` took; see AudioMetrics. With `latency_target_us` this may step the
    /// mode, from the next call on.
    void record_processing_ns(std::uint64_t ns) noexcept;
    /// The caller tells how the pool stands from which it takes this stream's blocks, for the metrics.
    void record_buffer_pool(const BufferPoolStats& stats) noexcept;
    /// Everything remarkable since the beginning of the stream.
    [[nodiscard]] Finding findings() const noexcept;
    /// The byte of the stream at which the earliest of a set of findings was first seen. Only forensics (`text` and later)
    /// keeps positions; 0 for all others.
    [[nodiscard]] std::uint64_t finding_position(Finding any) const noexcept;

    [[nodiscard]] const EngineConfig& config() const noexcept;
    [[nodiscard]] std::uint32_t output_rate_hz() const noexcept;
    [[nodiscard]] std::size_t max_chunk_bytes() const noexcept;
    /// The most audio that one call hands out.
    [[nodiscard]] std::size_t max_output_bytes() const noexcept;
    /// The most blocks and events that one call hands out.
    [[nodiscard]] std::size_t max_blocks() const noexcept;
    [[nodiscard]] std::size_t max_events() const noexcept;
    /// Algorithmic delay of the audio path, in input frames.
    [[nodiscard]] std::uint32_t latency_frames() const noexcept;
    /// All memory of this engine, known from `create` on.
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

private:
    struct Impl;
    explicit AudioEngine(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

template <class Sink>
Status AudioEngine::push_all(std::span<const std::byte> bytes, Sink&& sink) {
    while (true) {
        const std::size_t length = bytes.size() < max_chunk_bytes() ? bytes.size() : max_chunk_bytes();
        const PushResult result = push(bytes.first(length));
        if (!result.ok()) return result.status;
        sink(result);
        bytes = bytes.subspan(length);
        if (bytes.empty()) return Status::ok;
    }
}

}  // namespace audioengine
