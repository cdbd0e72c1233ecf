// Everything that can be chosen. Plain structs with the specification's names and defaults; `AudioEngine::create`
// checks them and names the field that is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "audioengine/buffer_config.h"
#include "audioengine/result.h"
#include "audioengine/types.h"

namespace audioengine {

/// The rates that any part takes.
inline constexpr std::uint32_t kMinSampleRateHz = 4000;
inline constexpr std::uint32_t kMaxSampleRateHz = 192000;
[[nodiscard]] constexpr bool is_sample_rate(std::uint32_t hz) noexcept {
    return hz >= kMinSampleRateHz && hz <= kMaxSampleRateHz;
}

inline constexpr std::uint32_t kMaxChannels = 8;
inline constexpr std::size_t kMaxFrameBytes = kMaxChannels * 4;  // float32

/// What comes in.
struct AudioConfig {
    std::uint32_t sample_rate = 24000;  ///< Hz, 4000 to 192000. G.711 from telephony is 8000.
    std::uint32_t channels = 1;         ///< 1 to 8, interleaved; averaged to mono.
    std::uint32_t bit_depth = 0;        ///< 0: the format's own (16, 8, 8, 32). Another value is an error.
    AudioFormat format = AudioFormat::PCM16;
    std::uint32_t chunk_duration_ms = 20;  ///< The usual chunk, 1 to 1000 ms. Any chunk length works at run time.
    float min_amplitude = 0.01F;  ///< RMS, 0 to 1 of full scale, under which nothing is speech (0.01 is -40 dBFS).
    float max_amplitude = 0.95F;  ///< Level from which a sample counts as nearly clipped.
};

/// What goes out. Always mono.
struct OutputConfig {
    std::uint32_t sample_rate = 0;  ///< Hz; 0: as the input.
    AudioFormat format = AudioFormat::PCM16;
};

/// How speech is found. `energy_threshold` and `adaptive` are of ENERGY_BASED only, like `AudioConfig::min_amplitude`; NEURAL
/// and EXTERNAL decide by the probability whatever the level.
struct VADConfig {
    VADType type = VADType::ENERGY_BASED;  ///< Chosen once: `configure_vad` refuses another one.
    float energy_threshold = 0.02F;  ///< RMS of full scale (0.02 is -34 dBFS). Fixed when `adaptive` is false; where
                                     ///< the adaptive threshold starts when it is true.
    std::uint32_t speech_start_ms = 100;  ///< Speech must last this long to be believed. 10 to 5000.
    std::uint32_t speech_end_ms = 500;    ///< Silence must last this long to end a segment. 10 to 5000.
    std::uint32_t pre_buffer_ms = 300;    ///< Audio kept from before the onset. 0 to 5000.
    bool adaptive = true;                 ///< Follow the noise floor (minimum statistics over 10 s).
    float threshold = 0.5F;               ///< Probability from which a block is voice, 0 to 1.
    float exit_threshold = -1.0F;         ///< Probability under which a block is not voice; at most `threshold`.
                                          ///< Negative: derived, max(threshold - 0.15, 0.01).
    std::uint32_t max_speech_ms = 0;      ///< Cut segments at this length, 100 and more; 0: never.
    std::uint32_t max_gap_ms = 1000;      ///< `advance_time` ends a segment after this much without audio; 0: never.
};

/// One engine: one direction of one client.
struct EngineConfig {
    /// Chooses the processing (see Conditioner: REALTIME leaves samples as they are) and the filter for a change of the
    /// sample rate (see Resampler). The detector hears the same audio in every mode: decisions do not depend on it.
    ProcessingMode mode = ProcessingMode::BALANCED;
    bool normalize = true;  ///< QUALITY only: bring speech to a steady level.
    /// Time that one `push` may take, microseconds; 0: any. An engine that is told its times
    /// (`record_processing_ns`) and misses this steps to a cheaper mode, and back when it has been far below it.
    std::uint32_t latency_target_us = 0;
    AudioConfig audio;
    OutputConfig output;
    VADConfig vad;
    std::optional<BufferConfig> stream_buffer;  ///< For `add_to_stream_buffer`; takes its memory only when given.
    std::uint32_t max_chunk_ms = 200;  ///< Longest chunk that one `push` takes, 10 to 1000 ms. Sizes the buffers.
};

/// The first broken rule, with the field's name ("vad.speech_start_ms"); the value `true` when there is none.
Result<bool> check(const EngineConfig& config) noexcept;
Result<bool> check(ProcessingMode mode) noexcept;
Result<bool> check(const AudioConfig& config) noexcept;
Result<bool> check(const VADConfig& config) noexcept;

/// Bytes of one input frame; 0 for an unknown format.
[[nodiscard]] constexpr std::size_t bytes_per_frame(const AudioConfig& config) noexcept {
    return bytes_per_sample(config.format) * config.channels;
}

/// The output rate in force: the given one, or the input's.
[[nodiscard]] constexpr std::uint32_t effective_output_rate_hz(const EngineConfig& config) noexcept {
    return config.output.sample_rate != 0 ? config.output.sample_rate : config.audio.sample_rate;
}

/// The exit threshold in force: the given one, or the derived one.
[[nodiscard]] float effective_exit_threshold(const VADConfig& config) noexcept;

}  // namespace audioengine
