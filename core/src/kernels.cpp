#include "kernels.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

namespace audioengine::kernels {

namespace {

// GCC, clang and Emscripten turn these into SSE, NEON or wasm SIMD, or into scalar code with the same order.
// NOLINTBEGIN(modernize-use-using): the attribute needs the typedef
typedef float Float4 __attribute__((vector_size(16)));
typedef std::int32_t Int4 __attribute__((vector_size(16)));
// NOLINTEND(modernize-use-using)

Float4 load(const float* from) noexcept {
    Float4 value;
    __builtin_memcpy(&value, from, sizeof value);
    return value;
}

// Eight numbers of 16 bits, and the products of two such eights, of which neighbours are added up. Both machines have one
// instruction for that, which not every compiler finds in a loop.
#if defined(__SSE2__)

using Short8 = __m128i;
Short8 load8(const std::int16_t* from) noexcept { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
Short8 load8(const std::int8_t* from) noexcept {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
    return _mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8);
}
Int4 multiply_add(Short8 a, Short8 b) noexcept { return reinterpret_cast<Int4>(_mm_madd_epi16(a, b)); }

#elif defined(__wasm_simd128__)

using Short8 = v128_t;
Short8 load8(const std::int16_t* from) noexcept { return wasm_v128_load(from); }
Short8 load8(const std::int8_t* from) noexcept { return wasm_i16x8_load8x8(from); }
Int4 multiply_add(Short8 a, Short8 b) noexcept { return reinterpret_cast<Int4>(wasm_i32x4_dot_i16x8(a, b)); }

#endif

#if defined(__SSE2__) || defined(__wasm_simd128__)

std::int32_t total(Int4 sums) noexcept { return (sums[0] + sums[2]) + (sums[1] + sums[3]); }

/// Of four rows, which begin `step` apart.
template <class Number>
void multiply_four(const Number* rows, std::ptrdiff_t step, const std::int16_t* values, std::size_t count,
                   std::int32_t* products) noexcept {
    Int4 sums[4] = {};
    for (std::size_t i = 0; i < count; i += kDotLanes) {
        const Short8 value = load8(values + i);
        const Number* at = rows + i;
        for (auto& sum : sums) {
            sum += multiply_add(load8(at), value);
            at += step;
        }
    }
    for (std::size_t k = 0; k < 4; ++k) products[k] = total(sums[k]);
}

template <class Number>
std::int32_t multiply_one(const Number* row, const std::int16_t* values, std::size_t count) noexcept {
    Int4 sums = {0, 0, 0, 0};
    for (std::size_t i = 0; i < count; i += kDotLanes) sums += multiply_add(load8(row + i), load8(values + i));
    return total(sums);
}

#else  // plain loops: other machines' compilers vectorise them, and where there are no vectors they are the quickest

template <class Number>
std::int32_t multiply_one(const Number* row, const std::int16_t* values, std::size_t count) noexcept {
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += row[i] * values[i];
    return sum;
}

template <class Number>
void multiply_four(const Number* rows, std::ptrdiff_t step, const std::int16_t* values, std::size_t count,
                   std::int32_t* products) noexcept {
    for (std::ptrdiff_t k = 0; k < 4; ++k) products[k] = multiply_one(rows + k * step, values, count);
}

#endif

template <class Number>
void multiply_rows(const Number* rows, std::ptrdiff_t step, const std::int16_t* values, std::size_t count,
                   std::span<std::int32_t> products) noexcept {
    std::size_t done = 0;
    for (; done + 4 <= products.size(); done += 4, rows += 4 * step)
        multiply_four(rows, step, values, count, &products[done]);
    for (; done < products.size(); ++done, rows += step) products[done] = multiply_one(rows, values, count);
}

}  // namespace

float dot(const float* a, const float* b, std::size_t count) noexcept {
    Float4 low = {0, 0, 0, 0};
    Float4 high = {0, 0, 0, 0};
    for (std::size_t i = 0; i < count; i += kDotLanes) {
        low += load(a + i) * load(b + i);
        high += load(a + i + 4) * load(b + i + 4);
    }
    const Float4 sum = low + high;
    return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

void multiply(const std::int8_t* matrix, std::span<const std::int16_t> values,
              std::span<std::int32_t> products) noexcept {
    multiply_rows(matrix, static_cast<std::ptrdiff_t>(values.size()), values.data(), values.size(), products);
}

void correlate(std::span<const std::int16_t> now, const std::int16_t* then, std::span<std::int32_t> products) noexcept {
    multiply_rows(then, -1, now.data(), now.size(), products);
}

}  // namespace audioengine::kernels
