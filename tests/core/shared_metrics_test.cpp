#include "audioengine/shared_metrics.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace audioengine {
namespace {

template <std::size_t kBytes>
void comes_back() {
    using Value = std::array<std::uint8_t, kBytes>;
    SharedCopy<Value> shared;
    Value value;
    Value got;
    for (std::size_t i = 0; i < kBytes; ++i) value[i] = static_cast<std::uint8_t>(i + 1);
    got.fill(99);
    const Value untouched = got;
    EXPECT_FALSE(shared.read(got)) << kBytes;  // nothing was published
    EXPECT_EQ(got, untouched);
    EXPECT_EQ(shared.published(), 0U);
    shared.publish(value);
    EXPECT_FALSE(shared.read(got, 0)) << kBytes;  // no attempt
    EXPECT_EQ(got, untouched);
    EXPECT_TRUE(shared.read(got));
    EXPECT_EQ(got, value);
    value.back() = 77;
    shared.publish(value);
    EXPECT_TRUE(shared.read(got, 1));
    EXPECT_EQ(got, value);
    EXPECT_EQ(shared.published(), 2U);
}

TEST(SharedMetrics, ValuesOfEverySizeComeBack) {
    comes_back<1>();
    comes_back<3>();
    comes_back<4>();
    comes_back<8>();
    comes_back<9>();
    comes_back<31>();
    comes_back<32>();
}

TEST(SharedMetrics, MetricsComeBackWithTheirOptionalParts) {
    SharedMetrics shared;
    AudioMetrics metrics;
    metrics.chunks = 5;
    metrics.buffer_pool.emplace().in_use = 3;
    metrics.record_processing_ns(1000);
    shared.publish(metrics);
    AudioMetrics got;
    ASSERT_TRUE(shared.read(got));
    EXPECT_EQ(got.chunks, 5U);
    EXPECT_FALSE(got.stream_buffer.has_value());
    ASSERT_TRUE(got.buffer_pool.has_value());
    EXPECT_EQ(got.buffer_pool->in_use, 3U);
    EXPECT_EQ(got.processing.max_ns(), 1000U);
}

}  // namespace
}  // namespace audioengine
