// The specification's ready-made engines (factories.h).
#include "audioengine/factories.h"

#include <gtest/gtest.h>

namespace audioengine {
namespace {

TEST(Factories, AreThePresetsTheyAreCalled) {
    VADConfig vad;
    vad.speech_end_ms = 700;
    const auto fast = create_fast_lane_engine(16000, 30, vad);
    ASSERT_TRUE(fast.ok());
    EXPECT_EQ(fast.value().config().mode, ProcessingMode::REALTIME);
    EXPECT_EQ(fast.value().config().audio.sample_rate, 16000U);
    EXPECT_EQ(fast.value().config().audio.chunk_duration_ms, 30U);
    EXPECT_EQ(fast.value().config().vad.speech_end_ms, 700U);
    EXPECT_EQ(fast.value().latency_frames(), 0U);

    const auto big = create_big_lane_engine(24000, false);
    ASSERT_TRUE(big.ok());
    EXPECT_EQ(big.value().config().mode, ProcessingMode::QUALITY);
    EXPECT_FALSE(big.value().config().normalize);

    const auto adaptive = create_adaptive_engine();
    ASSERT_TRUE(adaptive.ok());
    EXPECT_EQ(adaptive.value().config().mode, ProcessingMode::BALANCED);
    EXPECT_EQ(adaptive.value().config().latency_target_us, 50000U);

    // The given detector, and without one the one that hears best.
    EXPECT_EQ(fast.value().config().vad.type, VADType::ENERGY_BASED);
    EXPECT_EQ(create_fast_lane_engine().value().config().vad.type, VADType::NEURAL);
    EXPECT_EQ(big.value().config().vad.type, VADType::NEURAL);
    EXPECT_EQ(adaptive.value().config().vad.type, VADType::NEURAL);

    EXPECT_EQ(create_fast_lane_engine(1).status(), Status::bad_sample_rate);
}

}  // namespace
}  // namespace audioengine
