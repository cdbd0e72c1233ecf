// EnergyDetector, the first half of vad.h.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "audioengine/vad.h"
#include "support/generate.h"
#include "support/recordings.h"

namespace audioengine {
namespace {

using test::Samples;
using Block = std::span<const std::int16_t, kBlockSamples>;

EnergyDetector::Output feed(EnergyDetector& detector, const Samples& samples, std::size_t block) {
    return detector.process(Block(samples.data() + block * kBlockSamples, kBlockSamples));
}
EnergyDetector::Output feed(EnergyDetector& detector, const Samples& samples) {
    EnergyDetector::Output last{};
    for (std::size_t block = 0; block < samples.size() / kBlockSamples; ++block) last = feed(detector, samples, block);
    return last;
}

VADConfig fixed(float energy_threshold) {
    VADConfig config;
    config.adaptive = false;
    config.energy_threshold = energy_threshold;
    return config;
}

constexpr std::uint16_t kHalf = kProbabilityOneQ15 / 2;
constexpr float kMinAmplitude = 0.01F;

/// A block whose squares sum to exactly `energy`, or nothing when it is not easily made.
Samples block_of_energy(std::int64_t energy) {
    Samples block(kBlockSamples, 0);
    for (auto& sample : block) {
        auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(energy)));
        root = std::min<std::int64_t>(root, 32767);
        sample = static_cast<std::int16_t>(root);
        energy -= root * root;
    }
    EXPECT_EQ(energy, 0);
    return block;
}

TEST(EnergyDetector, FixedThresholdIsExactToTheLastSquare) {
    struct Row {
        float threshold;
        std::int64_t least_energy;  // of a block: the smallest integer not below 160 * (threshold * 32768)^2
    };
    // 1/32 and 1/64 of full scale are exact; 0.02 is 0.0199999996 in binary32: 160 * (0.02F * 32768)^2 = 68719473.66
    for (const Row& row : {Row{1.0F / 32, 160 * 1024 * 1024}, Row{1.0F / 64, 160 * 512 * 512}, Row{0.02F, 68719474}}) {
        SCOPED_TRACE(row.threshold);
        EnergyDetector detector(fixed(row.threshold), kMinAmplitude);
        EXPECT_GE(feed(detector, block_of_energy(row.least_energy)).probability_q15, kHalf);
        EXPECT_LT(feed(detector, block_of_energy(row.least_energy - 1)).probability_q15, kHalf);
        EXPECT_GE(feed(detector, block_of_energy(row.least_energy + 1)).probability_q15, kHalf);
    }
}

TEST(EnergyDetector, FixedThresholdCountsDcAndAlternationAlike) {
    for (const bool alternating : {false, true}) {
        EnergyDetector detector(fixed(1.0F / 32), kMinAmplitude);
        Samples at(kBlockSamples, 1024);
        Samples below(kBlockSamples, 1023);
        if (alternating) {
            for (std::size_t i = 0; i < at.size(); i += 2) {
                at[i] = -1024;
                below[i] = -1023;
            }
        }
        EXPECT_EQ(feed(detector, at).probability_q15, kHalf) << alternating;
        EXPECT_LT(feed(detector, below).probability_q15, kHalf) << alternating;
    }
}

TEST(EnergyDetector, ThresholdsAtBothEnds) {
    EnergyDetector everything(fixed(0.0F), kMinAmplitude);
    EXPECT_GE(feed(everything, test::silence(kBlockSamples)).probability_q15, kHalf);
    EnergyDetector nothing(fixed(1.0F), kMinAmplitude);
    EXPECT_LT(feed(nothing, Samples(kBlockSamples, 32767)).probability_q15, kHalf);
    EXPECT_GE(feed(nothing, Samples(kBlockSamples, -32768)).probability_q15, kHalf);
}

TEST(EnergyDetector, ProbabilityFollowsTheFormula) {
    EnergyDetector detector(fixed(1.0F / 32), kMinAmplitude);
    for (const int amplitude : {1, 30, 100, 500, 900, 1024, 1100, 2000, 5000, 20000, 32767}) {
        SCOPED_TRACE(amplitude);
        const auto out = feed(detector, Samples(kBlockSamples, static_cast<std::int16_t>(amplitude)));
        const double over = 20.0 * std::log10(amplitude / 1024.0);
        const double expected = 0.5 + 0.5 * over / (std::abs(over) + 6.0);
        EXPECT_NEAR(out.probability_q15 / 32768.0, expected, 0.001);
        EXPECT_NEAR(out.level_dbfs_x100 / 100.0, 20.0 * std::log10(amplitude / 32768.0), 0.02);
    }
}

TEST(EnergyDetector, ProbabilityRisesWithTheLevelAndStaysInRange) {
    for (const bool adaptive : {false, true}) {
        VADConfig config = fixed(0.02F);
        config.adaptive = adaptive;
        std::uint16_t last = 0;
        for (int amplitude = 0; amplitude <= 32767; amplitude += 31) {
            EnergyDetector detector(config, kMinAmplitude);
            Samples block(kBlockSamples, static_cast<std::int16_t>(amplitude));
            for (std::size_t i = 0; i < block.size(); i += 2) block[i] = static_cast<std::int16_t>(-block[i]);
            const auto out = feed(detector, block);
            EXPECT_GE(out.probability_q15, last) << amplitude;
            EXPECT_LE(out.probability_q15, kProbabilityOneQ15);
            last = out.probability_q15;
        }
    }
}

TEST(EnergyDetector, DigitalSilenceIsTheLowestLevel) {
    for (const bool adaptive : {false, true}) {
        VADConfig config = fixed(0.02F);
        config.adaptive = adaptive;
        EnergyDetector detector(config, kMinAmplitude);
        const auto out = feed(detector, test::silence(16000));
        EXPECT_EQ(out.level_dbfs_x100, -12000);
        EXPECT_LT(out.probability_q15, 3000);
    }
}

