// Forensics (forensics.h): what is found, what never is, and that only the bytes decide.
#include "audioengine/forensics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "audioengine/engine.h"
#include "audioengine/pcm.h"
#include "audioengine/resampler.h"
#include "support/bytes.h"
#include "support/cuts.h"
#include "support/faults.h"
#include "support/recordings.h"

namespace audioengine {
namespace {

using test::base64;
using test::Bytes;
using test::held;
using test::names_of;
using test::Samples;
using test::swapped;

constexpr std::uint32_t kRateHz = test::kRecordingRateHz;

AudioConfig config_of(AudioFormat format, std::uint32_t rate_hz = kRateHz, std::uint32_t channels = 1) {
    return test::config_of(format, rate_hz, channels);
}
constexpr auto kPcm16 = AudioFormat::PCM16;
constexpr auto kUlaw = AudioFormat::G711_ULAW;
constexpr auto kAlaw = AudioFormat::G711_ALAW;
constexpr auto kFloat = AudioFormat::FLOAT32;

/// Whole frames of `bytes`, cut as said.
Forensics listen(const AudioConfig& config, const Bytes& bytes, test::Cut cut = test::Cut::frames("160", 160)) {
    Forensics forensics(config);
    const std::size_t frame_bytes = bytes_per_frame(config);
    Samples decoded;
    for (std::size_t at = 0; at + frame_bytes <= bytes.size();) {
        const std::size_t length = cut.next(frame_bytes, bytes.size() - at) / frame_bytes * frame_bytes;
        const auto piece = std::span(bytes).subspan(at, length);
        decoded.resize(length / bytes_per_sample(config.format));
        (void)decode_samples(config.format, piece, decoded);
        forensics.add(piece, decoded);
        at += length;
    }
    return forensics;
}

Bytes text_of(const std::string& line, std::size_t times) {
    Bytes out;
    for (std::size_t i = 0; i < times; ++i)
        for (const char c : line) out.push_back(static_cast<std::byte>(c));
    return out;
}
Bytes pcm16(const Samples& samples) { return test::to_bytes(samples, kPcm16); }

/// Left and right, one after the other.
Samples interleaved(const Samples& left, const Samples& right) {
    Samples out;
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) out.insert(out.end(), {left[i], right[i]});
    return out;
}
Samples lines(const Samples& in, std::uint32_t times) {
    Samples out;
    for (std::uint64_t k = 0; k < in.size() * times; ++k) out.push_back(test::interpolated(in, k, 1, times));
    return out;
}
Samples resampled(const Samples& in, std::uint32_t to_hz) {
    auto resampler = Resampler::create(kRateHz, to_hz, ProcessingMode::QUALITY).value();
    Samples out(resampler.max_output_samples(in.size()));
    out.resize(resampler.process(in, out).produced);
    return out;
}
/// With silence for `ms` from the middle of the loudest 100 ms on.
std::size_t loudest(const Samples& samples) {
    constexpr std::size_t kStretch = kRateHz / 10;
    std::size_t best = 0;
    std::int64_t most = -1;
    for (std::size_t at = kStretch; at + 5 * kStretch <= samples.size(); at += kStretch) {
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < kStretch; ++i) sum += std::abs(int{samples[at + i]});
        if (sum > most) {
            most = sum;
            best = at + kStretch / 2;
        }
    }
    return best;
}
Samples silenced(Samples samples, std::uint32_t ms) {
    std::fill_n(samples.begin() + static_cast<std::ptrdiff_t>(loudest(samples)), kRateHz * ms / 1000, std::int16_t{0});
    return samples;
}
Samples repeated(const Samples& samples, std::uint32_t ms) {
    const auto at = static_cast<std::ptrdiff_t>(loudest(samples));
    Samples out(samples.begin(), samples.begin() + at);
    out.insert(out.end(), samples.begin() + at - static_cast<std::ptrdiff_t>(kRateHz * ms / 1000), samples.end());
    return out;
}
Samples sum(Samples a, const Samples& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = test::clamp16(a[i] + b[i]);
    return a;
}
/// With the low byte cleared.
Samples eight_bit(Samples samples) {
    for (auto& sample : samples) sample = static_cast<std::int16_t>(sample / 256 * 256);
    return samples;
}
Samples square(std::size_t count, std::size_t period, std::int16_t amplitude) {
    Samples out(count);
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<std::int16_t>(i % period < period / 2 ? amplitude : -amplitude);
    return out;
}
/// A frame of 128 kbit/s at 44.1 kHz, MPEG 1 layer III, and noise in it.
Bytes mp3(std::size_t frames) {
    Bytes out;
    test::Lcg random(3);
    for (std::size_t i = 0; i < frames; ++i) {
        for (const int byte : {0xFF, 0xFB, 0x90, 0x64}) out.push_back(static_cast<std::byte>(byte));
        while (out.size() % 417 != 0) out.push_back(static_cast<std::byte>(random.below(256)));
    }
    return out;
}

