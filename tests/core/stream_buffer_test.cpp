#include "audioengine/stream_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "reference/stream_buffer_reference.h"
#include "support/bytes.h"
#include "support/generate.h"
#include "support/random.h"
#include "support/stream_buffer_counts.h"

namespace audioengine {
namespace {

using test::Bytes;
using test::Samples;

constexpr std::size_t kMs = 24 * 2;  // bytes of one millisecond in the default format

/// No start-up depth and no fades, so that bytes can be compared.
BufferConfig plain() {
    BufferConfig config;
    config.prebuffer_ms = 0;
    config.fade_ms = 0;
    return config;
}

AudioStreamBuffer make(const BufferConfig& config, const AudioConfig& audio = {},
                       ProcessingMode mode = ProcessingMode::BALANCED) {
    auto result = AudioStreamBuffer::create(config, audio, mode);
    EXPECT_TRUE(result.ok()) << status_name(result.status()) << " " << result.field();
    return std::move(result).value();
}

Bytes speech(std::size_t ms, std::uint32_t seed = 1) {
    return test::to_bytes(test::noise(ms * 24, 8000, seed), AudioFormat::PCM16);
}

struct Chunk {
    ChunkResult result;
    Bytes bytes;
};

Chunk get(AudioStreamBuffer& buffer, std::size_t bytes) {
    Chunk chunk{{}, Bytes(bytes, std::byte{0x11})};
    chunk.result = buffer.get_chunk(chunk.bytes);
    return chunk;
}

Bytes part(const Bytes& bytes, std::size_t from, std::size_t count) {
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(from);
    return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

void expect_balance(const AudioStreamBuffer& buffer) { EXPECT_TRUE(test::balances(buffer.stats())); }

/// What silence is in each format.
struct SilenceRow {
    AudioFormat format;
    int code;
};
constexpr SilenceRow kSilenceRows[] = {
    {AudioFormat::PCM16, 0}, {AudioFormat::G711_ULAW, 0xFF}, {AudioFormat::G711_ALAW, 0xD5}, {AudioFormat::FLOAT32, 0}};

// ---- configuration

struct BadRow {
    const char* field;
    Status status;
    void (*spoil)(BufferConfig&);
};

TEST(StreamBuffer, EveryBadFieldIsNamed) {
    const BadRow rows[] = {
        {"buffer.max_size_bytes", Status::bad_buffer_size, [](BufferConfig& c) { c.max_size_bytes = 0; }},
        {"buffer.max_size_bytes", Status::bad_buffer_size, [](BufferConfig& c) { c.max_size_bytes = 1; }},
        {"buffer.max_size_bytes", Status::bad_buffer_size, [](BufferConfig& c) { c.max_size_bytes = (1U << 30U) + 1; }},
        {"buffer.max_duration_ms", Status::bad_buffer_duration, [](BufferConfig& c) { c.max_duration_ms = 0; }},
        {"buffer.max_duration_ms", Status::bad_buffer_duration, [](BufferConfig& c) { c.max_duration_ms = 600001; }},
        {"buffer.overflow_strategy", Status::bad_strategy,
         [](BufferConfig& c) { c.overflow_strategy = static_cast<OverflowStrategy>(3); }},
        {"buffer.underflow_strategy", Status::bad_strategy,
         [](BufferConfig& c) { c.underflow_strategy = static_cast<UnderflowStrategy>(3); }},
        {"buffer.prebuffer_ms", Status::bad_buffer_duration, [](BufferConfig& c) { c.prebuffer_ms = 5001; }},
        {"buffer.prebuffer_ms", Status::bad_buffer_duration,
         [](BufferConfig& c) { c.prebuffer_ms = 100, c.max_size_bytes = 99 * kMs; }},
        {"buffer.repeat_ms", Status::bad_buffer_duration, [](BufferConfig& c) { c.repeat_ms = 1001; }},
        {"buffer.fade_ms", Status::bad_buffer_duration, [](BufferConfig& c) { c.fade_ms = 101; }},
        {"buffer.reorder_packets", Status::bad_reorder_window, [](BufferConfig& c) { c.reorder_packets = 65; }},
        {"buffer.max_packet_ms", Status::bad_buffer_duration, [](BufferConfig& c) { c.max_packet_ms = 0; }},
        {"buffer.max_packet_ms", Status::bad_buffer_duration, [](BufferConfig& c) { c.max_packet_ms = 1001; }},
        {"buffer.sequence_bits", Status::bad_reorder_window, [](BufferConfig& c) { c.sequence_bits = 24; }},
    };
    for (const BadRow& row : rows) {
        SCOPED_TRACE(row.field);
        BufferConfig config;
        row.spoil(config);
        const auto result = AudioStreamBuffer::create(config);
        ASSERT_FALSE(result.ok());
        EXPECT_EQ(result.status(), row.status);
        EXPECT_STREQ(result.field(), row.field);
    }
    AudioConfig audio;
    audio.channels = 9;
    EXPECT_STREQ(AudioStreamBuffer::create({}, audio).field(), "audio.channels");
    EXPECT_STREQ(AudioStreamBuffer::create({}, {}, static_cast<ProcessingMode>(3)).field(), "mode");
}

TEST(StreamBuffer, TheLimitIsTheSmallerOfSizeAndDuration) {
    struct LimitRow {
        const char* name;
        std::size_t bytes;
        std::uint32_t ms;
        AudioFormat format;
        std::uint32_t channels;
        std::uint32_t rate;
        std::size_t frames;
    };
    const LimitRow rows[] = {
        {"the defaults: 5 s, not 1 MiB", 1024 * 1024, 5000, AudioFormat::PCM16, 1, 24000, 120000},
        {"1 MiB is reached first", 1024 * 1024, 600000, AudioFormat::PCM16, 1, 24000, 524288},
        {"whole frames only", 1000, 5000, AudioFormat::FLOAT32, 3, 48000, 83},
        {"telephony", 1024 * 1024, 5000, AudioFormat::G711_ULAW, 1, 8000, 40000},
        {"fractions of a frame do not count", 1024 * 1024, 1, AudioFormat::PCM16, 1, 11025, 11},
    };
    for (const LimitRow& row : rows) {
        SCOPED_TRACE(row.name);
        BufferConfig config;
        config.max_size_bytes = row.bytes;
        config.max_duration_ms = row.ms;
        AudioConfig audio;
        audio.format = row.format;
        audio.channels = row.channels;
        audio.sample_rate = row.rate;
        EXPECT_EQ(make(config, audio).capacity_frames(), row.frames);
    }
}

TEST(StreamBuffer, TheStartUpDepthComesFromTheMode) {
    const auto depth_ms = [](ProcessingMode mode) { return make({}, {}, mode).prebuffer_frames() / 24; };
    EXPECT_EQ(depth_ms(ProcessingMode::REALTIME), 0U);
    EXPECT_EQ(depth_ms(ProcessingMode::BALANCED), 60U);
    EXPECT_EQ(depth_ms(ProcessingMode::QUALITY), 200U);
    BufferConfig small;
    small.max_duration_ms = 40;
    EXPECT_EQ(make(small).prebuffer_frames(), 40U * 24) << "never more than the limit";
    small.prebuffer_ms = 30;
    EXPECT_EQ(make(small).prebuffer_frames(), 30U * 24);
}

TEST(StreamBuffer, NamesReadBackAsWritten) {
    for (const auto strategy :
         {OverflowStrategy::drop_oldest, OverflowStrategy::drop_newest, OverflowStrategy::error}) {
        OverflowStrategy read =
            strategy == OverflowStrategy::error ? OverflowStrategy::drop_oldest : OverflowStrategy::error;
        EXPECT_TRUE(parse(name_of(strategy), read));
        EXPECT_EQ(read, strategy);
    }
    for (const auto strategy : {UnderflowStrategy::silence, UnderflowStrategy::repeat, UnderflowStrategy::error}) {
        UnderflowStrategy read =
            strategy == UnderflowStrategy::error ? UnderflowStrategy::silence : UnderflowStrategy::error;
        EXPECT_TRUE(parse(name_of(strategy), read));
        EXPECT_EQ(read, strategy);
    }
    EXPECT_STREQ(name_of(OverflowStrategy::drop_oldest), "drop_oldest");
    EXPECT_STREQ(name_of(UnderflowStrategy::repeat), "repeat");
    EXPECT_STREQ(name_of(static_cast<OverflowStrategy>(9)), "");
    EXPECT_STREQ(name_of(static_cast<UnderflowStrategy>(9)), "");
    EXPECT_STREQ(name_of(BufferState::STARTING), "starting");
    EXPECT_STREQ(name_of(BufferState::PLAYING), "playing");
    EXPECT_STREQ(name_of(BufferState::REFILLING), "refilling");
    EXPECT_STREQ(name_of(BufferState::ENDED), "ended");
    EXPECT_STREQ(name_of(static_cast<BufferState>(9)), "");
    OverflowStrategy untouched = OverflowStrategy::error;
    EXPECT_FALSE(parse("DROP_OLDEST", untouched));
    EXPECT_FALSE(parse("", untouched));
    EXPECT_EQ(untouched, OverflowStrategy::error);
}

// ---- what goes in comes out

TEST(StreamBuffer, WhatGoesInComesOutHoweverItIsCut) {
    for (const auto format :
         {AudioFormat::PCM16, AudioFormat::G711_ULAW, AudioFormat::G711_ALAW, AudioFormat::FLOAT32}) {
        for (const std::uint32_t channels : {1U, 2U, 3U, 8U}) {
            SCOPED_TRACE(std::string(name_of(format)) + " x" + std::to_string(channels));
            AudioConfig audio;
            audio.format = format;
            audio.channels = channels;
            BufferConfig config;  // with start-up depth and fades
            config.max_duration_ms = 100;
            AudioStreamBuffer buffer = make(config, audio);
            const std::size_t frame = bytes_per_sample(format) * channels;
            const Bytes input = test::to_bytes(test::noise(24000 * channels, 20000, channels), format);

            test::Lcg random(channels);
            Bytes output;
            for (std::size_t at = 0; at < input.size();) {
                const std::size_t room = (buffer.capacity_frames() - buffer.available_frames()) * frame;
                const std::size_t length = std::min({std::size_t{random.below(3000)}, input.size() - at, room});
                const AddResult added = buffer.add_audio(std::span(input).subspan(at, length));
                ASSERT_TRUE(added);
                ASSERT_EQ(added.stored_bytes, length);
                at += length;
                if (at == input.size()) buffer.mark_end();
                const std::size_t wanted = std::min(buffer.available_frames() * frame, std::size_t{random.below(3000)});
                const Chunk chunk = get(buffer, wanted);
                test::append(output, std::span(chunk.bytes).first(chunk.result.size()));
            }
            const Chunk rest = get(buffer, input.size());
            test::append(output, std::span(rest.bytes).first(rest.result.size()));
            EXPECT_TRUE(output == input);
            EXPECT_EQ(buffer.stats().underflows, 0U);
            expect_balance(buffer);
        }
    }
}

TEST(StreamBuffer, PartOfAFrameWaitsForTheRest) {
    AudioConfig audio;
    audio.channels = 2;
    AudioStreamBuffer buffer = make(plain(), audio);
    const Bytes input = speech(1);  // 12 stereo frames
    for (std::size_t i = 0; i < input.size(); ++i) {
        EXPECT_TRUE(buffer.add_audio(std::span(input).subspan(i, 1)));
        EXPECT_EQ(buffer.get_available_bytes(), (i + 1) / 4 * 4);
    }
    EXPECT_EQ(get(buffer, input.size()).bytes, input);
}

TEST(StreamBuffer, TheEndDropsAPartOfAFrame) {
    AudioStreamBuffer buffer = make(plain());
    EXPECT_TRUE(buffer.add_audio(part(speech(1), 0, 3)));
    buffer.mark_end();
    EXPECT_EQ(buffer.stats().partial_bytes, 1U);
    EXPECT_EQ(get(buffer, 10).result.size(), 2U);
    const Bytes next = speech(1, 7);
    EXPECT_TRUE(buffer.add_audio(next));  // aligned again
    EXPECT_EQ(get(buffer, next.size()).bytes, next);
}

TEST(StreamBuffer, AChunkHoldsWholeFramesAndSilenceBehindThem) {
    AudioConfig audio;
    audio.format = AudioFormat::PCM16;
    audio.channels = 2;
    AudioStreamBuffer buffer = make(plain(), audio);
    const Bytes input = speech(1);
    EXPECT_TRUE(buffer.add_audio(input));
    const Chunk chunk = get(buffer, 7);
    EXPECT_EQ(chunk.result.audio_bytes, 4U);
    EXPECT_EQ(chunk.bytes[6], std::byte{0});
    EXPECT_EQ(get(buffer, 4).bytes, part(input, 4, 4)) << "the next frame was not touched";
    EXPECT_EQ(get(buffer, 0).result.status, Status::ok);
    EXPECT_TRUE(buffer.add_audio({}));
}

TEST(StreamBuffer, PeekShowsWhatIsQueued) {
    BufferConfig config = plain();
    config.max_duration_ms = 10;
    AudioStreamBuffer buffer = make(config);
    EXPECT_EQ(buffer.peek().size(), 0U);
    const Bytes first = speech(8);
    EXPECT_TRUE(buffer.add_audio(first));
    EXPECT_EQ(get(buffer, 6 * kMs).bytes, part(first, 0, 6 * kMs));
    const Bytes second = speech(7, 2);
    EXPECT_TRUE(buffer.add_audio(second));
    Bytes expected = part(first, 6 * kMs, 2 * kMs);
    test::append(expected, second);
    const RingView view = buffer.peek();
    Bytes seen;
    test::append(seen, view.first);
    test::append(seen, view.second);
    EXPECT_FALSE(view.second.empty()) << "over the end of the ring";
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(get(buffer, 9 * kMs).bytes, expected) << "nothing was taken";
}

TEST(StreamBuffer, BytesAndMilliseconds) {
    AudioConfig audio;
    audio.sample_rate = 44100;
    AudioStreamBuffer buffer = make(plain(), audio);
    EXPECT_TRUE(buffer.add_audio(Bytes(441 * 2)));
    EXPECT_EQ(buffer.get_available_bytes(), 882U);
    EXPECT_EQ(buffer.available_frames(), 441U);
    EXPECT_EQ(buffer.get_duration_ms(), 10.0);
    EXPECT_EQ(buffer.get_stats().available_bytes, 882U);
    EXPECT_EQ(buffer.metrics().capacity_bytes, buffer.capacity_frames() * 2);
}

// ---- overflow

TEST(StreamBuffer, DropOldestKeepsTheNewest) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, 5 * kMs, 25 * kMs}) {
        SCOPED_TRACE(piece);
        BufferConfig config = plain();
        config.max_duration_ms = 10;
        AudioStreamBuffer buffer = make(config);
        const Bytes input = speech(25);
        std::size_t dropped = 0;
        for (std::size_t at = 0; at < input.size(); at += piece) {
            const AddResult added = buffer.add_audio(std::span(input).subspan(at, std::min(piece, input.size() - at)));
            EXPECT_TRUE(added);
            dropped += added.dropped_bytes;
            EXPECT_LE(buffer.available_frames(), buffer.capacity_frames());
        }
        EXPECT_EQ(dropped, 15 * kMs);
        EXPECT_EQ(buffer.stats().dropped_frames, 15U * 24);
        EXPECT_GT(buffer.stats().overflows, 0U);
        EXPECT_EQ(get(buffer, 10 * kMs).bytes, part(input, 15 * kMs, 10 * kMs));
        expect_balance(buffer);
    }
}

