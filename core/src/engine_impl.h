// The state of an AudioEngine, for engine.cpp and snapshot.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "audioengine/conditioner.h"
#include "audioengine/engine.h"
#include "audioengine/forensics.h"
#include "byte_ring.h"
#include "frame_carry.h"
#include "mode_stepper.h"

namespace audioengine {

inline constexpr std::size_t kSignatureBytes = 4;

/// How much audio the pre-buffer ring must reach back from the start of a chunk.
[[nodiscard]] inline std::uint32_t pre_buffer_reach_ms(const VADConfig& vad) noexcept {
    return vad.pre_buffer_ms + Segmenter::longest_start_ms(vad);
}

struct AudioEngine::Impl {
    Impl(const EngineConfig& wanted, FastVADDetector detector, Conditioner process, Resampler output) noexcept
        : config(wanted),
          vad(std::move(detector)),
          conditioner(std::move(process)),
          resampler(std::move(output)),
          forensics(wanted.audio) {}

    /// What a call does with its audio. `push` does both.
    struct Use {
        bool convert;  // count levels, hand out audio
        bool hear;     // keep for the pre-buffer, ask the detector
    };

    EngineConfig config;
    FastVADDetector vad;
    Conditioner conditioner;
    Resampler resampler;
    AudioMetrics metrics;
    ModeStepper stepper;
    Forensics forensics;
    std::optional<AudioStreamBuffer> buffer;

    std::size_t frame_bytes = 0;
    std::size_t max_chunk_bytes = 0;
    std::size_t mono_capacity = 0;    // samples: the conditioner's head, and the longest chunk
    std::size_t output_capacity = 0;  // samples
    std::uint32_t reach_at_create_ms = 0;

    std::unique_ptr<std::int16_t[]> mono;         // head, then the chunk, decoded and mixed down
    std::unique_ptr<std::int16_t[]> interleaved;  // a piece of it before the mix; only for several channels
    std::unique_ptr<std::int16_t[]> resampled;    // null when the rates are equal
    std::unique_ptr<std::byte[]> buffered;        // a chunk out of the stream buffer
    std::size_t buffered_bytes = 0;
    std::unique_ptr<std::byte[]> encoded;  // null when the output is PCM16: samples are its bytes
    ByteRing ring;

    FrameCarry intake;      // push, process_audio, prepare_for_playback
    FrameCarry vad_intake;  // process_vad_chunk
    std::array<std::byte, kSignatureBytes> signature{};
    std::size_t signature_bytes = 0;
    std::size_t mono_count = 0;
    std::uint64_t segment_padded_ms = 0;
    std::uint64_t speech_from_ms = 0;  // what the last call found to be speech
    std::uint64_t speech_to_ms = 0;
    Finding sticky = Finding::none;
    bool finished = false;

    bool allocate_buffers() noexcept;
    void start() noexcept;
    void describe_detector() noexcept;
    void take_over(std::span<const std::byte> ring_bytes, std::uint64_t ring_position) noexcept;
    void set_mode(ProcessingMode mode) noexcept;

    [[nodiscard]] Status admit(std::size_t chunk_bytes) const noexcept;
    PushResult push(std::span<const std::byte> chunk, Use use, bool condition) noexcept;
    PushResult push_through_buffer(std::span<const std::byte> audio) noexcept;
    PushResult finish() noexcept;

    void look_for_signature(std::span<const std::byte> chunk) noexcept;
    void take_frames(std::span<const std::byte> frames, Use use) noexcept;
    [[nodiscard]] std::span<const std::int16_t> decoded() const noexcept {
        return {mono.get() + conditioner.head_samples(), mono_count};
    }
    std::span<const std::byte> convert(bool condition) noexcept;
    std::span<const std::byte> encode(std::span<const std::int16_t> samples) noexcept;
    void enter(VADState state) noexcept;
    void report(PushResult& result, const FastVADDetector::Output& heard) noexcept;
    PushResult refuse(Status status, std::size_t position) noexcept;
    void extend_speech(const FastVADDetector::Output& heard, bool open) noexcept;
    [[nodiscard]] std::uint64_t byte_at(std::uint64_t ms) const noexcept {
        return ms * config.audio.sample_rate / 1000 * frame_bytes;
    }
    [[nodiscard]] RingView pre_buffer() const noexcept;
    [[nodiscard]] RingView speech() const noexcept;
    [[nodiscard]] std::size_t memory_bytes() const noexcept;
};

}  // namespace audioengine