struct Row {
    const char* name;
    AudioConfig config;
    Bytes bytes;
    const char* findings;
};

std::vector<Row> wrong_rows(const Samples& voice) {
    const Samples telephone(voice.begin(), voice.begin() + static_cast<std::ptrdiff_t>(voice.size() / 2));
    Bytes shifted = pcm16(voice);
    shifted.erase(shifted.begin());
    Samples later = voice;
    std::rotate(later.begin(), later.begin() + kRateHz, later.end());
    return {
        {"base64", config_of(kPcm16), base64(pcm16(voice)), "text"},
        {"base64 as mu-law", config_of(kUlaw), base64(pcm16(voice)), "text"},
        {"JSON", config_of(kPcm16), text_of("{\"type\":\"input_audio_buffer.append\",\"audio\":\"\"}\n", 40), "text"},
        {"MP3", config_of(kPcm16), mp3(6), "container"},
        {"swapped", config_of(kPcm16), swapped(pcm16(voice)), "byte_swapped"},
        {"off by one byte", config_of(kPcm16), shifted, "byte_swapped"},
        {"mu-law as PCM16", config_of(kPcm16), test::to_bytes(voice, kUlaw), "looks_ulaw"},
        {"A-law as PCM16", config_of(kPcm16), test::to_bytes(voice, kAlaw), "looks_alaw"},
        {"float as PCM16", config_of(kPcm16), test::to_bytes(voice, kFloat), "looks_float32"},
        {"float as stereo PCM16", config_of(kPcm16, kRateHz, 2), test::to_bytes(voice, kFloat), "looks_float32"},
        {"PCM16 as mu-law", config_of(kUlaw), pcm16(voice), "looks_pcm16"},
        {"PCM16 as A-law", config_of(kAlaw), pcm16(voice), "looks_pcm16"},
        {"swapped PCM16 as mu-law", config_of(kUlaw), swapped(pcm16(voice)), "byte_swapped looks_pcm16"},
        {"float as mu-law", config_of(kUlaw), test::to_bytes(voice, kFloat), "looks_float32"},
        {"A-law as mu-law", config_of(kUlaw), test::to_bytes(voice, kAlaw), "looks_alaw"},
        {"mu-law as A-law", config_of(kAlaw), test::to_bytes(voice, kUlaw), "looks_ulaw"},
        {"PCM16 as float", config_of(kFloat), pcm16(voice), "looks_pcm16"},
        {"mu-law as float", config_of(kFloat), test::to_bytes(voice, kUlaw), "looks_ulaw"},
        {"A-law as float", config_of(kFloat), test::to_bytes(voice, kAlaw), "looks_alaw"},
        {"two voices as mono", config_of(kPcm16), pcm16(interleaved(voice, later)), "stereo_as_mono"},
        {"one side as mono", config_of(kPcm16), pcm16(interleaved(voice, test::silence(voice.size()))),
         "stereo_as_mono"},
        {"equal channels as mono", config_of(kPcm16), pcm16(held(voice, 2)), "stereo_as_mono low_rate"},
        {"held three times", config_of(kPcm16, 48000), pcm16(held(voice, 3)), "low_rate"},
        {"lines, twice", config_of(kPcm16, 32000), pcm16(lines(voice, 2)), "low_rate"},
        {"lines, three times", config_of(kPcm16, 48000), pcm16(lines(voice, 3)), "low_rate"},
        {"resampled to 32 kHz", config_of(kPcm16, 32000), pcm16(resampled(voice, 32000)), "low_rate"},
        {"resampled to 44.1 kHz", config_of(kPcm16, 44100), pcm16(resampled(voice, 44100)), "low_rate"},
        {"resampled to 48 kHz, float", config_of(kFloat, 48000), test::to_bytes(resampled(voice, 48000), kFloat),
         "low_rate"},
        {"6 ms of zeros", config_of(kPcm16), pcm16(silenced(voice, 6)), "zero_run"},
        {"100 ms of zeros", config_of(kPcm16), pcm16(silenced(voice, 100)), "zero_run"},
        {"20 ms of zeros in mu-law", config_of(kUlaw), test::to_bytes(silenced(voice, 20), kUlaw), "zero_run"},
        {"20 ms of zeros in stereo", config_of(kPcm16, kRateHz, 2),
         pcm16(interleaved(silenced(voice, 20), silenced(voice, 20))), "zero_run"},
        {"5 ms again", config_of(kPcm16), pcm16(repeated(voice, 5)), "repeated"},
        {"20 ms again", config_of(kPcm16), pcm16(repeated(voice, 20)), "repeated"},
        {"200 ms again", config_of(kPcm16), pcm16(repeated(voice, 200)), "repeated"},
        {"20 ms again in mu-law", config_of(kUlaw), test::to_bytes(repeated(voice, 20), kUlaw), "repeated"},
    };
}