TEST(StreamBuffer, DropNewestKeepsTheOldestAndSaysNo) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, 5 * kMs, 25 * kMs}) {
        SCOPED_TRACE(piece);
        BufferConfig config = plain();
        config.max_duration_ms = 10;
        config.overflow_strategy = OverflowStrategy::drop_newest;
        AudioStreamBuffer buffer = make(config);
        const Bytes input = speech(25);
        std::size_t stored = 0;
        for (std::size_t at = 0; at < input.size(); at += piece) {
            const AddResult added = buffer.add_audio(std::span(input).subspan(at, std::min(piece, input.size() - at)));
            EXPECT_EQ(added.status, Status::ok) << "what happens is what was chosen";
            EXPECT_EQ(static_cast<bool>(added), added.dropped_bytes == 0);
            stored += added.stored_bytes;
        }
        EXPECT_GE(stored, 10 * kMs);
        EXPECT_EQ(buffer.stats().dropped_frames, 15U * 24);
        EXPECT_EQ(get(buffer, 10 * kMs).bytes, part(input, 0, 10 * kMs));
        expect_balance(buffer);
    }
}

TEST(StreamBuffer, ErrorStoresNothing) {
    BufferConfig config = plain();
    config.max_duration_ms = 10;
    config.overflow_strategy = OverflowStrategy::error;
    AudioStreamBuffer buffer = make(config);
    const Bytes input = speech(10);
    EXPECT_TRUE(buffer.add_audio(std::span(input).first(9 * kMs + 1)));
    const AddResult refused = buffer.add_audio(speech(2));
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.status, Status::buffer_full);
    EXPECT_EQ(refused.stored_bytes + refused.dropped_bytes, 0U);
    EXPECT_EQ(buffer.stats().overflows, 1U);
    EXPECT_EQ(buffer.stats().dropped_frames, 0U);
    EXPECT_TRUE(buffer.add_audio(std::span(input).subspan(9 * kMs + 1))) << "what fits goes on where it stopped";
    EXPECT_EQ(get(buffer, 10 * kMs).bytes, input);
}

