#include "det_math.h"

#include <array>
#include <cstddef>

namespace audioengine::det {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr std::size_t kBesselTerms = 36;
constexpr std::size_t kSineTerms = 9;

/// 1 / k^2 for k = 1 ... : the ratio of neighbouring terms of the Bessel series, without its argument.
constexpr std::array<double, kBesselTerms> bessel_ratios() {
    std::array<double, kBesselTerms> ratios{};
    for (std::size_t i = 0; i < kBesselTerms; ++i) ratios[i] = 1.0 / static_cast<double>((i + 1) * (i + 1));
    return ratios;
}

/// -1 / (n (n + 1)) for n = 2, 4 ... : the same for the sine.
constexpr std::array<double, kSineTerms> sine_ratios() {
    std::array<double, kSineTerms> ratios{};
    for (std::size_t i = 0; i < kSineTerms; ++i) {
        const std::size_t n = 2 * i + 2;
        ratios[i] = -1.0 / static_cast<double>(n * (n + 1));
    }
    return ratios;
}

constexpr auto kBesselRatios = bessel_ratios();
constexpr auto kSineRatios = sine_ratios();

}  // namespace

std::int32_t log2_q16(std::uint64_t x) noexcept {
    const int exponent = 63 - __builtin_clzll(x);
    // Mantissa in [1, 2) as Q31; squaring it yields one binary digit of the logarithm at a time.
    std::uint64_t mantissa =
        exponent >= 31 ? x >> static_cast<unsigned>(exponent - 31) : x << static_cast<unsigned>(31 - exponent);
    std::int32_t fraction = 0;
    for (int bit = 0; bit < 16; ++bit) {
        mantissa = (mantissa * mantissa) >> 31U;
        fraction *= 2;
        if (mantissa >= (std::uint64_t{1} << 32U)) {
            mantissa >>= 1U;
            fraction += 1;
        }
    }
    return exponent * 65536 + fraction;
}

std::int32_t mean_square_dbfs_x100(std::uint64_t sum_squares, std::uint64_t count) noexcept {
    if (sum_squares == 0 || count == 0) return kSilenceDbfsX100;
    constexpr std::int64_t kFullScaleSquareLog2Q16 = 30 * 65536;
    const std::int64_t log2_ratio_q16 = std::int64_t{log2_q16(sum_squares)} - log2_q16(count) - kFullScaleSquareLog2Q16;
    // 1000 * log10(2) = 301.03 hundredths of a dB for each power of two.
    const auto dbfs_x100 = static_cast<std::int32_t>((log2_ratio_q16 * 30103) / (65536 * 100));
    return dbfs_x100 < kSilenceDbfsX100 ? kSilenceDbfsX100 : dbfs_x100;
}

double sin_pi(double x) noexcept {
    // To [-1, 1) by whole turns, then to [-0.5, 0.5] by symmetry; then the Taylor series.
    const auto turns = static_cast<std::int64_t>(x * 0.5);
    x -= 2.0 * static_cast<double>(turns);
    if (x >= 1.0) x -= 2.0;
    if (x < -1.0) x += 2.0;
    if (x > 0.5) x = 1.0 - x;
    if (x < -0.5) x = -1.0 - x;
    const double angle = x * kPi;
    const double square = angle * angle;
    double sum = 1.0;
    for (std::size_t i = kSineTerms; i-- > 0;) sum = 1.0 + sum * (square * kSineRatios[i]);
    return angle * sum;
}

double bessel_i0(double x) noexcept {
    // Power series sum of ((x/2)^k / k!)^2; 36 terms reach 1e-12 for |x| <= 12.
    const double quarter_square = x * x * 0.25;
    double sum = 1.0;
    for (std::size_t i = kBesselTerms; i-- > 0;) sum = 1.0 + sum * (quarter_square * kBesselRatios[i]);
    return sum;
}

}  // namespace audioengine::det
