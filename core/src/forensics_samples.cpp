// What 256 samples of one channel tell: a second channel between them, or a lower rate than they are said to have.
//
//   stereo      Neighbours of the same channel are two apart: the differences at lag 2 are smaller than those at lags 1 and
//               3. Or every second sample is louder, or nearer to the one before than to the one after.
//   held        Every value comes twice or more, and about equally often.
//   lines       At a fixed phase the second difference is large, everywhere between it is nothing but rounding.
//   sharp edge  The upper half of the spectrum is nothing but rounding (with or without dither), and what is below ends
//               within a few bins, as no voice, instrument or room does. A tone ends as sharply, so the edge has to have a
//               broad band below it.
#include <algorithm>
#include <array>

#include "forensics_judges.h"
#include "radix2.h"

namespace audioengine {

namespace {

constexpr std::size_t kSize = 256;
using Samples = std::span<const std::int16_t, kSize>;

constexpr std::uint32_t kEnoughStereo = 6;  // windows; 200 ms of two channels are twice as many samples
constexpr std::uint32_t kEnoughLowRate = 4;

std::int32_t magnitude(std::int32_t value) noexcept { return value < 0 ? -value : value; }

std::int32_t mean_step(Samples samples, std::size_t lag) noexcept {
    std::int32_t sum = 0;
    for (std::size_t i = lag; i < kSize; ++i) sum += magnitude(samples[i] - samples[i - lag]);
    return sum / static_cast<std::int32_t>(kSize - lag);
}

// ---- Stereo ----------------------------------------------------------------------------------------------------------

/// 1 for stereo, -1 for mono, 0 for neither.
int stereo_evidence(Samples samples) noexcept {
    std::int32_t even = 0, odd = 0, within = 0, across = 0;
    for (std::size_t i = 0; i + 2 < kSize; i += 2) {
        even += magnitude(samples[i]);
        odd += magnitude(samples[i + 1]);
        within += magnitude(samples[i + 1] - samples[i]);
        across += magnitude(samples[i + 2] - samples[i + 1]);
    }
    const std::int32_t lag1 = mean_step(samples, 1);
    const std::int32_t lag2 = mean_step(samples, 2);
    const std::int32_t lag3 = mean_step(samples, 3);
    const std::int32_t level = (even + odd) / static_cast<std::int32_t>(kSize);
    if (within * 10 < across * 7 || even > 2 * odd || odd > 2 * even) return 1;
    // What is loud near half of the rate also has lag 2 under lag 1, but then neighbours have opposite signs.
    if (lag2 * 2 < lag1 && lag2 * 2 < lag3 && lag1 * 10 < level * 16) return 1;
    return lag2 > lag1 ? -1 : 0;
}

// ---- A lower rate, in time -------------------------------------------------------------------------------------------

/// Held samples: no value alone, no run much longer than the others.
bool is_held(Samples samples) noexcept {
    std::size_t runs = 0;
    std::size_t longest = 0;
    std::size_t start = 0;
    bool alone = false;
    for (std::size_t i = 1; i < kSize; ++i) {
        if (samples[i] == samples[i - 1]) continue;
        if (runs > 0) {  // the first may have begun before
            alone = alone || i - start < 2;
            longest = std::max(longest, i - start);
        }
        ++runs;
        start = i;
    }
    return runs >= 16 && !alone && longest * runs <= 5 * kSize / 2 + 2 * runs;
}

/// Straight lines of `ratio` steps.
bool has_lines(std::span<const std::int16_t, kSize> bends, std::size_t ratio) noexcept {
    constexpr std::int32_t kRounding = 2;
    constexpr std::int32_t kLeastBend = 4;
    for (std::size_t phase = 0; phase < ratio; ++phase) {
        std::int32_t crooked = 0, corners = 0, sum = 0;
        for (std::size_t i = 1; i + 1 < kSize; ++i) {
            if (i % ratio != phase) {
                crooked += bends[i] > kRounding ? 1 : 0;
            } else {
                sum += bends[i];
                ++corners;
            }
        }
        if (crooked == 0 && sum >= kLeastBend * corners) return true;
    }
    return false;
}

bool is_interpolated(Samples samples) noexcept {
    std::array<std::int16_t, kSize> bends{};
    std::size_t straight = 0;
    for (std::size_t i = 1; i + 1 < kSize; ++i) {
        const std::int32_t bend = magnitude(samples[i + 1] - 2 * samples[i] + samples[i - 1]);
        bends[i] = static_cast<std::int16_t>(std::min(bend, 32767));
        straight += bend <= 2 ? 1U : 0U;
    }
    if (straight < kSize * 45 / 100) return false;
    for (std::size_t ratio = 2; ratio <= 6; ++ratio)
        if (has_lines(bends, ratio)) return true;
    return false;
}

// ---- A lower rate, in frequency --------------------------------------------------------------------------------------

constexpr std::size_t kBins = kSize / 2;

constexpr double kPi = 3.14159265358979323846;

/// Cosine by its Taylor series, 0 to pi; for tables made by the compiler.
constexpr double cosine(double x) {
    double term = 1.0, sum = 1.0;
    for (int i = 1; i < 24; ++i) {
        term *= -x * x / ((2 * i - 1) * (2 * i));
        sum += term;
    }
    return sum;
}
constexpr auto kCosines = [] {  // of pi k / 128
    std::array<float, kBins + 1> table{};
    for (std::size_t k = 0; k <= kBins; ++k)
        table[k] = static_cast<float>(cosine(kPi * static_cast<double>(k) / static_cast<double>(kBins)));
    return table;
}();
constexpr auto kWindow = [] {  // Blackman-Harris of four terms, side lobes at -92 dB; the first half and its middle
    std::array<float, kBins + 1> table{};
    for (std::size_t i = 0; i <= kBins; ++i) {
        const auto cos = [&](std::size_t times) {
            const std::size_t turn = times * i % kSize;
            return cosine(kPi * static_cast<double>(turn <= kBins ? turn : kSize - turn) / static_cast<double>(kBins));
        };
        table[i] = static_cast<float>(0.35875 - 0.48829 * cos(1) + 0.14128 * cos(2) - 0.01168 * cos(3));
    }
    return table;
}();
/// What rounding to 16 bits gives in every bin: 1/12 of a squared step, through the window.
constexpr float kRoundingPower = [] {
    double sum = 0;
    for (std::size_t i = 0; i < kSize; ++i) {
        const auto value = static_cast<double>(kWindow[i <= kBins ? i : kSize - i]);
        sum += value * value;
    }
    return static_cast<float>(sum / 12.0);
}();

constexpr auto kReversed = [] {
    std::array<std::uint8_t, kBins> table{};
    for (std::size_t i = 0; i < kBins; ++i) table[i] = static_cast<std::uint8_t>(radix2::reversed<kBins>(i));
    return table;
}();

using Half = std::array<float, kBins>;

/// exp(-i pi k / 128) for k under 128.
constexpr float real_turn(std::size_t k) noexcept { return kCosines[k]; }
constexpr float imaginary_turn(std::size_t k) noexcept { return -kCosines[k <= 64 ? 64 - k : k - 64]; }

/// Power of the bins 0 to 127, in units of what rounding gives.
Half power_of(Samples samples) noexcept {
    Half re{}, im{};
    for (std::size_t i = 0; i < kBins; ++i) {  // two real samples are one complex
        const std::size_t to = kReversed[i];
        const std::size_t even = 2 * i, odd = 2 * i + 1;
        re[to] = static_cast<float>(samples[even]) * kWindow[even <= kBins ? even : kSize - even];
        im[to] = static_cast<float>(samples[odd]) * kWindow[odd <= kBins ? odd : kSize - odd];
    }
    radix2::transform(
        re, im, [](std::size_t k) { return real_turn(2 * k); }, [](std::size_t k) { return imaginary_turn(2 * k); });
    Half power{};
    for (std::size_t k = 1; k < kBins; ++k) {  // the two real transforms apart, and put together
        const std::size_t mirror = kBins - k;
        const float even_re = 0.5F * (re[k] + re[mirror]), even_im = 0.5F * (im[k] - im[mirror]);
        const float odd_re = 0.5F * (im[k] + im[mirror]), odd_im = -0.5F * (re[k] - re[mirror]);
        const float real = even_re + (odd_re * real_turn(k) - odd_im * imaginary_turn(k));
        const float imaginary = even_im + (odd_re * imaginary_turn(k) + odd_im * real_turn(k));
        power[k] = (real * real + imaginary * imaginary) / kRoundingPower;
    }
    return power;
}

/// What the spectrum shows: `edge` is the bin of a sharp edge under which something is and above which nothing is, or 0.
struct Edge {
    std::size_t bin = 0;
    bool has_upper_half = false;  // there is sound in the upper half
};

Edge find_edge(Samples samples) noexcept {
    constexpr std::size_t kUpper = 70;  // bins from here on are the upper half, away from the edge
    constexpr float kNothing = 4.5F;    // rounding with triangular dither is 3
    constexpr float kSomething = 30.0F;
    constexpr float kFoot = 5.0F, kTop = 30.0F;  // 7 and 15 dB over what there is in the upper half
    constexpr std::size_t kSteep = 7;            // bins between them, four of which are the window's own
    constexpr std::size_t kBroad = 16, kFilled = 11;
    const Half power = power_of(samples);
    float upper = 0.0F;
    for (std::size_t k = kUpper; k < kBins - 1; ++k) upper += power[k];
    upper /= static_cast<float>(kBins - 1 - kUpper);
    if (upper > kNothing) return {0, upper > kSomething};
    const float floor = std::max(upper, 0.5F);
    std::size_t foot = 0, top = 0;
    for (std::size_t k = 4; k < kBins - 3; ++k) {
        const float smooth = (power[k - 2] + power[k - 1] + power[k] + power[k + 1] + power[k + 2]) / 5.0F;
        if (smooth > kFoot * floor) foot = k;
        if (smooth > kTop * floor) top = k;
    }
    if (foot >= kUpper + 2 || top < 8 || foot - top > kSteep) return {};
    std::size_t filled = 0;
    for (std::size_t k = top - std::min(kBroad, top - 1); k < top; ++k) filled += power[k] > kFoot * floor ? 1U : 0U;
    return {filled >= std::min(kFilled, top - 2) ? foot : 0, false};
}

}  // namespace

/// 1 for a sharp edge, -2 for sound in the upper half. Codecs that leave out what is masked make sharp edges too, but
/// each time elsewhere: an edge counts when it is where the one before was.
int Forensics::SampleJudge::edge_evidence(Forensics& forensics, Probe samples) noexcept {
    constexpr std::size_t kSteady = 3;  // bins
    const Edge edge = find_edge(samples);
    if (edge.bin == 0) return edge.has_upper_half ? -2 : 0;
    const std::size_t before = forensics.last_edge_;
    forensics.last_edge_ = static_cast<std::uint32_t>(edge.bin);
    return before == 0 || (edge.bin <= before + kSteady && before <= edge.bin + kSteady) ? 1 : 0;
}

bool Forensics::SampleJudge::judge(Forensics& forensics, Probe samples, std::uint64_t position) noexcept {
    if (forensics.is_doubtful_) return true;
    std::int32_t level = 0;
    for (const std::int16_t sample : samples) level += loudness_of(sample);
    if (level < kAudible * static_cast<std::int32_t>(kSize) / 2) return true;
    int stereo = forensics.channels_ == 1 ? stereo_evidence(samples) : -1;
    int low_rate = is_held(samples) || is_interpolated(samples) ? 1 : edge_evidence(forensics, samples);
    if (stereo > 0 || low_rate > 0) {  // tones of few values are neither, whatever they look like
        constexpr int kFewValues = 20;
        Variety variety;
        for (const std::int16_t sample : samples) variety.add(static_cast<std::uint16_t>(sample));
        if (variety.count() < kFewValues) stereo = low_rate = 0;
    }
    forensics.weigh(Finding::stereo_as_mono, stereo, kEnoughStereo, position);
    forensics.weigh(Finding::low_rate, low_rate, kEnoughLowRate, position);
    return stereo <= 0 && low_rate <= 0;
}

}  // namespace audioengine
