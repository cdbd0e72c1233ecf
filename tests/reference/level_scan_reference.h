// The level scan the slow way: one sample after the other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "audioengine/validate.h"

namespace audioengine::reference {

inline LevelScan scan(std::span<const std::int16_t> samples, std::int32_t near_clip_level) {
    LevelScan scan;
    for (const std::int16_t sample : samples) {
        const std::int64_t value = sample;
        const std::int64_t magnitude = value < 0 ? -value : value;
        const bool full = sample == 32767 || sample == -32768;
        ++scan.samples;
        scan.sum += value;
        scan.sum_squares += static_cast<std::uint64_t>(value * value);
        scan.peak = std::max(scan.peak, static_cast<std::uint32_t>(magnitude));
        scan.zeros += sample == 0 ? 1U : 0U;
        scan.full_scale += full ? 1U : 0U;
        scan.near_clip += magnitude >= near_clip_level ? 1U : 0U;
        scan.full_scale_run = full ? scan.full_scale_run + 1 : 0;
        scan.longest_full_scale_run = std::max(scan.longest_full_scale_run, scan.full_scale_run);
    }
    return scan;
}

/// The numbers under their names, for comparing.
inline std::vector<std::pair<std::string_view, std::int64_t>> numbers_of(const LevelScan& scan) {
    const auto number = [](auto value) { return static_cast<std::int64_t>(value); };
    return {{"samples", number(scan.samples)},
            {"sum_squares", number(scan.sum_squares)},
            {"sum", scan.sum},
            {"peak", number(scan.peak)},
            {"zeros", number(scan.zeros)},
            {"full_scale", number(scan.full_scale)},
            {"near_clip", number(scan.near_clip)},
            {"full_scale_run", number(scan.full_scale_run)},
            {"longest_full_scale_run", number(scan.longest_full_scale_run)}};
}

}  // namespace audioengine::reference
