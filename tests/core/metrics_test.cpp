#include "audioengine/metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/random.h"

namespace audioengine {
namespace {

/// The value at the given share of a sorted list: the smallest that at least that share does not exceed.
std::uint64_t exact_percentile(std::vector<std::uint64_t> values, std::uint32_t per_mille) {
    std::sort(values.begin(), values.end());
    const std::size_t rank = (values.size() * per_mille + 999) / 1000;
    return values[rank == 0 ? 0 : rank - 1];
}

std::uint64_t random_ns(test::Lcg& random, std::uint32_t bits) {
    const std::uint64_t wide =
        (std::uint64_t{random.next()} << 32U) | (std::uint64_t{random.next()} << 16U) | random.next();
    return wide & ((std::uint64_t{1} << bits) - 1);
}

TEST(DurationHistogram, PercentilesAreAtMostABucketTooHigh) {
    for (const std::uint32_t bits : {4U, 10U, 20U, 33U, 40U}) {
        for (std::uint32_t seed = 1; seed <= 20; ++seed) {
            SCOPED_TRACE("bits " + std::to_string(bits) + " seed " + std::to_string(seed));
            test::Lcg random(seed);
            DurationHistogram histogram;
            std::vector<std::uint64_t> values;
            std::uint64_t sum = 0;
            for (std::uint32_t i = 0, count = 1 + random.below(500); i < count; ++i) {
                values.push_back(random_ns(random, bits));
                sum += values.back();
                histogram.record(values.back());
            }
            for (const std::uint32_t per_mille : {1U, 10U, 500U, 900U, 950U, 990U, 999U, 1000U}) {
                const std::uint64_t exact = exact_percentile(values, per_mille);
                const std::uint64_t got = histogram.percentile_ns(per_mille);
                EXPECT_GE(got, exact) << per_mille;
                EXPECT_LE(got, exact + exact / 16) << per_mille;  // 16 buckets an octave: 6.25 %
            }
            EXPECT_EQ(histogram.count(), values.size());
            EXPECT_EQ(histogram.sum_ns(), sum);
            EXPECT_EQ(histogram.max_ns(), *std::max_element(values.begin(), values.end()));
            EXPECT_EQ(histogram.percentile_ns(1000), histogram.max_ns());
        }
    }
}

TEST(DurationHistogram, EmptyAndExtreme) {
    DurationHistogram histogram;
    EXPECT_EQ(histogram.percentile_ns(500), 0U);
    EXPECT_EQ(histogram.max_ns(), 0U);
    histogram.record(0);
    EXPECT_EQ(histogram.percentile_ns(1000), 0U);
    constexpr std::uint64_t kOver = std::uint64_t{1} << 50U;  // longer than the histogram resolves
    histogram.record(kOver);
    EXPECT_EQ(histogram.max_ns(), kOver);
    EXPECT_GE(histogram.percentile_ns(1000), (std::uint64_t{1} << 40U) - 1);
}

TEST(AudioMetrics, RealtimeCapableMeansHalfTheChunkAtTheNinetyFifthPercentile) {
    AudioMetrics metrics;
    metrics.chunk_duration_ms = 20;
    EXPECT_TRUE(metrics.realtime_capable());  // nothing was recorded
    for (int i = 0; i < 95; ++i) metrics.record_processing_ns(9000000);
    for (int i = 0; i < 5; ++i) metrics.record_processing_ns(900000000);
    EXPECT_TRUE(metrics.realtime_capable());  // 95 % of the chunks took 9 ms
    metrics.record_processing_ns(900000000);
    EXPECT_FALSE(metrics.realtime_capable());
    metrics.chunk_duration_ms = 1000;
    EXPECT_FALSE(metrics.realtime_capable());  // 900 ms of 1000
}

TEST(AudioMetrics, RealtimeCapableHoldsToTheNanosecond) {
    AudioMetrics metrics;
    metrics.chunk_duration_ms = 20;
    metrics.record_processing_ns(10000000);
    EXPECT_TRUE(metrics.realtime_capable());
    metrics.record_processing_ns(10000001);
    EXPECT_FALSE(metrics.realtime_capable());
}

TEST(AudioMetrics, JsonNeedsItsWholeBuffer) {
    AudioMetrics metrics;
    metrics.input_bytes = ~std::uint64_t{0};
    metrics.level.sum_squares = ~std::uint64_t{0};
    metrics.level.samples = 1;
    metrics.noise_floor_dbfs_x100 = -12000;
    metrics.record_processing_ns(~std::uint64_t{0});
    std::vector<char> buffer(kMetricsJsonBytes);
    const std::size_t length = write_json(metrics, buffer);
    ASSERT_GT(length, 0U);
    const std::string json(buffer.data(), length);
    EXPECT_EQ(json.front(), '{');
    EXPECT_EQ(json.back(), '}');
    EXPECT_NE(json.find("\"input_bytes\":18446744073709551615"), std::string::npos);

    std::vector<char> exact(length, '#');
    EXPECT_EQ(write_json(metrics, exact), length);
    for (std::size_t shorter = 0; shorter < length; ++shorter) {
        std::vector<char> guarded(shorter + 1, '#');
        ASSERT_EQ(write_json(metrics, std::span(guarded).first(shorter)), 0U) << shorter;
        ASSERT_EQ(guarded.back(), '#');
    }
}

}  // namespace
}  // namespace audioengine
