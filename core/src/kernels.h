// The hot loops. Each has one order of arithmetic, so that every build gives the same bits; scalar twins in
// tests/reference say what that order is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace audioengine::kernels {

/// Lanes that `dot` works on at once: vectors are padded to a multiple of it.
inline constexpr std::size_t kDotLanes = 8;

/// Sum of a[i] * b[i]; `count` is a multiple of kDotLanes. Eight running sums s0..s7 (s_j over i = j mod 8), then
/// t_j = s_j + s_(j+4), and (t0 + t2) + (t1 + t3).
[[nodiscard]] float dot(const float* a, const float* b, std::size_t count) noexcept;

// Of integers, sums of products whose order does not matter. No partial sum may leave 32 bits.

/// Each row of a matrix times `values`, whose size is a multiple of kDotLanes. Rows lie one after another.
void multiply(const std::int8_t* matrix, std::span<const std::int16_t> values,
              std::span<std::int32_t> products) noexcept;

/// products[lag]: `now` times as many numbers from `then - lag` on. The size of `now` is a multiple of kDotLanes.
void correlate(std::span<const std::int16_t> now, const std::int16_t* then, std::span<std::int32_t> products) noexcept;

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
