#include "audioengine/resampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <numeric>
#include <string>
#include <vector>

#include "reference/resampler_reference.h"
#include "support/generate.h"
#include "support/random.h"

namespace audioengine {
namespace {

using test::Samples;
using Floats = std::vector<float>;

constexpr double kPi = 3.14159265358979323846;
constexpr std::uint32_t kRates[] = {8000, 16000, 22050, 24000, 32000, 44100, 48000};
constexpr ProcessingMode kModes[] = {ProcessingMode::REALTIME, ProcessingMode::BALANCED, ProcessingMode::QUALITY};

struct Pair {
    std::uint32_t from;
    std::uint32_t to;
};

/// Every pair of the common rates, and odd ones: primes, tiny steps, the widest ratios.
std::vector<Pair> all_pairs() {
    std::vector<Pair> pairs;
    for (const std::uint32_t from : kRates) {
        for (const std::uint32_t to : kRates) pairs.push_back({from, to});
    }
    for (const Pair odd : {Pair{11025, 48000}, Pair{44056, 16000}, Pair{48000, 47999}, Pair{47999, 48000},
                           Pair{44100, 44056}, Pair{16000, 16001}, Pair{8000, 11025}, Pair{4000, 192000},
                           Pair{192000, 4000}, Pair{191999, 4001}, Pair{4001, 191999}, Pair{96000, 16000}}) {
        pairs.push_back(odd);
    }
    return pairs;
}

std::string name(const Pair& pair, ProcessingMode mode) {
    return std::to_string(pair.from) + " to " + std::to_string(pair.to) + " " + name_of(mode);
}

Resampler make(const Pair& pair, ProcessingMode mode) {
    auto result = Resampler::create(pair.from, pair.to, mode);
    EXPECT_TRUE(result.ok());
    return std::move(result).value();
}

/// Everything through it in pieces; checks the promised bounds on the way.
template <class Sample>
std::vector<Sample> resample(Resampler& resampler, std::span<const Sample> in, std::size_t piece, bool flush = true) {
    std::vector<Sample> out;
    std::vector<Sample> part;
    while (!in.empty()) {
        const auto next = in.first(std::min(piece, in.size()));
        part.resize(resampler.max_output_samples(next.size()));
        const auto counts = resampler.process(next, std::span(part));
        EXPECT_EQ(counts.status, Status::ok);
        EXPECT_LE(counts.produced, part.size());
        out.insert(out.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(counts.produced));
        in = in.subspan(next.size());
    }
    if (flush) {
        part.resize(resampler.max_flush_samples());
        const auto counts = resampler.flush(std::span(part));
        EXPECT_EQ(counts.status, Status::ok);
        EXPECT_LE(counts.produced, part.size());
        out.insert(out.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(counts.produced));
    }
    return out;
}

std::uint64_t expected_count(std::uint64_t n, const Pair& pair) { return (n * pair.to + pair.from - 1) / pair.from; }

TEST(Resampler, CutInAnyWayItGivesTheSameAndTheExactCount) {
    for (const Pair& pair : all_pairs()) {
        for (const ProcessingMode mode : kModes) {
            SCOPED_TRACE(name(pair, mode));
            const std::size_t n = pair.to > 8 * pair.from ? 700 : 3001;
            const Samples in = test::noise(n, 32767, pair.from + pair.to);
            Resampler resampler = make(pair, mode);
            const Samples whole = resample<std::int16_t>(resampler, in, in.size());
            ASSERT_EQ(whole.size(), expected_count(in.size(), pair));
            for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{128}, std::size_t{441}}) {
                resampler.reset();
                ASSERT_EQ(resample<std::int16_t>(resampler, in, piece), whole) << piece;
            }
        }
    }
}

TEST(Resampler, ExactCountForEveryShortLength) {
    for (const Pair& pair :
         {Pair{8000, 16000}, Pair{48000, 16000}, Pair{44100, 16000}, Pair{16000, 44100}, Pair{44056, 47999}}) {
        for (const ProcessingMode mode : kModes) {
            SCOPED_TRACE(name(pair, mode));
            Resampler resampler = make(pair, mode);
            for (std::size_t n = 0; n < 200; ++n) {
                resampler.reset();
                ASSERT_EQ(resample<std::int16_t>(resampler, Samples(n, 100), 50).size(), expected_count(n, pair)) << n;
            }
        }
    }
}

