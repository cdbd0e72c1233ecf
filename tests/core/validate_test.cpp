#include "audioengine/validate.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>

#include "reference/level_scan_reference.h"
#include "support/bytes.h"
#include "support/generate.h"

namespace audioengine {
namespace {

using test::Bytes;
using test::Samples;

AudioConfig pcm16(std::uint32_t channels = 1) {
    AudioConfig config;
    config.channels = channels;
    return config;
}

Bytes bytes_of(const Samples& samples) { return test::to_bytes(samples, AudioFormat::PCM16); }

std::string names_of(Finding findings) {
    std::string names;
    for (std::uint32_t index = 0; index < kFindingCount; ++index) {
        if (has(findings, static_cast<Finding>(1U << index)))
            names += std::string(names.empty() ? "" : " ") + finding_name(index);
    }
    return names;
}

/// `count` samples of a normal voice level with some replaced.
Samples voice(std::size_t count = 2000) { return test::tone(count, 400, 24000, 8000); }

struct Row {
    const char* name;
    Samples samples;
    const char* findings;
};

TEST(Validate, QualityIsFoundButNeverFails) {
    Samples two_in_a_row = voice();
    two_in_a_row[10] = two_in_a_row[11] = 32767;
    Samples three_in_a_row = voice(10000);
    three_in_a_row[10] = three_in_a_row[11] = -32768;
    three_in_a_row[12] = 32767;
    Samples across_pieces = voice(10000);
    across_pieces[254] = across_pieces[255] = across_pieces[256] = 32767;
    Samples interrupted = voice(10000);
    interrupted[254] = interrupted[255] = interrupted[257] = 32767;
    Samples quiet_piece_between = voice(10000);
    quiet_piece_between[254] = quiet_piece_between[255] = quiet_piece_between[512] = 32767;
    Samples near = voice();  // 0.95 of full scale is 31130 (rounded up); 0.1 % of 2000 is 2
    near[100] = near[200] = 31130;
    Samples nearer = near;
    nearer[300] = -31130;
    Samples not_near = near;
    not_near[300] = 31129;
    Samples offset = voice();
    for (auto& sample : offset) sample = static_cast<std::int16_t>(sample + 350);
    Samples small_offset = voice(2400);  // whole periods: the mean is the offset
    for (auto& sample : small_offset) sample = static_cast<std::int16_t>(sample + 300);
    const Row rows[] = {
        {"voice", voice(), ""},
        {"one second of silence is valid", test::silence(24000), "digital_silence"},
        {"a single sample is not silence",
         [] {
             Samples s(24000, 0);
             s[5] = 1;
             return s;
         }(),
         "low_level"},
        {"low", test::tone(24000, 400, 24000, 300), "low_level"},
        {"two full-scale samples", two_in_a_row, ""},
        {"three full-scale samples", three_in_a_row, "clipped"},
        {"three across the pieces of the scan", across_pieces, "clipped"},
        {"three with a whole quiet piece between", quiet_piece_between, ""},
        {"three with one between", interrupted, ""},
        {"near clipping, as much as is allowed", near, ""},
        {"near clipping, one more", nearer, "near_clipping"},
        {"just under near clipping", not_near, ""},
        {"offset over 1 %", offset, "dc_offset"},
        {"offset under 1 %", small_offset, ""},
        {"everything at once", Samples(1000, 32767), "clipped near_clipping dc_offset"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        const ValidationResult result = validate(pcm16(), bytes_of(row.samples));
        EXPECT_TRUE(result.ok());
        EXPECT_EQ(result.position, 0U);
        EXPECT_EQ(names_of(result.findings), row.findings);
        EXPECT_EQ(result.metadata.frames, row.samples.size());
    }
}

TEST(Validate, WhatIsNotRawAudioIsRefusedWithThePosition) {
    struct Refusal {
        const char* name;
        AudioConfig config;
        Bytes bytes;
        Status status;
        std::size_t position;
    };
    const auto with_signature = [](const char* signature, std::size_t length) {
        Bytes bytes = bytes_of(voice());
        std::memcpy(bytes.data(), signature, length);
        return bytes;
    };
    Bytes odd = bytes_of(voice(100));
    odd.push_back(std::byte{1});
    Bytes stereo_and_a_half = bytes_of(voice(101));
    const Refusal rows[] = {
        {"nothing", pcm16(), {}, Status::empty_input, 0},
        {"one byte", pcm16(), Bytes(1), Status::truncated_frame, 0},
        {"odd byte", pcm16(), odd, Status::truncated_frame, 200},
        {"half a stereo frame", pcm16(2), stereo_and_a_half, Status::truncated_frame, 200},
        {"wave", pcm16(), with_signature("RIFF", 4), Status::unsupported_format, 0},
        {"wave of 64 bits", pcm16(), with_signature("RF64", 4), Status::unsupported_format, 0},
        {"flac", pcm16(), with_signature("fLaC", 4), Status::unsupported_format, 0},
        {"ogg", pcm16(), with_signature("OggS", 4), Status::unsupported_format, 0},
        {"aiff", pcm16(), with_signature("FORM", 4), Status::unsupported_format, 0},
        {"webm", pcm16(), with_signature("\x1A\x45\xDF\xA3", 4), Status::unsupported_format, 0},
        {"mp3", pcm16(), with_signature("ID3\x03", 4), Status::unsupported_format, 0},
    };
    for (const Refusal& row : rows) {
        SCOPED_TRACE(row.name);
        const ValidationResult result = validate(row.config, row.bytes);
        EXPECT_FALSE(result.ok());
        EXPECT_STREQ(status_name(result.status), status_name(row.status));
        EXPECT_EQ(result.position, row.position);
        EXPECT_EQ(has(result.findings, Finding::container), row.status == Status::unsupported_format);
        EXPECT_EQ(has(result.findings, Finding::trailing_bytes), row.status == Status::truncated_frame);
    }
}

TEST(Validate, ContainersAreToldByFourBytes) {
    const auto is = [](const char* text, std::size_t length) {
        return is_container(std::as_bytes(std::span(text, length)));
    };
    EXPECT_TRUE(is("RIFF", 4));
    EXPECT_FALSE(is("RIFF", 3));
    EXPECT_FALSE(is("riff", 4));
    EXPECT_FALSE(is("RIFG", 4));
    EXPECT_FALSE(is("ID3", 3));
    EXPECT_FALSE(is_container({}));
}

TEST(Validate, NonFiniteFloatsAreFound) {
    AudioConfig config = pcm16();
    config.format = AudioFormat::FLOAT32;
    Bytes bytes;
    for (const float value : {0.1F, -0.1F, std::numeric_limits<float>::quiet_NaN(), 0.1F})
        test::append_float(bytes, value);
    const ValidationResult result = validate(config, bytes);
    EXPECT_TRUE(result.ok());
    EXPECT_TRUE(has(result.findings, Finding::non_finite));
    EXPECT_EQ(result.metadata.frames, 4U);
}

// Nobody has checked the configuration before: `validate` is also called without an engine.
TEST(Validate, AConfigurationThatNoEngineWouldTakeIsRefused) {
    struct ConfigRow {
        const char* name;
        void (*spoil)(AudioConfig&);
        Status status;
    };
    constexpr ConfigRow kRows[] = {
        {"infinite amplitude",
         [](AudioConfig& config) { config.max_amplitude = std::numeric_limits<float>::infinity(); },
         Status::bad_amplitude},
        {"amplitude that is no number",
         [](AudioConfig& config) { config.max_amplitude = std::numeric_limits<float>::quiet_NaN(); },
         Status::bad_amplitude},
        {"negative amplitude", [](AudioConfig& config) { config.min_amplitude = -1.0F; }, Status::bad_amplitude},
        {"no channels", [](AudioConfig& config) { config.channels = 0; }, Status::bad_channels},
        {"many channels", [](AudioConfig& config) { config.channels = 0xFFFFFFFFU; }, Status::bad_channels},
        {"no rate", [](AudioConfig& config) { config.sample_rate = 0; }, Status::bad_sample_rate},
        {"no format", [](AudioConfig& config) { config.format = static_cast<AudioFormat>(4); }, Status::bad_format},
        {"another depth", [](AudioConfig& config) { config.bit_depth = 24; }, Status::bad_bit_depth},
    };
    for (const ConfigRow& row : kRows) {
        SCOPED_TRACE(row.name);
        AudioConfig config;
        row.spoil(config);
        const ValidationResult result = validate(config, bytes_of(voice()));
        EXPECT_STREQ(status_name(result.status), status_name(row.status));
        EXPECT_EQ(result.position, 0U);
        EXPECT_EQ(result.findings, Finding::none);
    }
}

TEST(Validate, EveryShorterLengthIsEitherWholeOrTruncated) {
    AudioConfig config = pcm16(3);
    config.format = AudioFormat::FLOAT32;
    Bytes bytes;
    for (int i = 0; i < 9; ++i) test::append_float(bytes, 0.25F);
    for (std::size_t length = 1; length <= bytes.size(); ++length) {
        SCOPED_TRACE(length);
        const ValidationResult result = validate(config, std::span(bytes).first(length));
        EXPECT_EQ(result.status, length % 12 == 0 ? Status::ok : Status::truncated_frame);
        EXPECT_EQ(result.position, length % 12 == 0 ? 0 : length / 12 * 12);
        EXPECT_EQ(result.metadata.frames, length / 12);
    }
}

TEST(Validate, MetadataMeasures) {
    Samples samples(48000, 16384);  // -6.02 dBFS of direct current, two channels, half a second at 48 kHz
    for (std::size_t i = 0; i < 480; ++i) samples[i] = 0;
    samples[1000] = -32768;
    AudioConfig config = pcm16(2);
    config.sample_rate = 48000;
    const AudioMetadata metadata = validate(config, bytes_of(samples)).metadata;
    EXPECT_EQ(metadata.format, AudioFormat::PCM16);
    EXPECT_EQ(metadata.sample_rate_hz, 48000U);
    EXPECT_EQ(metadata.channels, 2U);
    EXPECT_EQ(metadata.frames, 24000U);
    EXPECT_EQ(metadata.duration_us, 500000U);
    EXPECT_EQ(metadata.peak_dbfs_x100, 0);
    EXPECT_NEAR(metadata.rms_dbfs_x100, -606, 1);
    EXPECT_NEAR(metadata.dc_ppm, 494969, 2);  // (47519 * 16384 - 32768) / 48000 / 32768
    EXPECT_EQ(metadata.clipped_ppm, 20U);
    EXPECT_EQ(metadata.zero_ppm, 10000U);
}

TEST(LevelScan, SumsOfPartsAreTheSumOfTheWhole) {
    Samples samples = test::noise(5000, 32767, 9);
    for (std::size_t i = 0; i < 700; ++i) samples[1000 + i] = 32767;
    LevelScan whole;
    whole.add(samples, 31130);
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        test::Lcg random(seed);
        LevelScan parts;
        for (std::size_t at = 0; at < samples.size();) {
            const std::size_t length = std::min<std::size_t>(random.below(600), samples.size() - at);
            parts.add(std::span(samples).subspan(at, length), 31130);
            at += length;
        }
        EXPECT_EQ(reference::numbers_of(parts), reference::numbers_of(whole));
    }
}

TEST(LevelScan, EqualsAPlainCount) {
    for (const std::int32_t near_clip : {1, 1000, 31130, 32767, 32768}) {
        SCOPED_TRACE(near_clip);
        Samples samples = test::amplified(test::noise(3000, 32767, 4), 2);
        LevelScan scan;
        scan.add(samples, near_clip);
        EXPECT_EQ(reference::numbers_of(scan), reference::numbers_of(reference::scan(samples, near_clip)));
    }
}

TEST(Validate, FindingNames) {
    EXPECT_STREQ(finding_name(0), "clipped");
    EXPECT_STREQ(finding_name(7), "trailing_bytes");
    EXPECT_STREQ(finding_name(8), "text");
    EXPECT_STREQ(finding_name(kFindingCount - 1), "repeated");
    EXPECT_STREQ(finding_name(kFindingCount), "");
}

}  // namespace
}  // namespace audioengine
