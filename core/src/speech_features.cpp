#include "speech_features.h"

#include <algorithm>
#include <cmath>

#include "det_math.h"
#include "kernels.h"
#include "seldom.h"

namespace audioengine {

namespace {

using power_spectrum::kBins;
using power_spectrum::kHalf;

// Of the samples of even and of odd number: how many the window leaves out, and how many it holds.
constexpr std::size_t kLeftOut = (power_spectrum::kSamples - SpeechFeatures::kRise - SpeechFeatures::kFall) / 2;
constexpr std::size_t kHeld = power_spectrum::kHalf - kLeftOut;

/// Half of a Hann window of `length` samples each way, from the outside in.
AUDIOENGINE_SELDOM float half_hann(std::size_t i, std::size_t length) noexcept {
    const double sine = det::sin_pi((static_cast<double>(i) + 0.5) / static_cast<double>(length) / 2.0);
    return static_cast<float>(sine * sine);
}
float window_at(std::size_t i) noexcept {
    constexpr std::size_t kRise = SpeechFeatures::kRise;
    constexpr std::size_t kFall = SpeechFeatures::kFall;
    return i < kRise ? half_hann(i, kRise) : half_hann(kRise + kFall - 1 - i, kFall);
}

// Bin numbers (of 31.25 Hz), in hundredths, of the bands' edges and middles: points evenly spaced in 1127 ln(1 + f / 700).
constexpr std::size_t kPoints = SpeechFeatures::kBands + 2;
constexpr std::array<std::uint16_t, kPoints> kPointBinsX100{
    192,  375,  571,  782,  1009, 1254, 1516,  1798,  2102,  2428,  2779,  3156,  3561,  3997,  4466,  4969,  5511,
    6093, 6720, 7393, 8117, 8895, 9731, 10631, 11598, 12637, 13755, 14957, 16249, 17638, 19132, 20738, 22464, 24320};
constexpr double point_bin(std::size_t point) noexcept { return static_cast<double>(kPointBinsX100[point]) / 100.0; }

/// The lowest bin above each point. The bins between two points belong to both: falling to the lower band, rising to the upper.
constexpr std::array<std::uint8_t, kPoints> first_bins() {
    std::array<std::uint8_t, kPoints> first{};
    for (std::size_t point = 0; point < kPoints; ++point)
        first[point] = static_cast<std::uint8_t>(kPointBinsX100[point] / 100 + 1);
    return first;
}
constexpr auto kFirst = first_bins();

/// 256 log2(x), x of at least 1; the error of the logarithm is under 0.0002.
std::int32_t log2_q8(float x) noexcept {
    const auto bits = __builtin_bit_cast(std::uint32_t, x);
    const auto exponent = static_cast<float>(static_cast<std::int32_t>(bits >> 23U) - 127);
    const float f = __builtin_bit_cast(float, (bits & 0x7FFFFFU) | 0x3F800000U) - 1.0F;
    const float curve = 0.43998F + f * (-0.2417F + f * 0.08231F);
    return static_cast<std::int32_t>((exponent + f + f * (1.0F - f) * curve) * 256.0F);
}

constexpr float kRounding = 64.0F;  // about the noise of 16-bit samples

using Levels = std::array<std::int32_t, SpeechFeatures::kBands>;

/// Logarithms of the bands' energies in the windowed samples.
Levels band_levels(const SpeechFeatures::Tables& tables, const std::int16_t* samples) noexcept {
    alignas(16) std::array<float, kHalf> even{};
    alignas(16) std::array<float, kHalf> odd{};
    alignas(16) std::array<float, kBins> power;
    for (std::size_t i = 0; i < kHeld; ++i) {
        even[kLeftOut + i] = static_cast<float>(samples[2 * (kLeftOut + i)]) * tables.even_window[i];
        odd[kLeftOut + i] = static_cast<float>(samples[2 * (kLeftOut + i) + 1]) * tables.odd_window[i];
    }
    power_spectrum::transform(tables.cosines, even.data(), odd.data(), power.data());

    auto& upper = even;  // used up by the transform
    auto& lower = odd;
    for (std::size_t bin = 0; bin < kHalf; ++bin) {
        upper[bin] = power[bin] * tables.rise[bin];
        lower[bin] = power[bin] - upper[bin];
    }
    Levels levels{};
    float energy = 0;  // of the band whose middle the point is
    for (std::size_t point = 0; point < SpeechFeatures::kBands + 1; ++point) {
        float next = 0;
        for (std::size_t bin = kFirst[point]; bin < kFirst[point + 1]; ++bin) {
            energy += lower[bin];
            next += upper[bin];
        }
        if (point > 0) levels[point - 1] = log2_q8(energy + kRounding);
        energy = next;
    }
    return levels;
}

}  // namespace

AUDIOENGINE_SELDOM SpeechFeatures::Tables::Tables() noexcept {
    for (std::size_t i = 0; i < kHeld; ++i) {
        even_window[i] = window_at(2 * i);
        odd_window[i] = window_at(2 * i + 1);
    }
    for (std::size_t point = 0; point + 1 < kPoints; ++point) {
        for (std::size_t bin = kFirst[point]; bin < kFirst[point + 1]; ++bin) {
            const double share =
                (static_cast<double>(bin) - point_bin(point)) / (point_bin(point + 1) - point_bin(point));
            rise[bin] = static_cast<float>(share);
        }
    }
}

void SpeechFeatures::process(const Tables& tables, std::span<const std::int16_t, kBlockSamples> block,
                             Vector& features) noexcept {
    std::copy(recent_.begin() + kBlockSamples, recent_.end(), recent_.begin());
    std::copy(block.begin(), block.end(), recent_.end() - kBlockSamples);
    take_slow_samples();
    const Levels levels = band_levels(tables, recent_.data());
    const std::int32_t reference = follow_level(levels);
    for (std::size_t k = 0; k < kBands; ++k) features[k] = static_cast<std::int16_t>(levels[k] - reference);
    features[kBands] = periodicity();
    edges(reference, std::span<std::int16_t, kEdges>(features.data() + kBands + 1, kEdges));
}

/// The block at a quarter of the rate.
void SpeechFeatures::take_slow_samples() noexcept {
    constexpr std::size_t kNew = kBlockSamples / 4;
    std::copy(slow_.begin() + kNew, slow_.end(), slow_.begin());
    const std::int16_t* from = recent_.data() + kRecent - kBlockSamples - 3;
    std::int16_t* to = slow_.data() + kSlowSamples - kNew;
    for (std::size_t i = 0; i < kNew; ++i, from += 4) {
        // Two averages of four on top of each other: zeros at 4 and 8 kHz.
        const std::int32_t sum = from[0] + from[6] + 2 * (from[1] + from[5]) + 3 * (from[2] + from[4]) + 4 * from[3];
        to[i] = static_cast<std::int16_t>(sum / 16);
    }
}

/// Takes the levels into the mean of the recent past, and returns that.
std::int32_t SpeechFeatures::follow_level(const std::array<std::int32_t, kBands>& levels) noexcept {
    constexpr std::int64_t kOneSum = 256;  // the unit of reference_
    const bool silent = std::all_of(recent_.begin(), recent_.end(), [](std::int16_t sample) { return sample == 0; });
    if (!silent) {  // digital silence says nothing about the level
        std::int64_t sum = 0;
        for (const std::int32_t level : levels) sum += level;
        reference_blocks_ = std::min(reference_blocks_ + 1, kReferenceBlocks);
        reference_ += (sum * kOneSum - reference_) / reference_blocks_;
    }
    return static_cast<std::int32_t>(reference_ / (kOneSum * static_cast<std::int64_t>(kBands)));
}

std::int16_t SpeechFeatures::periodicity() const noexcept {
    // Shifted so that a product fits 22 bits and a sum of 120 fits 32.
    std::int32_t peak = 1;
    for (const std::int16_t sample : slow_) peak = std::max(peak, sample < 0 ? -sample : std::int32_t{sample});
    int shift = 0;
    while ((peak >> shift) > 2047) ++shift;
    std::array<std::int16_t, kSlowSamples> x;
    for (std::size_t i = 0; i < kSlowSamples; ++i) x[i] = static_cast<std::int16_t>(slow_[i] >> shift);

    const std::span<const std::int16_t> now(x.data() + kSlowLags, kSlowWindow);
    std::array<std::int32_t, kSlowLags + 1> products;  // by lag; at lag 0 the energy
    kernels::correlate(now, now.data(), products);
    float best = 0;  // of correlation squared per energy at the lag
    std::int32_t then_energy = products[0] + 1;
    for (std::size_t lag = 1; lag <= kSlowLags; ++lag) {
        const std::int16_t* const then = now.data() - lag;
        then_energy += then[0] * then[0] - then[kSlowWindow] * then[kSlowWindow];
        const auto product = static_cast<float>(products[lag]);
        if (lag >= kLeastLag && product > 0) best = std::max(best, product * product / static_cast<float>(then_energy));
    }
    const auto energy = static_cast<float>(products[0] + 1);
    const float correlation = std::sqrt(best / energy);  // 0 to 1
    return static_cast<std::int16_t>((correlation - 0.6F) * 3.0F * static_cast<float>(kOne));
}

/// By differences over a few samples, which are short and need no window: over 8 samples 1 kHz is loudest and 2 kHz gone,
/// from one to the next the highest frequencies are. A constant is in neither.
void SpeechFeatures::edges(std::int32_t reference, std::span<std::int16_t, kEdges> features) const noexcept {
    constexpr std::size_t kPart = kBlockSamples / 2;
    alignas(16) std::array<float, kPart> steps;
    std::size_t to = 0;
    for (const std::size_t from : {kRecent - 2 * kPart, kRecent - kPart}) {
        for (const std::size_t lag : {std::size_t{8}, std::size_t{1}}) {
            for (std::size_t i = 0; i < kPart; ++i)
                steps[i] = static_cast<float>(recent_[from + i] - recent_[from + i - lag]);
            const float energy = kernels::dot(steps.data(), steps.data(), kPart);
            features[to++] = static_cast<std::int16_t>(log2_q8(energy + kRounding) - reference);
        }
    }
}

}  // namespace audioengine
