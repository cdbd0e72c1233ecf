// Lengths of audio and shares of time, in integers.
#pragma once

#include <cstdint>

namespace audioengine {

inline constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

/// Rounded down; 0 at a rate of 0.
[[nodiscard]] constexpr std::uint64_t frames_to_ns(std::uint64_t frames, std::uint32_t rate_hz) noexcept {
    if (rate_hz == 0) return 0;
    return frames / rate_hz * kNsPerSecond + frames % rate_hz * kNsPerSecond / rate_hz;
}

/// `part_ns` in millionths of `whole_ns`; 0 of nothing.
[[nodiscard]] constexpr std::uint64_t ratio_ppm(std::uint64_t part_ns, std::uint64_t whole_ns) noexcept {
    constexpr std::uint64_t kMillion = 1'000'000;
    if (whole_ns == 0) return 0;
    // From a second on without the product, which could become too large.
    return whole_ns < kNsPerSecond ? part_ns * kMillion / whole_ns : part_ns / (whole_ns / kMillion);
}

}  // namespace audioengine
