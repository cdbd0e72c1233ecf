// The specification's separate calls, live changes of the mode, and a probability from outside (engine.h).
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "audioengine/engine.h"
#include "support/recordings.h"
#include "support/run.h"

namespace audioengine {
namespace {

using test::Bytes;

constexpr ProcessingMode kModes[] = {ProcessingMode::REALTIME, ProcessingMode::BALANCED, ProcessingMode::QUALITY};

EngineConfig config_of(ProcessingMode mode, std::uint32_t output_rate = 0) {
    EngineConfig config;
    config.mode = mode;
    config.audio.sample_rate = test::kRecordingRateHz;
    config.output.sample_rate = output_rate;
    return config;
}

AudioEngine engine(const EngineConfig& config) { return std::move(AudioEngine::create(config)).value(); }

Bytes speech() { return test::to_bytes(test::woman(), AudioFormat::PCM16); }

TEST(SeparateCalls, TogetherGiveWhatPushGives) {
    for (const ProcessingMode mode : kModes) {
        const Bytes input = speech();
        AudioEngine whole = engine(config_of(mode, 24000));
        AudioEngine parts = engine(config_of(mode, 24000));
        test::Output expected;
        test::Output got;
        for (std::size_t at = 0; at < input.size(); at += 641) {
            const auto chunk = std::span(input).subspan(at, std::min<std::size_t>(641, input.size() - at));
            expected.add(whole.push(chunk));
            const PushResult converted = parts.process_audio(chunk);
            EXPECT_TRUE(converted.blocks.empty());
            got.add(converted);
            const PushResult heard = parts.process_vad_chunk(chunk);
            EXPECT_TRUE(heard.audio.empty());
            got.add(heard);
        }
        expected.add(whole.finish());
        got.add(parts.finish());
        EXPECT_EQ(got.audio, expected.audio);
        EXPECT_EQ(test::serialise(got.blocks), test::serialise(expected.blocks));
        EXPECT_EQ(test::serialise(got.events), test::serialise(expected.events));
        EXPECT_EQ(parts.metrics().level.sum_squares, whole.metrics().level.sum_squares);
    }
}

TEST(PrepareForPlayback, ConvertsAndNothingElseInEveryMode) {
    const Bytes input = speech();
    for (const ProcessingMode mode : kModes) {
        AudioEngine one = engine(config_of(mode));
        const PushResult result = one.prepare_for_playback(std::span(input).first(6400));
        ASSERT_TRUE(result.ok());
        EXPECT_EQ(Bytes(result.audio.begin(), result.audio.end()), Bytes(input.begin(), input.begin() + 6400));
    }
}

// Whatever the mode does to the sound, it never moves, loses or doubles a sample, and never changes a decision.
TEST(ModeChange, KeepsEverySampleInItsPlace) {
    const Bytes input = speech();
    for (const std::uint32_t output_rate : {16000U, 24000U, 8000U, 11025U}) {
        AudioEngine steady = engine(config_of(ProcessingMode::REALTIME, output_rate));
        AudioEngine changing = engine(config_of(ProcessingMode::BALANCED, output_rate));
        const test::Output expected = test::run(steady, input, test::Cut::all());
        test::Output got;
        int turn = 0;
        for (std::size_t at = 0; at < input.size(); at += 3202) {
            switch (turn++ % 3) {
                case 0: changing.optimize_for_quality(); break;
                case 1: changing.optimize_for_latency(); break;
                default: break;
            }
            got.add(changing.push(std::span(input).subspan(at, std::min<std::size_t>(3202, input.size() - at))));
        }
        got.add(changing.finish());
        ASSERT_EQ(got.audio.size(), expected.audio.size()) << output_rate;
        EXPECT_EQ(test::serialise(got.blocks), test::serialise(expected.blocks));
        EXPECT_EQ(test::serialise(got.events), test::serialise(expected.events));
    }
}

// Between two filters of the same cut the outputs stand at the same times: away from the change they are what a steady
// engine of that mode gives.
TEST(ModeChange, AwayFromTheChangeTheOutputIsThatOfTheNewMode) {
    EngineConfig config = config_of(ProcessingMode::REALTIME, 24000);
    config.normalize = false;
    const Bytes input = speech();
    AudioEngine steady = engine(config);
    const test::Output expected = test::run(steady, input, test::Cut::all());
    config.mode = ProcessingMode::QUALITY;
    AudioEngine changing = engine(config);
    test::Output got;
    const std::size_t half = input.size() / 4 * 2;
    (void)changing.push_all(std::span(input).first(half), [&](const PushResult& result) { got.add(result); });
    changing.optimize_for_latency();
    test::append(got.audio, test::run(changing, std::span(input).subspan(half), test::Cut::odd()).audio);
    ASSERT_EQ(got.audio.size(), expected.audio.size());
    const std::size_t later = half * 3 / 2 + 1000;
    EXPECT_TRUE(std::equal(got.audio.begin() + static_cast<std::ptrdiff_t>(later), got.audio.end(),
                           expected.audio.begin() + static_cast<std::ptrdiff_t>(later)));
}

TEST(ModeChange, SnapshotTakenInOneModeGoesOnInIt) {
    const Bytes input = speech();
    AudioEngine from = engine(config_of(ProcessingMode::BALANCED, 24000));
    AudioEngine to = engine(config_of(ProcessingMode::BALANCED, 24000));
    from.optimize_for_quality();
    (void)test::run(from, std::span(input).first(70001), test::Cut::odd(), false);
    Bytes snapshot(from.snapshot({}).bytes);
    ASSERT_TRUE(from.snapshot(snapshot).ok());
    ASSERT_EQ(to.restore(snapshot), Status::ok);
    EXPECT_EQ(to.config().mode, ProcessingMode::QUALITY);
    const auto rest = std::span(input).subspan(70001);
    EXPECT_EQ(test::run(to, rest, test::Cut::all()).audio, test::run(from, rest, test::Cut::odd()).audio);
}

TEST(LatencyTarget, StepsDownWhenMissedAndUpAgainWhenFarBelow) {
    EngineConfig config = config_of(ProcessingMode::QUALITY);
    config.latency_target_us = 1000;
    AudioEngine one = engine(config);
    const auto record = [&](int calls, std::uint64_t ns) {
        for (int i = 0; i < calls; ++i) one.record_processing_ns(ns);
    };
    record(127, 1000001);
    EXPECT_EQ(one.config().mode, ProcessingMode::QUALITY);
    record(1, 1000001);
    EXPECT_EQ(one.config().mode, ProcessingMode::BALANCED);
    record(128, 1000001);
    EXPECT_EQ(one.config().mode, ProcessingMode::REALTIME);
    record(128, 1000001);
    EXPECT_EQ(one.config().mode, ProcessingMode::REALTIME);
    record(128 * 20, 700000);  // below the target, not far below
    EXPECT_EQ(one.config().mode, ProcessingMode::REALTIME);
    record(128 * 8, 100000);
    EXPECT_EQ(one.config().mode, ProcessingMode::BALANCED);
    record(128 * 16, 100000);
    EXPECT_EQ(one.config().mode, ProcessingMode::QUALITY);
}

TEST(External, DecidesByTheCallersProbability) {
    EngineConfig config = config_of(ProcessingMode::REALTIME);
    config.vad.type = VADType::EXTERNAL;
    AudioEngine one = engine(config);
    const Bytes second(32000);  // digital silence
    test::Output output = test::Output{};
    const auto push = [&] { (void)one.push_all(second, [&](const PushResult& result) { output.add(result); }); };
    push();
    EXPECT_TRUE(output.events.empty());
    ASSERT_EQ(one.set_speech_probability(kProbabilityOneQ15), Status::ok);
    push();
    ASSERT_EQ(one.set_speech_probability(0), Status::ok);
    push();
    EXPECT_EQ(one.set_speech_probability(kProbabilityOneQ15 + 1), Status::bad_threshold);
    ASSERT_EQ(output.events.size(), 2U);
    EXPECT_EQ(output.events[0].type, VadEventType::speech_start);
    EXPECT_EQ(output.events[0].onset_ms, 1000U);
    EXPECT_EQ(output.events[1].end_ms, 2000U);
}

}  // namespace
}  // namespace audioengine
