#include "power_spectrum.h"

#include "det_math.h"
#include "seldom.h"

namespace audioengine::power_spectrum {

namespace {

constexpr std::size_t kQuarterTurn = kHalf / 4;  // cos(x + quarter turn) = -sin(x)

/// cos(2 pi k / kSamples), folded into the first quarter of a turn, so that equal values have equal bits.
AUDIOENGINE_SELDOM float cosine_at(std::size_t k) noexcept {
    constexpr std::size_t kQuarter = kSamples / 4;
    if (k > kHalf) k = kSamples - k;
    const bool negative = k > kQuarter;
    if (negative) k = kHalf - k;
    const auto cosine = static_cast<float>(det::sin_pi(2.0 * static_cast<double>(kQuarter - k) / kSamples));
    return negative ? -cosine : cosine;
}

// Where the machine has vectors, four values at once go through the same arithmetic as one does.
#if defined(__SSE2__) || defined(__wasm_simd128__) || defined(__ARM_NEON)
typedef float Lanes __attribute__((vector_size(16)));  // NOLINT(modernize-use-using): attribute needs the typedef
constexpr std::size_t kLanes = 4;
Lanes all(float value) noexcept { return Lanes{value, value, value, value}; }
#else
using Lanes = float;
constexpr std::size_t kLanes = 1;
Lanes all(float value) noexcept { return value; }
#endif

template <class Number>
struct Complex {
    Number re;
    Number im;
};

template <class Number>
Complex<Number> turned(Complex<Number> x, Complex<Number> by) noexcept {
    return {x.re * by.re - x.im * by.im, x.re * by.im + x.im * by.re};
}

constexpr std::size_t kStep = kHalf / 4;

template <class Number>
Complex<Number> load(const float* re, const float* im) noexcept {
    Complex<Number> value;
    __builtin_memcpy(&value.re, re, sizeof value.re);
    __builtin_memcpy(&value.im, im, sizeof value.im);
    return value;
}
template <class Number>
void store(float* re, float* im, Complex<Number> value) noexcept {
    __builtin_memcpy(re, &value.re, sizeof value.re);
    __builtin_memcpy(im, &value.im, sizeof value.im);
}

Complex<float> twiddle(const Tables& tables, std::size_t turns) noexcept {
    return {tables.cosine[turns], tables.cosine[turns + kQuarterTurn]};
}

/// The factors by which the second, third and fourth value of four are turned.
template <class Number>
struct Twiddles {
    Complex<Number> b, c, d;
};

/// A transform of four values that lie kStep apart, to four that lie `apart`.
template <class Number>
inline void transform_four(const float* xr, const float* xi, const Twiddles<Number>& w, float* yr, float* yi,
                           std::size_t apart) noexcept {
    const auto a = load<Number>(xr, xi);
    const auto b = load<Number>(xr + kStep, xi + kStep);
    const auto c = load<Number>(xr + 2 * kStep, xi + 2 * kStep);
    const auto d = load<Number>(xr + 3 * kStep, xi + 3 * kStep);
    const Complex<Number> ac{a.re + c.re, a.im + c.im};
    const Complex<Number> bd{b.re + d.re, b.im + d.im};
    const Complex<Number> e{a.re - c.re, a.im - c.im};
    const Complex<Number> f{b.re - d.re, b.im - d.im};
    store<Number>(yr, yi, {ac.re + bd.re, ac.im + bd.im});
    store(yr + apart, yi + apart, turned({e.re + f.im, e.im - f.re}, w.b));
    store(yr + 2 * apart, yi + 2 * apart, turned({ac.re - bd.re, ac.im - bd.im}, w.c));
    store(yr + 3 * apart, yi + 3 * apart, turned({e.re - f.im, e.im + f.re}, w.d));
}

// Stages of Stockham's transform of radix 4 (P. N. Swarztrauber, "FFT algorithms for vector computers", 1984): no reordering.

/// The first: every four has factors of its own.
void first_stage(const Tables& tables, const float* __restrict xr, const float* __restrict xi, float* __restrict yr,
                 float* __restrict yi) noexcept {
    for (std::size_t p = 0; p < kStep; ++p) {
        const Twiddles<float> w{twiddle(tables, p), twiddle(tables, 2 * p), twiddle(tables, 3 * p)};
        transform_four(xr + p, xi + p, w, yr + 4 * p, yi + 4 * p, 1);
    }
}

/// A later one: the factors are the same for `stride` fours that lie side by side. Three copies of it would not be faster.
[[gnu::noinline]] void stage(const Tables& tables, std::size_t stride, const float* xr, const float* xi, float* yr,
                             float* yi) noexcept {
    const auto for_all = [&](std::size_t turns) {
        const Complex<float> w = twiddle(tables, turns);
        return Complex<Lanes>{all(w.re), all(w.im)};
    };
    for (std::size_t turns = 0; turns < kStep; turns += stride) {
        const Twiddles<Lanes> w{for_all(turns), for_all(2 * turns), for_all(3 * turns)};
        for (std::size_t q = 0; q < stride; q += kLanes) {
            const std::size_t from = turns + q;
            const std::size_t to = 4 * turns + q;
            transform_four(xr + from, xi + from, w, yr + to, yi + to, stride);
        }
    }
}

/// The spectrum of the real signal out of that of its even samples plus j times its odd ones: bins k and kHalf - k.
void split(const Tables& tables, const float* __restrict re, const float* __restrict im,
           float* __restrict power) noexcept {
    const auto& fine = tables.fine_cosine;
    const float sum = re[0] + im[0];
    const float difference = re[0] - im[0];
    power[0] = sum * sum;
    power[kHalf] = difference * difference;
    alignas(16) std::array<float, kHalf / 2 + 1> upper;  // of bin kHalf - k: its own array, so that the loop vectorises
    for (std::size_t k = 1; k <= kHalf / 2; ++k) {
        const float er = re[k] + re[kHalf - k];  // twice the even samples' spectrum
        const float ei = im[k] - im[kHalf - k];
        const float odd_r = im[k] + im[kHalf - k];  // twice the odd samples'
        const float odd_i = re[kHalf - k] - re[k];
        const float cosine = fine[k];
        const float sine = fine[kHalf / 2 - k];
        const float tr = odd_r * cosine + odd_i * sine;
        const float ti = odd_i * cosine - odd_r * sine;
        const float low_r = er + tr;
        const float low_i = ei + ti;
        const float high_r = er - tr;
        const float high_i = ei - ti;
        power[k] = 0.25F * (low_r * low_r + low_i * low_i);
        upper[k] = 0.25F * (high_r * high_r + high_i * high_i);
    }
    for (std::size_t k = 1; k < kHalf / 2; ++k) power[kHalf - k] = upper[k];
}

}  // namespace

AUDIOENGINE_SELDOM Tables::Tables() noexcept {
    for (std::size_t k = 0; k < cosine.size(); ++k) cosine[k] = cosine_at(2 * k);
    for (std::size_t k = 0; k < fine_cosine.size(); ++k) fine_cosine[k] = cosine_at(k);
}

void transform(const Tables& tables, float* even, float* odd, float* power) noexcept {
    alignas(16) std::array<float, kHalf> re;
    alignas(16) std::array<float, kHalf> im;
    first_stage(tables, even, odd, re.data(), im.data());
    stage(tables, 4, re.data(), im.data(), even, odd);
    stage(tables, 16, even, odd, re.data(), im.data());
    stage(tables, 64, re.data(), im.data(), even, odd);
    split(tables, even, odd, power);
}

}  // namespace audioengine::power_spectrum
