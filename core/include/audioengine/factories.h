// The specification's three ready-made engines: thin presets over `AudioEngine::create`. Speech is found by the neural
// detector; EngineConfig's own default is the specification's energy detector.
#pragma once

#include <cstdint>

#include "audioengine/engine.h"

namespace audioengine {

/// What the factories listen with: all as usual, but VADType::NEURAL.
[[nodiscard]] inline VADConfig neural_vad_config() noexcept {
    VADConfig config;
    config.type = VADType::NEURAL;
    return config;
}

/// For live conversation: REALTIME, nothing added to the delay but what a change of rate needs (none here).
inline Result<AudioEngine> create_fast_lane_engine(std::uint32_t sample_rate = 24000,
                                                   std::uint32_t chunk_duration_ms = 20,
                                                   const VADConfig& vad_config = neural_vad_config()) noexcept {
    EngineConfig config;
    config.mode = ProcessingMode::REALTIME;
    config.audio.sample_rate = sample_rate;
    config.audio.chunk_duration_ms = chunk_duration_ms;
    config.vad = vad_config;
    return AudioEngine::create(config);
}

/// For analysis and recordings: QUALITY; `enable_enhancement` brings speech to a steady level.
inline Result<AudioEngine> create_big_lane_engine(std::uint32_t sample_rate = 24000,
                                                  bool enable_enhancement = true) noexcept {
    EngineConfig config;
    config.mode = ProcessingMode::QUALITY;
    config.normalize = enable_enhancement;
    config.audio.sample_rate = sample_rate;
    config.vad = neural_vad_config();
    return AudioEngine::create(config);
}

/// Starts BALANCED and steps between the modes so that a `push` stays within `latency_target_us` (the specification's
/// 50 ms), as told by `record_processing_ns`.
inline Result<AudioEngine> create_adaptive_engine(std::uint32_t sample_rate = 24000,
                                                  std::uint32_t latency_target_us = 50000) noexcept {
    EngineConfig config;
    config.latency_target_us = latency_target_us;
    config.audio.sample_rate = sample_rate;
    config.vad = neural_vad_config();
    return AudioEngine::create(config);
}

}  // namespace audioengine
