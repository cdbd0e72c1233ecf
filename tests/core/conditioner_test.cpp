#include "audioengine/conditioner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "support/generate.h"
#include "support/random.h"
#include "support/recordings.h"

namespace audioengine {
namespace {

using test::Samples;

constexpr double kPi = 3.14159265358979323846;
constexpr std::uint32_t kRate = 24000;

Conditioner make(ProcessingMode mode, bool normalize = true, std::uint32_t rate = kRate) {
    auto result = Conditioner::create(rate, mode, normalize);
    EXPECT_TRUE(result.ok());
    return std::move(result).value();
}

void take(Conditioner& conditioner, std::span<const std::int16_t> in, Samples& out) {
    Samples part(conditioner.max_output_samples(in.size()));
    part.resize(conditioner.process(in, part));
    EXPECT_LE(part.size(), conditioner.max_output_samples(in.size()));
    out.insert(out.end(), part.begin(), part.end());
}

Samples run(Conditioner& conditioner, std::span<const std::int16_t> in, std::size_t piece) {
    Samples out;
    for (; !in.empty(); in = in.subspan(std::min(piece, in.size())))
        take(conditioner, in.first(std::min(piece, in.size())), out);
    Samples rest(conditioner.max_output_samples(0));
    rest.resize(conditioner.flush(rest));
    out.insert(out.end(), rest.begin(), rest.end());
    return out;
}
Samples run(ProcessingMode mode, const Samples& in, bool normalize = true, std::uint32_t rate = kRate) {
    Conditioner conditioner = make(mode, normalize, rate);
    return run(conditioner, in, 480);
}

Samples sine(double hz, std::uint32_t rate, std::size_t count, double amplitude) {
    Samples out(count);
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<std::int16_t>(
            std::lround(amplitude * std::sin(2.0 * kPi * hz * static_cast<double>(i) / rate)));
    }
    return out;
}

double rms_db(std::span<const std::int16_t> samples) {
    double squares = 0.0;
    for (const std::int16_t sample : samples) squares += static_cast<double>(sample) * sample;
    return 10.0 * std::log10(squares / static_cast<double>(samples.size()) / (32768.0 * 32768.0) + 1e-12);
}

int peak(std::span<const std::int16_t> samples) {
    int highest = 0;
    for (const std::int16_t sample : samples) highest = std::max(highest, std::abs(int{sample}));
    return highest;
}

Samples speech(std::int64_t numerator, std::int64_t denominator, std::uint32_t ms = 8000) {
    Samples out(std::size_t{ms} * kRate / 1000);
    for (std::size_t k = 0; k < out.size(); ++k) {
        out[k] = test::clamp16(test::interpolated(test::woman(), k, test::kRecordingRateHz, kRate) * numerator /
                               denominator);
    }
    return out;
}

TEST(Conditioner, RealtimePassesEverySampleUnchanged) {
    const Samples in = test::noise(5000, 32767, 1);
    EXPECT_EQ(run(ProcessingMode::REALTIME, in), in);
    EXPECT_TRUE(make(ProcessingMode::REALTIME).passes());
    EXPECT_FALSE(make(ProcessingMode::BALANCED).passes());
}

TEST(Conditioner, LengthIsKeptAndTheCutDoesNotMatter) {
    for (const std::uint32_t rate : {4000U, 8000U, 11025U, 24000U, 48000U, 192000U}) {
        for (const ProcessingMode mode :
             {ProcessingMode::REALTIME, ProcessingMode::BALANCED, ProcessingMode::QUALITY}) {
            for (const bool normalize : {false, true}) {
                SCOPED_TRACE(std::to_string(rate) + " " + name_of(mode) + (normalize ? " normalize" : ""));
                const Samples in = test::noise(3001, 20000, rate);
                Conditioner conditioner = make(mode, normalize, rate);
                const Samples whole = run(conditioner, in, in.size());
                ASSERT_EQ(whole.size(), in.size());
                for (const std::size_t piece : {1U, 7U, 128U, 441U}) {
                    conditioner.reset();
                    ASSERT_EQ(run(conditioner, in, piece), whole) << piece;
                }
                for (const std::size_t length : {0U, 1U, 5U, 59U, 119U, 120U, 121U, 239U, 241U}) {
                    conditioner.reset();
                    ASSERT_EQ(run(conditioner, std::span(in).first(length), 50).size(), length);
                }
            }
        }
    }
}

TEST(Conditioner, OutputMayStandBeforeTheInputInTheSameMemory) {
    const Samples in = test::noise(960, 20000, 3);
    for (const ProcessingMode mode : {ProcessingMode::REALTIME, ProcessingMode::BALANCED, ProcessingMode::QUALITY}) {
        SCOPED_TRACE(name_of(mode));
        Conditioner apart = make(mode);
        Samples expected;
        take(apart, in, expected);
        Conditioner together = make(mode);
        const std::size_t head = together.head_samples();
        Samples memory(head, 0);
        memory.insert(memory.end(), in.begin(), in.end());
        const std::size_t written = together.process(std::span(memory).subspan(head), memory);
        memory.resize(written);
        EXPECT_EQ(memory, expected);
    }
}

TEST(Conditioner, BalancedIsAButterworthHighPassOfSecondOrder) {
    for (const std::uint32_t rate : {8000U, 24000U, 48000U}) {
        for (const double hz : {20.0, 40.0, 80.0, 160.0, 300.0, 1000.0, 3000.0}) {
            SCOPED_TRACE(std::to_string(rate) + " Hz, tone of " + std::to_string(hz));
            const Samples in = sine(hz, rate, rate * 2, 20000.0);
            const Samples out = run(ProcessingMode::BALANCED, in, true, rate);
            const double gain_db = rms_db(std::span(out).subspan(rate)) - rms_db(std::span(in).subspan(rate));
            // The bilinear transform bends frequencies: tan(pi f / rate).
            const double ratio = std::tan(kPi * 80.0 / rate) / std::tan(kPi * hz / rate);
            EXPECT_NEAR(gain_db, -10.0 * std::log10(1.0 + std::pow(ratio, 4.0)), 0.01);
        }
    }
}

TEST(Conditioner, BalancedEqualsItsSlowTwin) {
    // Direct form I in long double with the C library's tangent.
    const Samples in = test::noise(20000, 32767, 4);
    const long double tangent = std::tan(static_cast<long double>(kPi) * 80.0L / kRate);
    const long double norm = 1.0L / (1.0L + std::sqrt(2.0L) * tangent + tangent * tangent);
    const Samples out = run(ProcessingMode::BALANCED, in);
    long double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const long double x = in[i];
        const long double y = norm * (x - 2.0L * x1 + x2) - 2.0L * (tangent * tangent - 1.0L) * norm * y1 -
                              (1.0L - std::sqrt(2.0L) * tangent + tangent * tangent) * norm * y2;
        x2 = x1;
        x1 = x;
        y2 = y1;
        y1 = y;
        const double clamped = std::clamp(static_cast<double>(y), -32768.0, 32767.0);
        ASSERT_NEAR(static_cast<double>(out[i]), clamped, 0.502) << i;
    }
}

