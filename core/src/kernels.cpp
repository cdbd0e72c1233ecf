#include "kernels.h"

namespace audioengine::kernels {

namespace {

// GCC, clang and Emscripten turn this into SSE, NEON or wasm SIMD, or into scalar code with the same order.
typedef float Float4 __attribute__((vector_size(16)));  // NOLINT(modernize-use-using): attribute needs the typedef

Float4 load(const float* from) noexcept {
    Float4 value;
    __builtin_memcpy(&value, from, sizeof value);
    return value;
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

}  // namespace audioengine::kernels