// ---- start, end, underflow

TEST(StreamBuffer, NothingBeforeTheStartUpDepth) {
    AudioStreamBuffer buffer = make({});
    const Bytes input = speech(80);
    EXPECT_TRUE(buffer.add_audio(std::span(input).first(60 * kMs - 2)));
    const Chunk early = get(buffer, 20 * kMs);
    EXPECT_EQ(early.result.status, Status::not_ready);
    EXPECT_EQ(early.result.size(), 0U);
    EXPECT_EQ(early.bytes, Bytes(20 * kMs)) << "playable: silence";
    EXPECT_EQ(buffer.state(), BufferState::STARTING);
    EXPECT_TRUE(buffer.add_audio(std::span(input).subspan(60 * kMs - 2)));
    EXPECT_EQ(buffer.state(), BufferState::PLAYING);
    EXPECT_EQ(get(buffer, 20 * kMs).bytes, part(input, 0, 20 * kMs)) << "the start is not faded";
}

TEST(StreamBuffer, TheEndMarkReleasesAShortTail) {
    AudioStreamBuffer buffer = make({});
    const Bytes input = speech(30);
    EXPECT_TRUE(buffer.add_audio(input));
    EXPECT_EQ(get(buffer, 20 * kMs).result.status, Status::not_ready);
    buffer.mark_end();
    EXPECT_EQ(get(buffer, 20 * kMs).bytes, part(input, 0, 20 * kMs));
    const Chunk tail = get(buffer, 20 * kMs);
    EXPECT_EQ(tail.result.status, Status::ok);
    EXPECT_EQ(tail.result.audio_bytes, 10 * kMs);
    EXPECT_EQ(tail.result.filled_bytes, 0U);
    EXPECT_EQ(part(tail.bytes, 0, 10 * kMs), part(input, 20 * kMs, 10 * kMs));
    EXPECT_EQ(part(tail.bytes, 15 * kMs, 5 * kMs), Bytes(5 * kMs)) << "silence after a fade of 5 ms";
    EXPECT_EQ(buffer.state(), BufferState::ENDED);
    EXPECT_EQ(get(buffer, 20 * kMs).result.status, Status::stream_ended);
    EXPECT_EQ(buffer.stats().underflows, 0U) << "an end is no underflow";
}

TEST(StreamBuffer, AnEmptyStreamEnds) {
    AudioStreamBuffer buffer = make({});
    buffer.mark_end();
    EXPECT_EQ(get(buffer, 20).result.status, Status::stream_ended);
}

