// Power spectrum of a real signal, for the neural detector: float, one order of arithmetic, the same bits everywhere.
#pragma once

#include <array>
#include <cstddef>

namespace audioengine::power_spectrum {

inline constexpr std::size_t kSamples = 512;
inline constexpr std::size_t kHalf = kSamples / 2;
inline constexpr std::size_t kBins = kHalf + 1;

/// Cosines for `transform`. Made once, when a detector is: as constants they would be a part of what a page downloads.
struct Tables {
    Tables() noexcept;
    std::array<float, kHalf> cosine;               // of k turns / kHalf
    std::array<float, kHalf / 2 + 1> fine_cosine;  // of k turns / kSamples, a quarter turn
};

/// Squared magnitudes of the transform (unscaled) of kSamples samples. `even` and `odd` hold the samples of even and of odd
/// number, kHalf each; both are used up. `power` takes kBins values.
void transform(const Tables& tables, float* even, float* odd, float* power) noexcept;

}  // namespace audioengine::power_spectrum
