// The order of arithmetic of the core's vector loops, in plain scalars. core/src/kernels.h says the same in words.
#pragma once

#include <array>
#include <cstddef>

namespace audioengine::reference {

/// Eight running sums, folded as (t0 + t2) + (t1 + t3) with t_j = s_j + s_(j+4).
inline float dot(const float* a, const float* b, std::size_t count) {
    std::array<float, 8> sums{};
    for (std::size_t i = 0; i < count; ++i) {
        const float product = a[i] * b[i];
        sums[i % 8] = sums[i % 8] + product;
    }
    const float t0 = sums[0] + sums[4];
    const float t1 = sums[1] + sums[5];
    const float t2 = sums[2] + sums[6];
    const float t3 = sums[3] + sums[7];
    const float even = t0 + t2;
    const float odd = t1 + t3;
    return even + odd;
}

}  // namespace audioengine::reference