TEST(StreamBuffer, AfterTheEndANewStretchStartsUpAgain) {
    AudioStreamBuffer buffer = make({});
    EXPECT_TRUE(buffer.add_audio(speech(20)));
    buffer.mark_end();
    get(buffer, 40 * kMs);
    const Bytes next = speech(60, 2);
    EXPECT_TRUE(buffer.add_audio(std::span(next).first(59 * kMs)));
    EXPECT_EQ(get(buffer, 20 * kMs).result.status, Status::not_ready);
    EXPECT_TRUE(buffer.add_audio(std::span(next).subspan(59 * kMs)));
    EXPECT_EQ(get(buffer, 60 * kMs).bytes, next) << "out of silence, so not faded";
}

TEST(StreamBuffer, AudioBehindTheEndMarkJoinsOn) {
    AudioStreamBuffer buffer = make({});
    const Bytes input = speech(30);
    EXPECT_TRUE(buffer.add_audio(std::span(input).first(20 * kMs)));
    buffer.mark_end();
    get(buffer, 0);
    EXPECT_TRUE(buffer.add_audio(std::span(input).subspan(20 * kMs)));
    EXPECT_EQ(get(buffer, 30 * kMs).bytes, input);
}

TEST(StreamBuffer, UnderflowIsSilenceOfTheFormat) {
    for (const SilenceRow& row : kSilenceRows) {
        SCOPED_TRACE(name_of(row.format));
        AudioConfig audio;
        audio.format = row.format;
        audio.sample_rate = 8000;
        AudioStreamBuffer buffer = make(plain(), audio);
        const Bytes input = test::to_bytes(test::noise(80, 9000, 3), row.format);
        EXPECT_TRUE(buffer.add_audio(input));
        const Chunk chunk = get(buffer, input.size() + 40);
        EXPECT_EQ(chunk.result.status, Status::ok);
        EXPECT_EQ(chunk.result.audio_bytes, input.size());
        EXPECT_EQ(chunk.result.filled_bytes, 40U);
        Bytes expected = input;
        expected.resize(input.size() + 40, static_cast<std::byte>(row.code));
        EXPECT_EQ(chunk.bytes, expected);
        EXPECT_EQ(get(buffer, 40).bytes, Bytes(40, static_cast<std::byte>(row.code)));
        EXPECT_EQ(buffer.stats().underflows, 1U);
        EXPECT_EQ(buffer.stats().filled_frames, 80U / bytes_per_sample(row.format));
    }
}

TEST(StreamBuffer, UnderflowAsAnErrorTakesNothing) {
    BufferConfig config = plain();
    config.underflow_strategy = UnderflowStrategy::error;
    AudioStreamBuffer buffer = make(config);
    const Bytes input = speech(10);
    EXPECT_TRUE(buffer.add_audio(input));
    const Chunk chunk = get(buffer, 11 * kMs);
    EXPECT_EQ(chunk.result.status, Status::buffer_empty);
    EXPECT_EQ(chunk.result.size(), 0U);
    EXPECT_EQ(chunk.bytes, Bytes(11 * kMs));
    EXPECT_EQ(get(buffer, 10 * kMs).bytes, input);
    EXPECT_EQ(buffer.stats().underflows, 1U);
    EXPECT_EQ(buffer.stats().filled_frames, 0U);
}

TEST(StreamBuffer, AfterAnUnderflowTheDepthIsFilledAgain) {
    BufferConfig config = plain();
    config.prebuffer_ms = 40;
    AudioStreamBuffer buffer = make(config);
    EXPECT_TRUE(buffer.add_audio(speech(40)));
    get(buffer, 60 * kMs);
    EXPECT_EQ(buffer.state(), BufferState::REFILLING);
    const Bytes more = speech(40, 5);
    EXPECT_TRUE(buffer.add_audio(std::span(more).first(20 * kMs)));
    const Chunk still = get(buffer, 20 * kMs);
    EXPECT_EQ(still.result.status, Status::ok);
    EXPECT_EQ(still.result.filled_bytes, 20 * kMs);
    EXPECT_TRUE(buffer.add_audio(std::span(more).subspan(20 * kMs)));
    EXPECT_EQ(get(buffer, 40 * kMs).bytes, more) << "in full";
    EXPECT_EQ(buffer.stats().underflows, 1U) << "one hole, one underflow";
}

TEST(StreamBuffer, RepeatFadesAndStopsAfterItsLimit) {
    BufferConfig config;
    config.prebuffer_ms = 0;
    config.underflow_strategy = UnderflowStrategy::repeat;
    AudioStreamBuffer buffer = make(config);
    const Samples input = test::tone(100 * 24, 300, 24000, 12000);
    EXPECT_TRUE(buffer.add_audio(test::to_bytes(input, AudioFormat::PCM16)));
    const Chunk chunk = get(buffer, 200 * kMs);
    EXPECT_EQ(chunk.result.size(), 200 * kMs);
    const Samples heard = test::pcm16_samples(chunk.bytes);
    for (std::size_t k = 0; k < 60 * 24; ++k) {  // the last audio backwards, its share going down in a line
        const std::int64_t gain = 32768 - static_cast<std::int64_t>(k) * 32768 / (60 * 24);
        EXPECT_EQ(heard[100 * 24 + k], test::floor_div(input[100 * 24 - 1 - k] * gain + 16384, 32768)) << k;
    }
    EXPECT_TRUE(std::all_of(heard.begin() + 160 * 24, heard.end(), [](std::int16_t s) { return s == 0; }));
}

/// The largest step between neighbours.
int steepest(const Samples& samples) {
    int steep = 0;
    for (std::size_t k = 1; k < samples.size(); ++k) steep = std::max(steep, std::abs(samples[k] - samples[k - 1]));
    return steep;
}

