#include "spectrum.h"

#include "det_math.h"
#include "radix2.h"

namespace audioengine {

Spectrum::Spectrum() noexcept {
    for (std::size_t i = 0; i < kSize; ++i) {
        const double sine = det::sin_pi(static_cast<double>(i) / static_cast<double>(kSize));
        window_[i] = sine * sine;
    }
    constexpr std::size_t kHalf = kSize / 2;
    for (std::size_t k = 0; k < kHalf; ++k) {
        const double turn = static_cast<double>(k) / static_cast<double>(kHalf);
        cosine_[k] = det::sin_pi(0.5 - turn);
        sine_[k] = -det::sin_pi(turn);
    }
}

void Spectrum::add(std::span<const std::int16_t, kSize> frame) noexcept {
    Buffer re{};
    Buffer im{};
    for (std::size_t i = 0; i < kSize; ++i) {
        re[radix2::reversed<kSize>(i)] = static_cast<double>(frame[i]) * window_[i];
    }
    radix2::transform(
        re, im, [this](std::size_t k) { return cosine_[k]; }, [this](std::size_t k) { return sine_[k]; });
    for (std::size_t bin = 0; bin < kBins; ++bin) power_[bin] += re[bin] * re[bin] + im[bin] * im[bin];
    ++frames_;
}

std::size_t Spectrum::highest_bin() const noexcept {
    // Rounding to 16 bits is noise of 1/12 of a squared step; through the window that is size * 3/8 / 12 in every bin.
    // Ten times as much is more than rounding.
    constexpr double kRounding = static_cast<double>(kSize) * 0.375 / 12.0;
    const double least = 10.0 * kRounding * static_cast<double>(frames_);
    for (std::size_t bin = kBins; bin-- > 1;)
        if (power_[bin] > least) return bin;
    return 0;
}

}  // namespace audioengine
