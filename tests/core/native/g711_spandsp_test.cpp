// Against an implementation we did not write: spandsp, which carries telephone calls.
#include <gtest/gtest.h>

#include "audioengine/g711.h"

extern "C" {
#include <spandsp.h>
}

namespace {

TEST(G711, EncodersEqualSpandspOnEverySample) {
    for (int sample = -32768; sample <= 32767; ++sample) {
        ASSERT_EQ(audioengine::ulaw_encode(static_cast<std::int16_t>(sample)), linear_to_ulaw(sample)) << sample;
        ASSERT_EQ(audioengine::alaw_encode(static_cast<std::int16_t>(sample)), linear_to_alaw(sample)) << sample;
    }
}

TEST(G711, DecodersEqualSpandspOnEveryCode) {
    for (int value = 0; value < 256; ++value) {
        const auto code = static_cast<std::uint8_t>(value);
        EXPECT_EQ(audioengine::ulaw_decode(code), ulaw_to_linear(code)) << value;
        EXPECT_EQ(audioengine::alaw_decode(code), alaw_to_linear(code)) << value;
    }
}

}  // namespace
