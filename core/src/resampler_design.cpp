#include "resampler_design.h"

#include <algorithm>
#include <numeric>

#include "det_math.h"
#include "kernels.h"

namespace audioengine {

namespace {

constexpr std::size_t kMaxExactTableFloats = std::size_t{512} * 1024 / sizeof(float);
constexpr double kPi = 3.14159265358979323846;

struct ModeDesign {
    std::uint32_t max_half_low_samples;  // half length in samples of the lower rate
    std::uint32_t max_half_ms;           // and in time; 0: no limit
    double stop_band_db;  // asked of Kaiser's formula, which promises a little too much; measured in resampler_test
    double middle;        // of the transition, as a share of half the lower rate; 0: the stop band begins at that half
};

constexpr ModeDesign kRealtime{36, 2, 106.0, 1.025};
constexpr ModeDesign kBalanced{64, 0, 102.0, 0.0};
constexpr ModeDesign kQuality{96, 0, 104.0, 0.0};

const ModeDesign& mode_design(ProcessingMode mode) noexcept {
    if (mode == ProcessingMode::REALTIME) return kRealtime;
    return mode == ProcessingMode::BALANCED ? kBalanced : kQuality;
}

/// Kaiser's formula for the width of the transition, in shares of the sample rate.
double transition_width(double stop_band_db, double taps) noexcept { return (stop_band_db - 7.95) / (14.36 * taps); }

/// Kaiser's formula for the shape of the window, for stop bands from 50 dB.
double kaiser_beta(double stop_band_db) noexcept { return 0.1102 * (stop_band_db - 8.7); }

double square_root(double value) noexcept { return __builtin_sqrt(value); }

/// The impulse response `distance` input samples from its middle, not yet scaled.
double response(const FilterDesign& design, double distance) noexcept {
    const double place = distance / static_cast<double>(design.half);
    if (place >= 1.0 || place <= -1.0) return 0.0;
    const double window = det::bessel_i0(design.kaiser_beta * square_root(1.0 - place * place));
    const double turns = 2.0 * design.cutoff * distance;
    if (turns < 1e-9 && turns > -1e-9) return window;
    return window * det::sin_pi(turns) / (kPi * turns);
}

void fill_row(const FilterDesign& design, double position, float* row) noexcept {
    const std::uint32_t taps = 2 * design.half;
    const std::uint32_t padding = design.stride - taps;
    const double first = -static_cast<double>(design.half - 1) - position;
    std::fill_n(row, padding, 0.0F);
    double sum = 0.0;
    for (std::uint32_t tap = 0; tap < taps; ++tap) {
        const double value = response(design, first + static_cast<double>(tap));
        sum += value;
        row[padding + tap] = static_cast<float>(value);
    }
    for (std::uint32_t tap = padding; tap < design.stride; ++tap)
        row[tap] = static_cast<float>(static_cast<double>(row[tap]) / sum);
}

}  // namespace

FilterDesign design_filter(std::uint32_t from_rate_hz, std::uint32_t to_rate_hz, ProcessingMode mode) noexcept {
    const ModeDesign& wanted = mode_design(mode);
    const std::uint32_t low_rate_hz = std::min(from_rate_hz, to_rate_hz);
    std::uint64_t half = std::uint64_t{wanted.max_half_low_samples} * from_rate_hz / low_rate_hz;
    if (wanted.max_half_ms != 0) half = std::min(half, std::uint64_t{from_rate_hz} * wanted.max_half_ms / 1000);

    FilterDesign design;
    design.phases = to_rate_hz / std::gcd(from_rate_hz, to_rate_hz);
    design.half = static_cast<std::uint32_t>(half);
    constexpr auto kLanes = static_cast<std::uint32_t>(kernels::kDotLanes);
    design.stride = (2 * design.half + kLanes - 1) / kLanes * kLanes;
    design.kaiser_beta = kaiser_beta(wanted.stop_band_db);
    const double band_edge = 0.5 * static_cast<double>(low_rate_hz) / static_cast<double>(from_rate_hz);
    const double width = transition_width(wanted.stop_band_db, static_cast<double>(2 * design.half));
    design.cutoff = wanted.middle > 0.0 ? band_edge * wanted.middle : band_edge - 0.5 * width;
    design.interpolated = design.table_floats() > kMaxExactTableFloats && design.phases > kInterpolationRows;
    return design;
}

void fill_table(const FilterDesign& design, float* table) noexcept {
    for (std::size_t row = 0; row < design.rows(); ++row) {
        const double position = design.interpolated
                                    ? (static_cast<double>(row) - 1.0) / static_cast<double>(kInterpolatedPhases)
                                    : static_cast<double>(row) / static_cast<double>(design.phases);
        fill_row(design, position, table + row * design.stride);
    }
}

}  // namespace audioengine
