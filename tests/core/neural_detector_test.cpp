// neural_detector.h and what is inside (core/src): features and network against slow twins, and what may not be taken for speech.
#include "audioengine/neural_detector.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "../../core/src/power_spectrum.h"
#include "../../core/src/speech_network.h"
#include "audioengine/engine.h"
#include "reference/speech_reference.h"
#include "support/recordings.h"
#include "support/run.h"

namespace audioengine {
namespace {

using test::Samples;
using Block = std::span<const std::int16_t, kBlockSamples>;

constexpr std::uint16_t kHalf = kProbabilityOneQ15 / 2;

NeuralDetector detector() { return NeuralDetector::create().value(); }

Block block_of(const Samples& samples, std::size_t block) {
    return Block(samples.data() + block * kBlockSamples, kBlockSamples);
}

std::vector<std::uint16_t> probabilities(NeuralDetector& detector, const Samples& samples) {
    std::vector<std::uint16_t> result;
    for (std::size_t block = 0; (block + 1) * kBlockSamples <= samples.size(); ++block)
        result.push_back(detector.process(block_of(samples, block)));
    return result;
}
std::vector<std::uint16_t> probabilities(const Samples& samples) {
    NeuralDetector fresh = detector();
    return probabilities(fresh, samples);
}

double voice_share(const std::vector<std::uint16_t>& heard) {
    std::size_t voice = 0;
    for (const std::uint16_t probability : heard) voice += probability >= kHalf ? 1U : 0U;
    return static_cast<double>(voice) / static_cast<double>(heard.size());
}

Samples made(std::size_t count, const std::function<int(std::size_t)>& at) {
    Samples samples(count);
    for (std::size_t i = 0; i < count; ++i) samples[i] = static_cast<std::int16_t>(at(i));
    return samples;
}
Samples quieter(Samples samples, int by) {
    for (auto& sample : samples) sample = static_cast<std::int16_t>(sample / by);
    return samples;
}

struct Sound {
    const char* name;
    Samples samples;
};

/// Four seconds each of what is not speech, extremes of 16 bits among them.
std::vector<Sound> not_speech() {
    constexpr std::size_t kCount = 64000;
    return {
        {"silence", test::silence(kCount)},
        {"one step of noise", test::noise(kCount, 2, 1)},
        {"quiet noise", test::noise(kCount, 300, 2)},
        {"loud noise", test::noise(kCount, 20000, 3)},
        {"noise at full scale", test::noise(kCount, 32767, 4)},
        {"constant", Samples(kCount, 20000)},
        {"least constant", Samples(kCount, -32768)},
        {"tone", test::tone(kCount, 1000, 16000, 20000)},
        {"square wave at full scale", made(kCount, [](std::size_t i) { return (i / 40) % 2 == 0 ? 32767 : -32768; })},
        {"fastest alternation", made(kCount, [](std::size_t i) { return i % 2 == 0 ? 32767 : -32768; })},
        {"clicks", made(kCount, [](std::size_t i) { return i % 1600 == 0 ? 30000 : 0; })},
    };
}

std::vector<Sound> all_sounds() {
    std::vector<Sound> sounds = not_speech();
    sounds.push_back({"woman", test::woman()});
    sounds.push_back({"man", test::man()});
    sounds.push_back({"clipped", test::amplified(test::man(), 30)});
    sounds.push_back({"whispered", quieter(test::woman(), 300)});
    sounds.push_back({"after silence", test::concatenate({test::silence(20000), test::man()})});
    return sounds;
}

TEST(PowerSpectrum, IsThatOfASumOverAllSamples) {
    using namespace power_spectrum;
    const Tables tables;
    for (std::uint32_t seed = 1; seed <= 5; ++seed) {
        const Samples samples = seed == 1 ? Samples(kSamples, 32767) : test::noise(kSamples, 32767, seed);
        std::vector<float> even(kHalf);
        std::vector<float> odd(kHalf);
        std::vector<float> power(kBins);
        double total = 0;
        for (std::size_t i = 0; i < kSamples; ++i) {
            (i % 2 == 0 ? even : odd)[i / 2] = static_cast<float>(samples[i]);
            total += static_cast<double>(samples[i]) * samples[i] * kSamples;
        }
        transform(tables, even.data(), odd.data(), power.data());
        for (std::size_t bin = 0; bin < kBins; ++bin) {
            double re = 0;
            double im = 0;
            for (std::size_t i = 0; i < kSamples; ++i) {
                const double angle = reference::kTwoPi * static_cast<double>(bin * i % kSamples) / kSamples;
                re += samples[i] * std::cos(angle);
                im += samples[i] * std::sin(angle);
            }
            ASSERT_NEAR(static_cast<double>(power[bin]), re * re + im * im, 1e-6 * total) << bin;
        }
    }
}

std::vector<SpeechFeatures::Vector> features_of(const Samples& samples, std::size_t blocks) {
    const SpeechFeatures::Tables tables;
    SpeechFeatures features;
    std::vector<SpeechFeatures::Vector> result(blocks);
    for (std::size_t block = 0; block < blocks; ++block)
        features.process(tables, block_of(samples, block), result[block]);
    return result;
}

TEST(SpeechFeatures, AreThoseOfASlowTwin) {
    for (const Sound& sound : all_sounds()) {
        SCOPED_TRACE(sound.name);
        const auto fast = features_of(sound.samples, 60);
        reference::SpeechFeatures slow(sound.samples);
        for (std::size_t block = 0; block < fast.size(); ++block) {
            const SpeechFeatures::Vector& features = fast[block];
            const std::vector<double> exact = slow.next(block);
            ASSERT_EQ(exact.size(), SpeechFeatures::kCount);
            for (std::size_t k = 0; k < SpeechFeatures::kCount; ++k) {
                // Periodicity is of whole samples at 4 kHz, shifted to 11 bits: a few hundredths, more where next to nothing sounds.
                const double tolerance = k == SpeechFeatures::kBands ? 60.0 : 5.0;
                ASSERT_NEAR(features[k], exact[k], tolerance) << "block " << block << " feature " << k;
            }
        }
    }
}

TEST(SpeechNetwork, HasTheBitsOfItsSlowTwin) {
    test::Lcg random(1);
    for (const Sound& sound : all_sounds()) {
        SCOPED_TRACE(sound.name);
        SpeechNetwork fast;
        reference::SpeechNetwork<float> slow;
        auto vectors = features_of(sound.samples, 150);
        for (std::size_t block = 0; block < vectors.size(); ++block) {
            SpeechFeatures::Vector& vector = vectors[block];
            if (block % 50 > 40) {  // what no sound has: any 16 bits
                for (auto& feature : vector) feature = block % 2 == 0 ? random.sample() : std::int16_t{-32768};
            }
            const float exact = slow.next(vector);
            ASSERT_EQ(fast.process(vector), static_cast<int>(std::floor(exact * 32768.0F + 0.5F))) << block;
        }
    }
}

TEST(SpeechNetwork, RoundingCostsLittle) {
    for (const Samples* speech : {&test::woman(), &test::man()}) {
        SpeechNetwork fast;
        reference::SpeechNetwork<double> slow;
        const auto vectors = features_of(*speech, 400);
        for (std::size_t block = 0; block < vectors.size(); ++block) {
            ASSERT_NEAR(fast.process(vectors[block]) / 32768.0, slow.next(vectors[block]), 0.005) << block;
        }
    }
}

TEST(NeuralDetector, HearsRealSpeech) {
    // Where a person sees voice and none in the waveforms, seconds.
    struct Row {
        const Samples* recording;
        double from;
        double to;
        bool voice;
    };
    for (const Row& row :
         {Row{&test::woman(), 0.6, 1.0, true}, Row{&test::woman(), 2.0, 3.0, true}, Row{&test::woman(), 4.2, 5.5, true},
          Row{&test::woman(), 6.6, 7.0, false}, Row{&test::man(), 0.5, 1.0, true}, Row{&test::man(), 2.0, 3.8, true}}) {
        SCOPED_TRACE(std::to_string(row.from) + " s");
        const auto heard = probabilities(*row.recording);
        const std::vector<std::uint16_t> part(heard.begin() + static_cast<std::ptrdiff_t>(row.from * 100),
                                              heard.begin() + static_cast<std::ptrdiff_t>(row.to * 100));
        EXPECT_NEAR(voice_share(part), row.voice ? 1.0 : 0.0, 0.15);
    }
}

TEST(NeuralDetector, TakesNothingElseForSpeech) {
    for (const Sound& sound : not_speech()) EXPECT_LE(voice_share(probabilities(sound.samples)), 0.05) << sound.name;
}

TEST(NeuralDetector, LoudnessSaysLittle) {
    for (const Samples* recording : {&test::woman(), &test::man()}) {
        const auto expected = probabilities(quieter(*recording, 3));
        for (const int by : {1, 10, 30}) {  // 30 dB in all
            SCOPED_TRACE(by);
            const auto heard = probabilities(quieter(*recording, by));
            double moved = 0;
            for (std::size_t i = 0; i < heard.size(); ++i) moved += std::abs(heard[i] - expected[i]) / 32768.0;
            EXPECT_LE(moved / static_cast<double>(heard.size()), 0.03);
        }
    }
}

TEST(NeuralDetector, ResetIsAsNew) {
    const auto expected = probabilities(test::man());
    NeuralDetector used = detector();
    for (const Sound& sound : all_sounds()) {
        (void)probabilities(used, sound.samples);
        used.reset();
        EXPECT_EQ(probabilities(used, test::man()), expected) << sound.name;
        used.reset();
    }
}

TEST(NeuralDetector, RemembersAndMoves) {
    const auto expected = probabilities(test::woman());
    NeuralDetector first = detector();
    std::vector<std::uint16_t> heard;
    for (std::size_t block = 0; block < 400; ++block) heard.push_back(first.process(block_of(test::woman(), block)));
    NeuralDetector second = std::move(first);
    for (std::size_t block = 400; block < 800; ++block) heard.push_back(second.process(block_of(test::woman(), block)));
    EXPECT_EQ(heard, expected);
    EXPECT_LE(second.memory_bytes(), 6500U);
}

// ---- In the engine

EngineConfig neural_config(std::uint32_t rate_hz) {
    EngineConfig config;
    config.audio.sample_rate = rate_hz;
    config.vad.type = VADType::NEURAL;
    return config;
}
AudioEngine engine(const EngineConfig& config) { return AudioEngine::create(config).value(); }

/// About each block: the answer comes with the next one, silence after the last.
std::vector<std::uint16_t> by_block(const Samples& samples) {
    NeuralDetector fresh = detector();
    std::vector<std::uint16_t> heard = probabilities(fresh, samples);
    heard.erase(heard.begin());
    heard.push_back(fresh.process(block_of(test::silence(kBlockSamples), 0)));
    return heard;
}

TEST(NeuralEngine, DecidesByTheDetectorAndKeepsTheLevel) {
    const test::Bytes bytes = test::to_bytes(test::woman(), AudioFormat::PCM16);
    AudioEngine neural = engine(neural_config(16000));
    EngineConfig by_level = neural_config(16000);
    by_level.vad.type = VADType::ENERGY_BASED;
    AudioEngine energy = engine(by_level);
    const test::Output output = test::run(neural, bytes, test::Cut::all());
    const test::Output other = test::run(energy, bytes, test::Cut::all());
    const auto expected = by_block(test::woman());
    ASSERT_EQ(output.blocks.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(output.blocks[i].probability_q15, expected[i]);
        EXPECT_EQ(output.blocks[i].level_dbfs_x100, other.blocks[i].level_dbfs_x100);
    }
    EXPECT_EQ(neural.metrics().noise_floor_dbfs_x100, energy.metrics().noise_floor_dbfs_x100);
    EXPECT_EQ(neural.latency_frames(), energy.latency_frames());
}

TEST(NeuralEngine, DecidesABlockWhenTheNextOneIsThere) {
    for (const std::uint32_t rate_hz : {8000U, 16000U, 22050U, 44100U, 48000U}) {
        SCOPED_TRACE(rate_hz);
        VADConfig config;
        AudioConfig audio;
        audio.sample_rate = rate_hz;
        const std::uint32_t without = FastVADDetector::create(config, audio, rate_hz).value().latency_samples();
        config.type = VADType::NEURAL;
        FastVADDetector vad = FastVADDetector::create(config, audio, rate_hz).value();
        EXPECT_EQ(vad.latency_samples(), without + (rate_hz + 99) / 100);
        // The last sample at 16 kHz of the second block stands at 319 / 16000 s.
        const std::size_t needed = 319ULL * rate_hz / 16000 + without + 1;
        EXPECT_EQ(vad.process(test::silence(needed - 1)).blocks.size(), 0U);
        EXPECT_EQ(vad.process(test::silence(1)).blocks.size(), 1U);
        EXPECT_EQ(vad.finish().blocks.size(), needed * 100 / rate_hz - 1);
    }
}

TEST(NeuralEngine, SettingsOfTheLevelChangeNothing) {
    const test::Bytes bytes = test::to_bytes(test::man(), AudioFormat::PCM16);
    AudioEngine standard = engine(neural_config(16000));
    const auto expected = test::serialise(test::run(standard, bytes, test::Cut::all()).blocks);
    EngineConfig config = neural_config(16000);
    config.vad.adaptive = false;
    config.vad.energy_threshold = 0.9F;
    config.audio.min_amplitude = 0.5F;
    AudioEngine deaf = engine(config);
    // The levels differ by the DC that `adaptive` removes; the decisions must not.
    const test::Output output = test::run(deaf, bytes, test::Cut::all());
    AudioEngine again = engine(neural_config(16000));
    const test::Output standard_output = test::run(again, bytes, test::Cut::all());
    EXPECT_EQ(test::serialise(standard_output.blocks), expected);
    EXPECT_EQ(test::serialise(output.events), test::serialise(standard_output.events));
    EXPECT_FALSE(output.events.empty());
}

TEST(NeuralEngine, EveryCutGivesTheSameAndResetIsAsNew) {
    for (const std::uint32_t rate_hz : {8000U, 16000U, 24000U, 44100U}) {
        Samples samples(rate_hz * 2);
        for (std::size_t k = 0; k < samples.size(); ++k)
            samples[k] = test::interpolated(test::man(), k, test::kRecordingRateHz, rate_hz);
        const test::Bytes bytes = test::to_bytes(samples, AudioFormat::PCM16);
        AudioEngine one = engine(neural_config(rate_hz));
        const test::Output expected = test::run(one, bytes, test::Cut::all());
        EXPECT_FALSE(expected.events.empty());
        for (const test::Cut& cut : test::kCuts) {
            SCOPED_TRACE(std::string(cut.name()) + " at " + std::to_string(rate_hz));
            one.reset();
            const test::Output output = test::run(one, bytes, cut);
            EXPECT_EQ(test::serialise(output.blocks), test::serialise(expected.blocks));
            EXPECT_EQ(test::serialise(output.events), test::serialise(expected.events));
            EXPECT_EQ(output.summary, expected.summary);
        }
    }
}

TEST(NeuralEngine, TheTypeIsChosenOnce) {
    AudioEngine neural = engine(neural_config(16000));
    VADConfig vad = neural.config().vad;
    vad.speech_start_ms = 50;
    EXPECT_EQ(neural.configure_vad(vad), Status::ok);
    vad.type = VADType::ENERGY_BASED;
    EXPECT_EQ(neural.configure_vad(vad), Status::bad_vad_type);
    AudioEngine energy = engine({});
    vad = {};
    vad.type = VADType::NEURAL;
    EXPECT_EQ(energy.configure_vad(vad), Status::bad_vad_type);
}

TEST(NeuralEngine, TakesSixKilobytesMore) {
    EngineConfig config = neural_config(24000);
    const std::size_t with = engine(config).memory_bytes();
    config.vad.type = VADType::ENERGY_BASED;
    const std::size_t without = engine(config).memory_bytes();
    EXPECT_GT(with, without + 5000);
    EXPECT_LE(with, without + 6500);
}

}  // namespace
}  // namespace audioengine
