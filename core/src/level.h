// From amplitudes in a configuration (0 to 1 of full scale) to the integers the detectors compare with.
#pragma once

#include <cstdint>

#include "audioengine/config.h"

namespace audioengine::level {

/// The mean of the squares of 16-bit samples whose RMS is `amplitude` of full scale.
[[nodiscard]] inline double mean_square_at(float amplitude) noexcept {
    constexpr double kFullScaleSquare = 32768.0 * 32768.0;
    return static_cast<double>(amplitude) * static_cast<double>(amplitude) * kFullScaleSquare;
}

/// The smallest integer that is not below `value`, for 0 <= value < 2^53.
[[nodiscard]] inline std::uint64_t round_up(double value) noexcept {
    const auto down = static_cast<std::uint64_t>(value);
    return static_cast<double>(down) < value ? down + 1 : down;
}

/// The absolute sample value from which a sample counts as nearly clipped, 1 to 32768.
[[nodiscard]] inline std::int32_t near_clip_level(const AudioConfig& config) noexcept {
    const auto value = static_cast<std::int32_t>(round_up(static_cast<double>(config.max_amplitude) * 32768.0));
    return value < 1 ? 1 : value;
}

}  // namespace audioengine::level