/// Nothing here is wrong, whatever it looks like.
std::vector<Row> honest_rows() {
    const auto one = [](const char* name, const Samples& samples, std::uint32_t rate_hz = kRateHz) {
        return Row{name, config_of(kPcm16, rate_hz), pcm16(samples), ""};
    };
    constexpr std::size_t kLong = 3 * kRateHz;
    const Samples& voice = test::woman();
    Samples gated = voice;  // digital silence in the pauses, with soft edges
    for (std::size_t i = 0; i < gated.size(); ++i) {
        const auto phase = static_cast<std::int32_t>(i % 8000);
        const std::int32_t gain = std::clamp(phase < 4000 ? phase - 1500 : 6500 - phase, 0, 1000);
        gated[i] = static_cast<std::int16_t>(gated[i] * gain / 1000);
    }
    std::vector<Row> rows = {
        one("silence", test::silence(kLong)),
        one("direct current", Samples(kLong, 12345)),
        one("a step of noise", test::noise(kLong, 1, 1)),
        one("white noise", test::noise(kLong, 8000, 2)),
        one("white noise at full scale", test::noise(kLong, 32767, 3)),
        one("clipped noise", test::amplified(test::noise(kLong, 32767, 4), 6)),
        one("a tone", test::tone(kLong, 400, kRateHz, 8000)),
        one("a tone at 16 dB under full scale", test::tone(kLong, 1000, kRateHz, 5000)),
        one("a tone of a quarter of the rate", test::tone(kLong, 4000, kRateHz, 8000)),
        one("a tone near half of the rate", test::tone(kLong, 7300, kRateHz, 8000)),
        one("ringback", sum(test::tone(8000, 440, 8000, 5000), test::tone(8000, 480, 8000, 5000)), 8000),
        one("DTMF 5", sum(test::tone(800, 770, 8000, 8000), test::tone(800, 1336, 8000, 8000)), 8000),
        one("square", square(kLong, 40, 9000)),
        one("square at full scale", square(kLong, 36, 32767)),
        one("voice of 8 bits", eight_bit(test::amplified(voice, 3))),
        one("voice through a gate", gated),
        one("voice, amplified until it clips", test::amplified(voice, 20)),
    };
    for (const AudioFormat format : {kPcm16, kUlaw, kAlaw, kFloat}) {
        rows.push_back({"woman", config_of(format), test::to_bytes(test::woman(), format), ""});
        rows.push_back({"man", config_of(format), test::to_bytes(test::man(), format), ""});
        rows.push_back({"stereo", config_of(format, kRateHz, 2),
                        test::to_bytes(interleaved(test::woman(), test::man()), format), ""});
        rows.push_back({"silence of the format", config_of(format), Bytes(64000, silence_byte(format)), ""});
        rows.push_back({"one frame", config_of(format), test::to_bytes(Samples(1, 500), format), ""});
        rows.push_back({"20 ms of voice", config_of(format),
                        test::to_bytes(Samples(voice.begin() + 40000, voice.begin() + 40320), format), ""});
    }
    return rows;
}

