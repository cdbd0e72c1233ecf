#include "audioengine/pcm.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <limits>
#include <vector>

#include "audioengine/g711.h"
#include "support/bytes.h"

namespace audioengine {
namespace {

using test::Bytes;
using test::Samples;

constexpr std::array kFormats = {AudioFormat::PCM16, AudioFormat::G711_ULAW, AudioFormat::G711_ALAW,
                                 AudioFormat::FLOAT32};

Samples every_sample() {
    Samples samples;
    for (int value = -32768; value <= 32767; ++value) samples.push_back(static_cast<std::int16_t>(value));
    return samples;
}

float float_of_bits(std::uint32_t bits) {
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

TEST(Pcm, EveryFormatDecodesAsItsBytesSay) {
    const Samples all = every_sample();
    for (const AudioFormat format : kFormats) {
        SCOPED_TRACE(name_of(format));
        const Bytes bytes = test::to_bytes(all, format);
        Samples decoded(all.size());
        EXPECT_EQ(decode_samples(format, bytes, decoded), 0U);
        for (std::size_t i = 0; i < all.size(); ++i) {
            std::int16_t expected = all[i];
            if (format == AudioFormat::G711_ULAW) expected = ulaw_decode(ulaw_encode(all[i]));
            if (format == AudioFormat::G711_ALAW) expected = alaw_decode(alaw_encode(all[i]));
            ASSERT_EQ(decoded[i], expected) << all[i];
        }
    }
}

TEST(Pcm, EveryFormatEncodesToTheSameBytes) {
    const Samples all = every_sample();
    for (const AudioFormat format : kFormats) {
        SCOPED_TRACE(name_of(format));
        const Bytes expected = test::to_bytes(all, format);
        Bytes encoded(expected.size());
        EXPECT_EQ(encode_samples(format, all, encoded), expected.size());
        EXPECT_EQ(encoded, expected);
    }
}

TEST(Pcm, AnyAlignmentGivesTheSame) {
    const Samples samples = test::noise(1000, 32767, 3);
    for (const AudioFormat format : kFormats) {
        SCOPED_TRACE(name_of(format));
        const Bytes bytes = test::to_bytes(samples, format);
        Samples aligned(samples.size());
        EXPECT_EQ(decode_samples(format, bytes, aligned), 0U);
        for (std::size_t offset = 1; offset < 8; ++offset) {
            Bytes moved(offset, std::byte{0xAA});
            test::append(moved, bytes);
            Samples decoded(samples.size());
            EXPECT_EQ(decode_samples(format, std::span(moved).subspan(offset), decoded), 0U);
            EXPECT_EQ(decoded, aligned) << offset;

            Bytes encoded(offset + bytes.size());
            EXPECT_EQ(encode_samples(format, samples, std::span(encoded).subspan(offset)), bytes.size());
            EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), encoded.begin() + static_cast<std::ptrdiff_t>(offset)));
        }
    }
}

TEST(Pcm, StopsAtTheShorterAndLeavesPartialSamples) {
    for (const AudioFormat format : kFormats) {
        SCOPED_TRACE(name_of(format));
        const std::size_t width = bytes_per_sample(format);
        const Bytes bytes(5 * width + (width - 1), std::byte{0x42});
        Samples decoded(8, 1234);
        decode_samples(format, bytes, decoded);
        EXPECT_NE(decoded[4], 1234);
        EXPECT_EQ(decoded[5], 1234);
        Samples few(4, 1234);
        decode_samples(format, bytes, std::span(few).first(3));
        EXPECT_EQ(few[3], 1234);

        Bytes out(3 * width + (width - 1), std::byte{0x99});
        EXPECT_EQ(encode_samples(format, Samples(9, 0), out), 3 * width);
        for (std::size_t i = 3 * width; i < out.size(); ++i) EXPECT_EQ(out[i], std::byte{0x99});

        EXPECT_EQ(decode_samples(format, {}, {}), 0U);
        EXPECT_EQ(decode_samples(format, {}, few), 0U);
        EXPECT_EQ(decode_samples(format, bytes, {}), 0U);
        EXPECT_EQ(encode_samples(format, {}, {}), 0U);
        EXPECT_EQ(encode_samples(format, {}, out), 0U);
        EXPECT_EQ(encode_samples(format, few, {}), 0U);
    }
}