TEST(Conditioner, DirectCurrentGoesAndLoudStepsAreClamped) {
    const Samples out = run(ProcessingMode::BALANCED, Samples(kRate, 20000));
    EXPECT_GT(peak(out), 19000);
    EXPECT_EQ(peak(std::span(out).subspan(kRate / 2)), 0);
    Samples jump(kRate, 32767);
    std::fill(jump.begin() + kRate / 2, jump.end(), std::int16_t{-32768});
    const Samples clamped = run(ProcessingMode::BALANCED, jump);
    EXPECT_EQ(*std::min_element(clamped.begin(), clamped.end()), -32768);
    EXPECT_EQ(peak(std::span(clamped).last(100)), 0);
}

TEST(Conditioner, QualityWithoutNormalizingIsBalanced) {
    const Samples in = speech(1, 1, 2000);
    EXPECT_EQ(run(ProcessingMode::QUALITY, in, false), run(ProcessingMode::BALANCED, in));
    EXPECT_EQ(make(ProcessingMode::QUALITY, false).latency_samples(), 0U);
}

/// RMS of the 20 ms stretches that hold speech, in dBFS: those within 20 dB of the loudest.
double active_level_db(std::span<const std::int16_t> samples) {
    std::vector<double> squares;
    for (std::size_t at = 0; at + 480 <= samples.size(); at += 480) {
        squares.push_back(std::pow(10.0, rms_db(samples.subspan(at, 480)) / 10.0));
    }
    const double loudest = *std::max_element(squares.begin(), squares.end());
    double sum = 0.0;
    double count = 0.0;
    for (const double square : squares) {
        if (square < loudest / 100.0) continue;
        sum += square;
        count += 1.0;
    }
    return 10.0 * std::log10(sum / count);
}

TEST(Conditioner, SpeechOfAnyLevelComesToTheTarget) {
    struct Row {
        const char* name;
        std::int64_t numerator;
        std::int64_t denominator;
    };
    for (const Row& row : {Row{"as recorded", 1, 1}, Row{"12 dB softer", 1, 4}, Row{"6 dB louder", 2, 1}}) {
        SCOPED_TRACE(row.name);
        Samples in = speech(row.numerator, row.denominator);
        const Samples again = in;
        in.insert(in.end(), again.begin(), again.end());  // 16 s, so that the level is known in the second half
        const Samples out = run(ProcessingMode::QUALITY, in);
        EXPECT_NEAR(active_level_db(std::span(out).subspan(in.size() / 2)), -20.0, 2.0);
    }
}