TEST(EnergyDetector, AdaptiveIgnoresDc) {
    VADConfig config;
    EnergyDetector detector(config, kMinAmplitude);
    const auto out = feed(detector, Samples(kBlockSamples, 20000));
    EXPECT_EQ(out.level_dbfs_x100, -12000);
    EXPECT_LT(out.probability_q15, kHalf);
}

TEST(EnergyDetector, AdaptiveThresholdStandsNineDbOverTheFloor) {
    EnergyDetector detector(VADConfig{}, 0.001F);
    EXPECT_EQ(detector.noise_floor_dbfs_x100(), -12000);
    EXPECT_NEAR(detector.threshold_dbfs_x100(), -3398, 2);  // starts at energy_threshold, 0.02
    const Samples room = test::noise(7 * kBlockSamples, 1000, 1);
    feed(detector, room);
    EXPECT_EQ(detector.noise_floor_dbfs_x100(), -12000);  // 70 ms: not known yet
    EXPECT_NEAR(detector.threshold_dbfs_x100(), -3398, 2);
    feed(detector, test::noise(kBlockSamples, 1000, 2));
    // Uniform noise within +-1000 has an RMS of 1000 / sqrt(3): -35.1 dBFS.
    EXPECT_NEAR(detector.noise_floor_dbfs_x100(), -3508, 50);
    EXPECT_EQ(detector.threshold_dbfs_x100(), detector.noise_floor_dbfs_x100() + 900);
}

TEST(EnergyDetector, TheThresholdIsNeverUnderMinAmplitude) {
    EnergyDetector detector(VADConfig{}, 0.01F);
    feed(detector, test::noise(16000, 20, 1));
    EXPECT_LT(detector.noise_floor_dbfs_x100(), -6000);
    EXPECT_NEAR(detector.threshold_dbfs_x100(), -4000, 1);
}

TEST(EnergyDetector, SteadyNoiseOfAnyLevelIsNotSpeech) {
    for (const int amplitude : {10, 100, 1000, 10000, 32767}) {
        SCOPED_TRACE(amplitude);
        EnergyDetector detector(VADConfig{}, kMinAmplitude);
        feed(detector, test::noise(32000, amplitude, 7));
        std::size_t voice = 0;
        const Samples more = test::noise(32000, amplitude, 8);
        for (std::size_t block = 0; block < 200; ++block)
            voice += feed(detector, more, block).probability_q15 >= kHalf ? 1U : 0U;
        EXPECT_EQ(voice, 0U);
    }
}

TEST(EnergyDetector, TheFloorFollowsNoiseThatBecomesLouder) {
    EnergyDetector detector(VADConfig{}, kMinAmplitude);
    feed(detector, test::noise(160000, 300, 1));
    // 20 dB louder: speech at first, but within the window of the minimum the threshold has risen above it.
    const Samples loud = test::noise(16000 * 12, 3000, 2);
    EXPECT_GE(feed(detector, loud, 0).probability_q15, kHalf);
    std::size_t blocks_of_speech = 0;
    for (std::size_t block = 1; block < 1200; ++block) {
        if (feed(detector, loud, block).probability_q15 >= kHalf) blocks_of_speech = block;
    }
    EXPECT_LE(blocks_of_speech, 1050U);  // 10.24 s and the window that was open
    EXPECT_GE(blocks_of_speech, 800U);
}

TEST(EnergyDetector, SpeechDoesNotRaiseTheFloor) {
    EnergyDetector detector(VADConfig{}, kMinAmplitude);
    const Samples& speech = test::woman();
    feed(detector, speech);
    const std::int32_t floor = detector.noise_floor_dbfs_x100();
    EXPECT_LT(floor, -5500);  // the quiet room, not the voice
    feed(detector, speech);
    EXPECT_EQ(detector.noise_floor_dbfs_x100(), floor);
}

TEST(EnergyDetector, DigitalSilenceSaysNothingAboutTheRoom) {
    EnergyDetector detector(VADConfig{}, kMinAmplitude);
    feed(detector, test::noise(96 * kBlockSamples, 1000, 1));  // whole averages of 80 ms
    const std::int32_t floor = detector.noise_floor_dbfs_x100();
    feed(detector, test::silence(96 * kBlockSamples));  // a muted microphone
    EXPECT_EQ(detector.noise_floor_dbfs_x100(), floor);
    EXPECT_EQ(detector.threshold_dbfs_x100(), floor + 900);
}

TEST(EnergyDetector, ResetIsAsNewAndConfigureKeepsTheFloor) {
    const Samples room = test::noise(16000, 1000, 1);
    EnergyDetector detector(VADConfig{}, kMinAmplitude);
    feed(detector, room);
    const std::int32_t floor = detector.noise_floor_dbfs_x100();
    detector.configure(fixed(0.1F), kMinAmplitude);
    EXPECT_NEAR(detector.threshold_dbfs_x100(), -2000, 1);
    EXPECT_EQ(detector.noise_floor_dbfs_x100(), floor);
    detector.configure(VADConfig{}, kMinAmplitude);
    EXPECT_EQ(detector.threshold_dbfs_x100(), floor + 900);
    detector.reset();
    EXPECT_EQ(detector.noise_floor_dbfs_x100(), -12000);
    const EnergyDetector fresh(VADConfig{}, kMinAmplitude);
    EXPECT_EQ(detector.threshold_dbfs_x100(), fresh.threshold_dbfs_x100());
}

}  // namespace
}  // namespace audioengine
