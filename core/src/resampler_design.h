// The filter behind Resampler: how long, how steep, and its table of taps.
#pragma once

#include <cstddef>
#include <cstdint>

#include "audioengine/types.h"

namespace audioengine {

/// Phases that are stored when the exact table would be too large, and the rows beyond both ends for the cubic.
inline constexpr std::uint32_t kInterpolatedPhases = 64;
inline constexpr std::uint32_t kInterpolationRows = kInterpolatedPhases + 3;

/// Lengths in input samples, frequencies as shares of the input rate.
struct FilterDesign {
    std::uint32_t phases = 1;   ///< Output positions between two input samples: to_rate / gcd.
    std::uint32_t half = 0;     ///< The window reaches this far to either side of the output's position.
    std::uint32_t stride = 0;   ///< Taps of a row: 2 * half, padded in front with zeros to a multiple of kDotLanes.
    bool interpolated = false;  ///< The table has kInterpolationRows rows instead of `phases`.
    double cutoff = 0.0;        ///< Middle of the transition band.
    double kaiser_beta = 0.0;

    [[nodiscard]] std::size_t rows() const noexcept { return interpolated ? kInterpolationRows : phases; }
    [[nodiscard]] std::size_t table_floats() const noexcept { return rows() * stride; }
};

/// The design for two different rates. See the table in resampler.h.
[[nodiscard]] FilterDesign design_filter(std::uint32_t from_rate_hz, std::uint32_t to_rate_hz,
                                         ProcessingMode mode) noexcept;

/// Writes `table_floats()` taps, row by row, oldest sample first; every row sums to 1.
void fill_table(const FilterDesign& design, float* table) noexcept;

}  // namespace audioengine