TEST(Conditioner, PeaksStayUnderTheCeiling) {
    const int ceiling = static_cast<int>(std::ceil(32768.0 * std::pow(10.0, -1.0 / 20.0)));
    for (const Samples& in :
         {speech(30, 1), test::noise(kRate * 3, 32767, 5), sine(500.0, kRate, kRate * 2, 32767.0)}) {
        EXPECT_LE(peak(run(ProcessingMode::QUALITY, in)), ceiling);
    }
    // Silence, then a bang at full scale: the limiter looks ahead.
    Samples bang = speech(1, 8, 6000);
    for (std::size_t i = kRate * 4; i < kRate * 4 + 300; ++i)
        bang[i] = i % 20 < 10 ? std::int16_t{32767} : std::int16_t{-32768};
    EXPECT_LE(peak(run(ProcessingMode::QUALITY, bang)), ceiling);
}

TEST(Conditioner, GainRisesAtMostTenDecibelsASecond) {
    const Samples in = sine(1000.0, kRate, kRate * 4, 400.0);  // -41 dBFS: 20 dB are missing
    const Samples out = run(ProcessingMode::QUALITY, in);
    constexpr std::size_t kStretch = kRate / 10;
    double last = rms_db(std::span(out).first(kStretch));
    EXPECT_NEAR(last, rms_db(std::span(in).first(kStretch)) + 0.5, 0.6);
    for (std::size_t at = kStretch; at + kStretch <= out.size(); at += kStretch) {
        const double level = rms_db(std::span(out).subspan(at, kStretch));
        EXPECT_LE(level - last, 1.05) << at;
        last = level;
    }
    EXPECT_NEAR(last, -41.3 + 20.0, 0.3);  // the most it gives
}

TEST(Conditioner, WhatNobodySpeaksIsNotRaised) {
    EXPECT_EQ(run(ProcessingMode::QUALITY, test::silence(kRate)), test::silence(kRate));
    const Samples hiss = test::noise(kRate * 3, 80, 6);  // -57 dBFS
    const Samples out = run(ProcessingMode::QUALITY, hiss);
    EXPECT_NEAR(rms_db(out), rms_db(hiss), 0.2);
}

TEST(Conditioner, QualityIsReadyWithinTenMilliseconds) {
    for (const std::uint32_t rate : {8000U, 11025U, 24000U, 48000U}) {
        SCOPED_TRACE(rate);
        Conditioner conditioner = make(ProcessingMode::QUALITY, true, rate);
        EXPECT_LE(conditioner.latency_samples() * 100U, rate);
        const Samples in = test::noise(2000, 10000, 1);
        std::size_t written = 0;
        Samples part(conditioner.max_output_samples(1));
        for (std::size_t taken = 1; taken <= in.size(); ++taken) {
            written += conditioner.process(std::span(in).subspan(taken - 1, 1), part);
            ASSERT_LE(written, taken);
            ASSERT_GE(written + conditioner.latency_samples(), taken);
        }
    }
}

TEST(Conditioner, ChangingTheModeLosesNoSample) {
    const Samples in = test::noise(20000, 10000, 8);
    for (std::uint32_t seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        test::Lcg random(seed);
        Conditioner conditioner = make(ProcessingMode::QUALITY);
        Samples out;
        for (std::size_t at = 0; at < in.size();) {
            const std::size_t length = std::min<std::size_t>(random.below(500), in.size() - at);
            take(conditioner, std::span(in).subspan(at, length), out);
            at += length;
            conditioner.set_mode(static_cast<ProcessingMode>(random.below(3)));
        }
        Samples rest(conditioner.max_output_samples(0));
        rest.resize(conditioner.flush(rest));
        EXPECT_EQ(out.size() + rest.size(), in.size());
    }
}

TEST(Conditioner, ResetIsAsNew) {
    for (const ProcessingMode mode : {ProcessingMode::BALANCED, ProcessingMode::QUALITY}) {
        Conditioner used = make(mode);
        Samples ignored;
        take(used, speech(1, 1, 1500), ignored);
        used.reset();
        const Samples in = speech(1, 2, 2000);
        EXPECT_EQ(run(used, in, 333), run(mode, in));
    }
}

TEST(Conditioner, NamesWhatIsWrong) {
    EXPECT_EQ(Conditioner::create(3999, ProcessingMode::QUALITY, true).status(), Status::bad_sample_rate);
    EXPECT_EQ(Conditioner::create(24000, static_cast<ProcessingMode>(3), true).status(), Status::bad_mode);
}

}  // namespace
}  // namespace audioengine