TEST(StreamBuffer, NothingJumpsWhateverHappens) {
    for (const auto underflow : {UnderflowStrategy::silence, UnderflowStrategy::repeat}) {
        SCOPED_TRACE(name_of(underflow));
        BufferConfig config;
        config.max_duration_ms = 100;
        config.prebuffer_ms = 20;
        config.underflow_strategy = underflow;
        AudioStreamBuffer buffer = make(config);
        const auto drone = [](std::size_t ms, std::size_t from) {  // 100 Hz, at most 1 % of full scale a sample
            Samples samples(ms * 24);
            for (std::size_t k = 0; k < samples.size(); ++k)
                samples[k] = test::tone_sample(from + k, 100, 24000, 12000);
            return test::to_bytes(samples, AudioFormat::PCM16);
        };
        Samples heard;
        const auto play = [&](std::size_t ms) {
            const Samples chunk = test::pcm16_samples(get(buffer, ms * kMs).bytes);
            heard.insert(heard.end(), chunk.begin(), chunk.end());
        };
        EXPECT_TRUE(buffer.add_audio(drone(57, 0)));
        play(20);
        EXPECT_TRUE(buffer.add_audio(drone(300, 57 * 24)));  // drops in the middle of everything
        play(33);
        EXPECT_TRUE(buffer.add_audio(drone(83, 357 * 24)));  // again while joining
        play(2);
        EXPECT_TRUE(buffer.add_audio(drone(31, 440 * 24)));
        play(170);  // underflow
        EXPECT_TRUE(buffer.add_audio(drone(43, 471 * 24)));
        play(60);  // again, and audio comes while it still fades
        EXPECT_TRUE(buffer.add_audio(drone(63, 514 * 24)));
        play(30);
        buffer.clear();  // interrupted
        play(10);
        EXPECT_TRUE(buffer.add_audio(drone(47, 600 * 24)));
        play(20);
        buffer.clear();
        EXPECT_TRUE(buffer.add_audio(drone(50, 700 * 24 + 100)));
        play(33);
        buffer.mark_end();
        play(40);
        EXPECT_LT(steepest(heard), 700) << "a hard cut is 1000 and more, the drone itself about 400, a 5 ms fade 100";
        expect_balance(buffer);
    }
}

TEST(StreamBuffer, FadesCanBeTurnedOff) {
    BufferConfig config = plain();
    config.max_duration_ms = 10;
    AudioStreamBuffer buffer = make(config);
    const Bytes input = speech(30);
    EXPECT_TRUE(buffer.add_audio(std::span(input).first(8 * kMs)));
    EXPECT_EQ(get(buffer, 2 * kMs).bytes, part(input, 0, 2 * kMs));
    EXPECT_TRUE(buffer.add_audio(std::span(input).subspan(8 * kMs)));
    Bytes expected = part(input, 20 * kMs, 10 * kMs);
    expected.resize(12 * kMs);
    EXPECT_EQ(get(buffer, 12 * kMs).bytes, expected);
}

TEST(StreamBuffer, SamplesThatAreNotNumbersFadeAsNothing) {
    AudioConfig audio;
    audio.format = AudioFormat::FLOAT32;
    BufferConfig config;
    config.prebuffer_ms = 0;
    AudioStreamBuffer buffer = make(config, audio);
    Bytes input;
    for (int i = 0; i < 24 * 10; ++i) test::append_float(input, i % 3 == 0 ? NAN : (i % 3 == 1 ? INFINITY : 0.25F));
    EXPECT_TRUE(buffer.add_audio(input));
    const Chunk chunk = get(buffer, input.size() + 24 * 5 * 4);
    EXPECT_EQ(part(chunk.bytes, 0, input.size()), input) << "unchanged where nothing fades";
    for (std::size_t at = input.size(); at < chunk.bytes.size(); at += 4) {
        float sample = 0;
        std::memcpy(&sample, chunk.bytes.data() + at, 4);
        EXPECT_TRUE(sample >= 0.0F && sample <= 0.25F) << at;
    }
}

// ---- clear and reset

TEST(StreamBuffer, ClearKeepsTheCountersAndStartsUpAgain) {
    BufferConfig config;
    config.fade_ms = 0;
    AudioStreamBuffer buffer = make(config);
    EXPECT_TRUE(buffer.add_audio(part(speech(81), 0, 80 * kMs + 1)));
    get(buffer, 20 * kMs);
    buffer.clear();
    EXPECT_EQ(buffer.get_available_bytes(), 0U);
    EXPECT_EQ(buffer.state(), BufferState::STARTING);
    const BufferStats stats = buffer.stats();
    EXPECT_EQ(stats.added_frames, 80U * 24);
    EXPECT_EQ(stats.read_frames, 20U * 24);
    EXPECT_EQ(stats.cleared_frames, 60U * 24);
    EXPECT_EQ(stats.partial_bytes, 1U);
    const Bytes next = speech(60, 9);
    EXPECT_TRUE(buffer.add_audio(std::span(next).first(59 * kMs)));
    EXPECT_EQ(get(buffer, 20 * kMs).result.status, Status::not_ready);
    EXPECT_TRUE(buffer.add_audio(std::span(next).subspan(59 * kMs)));
    EXPECT_EQ(get(buffer, 60 * kMs).bytes, next);
    expect_balance(buffer);
}

TEST(StreamBuffer, ClearLetsWhatIsHeardFadeOut) {
    BufferConfig config;
    config.prebuffer_ms = 0;
    AudioStreamBuffer buffer = make(config);
    EXPECT_TRUE(buffer.add_audio(test::to_bytes(Samples(100 * 24, 10000), AudioFormat::PCM16)));
    get(buffer, 20 * kMs);
    buffer.clear();
    const Chunk chunk = get(buffer, 20 * kMs);
    EXPECT_EQ(chunk.result.status, Status::not_ready);
    const Samples heard = test::pcm16_samples(chunk.bytes);
    EXPECT_EQ(heard[0], 10000);
    EXPECT_EQ(heard[60], 5000);
    EXPECT_EQ(heard[120], 0);
    EXPECT_EQ(heard[479], 0);
}

TEST(StreamBuffer, BytesOrPackets) {
    AudioStreamBuffer buffer = make(plain());
    const Bytes audio = speech(1);
    EXPECT_TRUE(buffer.add_audio(audio));
    EXPECT_EQ(buffer.add_packet({1, {}, audio}).status, Status::mixed_input);
    buffer.clear();
    EXPECT_TRUE(buffer.add_packet({1, {}, audio}));
    EXPECT_EQ(buffer.add_audio(audio).status, Status::mixed_input);
    EXPECT_EQ(buffer.stats().refused_calls, 2U);
    buffer.reset();
    EXPECT_TRUE(buffer.add_audio(audio));
}

TEST(StreamBuffer, MemoryIsKnownAndCounted) {
    const AudioStreamBuffer buffer = make({});
    EXPECT_GT(buffer.memory_bytes(), 5000 * kMs);
    EXPECT_LT(buffer.memory_bytes(), 5000 * kMs + 16384);
    EXPECT_EQ(buffer.stats().memory_bytes, buffer.memory_bytes());
}

// ---- packets

/// Packets of 10 ms in one stream, each with its own noise.
struct Sender {
    std::uint32_t first = 0;
    bool timed = false;
    std::uint32_t first_time = 0;
    std::size_t ms = 10;
    Bytes stream = speech(1000, 77);

    [[nodiscard]] Bytes bytes(std::size_t index) const { return part(stream, index * ms * kMs, ms * kMs); }
    AddResult send(AudioStreamBuffer& buffer, std::size_t index) const {
        const Bytes payload = bytes(index);
        const auto i = static_cast<std::uint32_t>(index);
        Packet packet{first + i, {}, payload};
        if (timed) packet.timestamp_frames = first_time + i * static_cast<std::uint32_t>(ms) * 24;
        return buffer.add_packet(packet);
    }
};

