#include "spectrum.h"

#include <utility>

#include "det_math.h"

namespace audioengine {

namespace {

constexpr unsigned kStages = 9;
static_assert((1U << kStages) == Spectrum::kSize);

std::size_t reversed(std::size_t index) noexcept {
    std::size_t result = 0;
    for (unsigned bit = 0; bit < kStages; ++bit) result |= ((index >> bit) & 1U) << (kStages - 1 - bit);
    return result;
}

}  // namespace

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

/// In-place radix-2 transform (J. W. Cooley and J. W. Tukey, 1965), decimation in time, unscaled.
void Spectrum::transform(Buffer& re, Buffer& im) const noexcept {
    for (std::size_t i = 0; i < re.size(); ++i) {
        const std::size_t other = reversed(i);
        if (other > i) std::swap(re[i], re[other]);
    }
    for (std::size_t half = 1; half < re.size(); half *= 2) {
        for (std::size_t k = 0; k < half; ++k) {
            const double cosine = cosine_[k * (kSize / 2 / half)];
            const double sine = sine_[k * (kSize / 2 / half)];
            for (std::size_t low = k; low < re.size(); low += 2 * half) {
                const std::size_t high = low + half;
                const double real = re[high] * cosine - im[high] * sine;
                const double imaginary = re[high] * sine + im[high] * cosine;
                re[high] = re[low] - real;
                im[high] = im[low] - imaginary;
                re[low] += real;
                im[low] += imaginary;
            }
        }
    }
}

void Spectrum::add(std::span<const std::int16_t, kSize> frame) noexcept {
    Buffer re{};
    Buffer im{};
    for (std::size_t i = 0; i < kSize; ++i) {
        re[i] = static_cast<double>(frame[i]) * window_[i];
    }
    transform(re, im);
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