struct FloatRow {
    const char* name;
    float value;
    std::int16_t sample;
    bool finite;
};

TEST(Pcm, FloatsRoundHalfToEvenAndClamp) {
    const float step = 1.0F / 32768.0F;
    const FloatRow rows[] = {
        {"zero", 0.0F, 0, true},
        {"negative zero", -0.0F, 0, true},
        {"denormal", float_of_bits(1), 0, true},
        {"one step", step, 1, true},
        {"half to even below", 0.5F * step, 0, true},
        {"half to even above", 1.5F * step, 2, true},
        {"two and a half", 2.5F * step, 2, true},
        {"minus half", -0.5F * step, 0, true},
        {"minus one and a half", -1.5F * step, -2, true},
        {"just over half", 0.50001F * step, 1, true},
        {"just under half", 0.49999F * step, 0, true},
        {"largest", 32767.0F * step, 32767, true},
        {"rounds over the top", 32767.5F * step, 32767, true},
        {"one", 1.0F, 32767, true},
        {"minus one", -1.0F, -32768, true},
        {"under minus one", -1.0001F, -32768, true},
        {"two", 2.0F, 32767, true},
        {"the largest float", std::numeric_limits<float>::max(), 32767, true},
        {"the lowest float", std::numeric_limits<float>::lowest(), -32768, true},
        {"infinity", std::numeric_limits<float>::infinity(), 32767, false},
        {"minus infinity", -std::numeric_limits<float>::infinity(), -32768, false},
        {"NaN", std::numeric_limits<float>::quiet_NaN(), 0, false},
        {"negative NaN", float_of_bits(0xFFC00001), 0, false},
        {"signalling NaN", float_of_bits(0x7F800001), 0, false},
    };
    for (const FloatRow& row : rows) {
        SCOPED_TRACE(row.name);
        Bytes bytes;
        test::append_float(bytes, row.value);
        std::int16_t decoded = 77;
        EXPECT_EQ(decode_samples(AudioFormat::FLOAT32, bytes, {&decoded, 1}), row.finite ? 0U : 1U);
        EXPECT_EQ(decoded, row.sample);
        std::int16_t converted = 77;
        float_to_s16({&row.value, 1}, {&converted, 1});
        EXPECT_EQ(converted, row.sample);
    }
}

TEST(Pcm, FloatRoundTripIsExactForEverySample) {
    const Samples all = every_sample();
    std::vector<float> floats(all.size());
    Samples back(all.size());
    s16_to_float(all, floats);
    float_to_s16(floats, back);
    EXPECT_EQ(back, all);
    EXPECT_EQ(floats.front(), -1.0F);
    EXPECT_EQ(floats.back(), 32767.0F / 32768.0F);
    s16_to_float({}, floats);
    float_to_s16({}, {});
}

TEST(Pcm, DownmixAveragesAndRoundsHalfAwayFromZero) {
    struct Row {
        const char* name;
        std::uint32_t channels;
        Samples in;
        Samples mono;
    };
    const Row rows[] = {
        {"one channel", 1, {1, -2, 3}, {1, -2, 3}},
        {"half up", 2, {1, 2, 2, 3}, {2, 3}},
        {"half down", 2, {-1, -2, -2, -3}, {-2, -3}},
        {"opposite phases", 2, {32767, -32767, -32768, 32767}, {0, -1}},
        {"both full", 2, {32767, 32767, -32768, -32768}, {32767, -32768}},
        {"thirds", 3, {1, 0, 0, 1, 1, 0, -1, -1, 0}, {0, 1, -1}},
        {"eight full", 8, Samples(16, -32768), {-32768, -32768}},
        {"partial frame stays", 2, {10, 20, 30}, {15}},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        Samples mono(row.mono.size() + 1, 999);
        downmix(row.in, row.channels, mono);
        EXPECT_EQ(mono.back(), 999);
        mono.pop_back();
        EXPECT_EQ(mono, row.mono);
    }
    Samples one(1, 999);
    downmix(Samples{1, 1, 2, 2}, 2, one);
    EXPECT_EQ(one[0], 1);
    downmix({}, 2, one);
    EXPECT_EQ(one[0], 1);
}

}  // namespace
}  // namespace audioengine