BufferConfig packets(std::uint32_t window) {
    BufferConfig config = plain();
    config.reorder_packets = window;
    return config;
}

TEST(StreamBuffer, EveryPermutationWithinTheWindowComesOutInOrder) {
    constexpr std::size_t kCount = 6;
    Sender sender;
    sender.first = 0xFFFFFFFDU;  // the numbers wrap
    for (const std::uint32_t window : {1U, 2U, 3U, 5U}) {
        std::vector<std::size_t> order(kCount);
        std::iota(order.begin(), order.end(), 0U);
        std::size_t tried = 0;
        do {
            // Overtaken by at most `window` others.
            bool within = true;
            for (std::size_t i = 0; i < kCount; ++i) {
                const auto overtook = std::count_if(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(i),
                                                    [&](std::size_t other) { return other > order[i]; });
                within = within && overtook <= static_cast<std::ptrdiff_t>(window);
            }
            if (!within) continue;
            ++tried;
            BufferConfig config = packets(window);
            config.max_duration_ms = 60;
            config.prebuffer_ms = 60;  // the beginning may be out of order as well
            AudioStreamBuffer buffer = make(config);
            for (const std::size_t index : order) ASSERT_TRUE(sender.send(buffer, index));
            buffer.mark_end();
            ASSERT_EQ(get(buffer, kCount * 10 * kMs).bytes, part(sender.stream, 0, kCount * 10 * kMs));
            const BufferStats stats = buffer.stats();
            ASSERT_EQ(stats.packets, kCount);
            ASSERT_EQ(stats.lost + stats.late + stats.duplicates, 0U);
            ASSERT_EQ(stats.reordered == 0, std::is_sorted(order.begin(), order.end()));
        } while (std::next_permutation(order.begin(), order.end()));
        EXPECT_GT(tried, 31U) << window;
    }
}

TEST(StreamBuffer, WithoutAWindowOrWithoutDepthTheFirstToComeIsTheFirst) {
    AudioStreamBuffer buffer = make(packets(4));
    const Sender sender;
    EXPECT_TRUE(sender.send(buffer, 5));
    EXPECT_EQ(buffer.get_available_bytes(), 10 * kMs) << "no delay";
    EXPECT_EQ(sender.send(buffer, 4).status, Status::late_packet);
}

TEST(StreamBuffer, AMissingPacketIsGivenUpWhenTheWindowIsFull) {
    AudioStreamBuffer buffer = make(packets(2));
    const Sender sender;
    for (const std::size_t index : {0U, 2U, 3U}) EXPECT_TRUE(sender.send(buffer, index));
    EXPECT_EQ(buffer.get_available_bytes(), 10 * kMs);
    EXPECT_EQ(buffer.stats().waiting_frames, 20U * 24);
    EXPECT_TRUE(sender.send(buffer, 4));
    EXPECT_EQ(buffer.get_available_bytes(), 40 * kMs);
    EXPECT_EQ(buffer.stats().lost, 1U);
    EXPECT_EQ(sender.send(buffer, 1).status, Status::late_packet);
    EXPECT_EQ(sender.send(buffer, 1).status, Status::duplicate_packet);
    EXPECT_EQ(sender.send(buffer, 4).status, Status::duplicate_packet);
    const BufferStats stats = buffer.stats();
    EXPECT_EQ(stats.late, 1U);
    EXPECT_EQ(stats.duplicates, 2U);
    EXPECT_EQ(stats.packets, 4U);
    EXPECT_EQ(stats.refused_calls, 3U);
    expect_balance(buffer);
}

TEST(StreamBuffer, ADuplicateOfAWaitingPacketIsRefused) {
    AudioStreamBuffer buffer = make(packets(3));
    const Sender sender;
    EXPECT_TRUE(sender.send(buffer, 0));
    EXPECT_TRUE(sender.send(buffer, 2));
    EXPECT_EQ(sender.send(buffer, 2).status, Status::duplicate_packet);
    EXPECT_TRUE(sender.send(buffer, 1));
    EXPECT_EQ(get(buffer, 30 * kMs).bytes, part(sender.stream, 0, 30 * kMs));
}

TEST(StreamBuffer, TheEndMarkGivesUpWhatIsMissing) {
    AudioStreamBuffer buffer = make(packets(8));
    const Sender sender;
    for (const std::size_t index : {0U, 2U, 4U}) EXPECT_TRUE(sender.send(buffer, index));
    buffer.mark_end();
    EXPECT_EQ(buffer.get_available_bytes(), 30 * kMs);
    EXPECT_EQ(buffer.stats().lost, 2U);
    get(buffer, 40 * kMs);
    EXPECT_TRUE(sender.send(buffer, 1)) << "the next stretch numbers as it likes";
    EXPECT_EQ(get(buffer, 10 * kMs).bytes, sender.bytes(1));
}

TEST(StreamBuffer, SequenceNumbersWrap) {
    for (const std::uint32_t bits : {16U, 32U}) {
        SCOPED_TRACE(bits);
        BufferConfig config = packets(2);
        config.sequence_bits = bits;
        AudioStreamBuffer buffer = make(config);
        const Bytes stream = speech(80, 77);
        for (std::uint32_t i = 0; i < 8; ++i) {
            const std::uint32_t sequence = bits == 16 ? (65532U + i) % 65536U : 0xFFFFFFFCU + i;
            EXPECT_TRUE(buffer.add_packet({sequence, {}, std::span(stream).subspan(i * 10 * kMs, 10 * kMs)}));
        }
        EXPECT_EQ(get(buffer, 80 * kMs).bytes, stream);
        EXPECT_EQ(buffer.stats().lost, 0U);
    }
}

TEST(StreamBuffer, TimestampsTellTheLengthOfAGap) {
    for (const SilenceRow& row : kSilenceRows) {
        SCOPED_TRACE(name_of(row.format));
        AudioConfig audio;
        audio.format = row.format;
        AudioStreamBuffer buffer = make(packets(0), audio);
        const std::size_t ten = 240 * bytes_per_sample(row.format);
        const Bytes stream = test::to_bytes(test::noise(720, 9000, 3), row.format);
        const std::uint32_t start = 0xFFFFFF80U;  // the clock wraps in the gap
        EXPECT_TRUE(buffer.add_packet({7, start, std::span(stream).first(ten)}));
        EXPECT_TRUE(buffer.add_packet({9, start + 480, std::span(stream).subspan(2 * ten, ten)}));
        Bytes expected = part(stream, 0, ten);
        expected.resize(2 * ten, static_cast<std::byte>(row.code));
        test::append(expected, std::span(stream).subspan(2 * ten, ten));
        EXPECT_EQ(get(buffer, 3 * ten).bytes, expected);
        EXPECT_EQ(buffer.stats().gap_frames, 240U);
        EXPECT_EQ(buffer.stats().lost, 1U);
        expect_balance(buffer);
    }
}