TEST(Resampler, EqualRatesCopy) {
    const Samples in = test::noise(1000, 32767, 5);
    for (const ProcessingMode mode : kModes) {
        Resampler resampler = make({24000, 24000}, mode);
        EXPECT_EQ(resampler.latency_samples(), 0U);
        EXPECT_EQ(resample<std::int16_t>(resampler, in, 77), in);
    }
}

TEST(Resampler, FloatAndIntegerFormsAgree) {
    const Samples in = test::noise(3000, 20000, 6);
    const Floats floats(in.begin(), in.end());
    for (const Pair& pair : {Pair{24000, 16000}, Pair{8000, 24000}, Pair{44056, 47999}}) {
        SCOPED_TRACE(name(pair, ProcessingMode::QUALITY));
        Resampler resampler = make(pair, ProcessingMode::QUALITY);
        const Samples rounded = resample<std::int16_t>(resampler, in, 100);
        resampler.reset();
        const Floats exact = resample<float>(resampler, floats, 100);
        ASSERT_EQ(rounded.size(), exact.size());
        for (std::size_t i = 0; i < exact.size(); ++i) {
            const float clamped = std::clamp(exact[i], -32768.0F, 32767.0F);
            ASSERT_EQ(rounded[i], static_cast<std::int16_t>(std::nearbyint(clamped))) << i;
        }
    }
}

TEST(Resampler, LoudInputIsClampedNotWrapped) {
    Samples square(4000);
    for (std::size_t i = 0; i < square.size(); ++i)
        square[i] = i / 20 % 2 == 0 ? std::int16_t{32767} : std::int16_t{-32768};
    Resampler resampler = make({16000, 48000}, ProcessingMode::QUALITY);
    const Samples out = resample<std::int16_t>(resampler, square, 500);
    EXPECT_EQ(*std::max_element(out.begin(), out.end()), 32767);
    EXPECT_EQ(*std::min_element(out.begin(), out.end()), -32768);
    for (std::size_t i = 1; i < out.size(); ++i) {  // an overshoot that wraps would jump over the whole range at once
        EXPECT_LT(std::abs(int{out[i]} - int{out[i - 1]}), 60000) << i;
    }
}

/// The filters for the twin: half lengths as in the header; the stop band is asked for with what measuring showed to be
/// lost (to the normalised rows and, in the table's steps, to float).
reference::LowPass twin_of(const Pair& pair, ProcessingMode mode) {
    struct Design {
        double half;
        double stop_db;
    };
    const Design design = mode == ProcessingMode::REALTIME   ? Design{36, 106}
                          : mode == ProcessingMode::BALANCED ? Design{64, 102}
                                                             : Design{96, 104};
    const double low = std::min(pair.from, pair.to);
    double half = std::floor(design.half * pair.from / low);
    if (mode == ProcessingMode::REALTIME) half = std::min(half, std::floor(pair.from * 0.002));
    const double width = (design.stop_db - 7.95) / (14.36 * 2.0 * half);
    const double edge = 0.5 * low / pair.from;
    const double cutoff = mode == ProcessingMode::REALTIME ? edge * 1.025 : edge - width / 2.0;
    return {half, cutoff, 0.1102 * (design.stop_db - 8.7)};
}

TEST(Resampler, EqualsTheSlowTwin) {
    for (const Pair& pair : all_pairs()) {
        if (pair.from == pair.to || pair.to > 8 * pair.from) continue;
        for (const ProcessingMode mode : kModes) {
            SCOPED_TRACE(name(pair, mode));
            const Samples noise = test::noise(500, 32767, 11);
            const Floats in(noise.begin(), noise.end());
            Resampler resampler = make(pair, mode);
            const Floats out = resample<float>(resampler, in, 160);
            const auto expected = reference::resample(in, pair.from, pair.to, twin_of(pair, mode));
            ASSERT_EQ(out.size(), expected.size());
            double worst = 0.0;
            for (std::size_t i = 0; i < out.size(); ++i)
                worst = std::max(worst, std::abs(static_cast<double>(out[i]) - expected[i]));
            EXPECT_LT(worst, 0.33)
                << "of 32768: -100 dB";  // float sums and, for odd ratios, the cubic between 64 phases
        }
    }
}

