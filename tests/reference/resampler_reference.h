// Sample rate conversion the slow way: the ideal low-pass, windowed, convolved directly in double with the C library's
// mathematics. No phases, no table, no history: every output looks at the whole input.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace audioengine::reference {

/// A Kaiser-windowed sinc that reaches `half` input samples to either side.
struct LowPass {
    double half;    ///< Input samples.
    double cutoff;  ///< Middle of the transition, as a share of the input rate.
    double beta;    ///< Shape of the Kaiser window.
};

inline double bessel_i0(double x) {
    double term = 1.0;
    double sum = 1.0;
    for (int k = 1; term > 1e-18 * sum; ++k) {
        term *= (x / 2.0 / k) * (x / 2.0 / k);
        sum += term;
    }
    return sum;
}

inline double response(const LowPass& filter, double distance) {
    constexpr double kPi = 3.14159265358979323846;
    const double place = distance / filter.half;
    if (std::abs(place) >= 1.0) return 0.0;
    const double window = bessel_i0(filter.beta * std::sqrt(1.0 - place * place));
    const double x = 2.0 * filter.cutoff * distance;
    // The window's own height falls out when the gain is brought to 1.
    return window * (x == 0.0 ? 1.0 : std::sin(kPi * x) / (kPi * x));
}

/// All ceil(n * to / from) outputs; each is normalised to a gain of 1 for direct current.
inline std::vector<double> resample(std::span<const float> in, std::uint32_t from_rate, std::uint32_t to_rate,
                                    const LowPass& filter) {
    const auto count = static_cast<std::size_t>((in.size() * std::uint64_t{to_rate} + from_rate - 1) / from_rate);
    std::vector<double> out(count);
    for (std::size_t k = 0; k < count; ++k) {
        const double position = static_cast<double>(k) * from_rate / to_rate;
        const auto first = static_cast<std::ptrdiff_t>(std::floor(position - filter.half));
        const auto last = static_cast<std::ptrdiff_t>(std::ceil(position + filter.half));
        double sum = 0.0;
        double gain = 0.0;
        for (std::ptrdiff_t i = first; i <= last; ++i) {
            const double weight = response(filter, static_cast<double>(i) - position);
            gain += weight;
            if (i >= 0 && i < static_cast<std::ptrdiff_t>(in.size()))
                sum += weight * static_cast<double>(in[static_cast<std::size_t>(i)]);
        }
        out[k] = sum / gain;
    }
    return out;
}

}  // namespace audioengine::reference
