// FastVADDetector, the second half of vad.h: mono audio of any rate to blocks and events.
#include "audioengine/vad.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/digest.h"
#include "support/recordings.h"

namespace audioengine {
namespace {

using test::Samples;

AudioConfig at_rate(std::uint32_t rate) {
    AudioConfig config;
    config.sample_rate = rate;
    return config;
}

FastVADDetector detector(std::uint32_t rate, std::size_t max_samples, const VADConfig& config = {}) {
    auto result = FastVADDetector::create(config, at_rate(rate), max_samples);
    EXPECT_TRUE(result.ok());
    return std::move(result).value();
}

/// Every loud block is voice, whatever the room.
VADConfig loud_is_voice() {
    VADConfig config;
    config.adaptive = false;
    return config;
}

struct Heard {
    std::vector<BlockResult> blocks;
    std::vector<VadEvent> events;

    void add(const FastVADDetector::Output& output) {
        ASSERT_EQ(output.status, Status::ok);
        blocks.insert(blocks.end(), output.blocks.begin(), output.blocks.end());
        events.insert(events.end(), output.events.begin(), output.events.end());
    }
    [[nodiscard]] std::string hash() const {
        return test::hash_of(test::serialise(blocks)) + test::hash_of(test::serialise(events));
    }
};

Heard hear(FastVADDetector& vad, std::span<const std::int16_t> samples, std::size_t piece) {
    Heard heard;
    for (; !samples.empty(); samples = samples.subspan(std::min(piece, samples.size()))) {
        heard.add(vad.process(samples.first(std::min(piece, samples.size()))));
    }
    heard.add(vad.finish());
    return heard;
}

TEST(FastVADDetector, HearsTheSegmentsOfRealSpeech) {
    FastVADDetector vad = detector(16000, 320);
    const Heard heard = hear(vad, test::woman(), 320);
    EXPECT_EQ(heard.blocks.size(), 800U);
    std::vector<std::uint64_t> starts;
    for (const VadEvent& event : heard.events) {
        if (event.type == VadEventType::speech_start) starts.push_back(event.onset_ms);
    }
    // Where a person sees them in the waveform: 0.46, 1.6, 3.9 and 7.2 s.
    ASSERT_EQ(starts.size(), 4U);
    const std::uint64_t seen[] = {460, 1600, 3900, 7200};
    for (std::size_t i = 0; i < 4; ++i)
        EXPECT_NEAR(static_cast<double>(starts[i]), static_cast<double>(seen[i]), 150.0);
}

TEST(FastVADDetector, AnyPieceLengthGivesTheSame) {
    for (const std::uint32_t rate : {8000U, 16000U, 24000U, 44100U}) {
        SCOPED_TRACE(rate);
        Samples samples(rate * 4);
        for (std::size_t k = 0; k < samples.size(); ++k)
            samples[k] = test::interpolated(test::man(), k, test::kRecordingRateHz, rate);
        FastVADDetector whole = detector(rate, samples.size());
        const Heard expected = hear(whole, samples, samples.size());
        EXPECT_EQ(expected.blocks.size(), 400U);
        for (const std::size_t piece : {1U, 7U, 128U, 160U, 441U, 9999U}) {
            FastVADDetector vad = detector(rate, piece);
            EXPECT_EQ(hear(vad, samples, piece).hash(), expected.hash()) << piece;
        }
    }
}

TEST(FastVADDetector, TheSameBitsWithAndWithoutAResamplerAtItsOwnRate) {
    // At 16 kHz nothing is resampled, so a block is decided as soon as its last sample is there.
    FastVADDetector vad = detector(16000, 160);
    EXPECT_EQ(vad.latency_samples(), 0U);
    EXPECT_EQ(vad.process(test::silence(159)).blocks.size(), 0U);
    EXPECT_EQ(vad.process(test::silence(1)).blocks.size(), 1U);
    EXPECT_EQ(vad.blocks_decided(), 1U);
}

TEST(FastVADDetector, BlocksAreDecidedWithinTwoMilliseconds) {
    for (const std::uint32_t rate : {8000U, 22050U, 24000U, 44100U, 48000U, 96000U}) {
        SCOPED_TRACE(rate);
        FastVADDetector vad = detector(rate, rate);
        const std::uint32_t latency = vad.latency_samples();
        EXPECT_LE(latency * 1000ULL, 2ULL * rate);
        // The last sample at 16 kHz of a 10 ms block stands at 159 / 16000 s.
        const std::size_t needed = 159ULL * rate / 16000 + latency + 1;
        EXPECT_EQ(vad.process(test::silence(needed - 1)).blocks.size(), 0U);
        EXPECT_EQ(vad.process(test::silence(1)).blocks.size(), 1U);
    }
}

TEST(FastVADDetector, TooMuchAtOnceConsumesNothing) {
    FastVADDetector vad = detector(24000, 480);
    FastVADDetector untouched = detector(24000, 480);
    const Samples samples = test::noise(4800, 20000, 1);
    EXPECT_EQ(vad.process(std::span(samples).first(481)).status, Status::chunk_too_large);
    EXPECT_EQ(vad.blocks_decided(), 0U);
    EXPECT_EQ(hear(vad, samples, 480).hash(), hear(untouched, samples, 480).hash());
}

TEST(FastVADDetector, AfterFinishOnlyResetHelps) {
    FastVADDetector vad = detector(24000, 480);
    const Samples samples = test::noise(4800, 20000, 1);
    const std::string first = hear(vad, samples, 480).hash();
    EXPECT_EQ(vad.process({}).status, Status::stream_finished);
    EXPECT_EQ(vad.advance_time(5000).status, Status::stream_finished);
    EXPECT_EQ(vad.finish().status, Status::stream_finished);
    vad.reset();
    EXPECT_EQ(vad.blocks_decided(), 0U);
    EXPECT_EQ(hear(vad, samples, 480).hash(), first);
}

TEST(FastVADDetector, AnIncompleteBlockIsDropped) {
    FastVADDetector vad = detector(16000, 1000);
    Heard heard;
    heard.add(vad.process(test::silence(319)));
    heard.add(vad.finish());
    EXPECT_EQ(heard.blocks.size(), 1U);
}

TEST(FastVADDetector, TimeWithoutAudioEndsASegment) {
    FastVADDetector vad = detector(16000, 16000, loud_is_voice());
    Heard heard;
    heard.add(vad.process(test::noise(8000, 20000, 1)));
    ASSERT_EQ(vad.state(), VADState::SPEECH);
    const auto output = vad.advance_time(1000);
    EXPECT_EQ(output.state, VADState::SILENCE);
    EXPECT_EQ(output.blocks.size(), 0U);
    ASSERT_EQ(output.events.size(), 1U);
    EXPECT_EQ(output.events[0].type, VadEventType::speech_end);
    EXPECT_EQ(output.events[0].reason, EndReason::gap);
}

TEST(FastVADDetector, ConfigureHoldsFromTheNextBlock) {
    FastVADDetector vad = detector(16000, 16000, loud_is_voice());
    Heard heard;
    heard.add(vad.process(test::noise(1600 - 160, 20000, 1)));
    EXPECT_EQ(vad.state(), VADState::SPEECH_STARTING);
    VADConfig slower = loud_is_voice();
    slower.speech_start_ms = 300;
    vad.configure(slower);
    heard.add(vad.process(test::noise(160, 20000, 2)));
    EXPECT_EQ(vad.state(), VADState::SPEECH_STARTING);  // 100 ms would have been enough before
    EXPECT_EQ(heard.blocks.size(), 10U);
}

TEST(FastVADDetector, RefusesWhatCheckRefuses) {
    VADConfig config;
    config.speech_start_ms = 0;
    const auto bad = FastVADDetector::create(config, at_rate(16000), 160);
    EXPECT_EQ(bad.status(), Status::bad_vad_duration);
    EXPECT_STREQ(bad.field(), "vad.speech_start_ms");
    EXPECT_EQ(FastVADDetector::create({}, at_rate(3000), 160).status(), Status::bad_sample_rate);
}

TEST(FastVADDetector, EventsForTheShortestSettingsFit) {
    // Every block starts or ends something: the most events that one call can hold.
    VADConfig config;
    config.adaptive = false;
    config.energy_threshold = 0.1F;
    config.speech_start_ms = 10;
    config.speech_end_ms = 10;
    Samples samples;
    for (int block = 0; block < 1000; ++block) {
        const Samples next = block % 2 == 0 ? Samples(160, 20000) : test::silence(160);
        samples.insert(samples.end(), next.begin(), next.end());
    }
    FastVADDetector whole = detector(16000, samples.size(), config);
    const Heard heard = hear(whole, samples, samples.size());
    EXPECT_EQ(heard.events.size(), 1000U);
    FastVADDetector vad = detector(16000, 160, config);
    EXPECT_EQ(hear(vad, samples, 160).hash(), heard.hash());
}

TEST(FastVADDetector, MovedItGoesOn) {
    const Samples samples = test::noise(9600, 20000, 1);
    FastVADDetector untouched = detector(24000, 480);
    const std::string expected = hear(untouched, samples, 480).hash();
    FastVADDetector first = detector(24000, 480);
    Heard heard;
    for (std::size_t at = 0; at < 4800; at += 480) heard.add(first.process(std::span(samples).subspan(at, 480)));
    FastVADDetector second = std::move(first);
    for (std::size_t at = 4800; at < 9600; at += 480) heard.add(second.process(std::span(samples).subspan(at, 480)));
    heard.add(second.finish());
    EXPECT_EQ(heard.hash(), expected);
}

}  // namespace
}  // namespace audioengine