std::string found(const Row& row) { return names_of(listen(row.config, row.bytes).findings()); }

TEST(Forensics, NamesWhatIsWrong) {
    for (const Samples* voice : {&test::woman(), &test::man()})
        for (const Row& row : wrong_rows(*voice)) {
            SCOPED_TRACE(row.name);
            EXPECT_EQ(found(row), row.findings);
        }
}

TEST(Forensics, NeverBlamesHonestAudio) {
    for (const Row& row : honest_rows()) {
        SCOPED_TRACE(std::string(row.name) + " " + name_of(row.config.format));
        EXPECT_EQ(found(row), row.findings);
    }
}

TEST(Forensics, TheCutDoesNotMatter) {
    for (const Row& row : wrong_rows(test::man())) {
        SCOPED_TRACE(row.name);
        const Forensics expected = listen(row.config, row.bytes, test::Cut::all());
        for (const test::Cut& cut : test::kCuts) {
            SCOPED_TRACE(cut.name());
            const Forensics forensics = listen(row.config, row.bytes, cut);
            EXPECT_EQ(names_of(forensics.findings()), names_of(expected.findings()));
            EXPECT_EQ(forensics.position(expected.findings()), expected.position(expected.findings()));
        }
    }
}

TEST(Forensics, PositionsPointAtTheFault) {
    // One second as it should be, then what it should not be.
    const Bytes good = pcm16(Samples(test::man().begin(), test::man().begin() + kRateHz));
    Bytes bytes = good;
    test::append(bytes, test::to_bytes(test::man(), kUlaw));
    const Forensics late = listen(config_of(kPcm16), bytes);
    EXPECT_EQ(names_of(late.findings()), "looks_ulaw");
    EXPECT_GE(late.position(Finding::looks_ulaw) + 320, good.size());
    EXPECT_LT(late.position(Finding::looks_ulaw), good.size() + 8 * 320 * Forensics::kTrustedStride);
    EXPECT_EQ(late.position(Finding::looks_alaw), 0U);

    const std::size_t zeros = loudest(test::man()) * 2;
    const Forensics cut = listen(config_of(kPcm16), pcm16(silenced(test::man(), 40)));
    EXPECT_GE(cut.position(Finding::zero_run), zeros);
    EXPECT_LE(cut.position(Finding::zero_run), zeros + 64);
    const Forensics again = listen(config_of(kPcm16), pcm16(repeated(test::man(), 40)));
    EXPECT_NEAR(static_cast<double>(again.position(Finding::repeated)), static_cast<double>(zeros), 2 * 80.0);
}

TEST(Forensics, ResetIsAsNew) {
    for (const Row& row : wrong_rows(test::woman())) {
        SCOPED_TRACE(row.name);
        Forensics used = listen(row.config, row.bytes);
        used.reset();
        EXPECT_EQ(used.findings(), Finding::none);
        Samples decoded(row.bytes.size() / bytes_per_sample(row.config.format));
        const std::size_t whole = row.bytes.size() / bytes_per_frame(row.config) * bytes_per_frame(row.config);
        decoded.resize(whole / bytes_per_sample(row.config.format));
        (void)decode_samples(row.config.format, std::span(row.bytes).first(whole), decoded);
        used.add(std::span(row.bytes).first(whole), decoded);
        const Forensics fresh = listen(row.config, row.bytes, test::Cut::all());
        EXPECT_EQ(names_of(used.findings()), names_of(fresh.findings()));
        EXPECT_EQ(used.position(fresh.findings()), fresh.position(fresh.findings()));
    }
}