TEST(StreamBuffer, WithoutTimestampsAGapIsClosed) {
    AudioStreamBuffer buffer = make(packets(0));
    const Sender sender;
    EXPECT_TRUE(sender.send(buffer, 0));
    EXPECT_TRUE(sender.send(buffer, 3));
    EXPECT_EQ(buffer.get_available_bytes(), 20 * kMs);
    EXPECT_EQ(buffer.stats().lost, 2U);
}

TEST(StreamBuffer, AGapThatTheReaderHasHeardAsSilenceIsNotFilledAgain) {
    AudioStreamBuffer buffer = make(packets(0));
    Sender sender;
    sender.timed = true;
    EXPECT_TRUE(sender.send(buffer, 0));
    get(buffer, 30 * kMs);  // 20 ms of it made up
    EXPECT_TRUE(sender.send(buffer, 5));
    EXPECT_EQ(buffer.stats().gap_frames, 20U * 24) << "40 ms are missing, 20 were heard";
    EXPECT_EQ(buffer.get_available_bytes(), 30 * kMs);
}

TEST(StreamBuffer, APauseOfTheSenderKeepsItsTimeUpToASecond) {
    AudioStreamBuffer buffer = make(packets(0));
    const Bytes audio = speech(10);
    EXPECT_TRUE(buffer.add_packet({0, 1000, audio}));
    EXPECT_TRUE(buffer.add_packet({1, 1000 + 240 + 24000, audio}));
    EXPECT_EQ(buffer.stats().gap_frames, 24000U);
    EXPECT_TRUE(buffer.add_packet({2, 1000 + 480 + 24000 + 24001, audio})) << "longer than a second: not filled";
    EXPECT_TRUE(buffer.add_packet({3, 500, audio})) << "a time that lies back: not believed";
    EXPECT_EQ(buffer.stats().gap_frames, 24000U);
    EXPECT_EQ(buffer.stats().lost, 0U);
}

TEST(StreamBuffer, SilenceNeverDisplacesAudio) {
    BufferConfig config = packets(0);
    config.max_duration_ms = 50;
    AudioStreamBuffer buffer = make(config);
    Sender sender;
    sender.timed = true;
    for (const std::size_t index : {0U, 1U, 2U}) EXPECT_TRUE(sender.send(buffer, index));
    EXPECT_TRUE(sender.send(buffer, 90));
    const BufferStats stats = buffer.stats();
    EXPECT_EQ(stats.gap_frames, 10U * 24);
    EXPECT_EQ(stats.dropped_frames, 0U);
    EXPECT_EQ(buffer.available_frames(), buffer.capacity_frames());
}

TEST(StreamBuffer, ASenderThatStartsAgainIsFollowed) {
    AudioStreamBuffer buffer = make(packets(3));
    Sender sender;
    sender.first = 500000;
    for (const std::size_t index : {0U, 1U, 3U}) EXPECT_TRUE(sender.send(buffer, index));
    sender.first = 0;
    EXPECT_EQ(sender.send(buffer, 0).status, Status::sequence_jump);
    EXPECT_EQ(sender.send(buffer, 7).status, Status::sequence_jump) << "not its successor";
    EXPECT_TRUE(sender.send(buffer, 8));
    EXPECT_TRUE(sender.send(buffer, 9));
    const BufferStats stats = buffer.stats();
    EXPECT_EQ(stats.sequence_jumps, 2U);
    EXPECT_EQ(stats.lost, 1U) << "what waited was released first";
    Bytes expected = part(sender.stream, 0, 20 * kMs);
    test::append(expected, sender.bytes(3));
    test::append(expected, sender.bytes(8));
    test::append(expected, sender.bytes(9));
    EXPECT_EQ(get(buffer, 50 * kMs).bytes, expected);
}

TEST(StreamBuffer, OneWildNumberChangesNothing) {
    AudioStreamBuffer buffer = make(packets(0));
    const Sender sender;
    EXPECT_TRUE(sender.send(buffer, 0));
    EXPECT_EQ(buffer.add_packet({0x40000000U, {}, sender.bytes(1)}).status, Status::sequence_jump);
    EXPECT_TRUE(sender.send(buffer, 1));
    EXPECT_EQ(get(buffer, 20 * kMs).bytes, part(sender.stream, 0, 20 * kMs));
}

TEST(StreamBuffer, BadPacketsAreRefused) {
    AudioStreamBuffer buffer = make(packets(0));
    EXPECT_EQ(buffer.add_packet({0, {}, part(speech(1), 0, 3)}).status, Status::truncated_frame);
    EXPECT_EQ(buffer.add_packet({0, {}, speech(201)}).status, Status::chunk_too_large);
    EXPECT_TRUE(buffer.add_packet({0, {}, {}})) << "an empty one only takes its number";
    EXPECT_EQ(buffer.stats().lost, 0U);
}

TEST(StreamBuffer, OverflowOfPackets) {
    for (const auto strategy :
         {OverflowStrategy::drop_oldest, OverflowStrategy::drop_newest, OverflowStrategy::error}) {
        SCOPED_TRACE(name_of(strategy));
        BufferConfig config = packets(2);
        config.max_duration_ms = 25;
        config.overflow_strategy = strategy;
        AudioStreamBuffer buffer = make(config);
        const Sender sender;
        for (const std::size_t index : {0U, 1U, 3U}) EXPECT_TRUE(sender.send(buffer, index));
        const AddResult third = sender.send(buffer, 2);  // 5 ms are left; 3 follows from the window
        if (strategy == OverflowStrategy::error) {
            EXPECT_EQ(third.status, Status::buffer_full);
            EXPECT_EQ(buffer.available_frames(), 20U * 24);
            EXPECT_EQ(get(buffer, 10 * kMs).bytes, sender.bytes(0));
            EXPECT_TRUE(sender.send(buffer, 2));
            EXPECT_EQ(buffer.stats().waiting_frames, 10U * 24) << "its turn, but there is no room";
            EXPECT_EQ(sender.send(buffer, 4).status, Status::buffer_full);
            EXPECT_EQ(get(buffer, 30 * kMs).bytes, part(sender.stream, 10 * kMs, 30 * kMs)) << "it moved up";
        } else if (strategy == OverflowStrategy::drop_newest) {
            EXPECT_FALSE(third);
            EXPECT_EQ(third.stored_bytes, 5 * kMs);
            EXPECT_EQ(third.dropped_bytes, 15 * kMs);
            EXPECT_EQ(get(buffer, 25 * kMs).bytes, part(sender.stream, 0, 25 * kMs));
        } else {
            EXPECT_TRUE(third);
            EXPECT_EQ(third.stored_bytes, 10 * kMs);
            EXPECT_EQ(third.dropped_bytes, 15 * kMs);
            EXPECT_EQ(get(buffer, 25 * kMs).bytes, part(sender.stream, 15 * kMs, 25 * kMs));
        }
        expect_balance(buffer);
    }
}

