// AudioProcessor: complete messages (processor.h).
#include "audioengine/processor.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "audioengine/g711.h"
#include "support/bytes.h"
#include "support/recordings.h"

namespace audioengine {
namespace {

using test::Bytes;
using test::Samples;

AudioConfig config_of(AudioFormat format, std::uint32_t rate = 24000, std::uint32_t channels = 1) {
    AudioConfig config;
    config.format = format;
    config.sample_rate = rate;
    config.channels = channels;
    return config;
}

AudioProcessor processor(const AudioConfig& config, ProcessingMode mode = ProcessingMode::BALANCED) {
    return std::move(AudioProcessor::create(config, mode)).value();
}

Bytes stereo(const Samples& left, const Samples& right) {
    Samples both;
    for (std::size_t i = 0; i < left.size(); ++i) {
        both.push_back(left[i]);
        both.push_back(right[i]);
    }
    return test::to_bytes(both, AudioFormat::PCM16);
}

// The specification's own example: one second of silence at 24 kHz makes 50 chunks of 20 ms.
TEST(ChunkAudio, OneSecondOfSilenceMakesFiftyChunks) {
    const Bytes second(48000);
    const ChunkRange chunks = processor(config_of(AudioFormat::PCM16)).chunk_audio(second, 20);
    EXPECT_EQ(chunks.size(), 50U);
    EXPECT_EQ(chunks.chunk_bytes(), 960U);
    EXPECT_EQ((*chunks.begin()).size(), 960U);
}

TEST(ChunkAudio, ChunksJoinToTheMessageForEveryLengthAndRemainder) {
    const AudioProcessor one = processor(config_of(AudioFormat::PCM16, 8000, 2));
    const Bytes message = test::to_bytes(test::noise(999, 1000, 1), AudioFormat::PCM16);
    for (const Remainder remainder : {Remainder::keep, Remainder::pad, Remainder::drop}) {
        for (std::size_t length = 0; length < 700; ++length) {
            const auto audio = std::span<const std::byte>(message).first(length);
            const ChunkRange chunks = one.chunk_audio(audio, 10, remainder);
            Bytes joined;
            std::size_t count = 0;
            for (const auto chunk : chunks) {
                test::append(joined, chunk);
                ++count;
            }
            EXPECT_EQ(count, chunks.size());
            const std::size_t whole = length / 320 * 320;
            EXPECT_EQ(joined.size(), remainder == Remainder::drop ? whole : length);
            EXPECT_TRUE(std::equal(joined.begin(), joined.end(), audio.begin()));
            if (remainder == Remainder::pad) {
                EXPECT_EQ((length + chunks.padding_bytes()) % 320, 0U);
            } else {
                EXPECT_EQ(chunks.padding_bytes(), 0U);
            }
        }
    }
}

TEST(ChunkAudio, PaddingIsSilenceInTheFormat) {
    const Bytes message(100);
    EXPECT_EQ(processor(config_of(AudioFormat::G711_ULAW)).chunk_audio(message).silence_byte(), std::byte{0xFF});
    EXPECT_EQ(processor(config_of(AudioFormat::G711_ALAW)).chunk_audio(message).silence_byte(), std::byte{0xD5});
    EXPECT_EQ(processor(config_of(AudioFormat::PCM16)).chunk_audio(message).silence_byte(), std::byte{0});
}

TEST(CalculateDuration, CountsWholeFrames) {
    EXPECT_EQ(processor(config_of(AudioFormat::PCM16)).calculate_duration(Bytes(48000)), 1000.0);
    EXPECT_EQ(processor(config_of(AudioFormat::G711_ULAW, 8000)).calculate_duration(Bytes(4)), 0.5);
    EXPECT_EQ(processor(config_of(AudioFormat::FLOAT32, 16000, 2)).calculate_duration(Bytes(135)), 1.0);
}

TEST(ProcessRealtime, MonoPassesUnchangedInEveryFormatThatKeepsSixteenBits) {
    const Bytes message = test::to_bytes(test::woman(), AudioFormat::PCM16);
    AudioProcessor one = processor(config_of(AudioFormat::PCM16, 16000));
    Bytes out(message.size());
    const auto written = one.process_realtime(message, out);
    ASSERT_TRUE(written.ok());
    EXPECT_EQ(written.bytes, message.size());
    EXPECT_EQ(out, message);
}

TEST(ProcessRealtime, RefusesWhatIsNotAMessageAndWritesNothing) {
    AudioProcessor one = processor(config_of(AudioFormat::PCM16));
    Bytes out(10, std::byte{7});
    EXPECT_EQ(one.process_realtime({}, out).status, Status::empty_input);
    const auto odd = one.process_realtime(Bytes(5), out);
    EXPECT_EQ(odd.status, Status::truncated_frame);
    EXPECT_EQ(odd.position, 4U);
    EXPECT_EQ(one.process_realtime(Bytes(12), out).status, Status::output_too_small);
    EXPECT_EQ(out, Bytes(10, std::byte{7}));
}

TEST(ProcessQuality, RemovesDcAndLevelsSpeechAndKeepsTheLength) {
    Samples quiet = test::woman();
    for (auto& sample : quiet) sample = static_cast<std::int16_t>(sample / 8 + 700);
    const Bytes message = test::to_bytes(quiet, AudioFormat::PCM16);
    AudioProcessor one = processor(config_of(AudioFormat::PCM16, 16000));
    Bytes out(message.size());
    AudioMetadata before;
    ASSERT_TRUE(one.process_quality(message, out, true, true, &before).ok());
    const AudioMetadata after = one.analyze_audio(out, false);
    EXPECT_GT(before.dc_ppm, 20000);
    EXPECT_LT(std::abs(after.dc_ppm), 500);
    EXPECT_GT(after.rms_dbfs_x100, -3000);
    EXPECT_EQ(after.frames, before.frames);
    EXPECT_LE(after.peak_dbfs_x100, -95);  // the limiter's -1 dBFS
}

TEST(ProcessQuality, EveryMessageIsOnItsOwn) {
    const Bytes first = test::to_bytes(test::man(), AudioFormat::PCM16);
    const Bytes second = test::to_bytes(test::woman(), AudioFormat::PCM16);
    AudioProcessor fresh = processor(config_of(AudioFormat::PCM16, 16000));
    AudioProcessor used = processor(config_of(AudioFormat::PCM16, 16000));
    Bytes expected(second.size());
    Bytes got(second.size());
    ASSERT_TRUE(fresh.process_quality(second, expected, true, true).ok());
    Bytes other(first.size());
    ASSERT_TRUE(used.process_quality(first, other, true, true).ok());
    ASSERT_TRUE(used.process_quality(second, got, true, true).ok());
    EXPECT_EQ(got, expected);
}

TEST(Process, DoesWhatTheModeSays) {
    const Bytes message = test::to_bytes(test::man(), AudioFormat::PCM16);
    struct ModeRow {
        ProcessingMode mode;
        bool enhance;
        bool normalize;
    };
    Bytes previous;
    for (const ModeRow& row :
         {ModeRow{ProcessingMode::REALTIME, false, false}, ModeRow{ProcessingMode::BALANCED, true, false},
          ModeRow{ProcessingMode::QUALITY, true, true}}) {
        SCOPED_TRACE(name_of(row.mode));
        AudioProcessor one = processor(config_of(AudioFormat::PCM16, 16000), row.mode);
        Bytes got(message.size());
        Bytes expected(message.size());
        ASSERT_TRUE(one.process(message, got).ok());
        ASSERT_TRUE(one.process_quality(message, expected, row.enhance, row.normalize).ok());
        EXPECT_EQ(got, expected);
        EXPECT_NE(got, previous) << "each mode sounds different";
        previous = got;
    }
}

TEST(ValidateFormat, JudgesByTheConfiguredFormatOrTheExpectedOne) {
    const AudioProcessor one = processor(config_of(AudioFormat::PCM16));
    const Bytes odd(5);
    EXPECT_EQ(one.validate_format(odd).status, Status::truncated_frame);
    EXPECT_EQ(one.validate_format(odd).position, 4U);
    struct FormatRow {
        AudioFormat expected;
        Status status;
        std::uint64_t frames;
    };
    for (const FormatRow& row :
         {FormatRow{AudioFormat::PCM16, Status::truncated_frame, 2}, FormatRow{AudioFormat::G711_ULAW, Status::ok, 5},
          FormatRow{AudioFormat::G711_ALAW, Status::ok, 5}, FormatRow{AudioFormat::FLOAT32, Status::truncated_frame, 1},
          FormatRow{static_cast<AudioFormat>(9), Status::bad_format, 0}}) {
        SCOPED_TRACE(name_of(row.expected));
        const ValidationResult result = one.validate_format(odd, row.expected);
        EXPECT_STREQ(status_name(result.status), status_name(row.status));
        EXPECT_EQ(result.metadata.frames, row.frames);
    }
    EXPECT_EQ(one.config().format, AudioFormat::PCM16) << "the expected format is for one call";

    AudioConfig with_depth = config_of(AudioFormat::PCM16);
    with_depth.bit_depth = 16;
    EXPECT_TRUE(processor(with_depth).validate_format(Bytes(8), AudioFormat::FLOAT32).ok()) << "it has its own depth";
}

TEST(Resample, GivesTheLengthItPromisesAndRefusesHalfSamples) {
    const Bytes message = test::to_bytes(test::man(), AudioFormat::PCM16);
    for (const std::uint32_t to : {8000U, 16000U, 22050U, 24000U, 44100U, 48000U}) {
        Bytes out(AudioProcessor::resampled_bytes(message.size(), 16000, to));
        const auto written = AudioProcessor::resample(message, 16000, to, out);
        ASSERT_TRUE(written.ok()) << to;
        EXPECT_EQ(written.bytes, out.size()) << to;
    }
    Bytes out(100000);
    EXPECT_EQ(AudioProcessor::resample(std::span(message).first(7), 16000, 8000, out).status, Status::truncated_frame);
    EXPECT_EQ(AudioProcessor::resample(message, 1, 8000, out).status, Status::bad_sample_rate);
    EXPECT_EQ(AudioProcessor::resample(message, 16000, 48000, out).status, Status::output_too_small);
}

TEST(EnsureMono, Averages) {
    const Samples left = test::noise(1000, 20000, 1);
    const Samples right = test::noise(1000, 20000, 2);
    Bytes out(2000);
    const auto written = AudioProcessor::ensure_mono(stereo(left, right), 2, out);
    ASSERT_TRUE(written.ok());
    const Samples mono = test::pcm16_samples(out);
    for (std::size_t i = 0; i < mono.size(); ++i) {
        const int sum = left[i] + right[i];
        EXPECT_EQ(mono[i], (sum + (sum < 0 ? -1 : 1)) / 2) << i;
    }
    EXPECT_EQ(AudioProcessor::ensure_mono(Bytes(8), 9, out).status, Status::bad_channels);
    EXPECT_EQ(AudioProcessor::ensure_mono(Bytes(7), 2, out).status, Status::truncated_frame);
}

TEST(AnalyzeAudio, KnowsNarrowBandMaterialInAWideStream) {
    const Bytes wide = test::to_bytes(test::woman(), AudioFormat::PCM16);
    Bytes narrow(AudioProcessor::resampled_bytes(wide.size(), 16000, 8000));
    ASSERT_TRUE(AudioProcessor::resample(wide, 16000, 8000, narrow).ok());
    Bytes again(AudioProcessor::resampled_bytes(narrow.size(), 8000, 16000));
    ASSERT_TRUE(AudioProcessor::resample(narrow, 8000, 16000, again).ok());
    const AudioProcessor one = processor(config_of(AudioFormat::PCM16, 16000));
    EXPECT_GT(one.analyze_audio(wide, true).bandwidth_hz, 7000U);
    EXPECT_NEAR(one.analyze_audio(again, true).bandwidth_hz, 4000, 150);
    EXPECT_EQ(one.analyze_audio(wide, false).bandwidth_hz, 0U);
}

TEST(AnalyzeAudio, FindsTheToneAndTheFloor) {
    const AudioProcessor one = processor(config_of(AudioFormat::PCM16, 16000));
    const Samples audio = test::concatenate({test::tone(16000, 1000, 16000, 16384), test::noise(16000, 100, 3)});
    const AudioMetadata metadata = one.analyze_audio(test::to_bytes(audio, AudioFormat::PCM16), true);
    EXPECT_NEAR(metadata.peak_dbfs_x100, -602, 5);
    EXPECT_NEAR(metadata.noise_floor_dbfs_x100, -5508, 60);  // uniform noise: amplitude / sqrt(3)
    EXPECT_EQ(metadata.crest_db_x100, metadata.peak_dbfs_x100 - metadata.rms_dbfs_x100);
    EXPECT_EQ(metadata.duration_us, 2000000U);
    EXPECT_EQ(one.analyze_audio(Bytes(3200), true).bandwidth_hz, 0U);
}

TEST(Create, NamesTheFieldThatIsWrong) {
    const auto result = AudioProcessor::create(config_of(AudioFormat::PCM16, 100));
    EXPECT_EQ(result.status(), Status::bad_sample_rate);
    EXPECT_STREQ(result.field(), "audio.sample_rate");
}

}  // namespace
}  // namespace audioengine
