// Deterministic audio from integer arithmetic alone. tests/parity/README.md defines each; inputs.mjs is the twin.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/random.h"

namespace audioengine::test {

using Samples = std::vector<std::int16_t>;

inline std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept {
    return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}
inline std::int16_t clamp16(std::int64_t x) noexcept {
    return static_cast<std::int16_t>(std::clamp<std::int64_t>(x, -32768, 32767));
}

/// White noise, uniform within +-amplitude.
inline std::int16_t noise_sample(Lcg& random, std::int32_t amplitude) noexcept {
    return static_cast<std::int16_t>(floor_div(std::int64_t{random.sample()} * amplitude, 32768));
}
inline Samples noise(std::size_t count, std::int32_t amplitude, std::uint32_t seed) {
    Samples out(count);
    Lcg random(seed);
    for (auto& sample : out) sample = noise_sample(random, amplitude);
    return out;
}

/// A tone of parabolic half waves (a sine to within 6 %), sample k of it.
inline std::int16_t tone_sample(std::uint64_t k, std::uint32_t hz, std::uint32_t rate,
                                std::int32_t amplitude) noexcept {
    const auto phase = static_cast<std::int64_t>((65536 * k * hz / rate) % 65536);
    const std::int64_t half = phase % 32768;
    const std::int64_t sample = (half * (32768 - half) / 8192) * amplitude / 32768;
    return static_cast<std::int16_t>(phase >= 32768 ? -sample : sample);
}
inline Samples tone(std::size_t count, std::uint32_t hz, std::uint32_t rate, std::int32_t amplitude) {
    Samples out(count);
    for (std::size_t k = 0; k < count; ++k) out[k] = tone_sample(k, hz, rate, amplitude);
    return out;
}

inline Samples silence(std::size_t count) { return Samples(count, 0); }

/// Multiplied and clamped to 16 bits.
inline Samples amplified(Samples samples, std::int64_t gain) {
    for (auto& sample : samples) sample = clamp16(sample * gain);
    return samples;
}

/// At another rate by linear interpolation (crude on purpose: an input, not a result).
inline std::int16_t interpolated(const Samples& x, std::uint64_t k, std::uint32_t from_rate,
                                 std::uint32_t to_rate) noexcept {
    const std::uint64_t position = k * from_rate;
    const std::uint64_t i = position / to_rate;
    const auto f = static_cast<std::int64_t>(position % to_rate);
    const auto at = [&](std::uint64_t index) {
        return std::int64_t{index < x.size() ? x[static_cast<std::size_t>(index)] : std::int16_t{0}};
    };
    return static_cast<std::int16_t>(floor_div(at(i) * (to_rate - f) + at(i + 1) * f + to_rate / 2, to_rate));
}

/// Several stretches, one after the other.
inline Samples concatenate(std::initializer_list<Samples> parts) {
    Samples out;
    for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
}

}  // namespace audioengine::test