TEST(StreamBuffer, APacketLongerThanTheWholeLimitIsRefusedByError) {
    BufferConfig config = packets(0);
    config.max_duration_ms = 5;
    config.overflow_strategy = OverflowStrategy::error;
    AudioStreamBuffer buffer = make(config);
    EXPECT_EQ(buffer.add_packet({0, {}, speech(6)}).status, Status::chunk_too_large);
    EXPECT_TRUE(buffer.add_packet({0, {}, speech(5)}));
}

// ---- the slow twin

BufferConfig random_config(test::Lcg& random) {
    BufferConfig config;
    config.max_duration_ms = 5 + random.below(60);
    config.max_size_bytes = random.below(3) == 0 ? 64 + random.below(2000) : 1U << 20U;
    config.overflow_strategy = static_cast<OverflowStrategy>(random.below(3));
    config.underflow_strategy = static_cast<UnderflowStrategy>(random.below(3));
    config.pre_allocate = random.below(2) == 0;
    config.prebuffer_ms = random.below(2) == 0 ? kPrebufferByMode : random.below(5);
    config.repeat_ms = random.below(30);
    config.fade_ms = random.below(3) == 0 ? 0 : random.below(8);
    config.reorder_packets = random.below(5);
    config.max_packet_ms = 1 + random.below(20);
    config.sequence_bits = random.below(2) == 0 ? 16 : 32;
    return config;
}

void expect_same(const AddResult& result, const AddResult& expected) {
    EXPECT_STREQ(status_name(result.status), status_name(expected.status));
    EXPECT_EQ(result.stored_bytes, expected.stored_bytes);
    EXPECT_EQ(result.dropped_bytes, expected.dropped_bytes);
    EXPECT_EQ(result.accepted, expected.accepted);
}

/// A buffer and its twin, given the same.
class Pair {
public:
    Pair(const BufferConfig& config, const AudioConfig& audio, std::uint32_t seed)
        : random(seed),
          buffer(make(config, audio)),
          twin_(config, audio, buffer.prebuffer_frames()),
          format_(audio.format),
          frame_bytes_(bytes_per_sample(audio.format) * audio.channels),
          channels_(audio.channels) {}

    void step(bool with_packets) {
        const std::uint32_t what = random.below(100);
        if (what < 42) {
            with_packets ? packet() : bytes();
        } else if (what < 90) {
            chunk();
        } else if (what < 94) {
            buffer.mark_end();
            twin_.mark_end();
        } else if (what < 95) {
            buffer.clear();
            twin_.clear();
        } else if (what < 97) {
            with_packets ? bytes() : packet();
        } else {
            sequence_ += random.below(4) == 0 ? random.next() * random.next() : random.below(8) - 4;
            time_ += random.below(3) == 0 ? 24 * random.below(1500) : 0;
        }
        EXPECT_EQ(test::counts_of(buffer.stats()), test::counts_of(twin_));
        expect_balance(buffer);
    }

    test::Lcg random;
    AudioStreamBuffer buffer;

private:
    Bytes audio(std::size_t frames) {
        Samples samples(frames * channels_);
        for (auto& sample : samples) sample = random.sample();
        return test::to_bytes(samples, format_);
    }
    void bytes() {
        const Bytes given = audio(random.below(300));
        const std::span<const std::byte> cut =
            std::span(given).first(given.size() - random.below(8) * given.size() / 64);
        expect_same(buffer.add_audio(cut), twin_.add_audio(cut));
    }
    void packet() {
        const Bytes given = audio(random.below(300));
        const std::uint32_t ahead = random.below(3) == 0 ? random.below(4) : 0;
        Packet packet{sequence_ + ahead, {}, given};
        if (random.below(4) != 0) packet.timestamp_frames = time_ + ahead * 100;
        if (random.below(50) == 0) packet.bytes = packet.bytes.first(packet.bytes.size() * 3 / 4);
        const AddResult result = buffer.add_packet(packet);
        expect_same(result, twin_.add_packet(packet));
        if (random.below(3) != 0) ++sequence_;
        time_ += static_cast<std::uint32_t>(given.size() / frame_bytes_);
    }
    void chunk() {
        const std::size_t length = random.below(300) * frame_bytes_ + random.below(2);
        Bytes out(length, std::byte{0x11});
        Bytes expected(length, std::byte{0x22});
        const ChunkResult result = buffer.get_chunk(out);
        const ChunkResult twin = twin_.get_chunk(expected);
        EXPECT_STREQ(status_name(result.status), status_name(twin.status));
        EXPECT_EQ(result.audio_bytes, twin.audio_bytes);
        EXPECT_EQ(result.filled_bytes, twin.filled_bytes);
        EXPECT_TRUE(out == expected);
        const RingView view = buffer.peek();
        EXPECT_EQ(view.size(), buffer.get_available_bytes());
    }

    reference::StreamBuffer twin_;
    AudioFormat format_;
    std::size_t frame_bytes_;
    std::uint32_t channels_;
    std::uint32_t sequence_ = 0xFFFFFFF0U;
    std::uint32_t time_ = 0xFFFFF000U;
};

TEST(StreamBuffer, EqualsItsSlowTwinWhateverIsDone) {
    for (std::uint32_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        test::Lcg random(seed);
        BufferConfig config = random_config(random);
        AudioConfig audio;
        audio.sample_rate = 8000;
        audio.format = static_cast<AudioFormat>(random.below(4));
        audio.channels = 1 + random.below(2) * random.below(3);
        if (!AudioStreamBuffer::create(config, audio).ok()) config.prebuffer_ms = 0;
        Pair pair(config, audio, seed);
        const bool with_packets = random.below(2) == 0;
        for (int step = 0; step < 150; ++step) {
            SCOPED_TRACE("step " + std::to_string(step));
            pair.step(with_packets);
            if (::testing::Test::HasFailure()) return;
        }
    }
}

TEST(StreamBuffer, ResetEqualsNew) {
    test::Lcg random(5);
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        BufferConfig config = random_config(random);
        config.prebuffer_ms = 0;
        Pair used(config, {}, seed);
        for (int step = 0; step < 50; ++step) used.step(seed % 2 == 0);
        used.buffer.reset();
        Pair fresh(config, {}, seed + 1000);
        Pair again(config, {}, seed + 1000);
        again.buffer = std::move(used.buffer);  // with a twin that is new
        for (int step = 0; step < 50; ++step) {
            fresh.step(seed % 2 == 0);
            again.step(seed % 2 == 0);
            if (::testing::Test::HasFailure()) return;
        }
    }
}

}  // namespace
}  // namespace audioengine
