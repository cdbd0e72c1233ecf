#include "det_math.h"

namespace audioengine::det {

std::int32_t log2_q16(std::uint64_t x) noexcept {
    const int exponent = 63 - __builtin_clzll(x);
    // Mantissa in [1, 2) as Q31; squaring it yields one binary digit of the logarithm at a time.
    std::uint64_t mantissa = exponent >= 31 ? x >> static_cast<unsigned>(exponent - 31)
                                            : x << static_cast<unsigned>(31 - exponent);
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
    const std::int64_t log2_ratio_q16 =
        std::int64_t{log2_q16(sum_squares)} - log2_q16(count) - kFullScaleSquareLog2Q16;
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
    const double angle = x * 3.14159265358979323846;
    const double square = angle * angle;
    double sum = 0.0;
    for (int n = 19; n >= 3; n -= 2) sum = (sum + 1.0) * (-square / static_cast<double>((n - 1) * n));
    return angle * (1.0 + sum);
}

double bessel_i0(double x) noexcept {
    // Power series sum of ((x/2)^k / k!)^2; 36 terms reach 1e-12 for |x| <= 12.
    const double quarter_square = x * x * 0.25;
    double sum = 1.0;
    for (int k = 36; k >= 1; --k) sum = 1.0 + sum * (quarter_square / static_cast<double>(k * k));
    return sum;
}

}  // namespace audioengine::det
