// AudioEngine::add_to_stream_buffer (engine.h).
#include <gtest/gtest.h>

#include "support/recordings.h"
#include "support/run.h"

namespace audioengine {
namespace {

using test::Bytes;

EngineConfig config_of(std::uint32_t prebuffer_ms) {
    EngineConfig config;
    config.mode = ProcessingMode::REALTIME;
    config.audio.sample_rate = test::kRecordingRateHz;
    config.stream_buffer.emplace();
    config.stream_buffer->prebuffer_ms = prebuffer_ms;
    return config;
}

AudioEngine engine(const EngineConfig& config) { return std::move(AudioEngine::create(config)).value(); }

// However the network bunches the bytes, the engine hears the same stream, only later.
TEST(StreamBuffer, BunchedBytesComeOutAsTheSameStream) {
    const Bytes input = test::to_bytes(test::woman(), AudioFormat::PCM16);
    AudioEngine steady = engine(config_of(0));
    const test::Output expected = test::run(steady, input, test::Cut::all());
    for (const std::uint32_t prebuffer_ms : {0U, 60U, 200U}) {
        AudioEngine jittery = engine(config_of(prebuffer_ms));
        test::Output got;
        const auto add = [&](std::span<const std::byte> bytes) {
            const PushResult result = jittery.add_to_stream_buffer(bytes);
            ASSERT_TRUE(result.ok() || result.status == Status::not_ready);
            got.add(result);
        };
        test::Lcg random(7);
        for (std::size_t at = 0; at < input.size();) {
            const std::size_t length = std::min<std::size_t>(random.below(3000), input.size() - at);
            add(std::span(input).subspan(at, length));
            at += length;
            while (jittery.stream_buffer()->get_available_bytes() > 6400) add({});
        }
        jittery.stream_buffer()->mark_end();
        while (jittery.stream_buffer()->state() != BufferState::ENDED) add({});
        got.add(jittery.finish());
        EXPECT_EQ(got.audio, expected.audio) << prebuffer_ms;
        EXPECT_EQ(test::serialise(got.events), test::serialise(expected.events)) << prebuffer_ms;
        EXPECT_EQ(jittery.metrics().stream_buffer->available_bytes, 0U);
    }
}

TEST(StreamBuffer, NotReadyKeepsTheBytes) {
    AudioEngine one = engine(config_of(60));
    const Bytes part(640);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(one.add_to_stream_buffer(part).status, Status::not_ready);
    const PushResult third = one.add_to_stream_buffer(part);
    EXPECT_TRUE(third.ok());
    EXPECT_EQ(third.audio.size(), 640U);
    EXPECT_EQ(one.stream_buffer()->get_available_bytes(), 1280U);
}

TEST(StreamBuffer, WhatItRefusesTheEngineRefusesAndTheStreamGoesOn) {
    EngineConfig config = config_of(60);
    config.stream_buffer->max_duration_ms = 60;
    config.stream_buffer->overflow_strategy = OverflowStrategy::error;
    AudioEngine one = engine(config);
    AudioEngine other = engine(config);
    const Bytes input = test::to_bytes(test::woman(), AudioFormat::PCM16);
    const auto part = std::span(input).first(1600);
    for (AudioEngine* each : {&one, &other}) EXPECT_EQ(each->add_to_stream_buffer(part).status, Status::not_ready);
    const PushResult refused = one.add_to_stream_buffer(part);
    EXPECT_EQ(refused.status, Status::buffer_full);
    EXPECT_TRUE(refused.audio.empty());
    EXPECT_EQ(one.metrics().rejected_chunks, 1U);
    EXPECT_EQ(one.metrics().stream_buffer->overflows, 1U);
    for (AudioEngine* each : {&one, &other}) each->stream_buffer()->mark_end();
    for (AudioEngine* each : {&one, &other}) EXPECT_TRUE(each->stream_buffer()->end_marked());
    for (int chunk = 0; chunk < 3; ++chunk) {
        const PushResult got = one.add_to_stream_buffer({});
        const PushResult expected = other.add_to_stream_buffer({});
        EXPECT_EQ(got.status, expected.status);
        EXPECT_EQ(Bytes(got.audio.begin(), got.audio.end()), Bytes(expected.audio.begin(), expected.audio.end()));
    }
}

TEST(StreamBuffer, OnlyWithOne) {
    EngineConfig config;
    AudioEngine without = engine(config);
    EXPECT_EQ(without.add_to_stream_buffer(Bytes(640)).status, Status::no_stream_buffer);
    EXPECT_EQ(without.stream_buffer(), nullptr);
    EXPECT_FALSE(without.metrics().stream_buffer.has_value());
}

TEST(StreamBuffer, ItsConfigurationIsChecked) {
    EngineConfig config = config_of(0);
    config.stream_buffer->repeat_ms = 99999;
    const auto result = AudioEngine::create(config);
    ASSERT_FALSE(result.ok());
    EXPECT_STREQ(result.field(), "buffer.repeat_ms");
}

TEST(StreamBuffer, ResetEmptiesIt) {
    AudioEngine one = engine(config_of(60));
    (void)one.add_to_stream_buffer(Bytes(640));
    one.reset();
    EXPECT_EQ(one.stream_buffer()->get_available_bytes(), 0U);
    EXPECT_EQ(one.metrics().stream_buffer->added_frames, 0U);
}

}  // namespace
}  // namespace audioengine
