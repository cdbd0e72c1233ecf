// The one random generator of the tests: a 32-bit linear congruential one, the same in C++ and JavaScript.
#pragma once

#include <cstdint>

namespace audioengine::test {

class Lcg {
public:
    explicit Lcg(std::uint32_t seed) noexcept : state_(seed) {}

    /// 16 random bits: the upper half of the next state (the lower bits have short periods).
    std::uint32_t next() noexcept {
        state_ = state_ * 1664525U + 1013904223U;
        return state_ >> 16U;
    }
    /// 0 to `limit - 1`; `limit` is at most 65536.
    std::uint32_t below(std::uint32_t limit) noexcept { return next() % limit; }
    std::int16_t sample() noexcept { return static_cast<std::int16_t>(next()); }

private:
    std::uint32_t state_;
};

}  // namespace audioengine::test
