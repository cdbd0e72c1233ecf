#include "audioengine/config.h"

namespace audioengine {

namespace {

constexpr std::uint32_t kMaxDebounceMs = 5000;
constexpr std::uint32_t kMinLimitMs = 100;

using Check = Result<bool>;

bool within(std::uint32_t value, std::uint32_t low, std::uint32_t high) noexcept {
    return value >= low && value <= high;
}
bool is_share(float value) noexcept { return value >= 0.0F && value <= 1.0F; }  // false for NaN
bool is_limit(std::uint32_t ms) noexcept { return ms == 0 || ms >= kMinLimitMs; }

Check check_output(const OutputConfig& output) noexcept {
    if (output.sample_rate != 0 && !is_sample_rate(output.sample_rate))
        return {Status::bad_sample_rate, "output.sample_rate"};
    if (bytes_per_sample(output.format) == 0) return {Status::bad_format, "output.format"};
    return true;
}

}  // namespace

Result<bool> check(ProcessingMode mode) noexcept {
    if (*name_of(mode) == '\0') return {Status::bad_mode, "mode"};
    return true;
}

Result<bool> check(const AudioConfig& config) noexcept {
    if (!is_sample_rate(config.sample_rate)) return {Status::bad_sample_rate, "audio.sample_rate"};
    if (!within(config.channels, 1, kMaxChannels)) return {Status::bad_channels, "audio.channels"};
    const std::size_t bytes = bytes_per_sample(config.format);
    if (bytes == 0) return {Status::bad_format, "audio.format"};
    if (config.bit_depth != 0 && config.bit_depth != bytes * 8) return {Status::bad_bit_depth, "audio.bit_depth"};
    if (!within(config.chunk_duration_ms, 1, 1000)) return {Status::bad_chunk_duration, "audio.chunk_duration_ms"};
    if (!is_share(config.min_amplitude)) return {Status::bad_amplitude, "audio.min_amplitude"};
    if (!is_share(config.max_amplitude) || config.max_amplitude <= config.min_amplitude)
        return {Status::bad_amplitude, "audio.max_amplitude"};
    return true;
}

Result<bool> check(const VADConfig& config) noexcept {
    if (*name_of(config.type) == '\0') return {Status::bad_vad_type, "vad.type"};
    if (!is_share(config.energy_threshold)) return {Status::bad_threshold, "vad.energy_threshold"};
    if (!within(config.speech_start_ms, 10, kMaxDebounceMs)) return {Status::bad_vad_duration, "vad.speech_start_ms"};
    if (!within(config.speech_end_ms, 10, kMaxDebounceMs)) return {Status::bad_vad_duration, "vad.speech_end_ms"};
    if (!within(config.pre_buffer_ms, 0, kMaxDebounceMs)) return {Status::bad_vad_duration, "vad.pre_buffer_ms"};
    if (!is_share(config.threshold)) return {Status::bad_threshold, "vad.threshold"};
    const bool derived = config.exit_threshold < 0.0F;
    if (!derived && !is_share(config.exit_threshold)) return {Status::bad_threshold, "vad.exit_threshold"};
    if (effective_exit_threshold(config) > config.threshold) return {Status::inverted_thresholds, "vad.exit_threshold"};
    if (!is_limit(config.max_speech_ms)) return {Status::bad_vad_duration, "vad.max_speech_ms"};
    if (!is_limit(config.max_gap_ms)) return {Status::bad_vad_duration, "vad.max_gap_ms"};
    return true;
}

Result<bool> check(const EngineConfig& config) noexcept {
    if (const Check result = check(config.mode); !result) return result;
    if (const Check result = check(config.audio); !result) return result;
    if (const Check result = check_output(config.output); !result) return result;
    if (const Check result = check(config.vad); !result) return result;
    if (config.stream_buffer) {
        if (const Check result = check(*config.stream_buffer); !result) return result;
    }
    if (!within(config.max_chunk_ms, 10, 1000)) return {Status::bad_chunk_duration, "max_chunk_ms"};
    return true;
}

float effective_exit_threshold(const VADConfig& config) noexcept {
    if (!(config.exit_threshold < 0.0F)) return config.exit_threshold;
    constexpr float kStep = 0.15F;
    constexpr float kLowest = 0.01F;
    const float derived = config.threshold - kStep;
    if (derived >= kLowest) return derived;
    return config.threshold < kLowest ? config.threshold : kLowest;
}

}  // namespace audioengine
