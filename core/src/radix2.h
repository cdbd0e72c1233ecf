// The Fourier transform behind the spectra that are seldom taken: a message's (spectrum.cpp) and a window's of forensics
// (forensics_samples.cpp). The neural detector, which takes one every 10 ms, has a quicker one: power_spectrum.h.
#pragma once

#include <array>
#include <cstddef>

namespace audioengine::radix2 {

/// The bits of an index below kSize, a power of two, from the other end.
template <std::size_t kSize>
[[nodiscard]] constexpr std::size_t reversed(std::size_t index) noexcept {
    std::size_t result = 0;
    for (std::size_t bit = 1; bit < kSize; bit *= 2) result = 2 * result + ((index & bit) != 0 ? 1U : 0U);
    return result;
}

/// In-place radix-2 transform (J. W. Cooley and J. W. Tukey, 1965), decimation in time, unscaled, input in bit-reversed
/// order. `cosine_at(k)` and `sine_at(k)` give exp(-2 pi i k / kSize) for k below kSize / 2.
template <class Real, std::size_t kSize, class Cosine, class Sine>
void transform(std::array<Real, kSize>& re, std::array<Real, kSize>& im, Cosine cosine_at, Sine sine_at) noexcept {
    for (std::size_t half = 1; half < kSize; half *= 2) {
        for (std::size_t k = 0; k < half; ++k) {
            const Real cosine = cosine_at(k * (kSize / 2 / half));
            const Real sine = sine_at(k * (kSize / 2 / half));
            for (std::size_t low = k; low < kSize; low += 2 * half) {
                const std::size_t high = low + half;
                const Real real = re[high] * cosine - im[high] * sine;
                const Real imaginary = re[high] * sine + im[high] * cosine;
                re[high] = re[low] - real;
                im[high] = im[low] - imaginary;
                re[low] += real;
                im[low] += imaginary;
            }
        }
    }
}

}  // namespace audioengine::radix2