// Measurement by tones. The flat-top window reads amplitudes exactly and keeps out tones that are a hundred bins away.
double window_at(std::size_t i, std::size_t n) {
    const double x = 2.0 * kPi * (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    return 0.21557895 - 0.41663158 * std::cos(x) + 0.277263158 * std::cos(2 * x) - 0.083578947 * std::cos(3 * x) +
           0.006947368 * std::cos(4 * x);
}

/// Amplitude of the tone of `hz` in the middle of `out`.
double amplitude(const Floats& out, double hz, double rate) {
    const std::size_t skip = out.size() / 8;
    const std::size_t n = out.size() - 2 * skip;
    std::complex<double> sum = 0.0;
    double gain = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        const double weight = window_at(i, n);
        sum += weight * static_cast<double>(out[skip + i]) *
               std::polar(1.0, -2.0 * kPi * hz * static_cast<double>(i) / rate);
        gain += weight;
    }
    return 2.0 * std::abs(sum) / gain;
}

double rms(const Floats& out) {
    const std::size_t skip = out.size() / 8;
    double squares = 0.0;
    for (std::size_t i = skip; i < out.size() - skip; ++i)
        squares += static_cast<double>(out[i]) * static_cast<double>(out[i]);
    return std::sqrt(squares / static_cast<double>(out.size() - 2 * skip));
}

double decibels(double ratio) { return 20.0 * std::log10(std::max(ratio, 1e-12)); }

Floats sine(double hz, std::uint32_t rate, std::size_t n) {
    Floats out(n);
    for (std::size_t i = 0; i < n; ++i)
        out[i] = static_cast<float>(std::sin(2.0 * kPi * std::fmod(hz * static_cast<double>(i) / rate, 1.0)));
    return out;
}

struct Bands {
    double pass;  // shares of half the lower rate
    double stop;
};

/// The header's table. In REALTIME the window's length in time is fixed, so the band's edge depends on the lower rate.
Bands bands_of(const Pair& pair, ProcessingMode mode) {
    if (mode == ProcessingMode::BALANCED) return {0.90, 1.00};
    if (mode == ProcessingMode::QUALITY) return {0.93, 1.00};
    switch (std::min(pair.from, pair.to)) {
        case 8000: return {0.81, 1.24};
        case 16000: return {0.91, 1.14};
        default: return {0.93, 1.12};
    }
}

const Pair kMeasured[] = {{24000, 16000}, {16000, 24000}, {48000, 16000}, {44100, 16000},
                          {48000, 24000}, {24000, 48000}, {8000, 16000},  {8000, 24000},
                          {24000, 8000},  {44100, 24000}, {44056, 24000}};

TEST(Resampler, PassBandIsFlat) {
    for (const Pair& pair : kMeasured) {
        for (const ProcessingMode mode : kModes) {
            SCOPED_TRACE(name(pair, mode));
            Resampler resampler = make(pair, mode);
            const double edge_hz = bands_of(pair, mode).pass * 0.5 * std::min(pair.from, pair.to);
            for (int step = 1; step <= 20; ++step) {
                const double hz = edge_hz * step / 20.0;
                resampler.reset();
                const Floats out = resample<float>(resampler, sine(hz, pair.from, pair.from / 4), 480);
                EXPECT_NEAR(decibels(amplitude(out, hz, pair.to)), 0.0, 0.01) << hz << " Hz";
            }
        }
    }
}

TEST(Resampler, StopBandIsAHundredDecibelsDown) {
    for (const Pair& pair : kMeasured) {
        if (pair.to >= pair.from) continue;
        for (const ProcessingMode mode : kModes) {
            SCOPED_TRACE(name(pair, mode));
            Resampler resampler = make(pair, mode);
            const double edge_hz = bands_of(pair, mode).stop * 0.5 * pair.to;
            const double top_hz = 0.5 * pair.from;
            for (int step = 0; step < 20; ++step) {
                const double hz = edge_hz + (top_hz - edge_hz) * step / 20.0;
                resampler.reset();
                const Floats out = resample<float>(resampler, sine(hz, pair.from, pair.from / 4), 480);
                EXPECT_LE(decibels(rms(out) * std::sqrt(2.0)), -100.0) << hz << " Hz";
            }
        }
    }
}

