#include "audioengine/engine.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "audioengine/pcm.h"
#include "support/recordings.h"
#include "support/run.h"

namespace audioengine {
namespace {

using test::Bytes;
using test::Cut;
using test::Output;
using test::Samples;

constexpr std::array kFormats = {AudioFormat::PCM16, AudioFormat::G711_ULAW, AudioFormat::G711_ALAW,
                                 AudioFormat::FLOAT32};
constexpr std::array kModes = {ProcessingMode::REALTIME, ProcessingMode::BALANCED, ProcessingMode::QUALITY};

AudioEngine make(const EngineConfig& config) {
    auto result = AudioEngine::create(config);
    EXPECT_TRUE(result.ok()) << status_name(result.status()) << " " << result.field();
    return std::move(result).value();
}

EngineConfig at_rate(std::uint32_t rate, ProcessingMode mode = ProcessingMode::REALTIME) {
    EngineConfig config;
    config.mode = mode;
    config.audio.sample_rate = rate;
    return config;
}

/// Speech at any rate, `ms` long, in the format and with the channels of the configuration (each a little later).
Bytes speech(const EngineConfig& config, std::uint32_t ms, std::uint32_t from_ms = 0) {
    const std::uint32_t rate = config.audio.sample_rate;
    const std::size_t frames = std::size_t{ms} * rate / 1000;
    const std::size_t first = std::size_t{from_ms} * rate / 1000;
    Samples samples;
    for (std::size_t k = 0; k < frames; ++k) {
        for (std::uint32_t channel = 0; channel < config.audio.channels; ++channel) {
            samples.push_back(
                test::interpolated(test::woman(), first + k + 50 * channel, test::kRecordingRateHz, rate));
        }
    }
    return test::to_bytes(samples, config.audio.format);
}

std::string hash_of(const Output& output) {
    return test::hash_of(output.audio) + " " + test::hash_of(test::serialise(output.blocks)) + " " +
           test::hash_of(test::serialise(output.events)) + " " + test::hash_of(output.summary);
}

void expect_same(const Output& got, const Output& expected) {
    EXPECT_EQ(got.audio, expected.audio);
    EXPECT_EQ(test::serialise(got.blocks), test::serialise(expected.blocks));
    EXPECT_EQ(test::serialise(got.events), test::serialise(expected.events));
    EXPECT_EQ(got.summary, expected.summary);
}

// ---- The specification's own examples

TEST(Engine, OneSecondOfSilenceAsInTheSpecification) {
    AudioEngine engine = make({});
    const Bytes second(48000);
    EXPECT_TRUE(engine.validate_audio(second).ok());

    int chunks = 0;
    for (std::size_t at = 0; at < second.size(); at += 960) {
        const PushResult result = engine.push(std::span(second).subspan(at, 960));
        ASSERT_TRUE(result.ok());
        if (chunks == 0) {
            EXPECT_EQ(result.state, VADState::SILENCE);
        }
        ++chunks;
    }
    EXPECT_EQ(chunks, 50);
}

TEST(Engine, DefaultsTakeTwentyFourKilohertzPcm16) {
    AudioEngine engine = make({});
    EXPECT_EQ(engine.output_rate_hz(), 24000U);
    EXPECT_EQ(engine.max_chunk_bytes(), 9600U);  // 200 ms
    EXPECT_EQ(engine.metrics().chunk_duration_ms, 20U);
    EXPECT_EQ(engine.metrics().memory_bytes, engine.memory_bytes());
    EXPECT_LE(engine.memory_bytes(), 65536U);

    EngineConfig neural;
    neural.vad.type = VADType::NEURAL;
    EXPECT_LE(make(neural).memory_bytes(), 65536U);
}

// ---- The cut law

TEST(Engine, EveryCutGivesTheSame) {
    for (const AudioFormat format : kFormats) {
        for (const ProcessingMode mode : kModes) {
            for (const std::uint32_t channels : {1U, 2U, 3U}) {
                EngineConfig config = at_rate(format == AudioFormat::PCM16 ? 24000 : 8000, mode);
                config.audio.format = format;
                config.audio.channels = channels;
                config.output.sample_rate = 16000;
                SCOPED_TRACE(std::string(name_of(format)) + " " + name_of(mode) + " channels " +
                             std::to_string(channels));
                const Bytes input = speech(config, 1700, 400);
                AudioEngine whole = make(config);
                const Output expected = test::run(whole, input, Cut::all());
                EXPECT_EQ(expected.blocks.size(), 170U);
                for (const Cut& cut : test::kCuts) {
                    SCOPED_TRACE(cut.name());
                    AudioEngine engine = make(config);
                    expect_same(test::run(engine, input, cut), expected);
                }
            }
        }
    }
}

TEST(Engine, OneByteAtATime) {
    EngineConfig config = at_rate(16000);
    config.audio.format = AudioFormat::FLOAT32;
    config.audio.channels = 2;
    const Bytes input = speech(config, 300, 400);
    AudioEngine whole = make(config);
    const Output expected = test::run(whole, input, Cut::all());
    AudioEngine engine = make(config);
    Output got;
    for (const std::byte& byte : input) got.add(engine.push({&byte, 1}));
    got.add(engine.finish());
    got.add_summary(engine);
    expect_same(got, expected);
    EXPECT_EQ(engine.metrics().split_frames, input.size() / 8 * 7);
}

TEST(Engine, NothingAtAllIsAChunkToo) {
    AudioEngine engine = make({});
    const PushResult result = engine.push({});
    EXPECT_TRUE(result.ok());
    EXPECT_TRUE(result.audio.empty());
    EXPECT_TRUE(result.blocks.empty());
    EXPECT_EQ(engine.push_all({}, [](const PushResult&) {}), Status::ok);
}

TEST(Engine, OddAddressesGiveTheSame) {
    for (const AudioFormat format : kFormats) {
        SCOPED_TRACE(name_of(format));
        EngineConfig config = at_rate(24000);
        config.audio.format = format;
        config.audio.channels = 2;
        const Bytes input = speech(config, 500, 400);
        AudioEngine whole = make(config);
        const Output expected = test::run(whole, input, Cut::frames("480", 480));
        for (std::size_t offset = 1; offset < 8; ++offset) {
            Bytes moved(offset);
            test::append(moved, input);
            AudioEngine engine = make(config);
            expect_same(test::run(engine, std::span(moved).subspan(offset), Cut::frames("480", 480)), expected);
        }
    }
}

// ---- What comes out

TEST(Engine, RealtimeWithoutConversionHandsTheInputOn) {
    const EngineConfig config = at_rate(24000);
    AudioEngine engine = make(config);
    const Bytes input = speech(config, 1000);
    const Output output = test::run(engine, input, Cut::odd());
    EXPECT_EQ(output.audio, input);
    EXPECT_EQ(engine.latency_frames(), 0U);
}

TEST(Engine, TheOutputHasExactlyTheInputsLength) {
    for (const ProcessingMode mode : kModes) {
        for (const std::uint32_t to : {8000U, 16000U, 24000U, 44100U, 48000U}) {
            for (const AudioFormat format : kFormats) {
                EngineConfig config = at_rate(24000, mode);
                config.output.sample_rate = to;
                config.output.format = format;
                SCOPED_TRACE(std::string(name_of(mode)) + " " + std::to_string(to) + " " + name_of(format));
                AudioEngine engine = make(config);
                const Bytes input = speech(config, 333);
                const Output output = test::run(engine, input, Cut::odd());
                const std::size_t frames = input.size() / 2;
                EXPECT_EQ(output.audio.size(), (frames * to + 23999) / 24000 * bytes_per_sample(format));
                EXPECT_EQ(engine.metrics().output_bytes, output.audio.size());
                EXPECT_EQ(engine.output_rate_hz(), to);
            }
        }
    }
}

TEST(Engine, NoCallHandsOutMoreThanItSays) {
    for (const std::uint32_t to : {8000U, 44100U, 192000U}) {
        for (const ProcessingMode mode : kModes) {
            EngineConfig config = at_rate(22050, mode);
            config.output.sample_rate = to;
            config.output.format = AudioFormat::FLOAT32;
            AudioEngine engine = make(config);
            const Bytes input = speech(config, 2000);
            for (std::size_t at = 0; at < input.size(); at += engine.max_chunk_bytes()) {
                const PushResult result =
                    engine.push(std::span(input).subspan(at, std::min(engine.max_chunk_bytes(), input.size() - at)));
                EXPECT_LE(result.audio.size(), engine.max_output_bytes());
            }
            EXPECT_LE(engine.finish().audio.size(), engine.max_output_bytes());
        }
    }
}

TEST(Engine, OutputIsReadyAfterTheStatedLatency) {
    for (const ProcessingMode mode : kModes) {
        for (const std::uint32_t to : {8000U, 24000U, 48000U}) {
            EngineConfig config = at_rate(24000, mode);
            config.output.sample_rate = to;
            SCOPED_TRACE(std::string(name_of(mode)) + " " + std::to_string(to));
            AudioEngine engine = make(config);
            const std::uint32_t latency = engine.latency_frames();
            const Bytes input = speech(config, 200);
            // Pushing frame by frame, output k may be at most `latency` frames behind its own time.
            std::uint64_t samples = 0;
            for (std::size_t frame = 1; frame <= input.size() / 2; ++frame) {
                samples += engine.push(std::span(input).subspan((frame - 1) * 2, 2)).audio.size() / 2;
                const std::uint64_t due = frame > latency ? (std::uint64_t{frame - latency} * to + 23999) / 24000 : 0;
                ASSERT_GE(samples, due) << frame;
            }
        }
    }
}

TEST(Engine, DecisionsDoNotDependOnTheMode) {
    EngineConfig config = at_rate(44100, ProcessingMode::REALTIME);
    config.output.sample_rate = 16000;
    const Bytes input = speech(config, 4000);
    AudioEngine first = make(config);
    const Output expected = test::run(first, input, Cut::odd());
    EXPECT_GT(expected.events.size(), 2U);
    for (const ProcessingMode mode : {ProcessingMode::BALANCED, ProcessingMode::QUALITY}) {
        config.mode = mode;
        AudioEngine engine = make(config);
        const Output output = test::run(engine, input, Cut::odd());
        EXPECT_EQ(test::serialise(output.blocks), test::serialise(expected.blocks));
        EXPECT_EQ(test::serialise(output.events), test::serialise(expected.events));
    }
}

TEST(Engine, ChannelsAreAveraged) {
    EngineConfig config = at_rate(24000);
    config.audio.channels = 2;
    AudioEngine engine = make(config);
    const Bytes input = test::to_bytes(Samples{100, 201, -100, -201, 32767, 32767}, AudioFormat::PCM16);
    const PushResult result = engine.push(input);
    EXPECT_EQ(test::pcm16_samples(result.audio), (Samples{151, -151, 32767}));
}

// ---- Errors

TEST(Engine, CreateNamesTheField) {
    EngineConfig config;
    config.audio.channels = 0;
    auto result = AudioEngine::create(config);
    EXPECT_EQ(result.status(), Status::bad_channels);
    EXPECT_STREQ(result.field(), "audio.channels");
    config = {};
    config.vad.speech_start_ms = 1;
    EXPECT_STREQ(AudioEngine::create(config).field(), "vad.speech_start_ms");
}

TEST(Engine, ATooLargeChunkConsumesNothing) {
    const EngineConfig config = at_rate(24000);
    const Bytes input = speech(config, 1000, 400);
    AudioEngine untouched = make(config);
    const Output expected = test::run(untouched, input, Cut::frames("441", 441));

    AudioEngine engine = make(config);
    EXPECT_EQ(engine.push(std::span(input).first(3)).status, Status::ok);  // also with a carried byte
    const PushResult refused = engine.push(std::span(input).first(engine.max_chunk_bytes() + 1));
    EXPECT_EQ(refused.status, Status::chunk_too_large);
    EXPECT_EQ(refused.position, engine.max_chunk_bytes());
    EXPECT_TRUE(refused.audio.empty());
    EXPECT_EQ(engine.metrics().rejected_chunks, 1U);
    EXPECT_EQ(engine.metrics().input_bytes, 3U);
    EXPECT_TRUE(engine.push(std::span(input).subspan(3, engine.max_chunk_bytes())).ok());

    engine.reset();
    EXPECT_EQ(engine.push(std::span(input).first(engine.max_chunk_bytes() + 1)).status, Status::chunk_too_large);
    expect_same(test::run(engine, input, Cut::frames("441", 441)), expected);
}

TEST(Engine, FinishHandsOutTheRestAndCloses) {
    const EngineConfig config = at_rate(16000);
    AudioEngine engine = make(config);
    Bytes input = speech(config, 700, 3900);  // stops in the middle of a word
    input.push_back(std::byte{7});
    Output output = test::run(engine, input, Cut::odd());
    ASSERT_FALSE(output.events.empty());
    EXPECT_EQ(output.events.back().type, VadEventType::speech_end);
    EXPECT_EQ(output.events.back().reason, EndReason::end_of_stream);
    EXPECT_TRUE(has(engine.findings(), Finding::trailing_bytes));
    EXPECT_EQ(engine.metrics().vad_state, VADState::SILENCE);

    EXPECT_EQ(engine.push(input).status, Status::stream_finished);
    EXPECT_EQ(engine.push({}).status, Status::stream_finished);
    EXPECT_EQ(engine.finish().status, Status::stream_finished);
    EXPECT_EQ(engine.advance_time(10).status, Status::stream_finished);
    EXPECT_EQ(engine.push_all(input, [](const PushResult&) {}), Status::stream_finished);
    engine.reset();
    EXPECT_TRUE(engine.push({}).ok());
}

// ---- Reset, move, time, live settings

TEST(Engine, ResetIsAsNew) {
    for (const ProcessingMode mode : kModes) {
        EngineConfig config = at_rate(44100, mode);
        config.output.sample_rate = 24000;
        config.output.format = AudioFormat::G711_ALAW;
        const Bytes input = speech(config, 2500);
        AudioEngine fresh = make(config);
        const Output expected = test::run(fresh, input, Cut::frames("128", 128));
        AudioEngine used = make(config);
        static_cast<void>(used.push(std::span(input).first(10001)));  // a carried byte, a started segment
        used.reset();
        EXPECT_EQ(used.metrics().input_bytes, 0U);
        EXPECT_EQ(used.findings(), Finding::none);
        expect_same(test::run(used, input, Cut::frames("128", 128)), expected);
        used.reset();
        expect_same(test::run(used, input, Cut::frames("128", 128)), expected);
    }
}

TEST(Engine, AMovedEngineGoesOn) {
    EngineConfig config = at_rate(24000, ProcessingMode::QUALITY);
    config.output.sample_rate = 16000;
    const Bytes input = speech(config, 2000);
    AudioEngine untouched = make(config);
    const Output expected = test::run(untouched, input, Cut::frames("128", 128));
    AudioEngine first = make(config);
    Output got;
    const std::size_t half = 128 * 2 * 90;
    for (std::size_t at = 0; at < half; at += 256) got.add(first.push(std::span(input).subspan(at, 256)));
    AudioEngine second = std::move(first);
    AudioEngine third = make({});
    third = std::move(second);
    for (std::size_t at = half; at < input.size(); at += 256) {
        got.add(third.push(std::span(input).subspan(at, std::min<std::size_t>(256, input.size() - at))));
    }
    got.add(third.finish());
    got.add_summary(third);
    expect_same(got, expected);
}

TEST(Engine, TimeWithoutAudioEndsASegment) {
    EngineConfig config = at_rate(16000);
    config.vad.max_gap_ms = 300;
    AudioEngine engine = make(config);
    Output output;
    EXPECT_EQ(engine.push_all(speech(config, 700, 3900), [&](const PushResult& result) { output.add(result); }),
              Status::ok);
    ASSERT_GT(engine.pre_buffer().size(), 0U);  // a segment is open
    EXPECT_TRUE(engine.advance_time(299).events.empty());
    const PushResult result = engine.advance_time(1);
    EXPECT_TRUE(result.ok());
    EXPECT_TRUE(result.audio.empty());
    ASSERT_EQ(result.events.size(), 1U);
    EXPECT_EQ(result.events[0].reason, EndReason::gap);
    EXPECT_EQ(result.state, VADState::SILENCE);
    EXPECT_EQ(engine.metrics().vad_state, VADState::SILENCE);
}

TEST(Engine, SettingsChangeLive) {
    EngineConfig config = at_rate(16000);
    AudioEngine engine = make(config);
    VADConfig vad = config.vad;
    vad.adaptive = false;
    vad.energy_threshold = 1.0F;  // nothing is voice any more
    EXPECT_EQ(engine.configure_vad(vad), Status::ok);
    EXPECT_FLOAT_EQ(engine.config().vad.energy_threshold, 1.0F);
    Output output = test::run(engine, speech(config, 3000), Cut::odd());
    EXPECT_TRUE(output.events.empty());
}

TEST(Engine, LiveSettingsAreCheckedAndKeepWithinTheBuffers) {
    EngineConfig config = at_rate(16000);
    AudioEngine engine = make(config);
    struct Row {
        const char* name;
        void (*change)(VADConfig&);
        Status status;
    };
    const Row rows[] = {
        {"the same", [](VADConfig&) {}, Status::ok},
        {"bad duration", [](VADConfig& v) { v.speech_end_ms = 1; }, Status::bad_vad_duration},
        {"inverted", [](VADConfig& v) { v.exit_threshold = 0.9F; }, Status::inverted_thresholds},
        {"longer pre-buffer", [](VADConfig& v) { v.pre_buffer_ms = 5000; }, Status::bad_vad_duration},
        {"longer start", [](VADConfig& v) { v.speech_start_ms = 5000; }, Status::bad_vad_duration},
        {"shorter pre-buffer", [](VADConfig& v) { v.pre_buffer_ms = 0; }, Status::ok},
        {"longer end", [](VADConfig& v) { v.speech_end_ms = 5000; }, Status::ok},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        VADConfig vad = config.vad;
        row.change(vad);
        const VADConfig before = engine.config().vad;
        EXPECT_STREQ(status_name(engine.configure_vad(vad)), status_name(row.status));
        const VADConfig& now = engine.config().vad;
        const VADConfig& expected = row.status == Status::ok ? vad : before;
        EXPECT_EQ(now.pre_buffer_ms, expected.pre_buffer_ms);
        EXPECT_EQ(now.speech_end_ms, expected.speech_end_ms);
        EXPECT_EQ(now.speech_start_ms, expected.speech_start_ms);
    }
}

// ---- Pre-buffer

Bytes joined(const RingView& view) {
    Bytes bytes(view.first.begin(), view.first.end());
    test::append(bytes, view.second);
    EXPECT_EQ(bytes.size(), view.size());
    return bytes;
}

TEST(Engine, SpeechIsEverySegmentFromPaddedToItsEndOnce) {
    struct Row {
        const char* name;
        std::uint32_t rate;
        AudioFormat format;
        std::uint32_t channels;
        std::uint32_t speech_end_ms;
        std::uint32_t max_speech_ms;
    };
    for (const Row& row :
         {Row{"defaults", 16000, AudioFormat::PCM16, 1, 500, 0},
          Row{"short pauses", 16000, AudioFormat::PCM16, 1, 200, 0},
          Row{"telephone", 8000, AudioFormat::G711_ULAW, 1, 200, 0}, Row{"cut", 48000, AudioFormat::PCM16, 2, 200, 300},
          Row{"odd rate", 11025, AudioFormat::FLOAT32, 1, 300, 0}}) {
        for (const Cut& way : test::kCuts) {
            SCOPED_TRACE(std::string(row.name) + " " + way.name());
            EngineConfig config = at_rate(row.rate);
            config.audio.format = row.format;
            config.audio.channels = row.channels;
            config.vad.speech_end_ms = row.speech_end_ms;
            config.vad.max_speech_ms = row.max_speech_ms;
            const std::size_t frame_bytes = bytes_per_frame(config.audio);
            const auto byte_at = [&](std::uint64_t ms) { return ms * row.rate / 1000 * frame_bytes; };
            AudioEngine engine = make(config);
            const Bytes input = speech(config, 6000);
            Bytes heard;
            Bytes expected;
            std::uint64_t expected_to = 0;  // ms
            const auto take = [&](const PushResult& result) {
                EXPECT_TRUE(result.ok());
                for (const VadEvent& event : result.events) {
                    if (event.type == VadEventType::speech_start) expected_to = std::max(expected_to, event.padded_ms);
                    if (event.type != VadEventType::speech_end) continue;
                    const auto from = input.begin() + static_cast<std::ptrdiff_t>(byte_at(expected_to));
                    const auto to = input.begin() + static_cast<std::ptrdiff_t>(byte_at(event.at_ms));
                    expected.insert(expected.end(), from, to);
                    expected_to = event.at_ms;
                }
                const Bytes part = joined(engine.speech());
                heard.insert(heard.end(), part.begin(), part.end());
            };
            Cut cut = way;
            for (std::size_t at = 0; at < input.size();) {
                const std::size_t length = std::min(cut.next(frame_bytes, input.size() - at), engine.max_chunk_bytes());
                take(engine.push(std::span(input).subspan(at, length)));
                at += length;
            }
            take(engine.finish());
            EXPECT_GE(engine.metrics().segments, 2U);
            EXPECT_EQ(test::hash_of(heard), test::hash_of(expected));
            EXPECT_EQ(heard.size(), expected.size());
        }
    }
}

TEST(Engine, SpeechIsOnlyWhatTheLastCallDecided) {
    EngineConfig config = at_rate(16000);
    AudioEngine engine = make(config);
    const Bytes input = speech(config, 6000);
    bool some = false;
    for (std::size_t at = 0; at < input.size(); at += 640) {
        (void)engine.push(std::span(input).subspan(at, std::min<std::size_t>(640, input.size() - at)));
        if (engine.speech().size() == 0) continue;
        some = true;
        (void)engine.push(std::vector<std::byte>(engine.max_chunk_bytes() + 1));  // refused
        EXPECT_EQ(engine.speech().size(), 0U);
        (void)engine.process_audio({});
        EXPECT_EQ(engine.speech().size(), 0U);
        std::vector<std::byte> snapshot(engine.snapshot({}).bytes);
        ASSERT_TRUE(engine.snapshot(snapshot).ok());
        AudioEngine other = make(config);
        ASSERT_EQ(other.restore(snapshot), Status::ok);
        EXPECT_EQ(other.speech().size(), 0U);
        const auto next = std::span(input).subspan(at + 640, std::min<std::size_t>(640, input.size() - at - 640));
        (void)other.push(next);
        (void)engine.push(next);
        EXPECT_GT(engine.speech().size(), 0U);
        EXPECT_EQ(joined(other.speech()), joined(engine.speech()));
        break;
    }
    EXPECT_TRUE(some);
    engine.reset();
    EXPECT_EQ(engine.speech().size(), 0U);
}

TEST(Engine, PreBufferIsTheInputFromPaddedToNow) {
    struct Row {
        std::uint32_t rate;
        AudioFormat format;
        std::uint32_t channels;
        std::uint32_t pre_buffer_ms;
    };
    for (const Row& row : {Row{16000, AudioFormat::PCM16, 1, 300}, Row{8000, AudioFormat::G711_ULAW, 1, 300},
                           Row{44100, AudioFormat::PCM16, 2, 300}, Row{48000, AudioFormat::FLOAT32, 1, 0},
                           Row{22050, AudioFormat::PCM16, 1, 2000}, Row{11025, AudioFormat::PCM16, 3, 5000}}) {
        for (const std::size_t chunk_bytes : {std::size_t{37}, std::size_t{960}, std::size_t{3001}}) {
            SCOPED_TRACE(std::to_string(row.rate) + " " + name_of(row.format) + " chunk " +
                         std::to_string(chunk_bytes));
            EngineConfig config = at_rate(row.rate);
            config.audio.format = row.format;
            config.audio.channels = row.channels;
            config.vad.pre_buffer_ms = row.pre_buffer_ms;
            const std::size_t frame_bytes = bytes_per_sample(row.format) * row.channels;
            AudioEngine engine = make(config);
            const Bytes input = speech(config, 8000);
            EXPECT_TRUE(joined(engine.pre_buffer()).empty());
            int starts = 0;
            for (std::size_t at = 0; at < input.size();) {
                const std::size_t length = std::min({chunk_bytes, input.size() - at, engine.max_chunk_bytes()});
                const PushResult result = engine.push(std::span(input).subspan(at, length));
                at += length;
                for (const VadEvent& event : result.events) {
                    if (event.type != VadEventType::speech_start) continue;
                    ++starts;
                    const auto first = static_cast<std::size_t>(event.padded_ms * row.rate / 1000) * frame_bytes;
                    const std::size_t last = at / frame_bytes * frame_bytes;
                    const Bytes expected(input.begin() + static_cast<std::ptrdiff_t>(first),
                                         input.begin() + static_cast<std::ptrdiff_t>(last));
                    EXPECT_EQ(joined(engine.pre_buffer()), expected);
                    EXPECT_EQ(joined(engine.pre_buffer()), expected);  // taking it changes nothing
                }
                if (result.state == VADState::SILENCE || result.state == VADState::SPEECH_STARTING) {
                    EXPECT_EQ(engine.pre_buffer().size(), 0U);
                }
            }
            EXPECT_GE(starts, 2);
            static_cast<void>(engine.finish());
            EXPECT_EQ(engine.pre_buffer().size(), 0U);
        }
    }
}

TEST(Engine, PreBufferKeepsTheNewestWhenASegmentGrowsLong) {
    EngineConfig config = at_rate(16000);
    config.vad.adaptive = false;
    config.vad.energy_threshold = 0.001F;
    AudioEngine engine = make(config);
    const Bytes input = test::to_bytes(test::noise(160000, 20000, 1), AudioFormat::PCM16);
    EXPECT_EQ(engine.push_all(input, [](const PushResult&) {}), Status::ok);
    const Bytes held = joined(engine.pre_buffer());
    ASSERT_LT(held.size(), input.size());
    EXPECT_GE(held.size(), (300U + 100U) * 32U);
    EXPECT_TRUE(std::equal(held.begin(), held.end(), input.end() - static_cast<std::ptrdiff_t>(held.size())));
}

// ---- Findings and metrics

TEST(Engine, FindingsAreThoseOfTheWholeStream) {
    EngineConfig config = at_rate(16000);
    AudioEngine engine = make(config);
    EXPECT_EQ(engine.findings(), Finding::none);
    static_cast<void>(engine.push(Bytes(3200)));
    EXPECT_EQ(engine.findings(), Finding::digital_silence);
    Samples loud(100, 32767);
    static_cast<void>(engine.push(test::to_bytes(loud, AudioFormat::PCM16)));
    EXPECT_TRUE(has(engine.findings(), Finding::clipped));
    EXPECT_FALSE(has(engine.findings(), Finding::digital_silence));
}

TEST(Engine, AFileIsFoundEvenInSingleBytes) {
    AudioEngine engine = make(at_rate(16000));
    const char* const signature = "RIFFxxxx";
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(has(engine.findings(), Finding::container), i >= 4);
        static_cast<void>(engine.push(std::as_bytes(std::span(signature + i, 1))));
    }
    engine.reset();
    static_cast<void>(engine.push(std::as_bytes(std::span("xRIFF", 5))));
    EXPECT_FALSE(has(engine.findings(), Finding::container));
}

TEST(Engine, MetricsCount) {
    EngineConfig config = at_rate(16000);
    config.audio.channels = 2;
    config.output.sample_rate = 8000;
    AudioEngine engine = make(config);
    const Bytes input = speech(config, 8000);
    const Output output = test::run(engine, input, Cut::frames("160", 160));
    const AudioMetrics& metrics = engine.metrics();
    EXPECT_EQ(metrics.chunks, 800U);
    EXPECT_EQ(metrics.rejected_chunks, 0U);
    EXPECT_EQ(metrics.input_bytes, input.size());
    EXPECT_EQ(metrics.input_frames, 128000U);
    EXPECT_EQ(metrics.level.samples, 256000U);
    EXPECT_EQ(metrics.output_bytes, output.audio.size());
    EXPECT_EQ(metrics.split_frames, 0U);
    EXPECT_EQ(metrics.blocks, output.blocks.size());
    std::uint64_t speech_blocks = 0;
    for (const BlockResult& block : output.blocks) {
        speech_blocks += block.state == VADState::SPEECH || block.state == VADState::SPEECH_ENDING ? 1U : 0U;
    }
    std::uint64_t starts = 0;
    std::uint64_t false_starts = 0;
    for (const VadEvent& event : output.events) {
        starts += event.type == VadEventType::speech_start ? 1U : 0U;
        false_starts += event.type == VadEventType::false_start ? 1U : 0U;
    }
    EXPECT_EQ(metrics.speech_blocks, speech_blocks);
    EXPECT_EQ(metrics.segments, starts);
    EXPECT_EQ(metrics.false_starts, false_starts);
    EXPECT_GE(starts, 3U);
    engine.record_processing_ns(1000);
    EXPECT_EQ(metrics.processing.count(), 1U);
}

TEST(Engine, ValidationDoesNotTouchTheStream) {
    const EngineConfig config = at_rate(24000);
    const Bytes input = speech(config, 500, 400);
    AudioEngine untouched = make(config);
    const std::string expected = hash_of(test::run(untouched, input, Cut::odd()));
    AudioEngine engine = make(config);
    static_cast<void>(engine.validate_audio(input));
    static_cast<void>(engine.validate_audio(std::span(input).first(1)));
    EXPECT_EQ(hash_of(test::run(engine, input, Cut::odd())), expected);
}

}  // namespace
}  // namespace audioengine
