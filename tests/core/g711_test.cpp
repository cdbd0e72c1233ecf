#include "audioengine/g711.h"

#include <gtest/gtest.h>

#include <vector>

#include "reference/g711_reference.h"

namespace audioengine {
namespace {

TEST(G711, EncodersEqualTheSlowTwinOnEverySample) {
    for (int value = -32768; value <= 32767; ++value) {
        const auto sample = static_cast<std::int16_t>(value);
        ASSERT_EQ(ulaw_encode(sample), reference::ulaw_encode(sample)) << "mu-law of " << value;
        ASSERT_EQ(alaw_encode(sample), reference::alaw_encode(sample)) << "A-law of " << value;
    }
}

TEST(G711, DecodersEqualTheSlowTwinOnEveryCode) {
    for (int value = 0; value < 256; ++value) {
        const auto code = static_cast<std::uint8_t>(value);
        EXPECT_EQ(ulaw_decode(code), reference::ulaw_decode(code)) << "mu-law code " << value;
        EXPECT_EQ(alaw_decode(code), reference::alaw_decode(code)) << "A-law code " << value;
    }
}

TEST(G711, DecodedCodesComeBack) {
    for (int value = 0; value < 256; ++value) {
        const auto code = static_cast<std::uint8_t>(value);
        // Mu-law has two zeros; the negative one (0x7F) is written as the positive one.
        EXPECT_EQ(ulaw_encode(ulaw_decode(code)), code == 0x7F ? kUlawSilence : code) << value;
        EXPECT_EQ(alaw_encode(alaw_decode(code)), code) << value;
    }
}

struct Known {
    std::int16_t sample;
    std::uint8_t ulaw;
    std::uint8_t alaw;
};

TEST(G711, KnownValues) {
    for (const Known& known : {Known{0, 0xFF, 0xD5}, Known{-1, 0x7F, 0x55}, Known{32767, 0x80, 0xAA},
                               Known{-32768, 0x00, 0x2A}, Known{1000, 0xCE, 0xFA}, Known{-1000, 0x4E, 0x7A}}) {
        EXPECT_EQ(ulaw_encode(known.sample), known.ulaw) << known.sample;
        EXPECT_EQ(alaw_encode(known.sample), known.alaw) << known.sample;
    }
    EXPECT_EQ(ulaw_decode(0x00), -32124);  // the seed's zero bytes are loud
    EXPECT_EQ(alaw_decode(0x00), -5504);
    EXPECT_EQ(ulaw_decode(kUlawSilence), 0);
    EXPECT_EQ(alaw_decode(kAlawSilence), 8);
}

TEST(G711, SpansGiveTheSameAndStopAtTheShorter) {
    std::vector<std::int16_t> samples;
    for (int value = -32768; value <= 32767; value += 37) samples.push_back(static_cast<std::int16_t>(value));
    std::vector<std::uint8_t> ulaw(samples.size());
    std::vector<std::uint8_t> alaw(samples.size());
    ulaw_encode(samples, ulaw);
    alaw_encode(samples, alaw);
    std::vector<std::int16_t> from_ulaw(samples.size());
    std::vector<std::int16_t> from_alaw(samples.size());
    ulaw_decode(ulaw, from_ulaw);
    alaw_decode(alaw, from_alaw);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        ASSERT_EQ(ulaw[i], ulaw_encode(samples[i]));
        ASSERT_EQ(alaw[i], alaw_encode(samples[i]));
        ASSERT_EQ(from_ulaw[i], ulaw_decode(ulaw[i]));
        ASSERT_EQ(from_alaw[i], alaw_decode(alaw[i]));
    }

    std::vector<std::uint8_t> few(3, 0x11);
    ulaw_encode(std::span(samples).first(2), few);
    EXPECT_EQ(few[2], 0x11);
    ulaw_encode(samples, std::span(few).first(2));
    EXPECT_EQ(few[2], 0x11);
    ulaw_encode({}, {});
    alaw_decode({}, {});
}

}  // namespace
}  // namespace audioengine