TEST(Forensics, AStreamGoesOnWhereverItsSnapshotWasTaken) {
    for (const Row& row : wrong_rows(test::woman())) {
        SCOPED_TRACE(row.name);
        EngineConfig config;
        config.mode = ProcessingMode::REALTIME;
        config.audio = row.config;
        const auto push = [](AudioEngine& engine, std::span<const std::byte> bytes) {
            ASSERT_EQ(engine.push_all(bytes, [](const PushResult&) {}), Status::ok);
        };
        auto whole = std::move(AudioEngine::create(config)).value();
        push(whole, row.bytes);
        test::Lcg random(11);
        for (int i = 0; i < 3; ++i) {
            const std::size_t cut =
                random.below(static_cast<std::uint32_t>(std::min<std::size_t>(row.bytes.size(), 40000)));
            auto before = std::move(AudioEngine::create(config)).value();
            push(before, std::span(row.bytes).first(cut));
            Bytes snapshot(before.snapshot({}).bytes);
            ASSERT_TRUE(before.snapshot(snapshot).ok());
            auto after = std::move(AudioEngine::create(config)).value();
            ASSERT_EQ(after.restore(snapshot), Status::ok);
            push(after, std::span(row.bytes).subspan(cut));
            EXPECT_EQ(names_of(after.findings()), names_of(whole.findings()));
            EXPECT_EQ(after.finding_position(whole.findings()), whole.finding_position(whole.findings()));
        }
    }
}

TEST(Forensics, AMessageInTheWrongFormatIsRefusedAndAStreamNever) {
    for (const Row& row : wrong_rows(test::man())) {
        SCOPED_TRACE(row.name);
        const std::size_t whole = row.bytes.size() / bytes_per_frame(row.config) * bytes_per_frame(row.config);
        const Forensics forensics = listen(row.config, row.bytes, test::Cut::all());
        const ValidationResult result = validate(row.config, std::span(row.bytes).first(whole));
        const bool wrong = has(forensics.findings(), kWrongFormat);
        EXPECT_STREQ(status_name(result.status), wrong ? "unsupported_format" : "ok");
        EXPECT_EQ(result.position, wrong ? forensics.position(kWrongFormat) : 0U);
        EXPECT_TRUE(has(result.findings, forensics.findings()));

        EngineConfig config;
        config.audio = row.config;
        auto engine = std::move(AudioEngine::create(config)).value();
        EXPECT_EQ(engine.push_all(row.bytes, [](const PushResult&) {}), Status::ok);
        EXPECT_TRUE(has(engine.findings(), forensics.findings()));
    }
}

TEST(Forensics, ShortTextIsText) {
    const AudioConfig config = config_of(kPcm16);
    const Bytes text = base64(pcm16(test::man()));
    const auto first = [&](std::size_t length) { return validate(config, std::span(text).subspan(2000, length)); };
    EXPECT_FALSE(has(first(62).findings, Finding::text));
    EXPECT_TRUE(has(first(64).findings, Finding::text));
    EXPECT_STREQ(status_name(first(64).status), "unsupported_format");
    EXPECT_FALSE(
        has(validate(config, Bytes(64, std::byte{'A'})).findings, Finding::text));  // base64 of silence: a constant
}

TEST(Forensics, AFewFramesOfMp3AreNeeded) {
    for (const std::size_t frames : {1U, 2U, 3U}) {
        const Bytes bytes = mp3(frames);
        EXPECT_EQ(has(listen(config_of(kUlaw), bytes).findings(), Finding::container), frames >= 3) << frames;
    }
    Bytes broken = mp3(3);
    broken[417] = std::byte{0};  // the second header
    EXPECT_FALSE(has(listen(config_of(kUlaw), broken).findings(), Finding::container));
}

}  // namespace
}  // namespace audioengine
