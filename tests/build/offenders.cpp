// What the core must never do, so that the imports test is seen to find it.
#include <cmath>
#include <cstdio>
#include <cstdlib>

extern "C" void* offend(float x) {
    std::printf("%f", static_cast<double>(std::sin(x)));
    return std::malloc(static_cast<std::size_t>(x));
}