TEST(Resampler, ImagesAreAHundredDecibelsDown) {
    for (const Pair& pair : kMeasured) {
        if (pair.to <= pair.from) continue;
        for (const ProcessingMode mode : kModes) {
            SCOPED_TRACE(name(pair, mode));
            Resampler resampler = make(pair, mode);
            const double edge_hz =
                (2.0 - bands_of(pair, mode).stop) * 0.5 * pair.from;  // its image stands at the stop band's edge
            for (int step = 1; step <= 20; ++step) {
                const double hz = edge_hz * step / 20.0;
                const double image_hz = pair.from - hz;
                if (image_hz > 0.5 * pair.to) continue;
                resampler.reset();
                const Floats out = resample<float>(resampler, sine(hz, pair.from, pair.from / 4), 480);
                EXPECT_LE(decibels(amplitude(out, image_hz, pair.to)), -100.0) << hz << " Hz";
            }
        }
    }
}

TEST(Resampler, AudioAndTimeStayAligned) {
    // A slow bump: its middle must stand at the same time at the output.
    for (const Pair& pair : kMeasured) {
        for (const ProcessingMode mode : kModes) {
            SCOPED_TRACE(name(pair, mode));
            Floats in(pair.from / 10);
            const double middle = static_cast<double>(in.size()) / 2.0;
            for (std::size_t i = 0; i < in.size(); ++i) {
                const double x = (static_cast<double>(i) - middle) / pair.from / 0.002;
                in[i] = static_cast<float>(std::exp(-x * x));
            }
            Resampler resampler = make(pair, mode);
            const Floats out = resample<float>(resampler, in, 33);
            double weight = 0.0;
            double moment = 0.0;
            for (std::size_t k = 0; k < out.size(); ++k) {
                weight += static_cast<double>(out[k]);
                moment += static_cast<double>(out[k]) * static_cast<double>(k) / pair.to;
            }
            EXPECT_NEAR(moment / weight, middle / pair.from, 1e-6);
        }
    }
}

TEST(Resampler, LatencyIsWhatItSays) {
    for (const Pair& pair : all_pairs()) {
        for (const ProcessingMode mode : kModes) {
            SCOPED_TRACE(name(pair, mode));
            Resampler resampler = make(pair, mode);
            const std::uint32_t latency = resampler.latency_samples();
            const double ms = 1000.0 * latency / pair.from;
            const double low = std::min(pair.from, pair.to);
            EXPECT_LE(ms, mode == ProcessingMode::REALTIME
                              ? 2.0
                              : (mode == ProcessingMode::BALANCED ? 64 : 96) * 1000.0 / low + 1e-9);
            // Output k is ready once `latency` samples after its own have come, and not before.
            std::vector<float> out(resampler.max_output_samples(latency + 1));
            const auto early = resampler.process(Floats(latency), std::span(out));
            EXPECT_EQ(early.produced, 0U);
            EXPECT_GE(resampler.process(Floats(1), std::span(out)).produced, 1U);
        }
    }
}

TEST(Resampler, TheCountNeverDrifts) {
    // Two minutes at a ratio of two primes, at the most common one and at nearly the same rate: never off by one.
    for (const Pair& pair : {Pair{44056, 15991}, Pair{44100, 16000}, Pair{8000, 7999}}) {
        SCOPED_TRACE(name(pair, ProcessingMode::REALTIME));
        Resampler resampler = make(pair, ProcessingMode::REALTIME);
        const Samples second(pair.from, 1);
        Samples out(resampler.max_output_samples(second.size()));
        std::uint64_t produced = 0;
        const std::uint64_t latency = resampler.latency_samples();
        for (std::uint64_t seconds = 1; seconds <= 120; ++seconds) {
            produced += resampler.process(second, out).produced;
            // Ready is every output k with k * from / to + latency < samples taken.
            ASSERT_EQ(produced, expected_count(seconds * pair.from - latency, pair)) << seconds;
        }
    }
}

