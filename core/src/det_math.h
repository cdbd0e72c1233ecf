// Mathematics with the same bits everywhere: integers, or double arithmetic of + - * / in a fixed order. No libm.
#pragma once

#include <cstdint>

namespace audioengine::det {

inline constexpr std::int32_t kSilenceDbfsX100 = -12000;

/// 65536 * log2(x), rounded down. x must be at least 1.
[[nodiscard]] std::int32_t log2_q16(std::uint64_t x) noexcept;

/// Hundredths of a dB of the mean square `sum_squares / count` relative to full scale (32768 squared), rounded towards
/// zero. kSilenceDbfsX100 when the sum is zero, and never less.
[[nodiscard]] std::int32_t mean_square_dbfs_x100(std::uint64_t sum_squares, std::uint64_t count) noexcept;

/// sin(pi * x) for any |x| < 2^30; error under 1e-15.
[[nodiscard]] double sin_pi(double x) noexcept;

/// Modified Bessel function of the first kind and order zero, for |x| up to 12; relative error under 1e-12.
[[nodiscard]] double bessel_i0(double x) noexcept;

}  // namespace audioengine::det
