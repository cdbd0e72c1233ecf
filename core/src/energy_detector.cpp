#include <algorithm>

#include "audioengine/vad.h"
#include "det_math.h"
#include "level.h"

namespace audioengine {

namespace {

constexpr std::int32_t kMarginDbX100 = 900;  // the adaptive threshold over the noise floor
constexpr std::int32_t kSlopeDbX100 = 600;   // level over the threshold at which the probability is 0.75
constexpr std::int32_t kHalfQ15 = kProbabilityOneQ15 / 2;

struct BlockEnergy {
    std::uint64_t total;        // sum of squares
    std::uint64_t alternating;  // the same without the block's mean
};

BlockEnergy measure(std::span<const std::int16_t, kBlockSamples> block) noexcept {
    std::int32_t sum = 0;
    std::uint64_t squares = 0;
    for (const std::int16_t sample : block) {
        const std::int32_t value = sample;
        sum += value;
        squares += static_cast<std::uint32_t>(value * value);
    }
    const auto mean_part = static_cast<std::uint64_t>(std::int64_t{sum} * sum) / kBlockSamples;
    return {squares, squares - mean_part};
}

std::int32_t probability_at(std::int32_t over_threshold_x100) noexcept {
    const std::int32_t distance = over_threshold_x100 < 0 ? -over_threshold_x100 : over_threshold_x100;
    return kHalfQ15 + kHalfQ15 * over_threshold_x100 / (distance + kSlopeDbX100);
}

/// The smallest sum of squares of a block whose RMS reaches `amplitude`.
std::uint64_t block_energy_at(float amplitude) noexcept {
    return level::round_up(level::mean_square_at(amplitude) * kBlockSamples);
}

std::int32_t dbfs_x100_at(float amplitude) noexcept {
    return det::mean_square_dbfs_x100(block_energy_at(amplitude), kBlockSamples);
}

}  // namespace

EnergyDetector::EnergyDetector(const VADConfig& config, float min_amplitude) noexcept {
    configure(config, min_amplitude);
}

void EnergyDetector::configure(const VADConfig& config, float min_amplitude) noexcept {
    adaptive_ = config.adaptive;
    fixed_energy_ = block_energy_at(config.energy_threshold);
    fixed_dbfs_x100_ = dbfs_x100_at(config.energy_threshold);
    lowest_dbfs_x100_ = dbfs_x100_at(min_amplitude);
}

void EnergyDetector::reset() noexcept {
    average_sum_ = 0;
    average_blocks_ = 0;
    window_averages_ = 0;
    window_index_ = 0;
    window_minimum_.fill(0);
    floor_energy_ = 0;
}

std::int32_t EnergyDetector::noise_floor_dbfs_x100() const noexcept {
    return det::mean_square_dbfs_x100(floor_energy_, std::uint64_t{kBlocksPerAverage} * kBlockSamples);
}

std::int32_t EnergyDetector::threshold_dbfs_x100() const noexcept {
    if (!adaptive_) return fixed_dbfs_x100_;
    const std::int32_t wanted = floor_energy_ == 0 ? fixed_dbfs_x100_ : noise_floor_dbfs_x100() + kMarginDbX100;
    return std::max(wanted, lowest_dbfs_x100_);
}

EnergyDetector::Output EnergyDetector::process(std::span<const std::int16_t, kBlockSamples> block) noexcept {
    const BlockEnergy energy = measure(block);
    track_floor(energy.alternating);
    const std::uint64_t judged = adaptive_ ? energy.alternating : energy.total;
    const std::int32_t level_x100 = det::mean_square_dbfs_x100(judged, kBlockSamples);
    std::int32_t probability = probability_at(level_x100 - threshold_dbfs_x100());
    if (!adaptive_) {
        // The logarithm is rounded; the decision at the threshold itself is exact.
        probability = judged >= fixed_energy_ ? std::max(probability, kHalfQ15) : std::min(probability, kHalfQ15 - 1);
    }
    return {static_cast<std::uint16_t>(probability), static_cast<std::int16_t>(level_x100)};
}

void EnergyDetector::track_floor(std::uint64_t energy) noexcept {
    average_sum_ += energy;
    if (++average_blocks_ < kBlocksPerAverage) return;
    const std::uint64_t average = average_sum_;
    average_sum_ = 0;
    average_blocks_ = 0;
    if (average == 0) return;  // digital silence: a muted microphone says nothing about the room

    std::uint64_t& window = window_minimum_[window_index_];
    window = window == 0 ? average : std::min(window, average);
    floor_energy_ = window;
    for (const std::uint64_t minimum : window_minimum_)
        if (minimum != 0) floor_energy_ = std::min(floor_energy_, minimum);
    if (++window_averages_ == kAveragesPerWindow) {
        window_averages_ = 0;
        window_index_ = (window_index_ + 1) % kWindows;
        window_minimum_[window_index_] = 0;
    }
}

}  // namespace audioengine
