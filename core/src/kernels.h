// The hot loops. Each has one order of arithmetic, so that every build gives the same bits; scalar twins in
// tests/reference say what that order is.
#pragma once

#include <cstddef>
#include <cstdint>

namespace audioengine::kernels {

/// Lanes that `dot` works on at once: vectors are padded to a multiple of it.
inline constexpr std::size_t kDotLanes = 8;

/// Sum of a[i] * b[i]; `count` is a multiple of kDotLanes. Eight running sums s0..s7 (s_j over i = j mod 8), then
/// t_j = s_j + s_(j+4), and (t0 + t2) + (t1 + t3).
[[nodiscard]] float dot(const float* a, const float* b, std::size_t count) noexcept;

/// Rounds half to even and clamps to 16 bits. The value must not be NaN.
[[nodiscard]] inline std::int16_t round_to_s16(float value) noexcept {
    value = value < -32768.0F ? -32768.0F : value;
    value = value > 32767.0F ? 32767.0F : value;
    // Adding 1.5 * 2^23 leaves the rounded integer in the low bits of the mantissa: no libm, and it vectorises.
    constexpr float kMagic = 12582912.0F;
    constexpr std::int32_t kMagicBits = 0x4B400000;
    return static_cast<std::int16_t>(__builtin_bit_cast(std::int32_t, value + kMagic) - kMagicBits);
}

}  // namespace audioengine::kernels