// A day by induction: a second of input is a whole number of periods of the phase, and gives exactly `to` samples; what
// comes after many such seconds is, to the bit, what comes after one. So there is nothing in it that counts on or wears
// off, and 86,400 seconds give 86,400 times as many samples.
TEST(Resampler, AfterEverySecondItStandsWhereItStood) {
    struct Row {
        Pair pair;
        ProcessingMode mode;
    };
    std::vector<Row> rows = {{{44100, 48000}, ProcessingMode::QUALITY}, {{8000, 7999}, ProcessingMode::BALANCED}};
    for (const Pair& pair : {Pair{44100, 48000}, Pair{48000, 44100}, Pair{11025, 48000}, Pair{48000, 11025},
                             Pair{8000, 48000}, Pair{16000, 24000}, Pair{24000, 16000}, Pair{44100, 16000},
                             Pair{22050, 8000}, Pair{44056, 15991}, Pair{8000, 7999}, Pair{16000, 16001}}) {
        rows.push_back({pair, ProcessingMode::REALTIME});
    }
    for (const auto& [pair, mode] : rows) {
        SCOPED_TRACE(name(pair, mode));
        const Samples second = test::noise(pair.from, 32767, 5);
        const Samples another = test::noise(pair.from, 32767, 6);
        Resampler once = make(pair, mode);
        Resampler often = make(pair, mode);
        const std::size_t first = resample<std::int16_t>(once, second, 160, false).size();
        EXPECT_EQ(first, expected_count(pair.from - once.latency_samples(), pair));
        EXPECT_EQ(resample<std::int16_t>(often, second, 7777, false).size(), first);
        const Samples repeated = resample<std::int16_t>(often, second, 441, false);
        EXPECT_EQ(repeated.size(), pair.to);
        for (const std::size_t cut : {std::size_t{1000}, std::size_t{333}, std::size_t{7777}}) {
            EXPECT_EQ(resample<std::int16_t>(often, second, cut, false), repeated);
        }
        EXPECT_EQ(resample<std::int16_t>(often, another, 128, true), resample<std::int16_t>(once, another, 4096, true));
    }
}

TEST(Resampler, ResetIsAsNew) {
    const Samples in = test::noise(2000, 32767, 3);
    for (const ProcessingMode mode : kModes) {
        Resampler used = make({44100, 16000}, mode);
        resample<std::int16_t>(used, test::noise(777, 32767, 8), 100, false);
        used.reset();
        Resampler fresh = make({44100, 16000}, mode);
        EXPECT_EQ(resample<std::int16_t>(used, in, 100), resample<std::int16_t>(fresh, in, 100));
    }
}

TEST(Resampler, RefusesWithoutConsuming) {
    const Samples in = test::noise(480, 32767, 3);
    Resampler resampler = make({24000, 16000}, ProcessingMode::REALTIME);
    Resampler untouched = make({24000, 16000}, ProcessingMode::REALTIME);
    Samples small(resampler.max_output_samples(in.size()) - 1, 99);
    const auto refused = resampler.process(in, small);
    EXPECT_EQ(refused.status, Status::output_too_small);
    EXPECT_EQ(refused.produced, 0U);
    EXPECT_EQ(small, Samples(small.size(), 99));
    Samples none;
    EXPECT_EQ(resampler.flush(std::span(none)).status, Status::output_too_small);
    EXPECT_EQ(resample<std::int16_t>(resampler, in, 480), resample<std::int16_t>(untouched, in, 480));

    Samples room(1000);
    EXPECT_EQ(resampler.process(in, room).status, Status::stream_finished);
    EXPECT_EQ(resampler.flush(std::span(room)).status, Status::stream_finished);
    resampler.reset();
    EXPECT_EQ(resampler.process(std::span<const std::int16_t>(), std::span<std::int16_t>(room)).status, Status::ok);
}

TEST(Resampler, BadRatesAreNamed) {
    EXPECT_EQ(Resampler::create(3999, 16000, ProcessingMode::REALTIME).status(), Status::bad_sample_rate);
    EXPECT_EQ(Resampler::create(16000, 192001, ProcessingMode::REALTIME).status(), Status::bad_sample_rate);
    EXPECT_EQ(Resampler::create(0, 0, ProcessingMode::REALTIME).status(), Status::bad_sample_rate);
    EXPECT_EQ(Resampler::create(16000, 24000, static_cast<ProcessingMode>(7)).status(), Status::bad_mode);
}

TEST(Resampler, KnowsItself) {
    Resampler resampler = make({24000, 16000}, ProcessingMode::BALANCED);
    EXPECT_EQ(resampler.from_rate_hz(), 24000U);
    EXPECT_EQ(resampler.to_rate_hz(), 16000U);
    EXPECT_GE(resampler.taps(), 2 * resampler.latency_samples());
    EXPECT_GT(resampler.memory_bytes(), resampler.taps() * sizeof(float) * 2);
    const Resampler moved = std::move(resampler);
    EXPECT_EQ(moved.to_rate_hz(), 16000U);
}

}  // namespace
}  // namespace audioengine
