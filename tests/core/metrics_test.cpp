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

TEST(DurationHistogram, AFullBucketHalvesTheSharesAndLosesNothingRare) {
    DurationHistogram histogram;
    histogram.record(1'000'000);  // once, and slow
    for (std::uint32_t i = 0; i < 60'000; ++i) histogram.record(10);
    EXPECT_EQ(histogram.percentile_ns(500), 10U);
    for (std::uint32_t i = 0; i < 200'000; ++i) histogram.record(12);  // fills its bucket again and again
    EXPECT_EQ(histogram.count(), 260'001U);
    EXPECT_EQ(histogram.sum_ns(), 1'000'000U + 600'000U + 2'400'000U);
    EXPECT_EQ(histogram.percentile_ns(10), 10U);  // still there
    EXPECT_EQ(histogram.percentile_ns(500), 12U);
    EXPECT_EQ(histogram.percentile_ns(1000), 1'000'000U);
}

/// Metrics of a stream of 8 kHz audio that stands at `ms`.
AudioMetrics at_ms(std::uint64_t ms) {
    AudioMetrics metrics;
    metrics.input_rate_hz = 8000;
    metrics.input_frames = ms * 8;
    return metrics;
}

TEST(AudioMetrics, RealtimeCapableMeansHalfTheChunkAtTheNinetyFifthPercentile) {
    constexpr std::uint64_t kHalfNs = 10'000'000;
    struct Row {
        const char* name;
        std::uint32_t quick;  // calls of exactly half a chunk
        std::uint32_t slow;   // calls of a nanosecond more
        bool capable;
    };
    for (const Row& row :
         {Row{"nothing recorded", 0, 0, true}, Row{"exactly half", 1, 0, true}, Row{"a nanosecond more", 0, 1, false},
          Row{"one of twenty", 19, 1, true}, Row{"one of nineteen", 18, 1, false},
          Row{"five of a hundred", 95, 5, true}, Row{"six of a hundred and one", 95, 6, false}}) {
        SCOPED_TRACE(row.name);
        AudioMetrics metrics = at_ms(0);
        std::vector<std::uint64_t> times;
        for (std::uint32_t i = 0; i < row.quick; ++i) times.push_back(kHalfNs);
        for (std::uint32_t i = 0; i < row.slow; ++i) times.push_back(kHalfNs + 1);
        for (const std::uint64_t ns : times) metrics.record_processing_ns(ns);
        EXPECT_EQ(metrics.realtime_capable(), row.capable);
        if (!times.empty()) {
            EXPECT_EQ(exact_percentile(times, 950) <= kHalfNs, row.capable);
        }
    }
    AudioMetrics longer = at_ms(0);
    longer.chunk_duration_ms = 1000;
    longer.record_processing_ns(500'000'000);
    EXPECT_TRUE(longer.realtime_capable());
    longer.record_processing_ns(500'000'001);
    EXPECT_FALSE(longer.realtime_capable());
}

TEST(AudioMetrics, RealtimeCapableForgetsAfterTenSeconds) {
    AudioMetrics metrics = at_ms(0);
    for (std::uint64_t ms = 0; ms <= 40'000; ms += 20) {
        metrics.input_frames = ms * 8;
        const bool slow = ms >= 5'000 && ms < 6'000;
        metrics.record_processing_ns(slow ? 15'000'000 : 1'000'000);
        // Slow calls are over one in twenty from the third of them on, until their second is the eleventh from the end.
        EXPECT_EQ(metrics.realtime_capable(), ms < 5'260 || ms >= 15'000) << ms;
    }
    EXPECT_EQ(metrics.recent_counts().slow, 0U);
    EXPECT_EQ(metrics.recent_counts().calls, 9U * 50 + 1);
}

TEST(AudioMetrics, RealtimeCapableNeedsABufferThatDoesNotOverflow) {
    AudioMetrics metrics = at_ms(0);
    BufferStats stats;
    stats.overflows = 7;  // before anybody looked
    metrics.stream_buffer = stats;
    metrics.record_stream_buffer(stats);
    EXPECT_TRUE(metrics.realtime_capable());
    stats.overflows = 8;
    metrics.record_stream_buffer(stats);
    EXPECT_FALSE(metrics.realtime_capable());
    metrics.record_stream_buffer(stats);
    EXPECT_EQ(metrics.recent_counts().overflows, 1U);
    metrics.input_frames = 9'999 * 8;
    EXPECT_FALSE(metrics.realtime_capable());
    metrics.input_frames = 10'000 * 8;
    EXPECT_TRUE(metrics.realtime_capable());
    stats.overflows = 0;  // the buffer was reset
    metrics.record_stream_buffer(stats);
    EXPECT_TRUE(metrics.realtime_capable());
}

// Against a list of all calls with their seconds.
TEST(RecentCalls, CountsTheLastTenSeconds) {
    for (std::uint32_t seed = 1; seed <= 50; ++seed) {
        test::Lcg random(seed);
        RecentCalls recent;
        std::vector<std::uint64_t> calls;
        std::uint64_t now = random.below(3);
        for (int step = 0; step < 200; ++step) {
            const std::uint32_t move = random.below(20);
            if (move == 0 && now > 0) {
                now = random.below(static_cast<std::uint32_t>(now));  // back: everything is forgotten
                calls.clear();
            } else if (move < 8) {
                now += random.below(seed % 2 == 0 ? 3 : 15);
            }
            recent.record_call(now, step % 3 == 0);
            calls.push_back(now);
            const std::uint64_t later = now + random.below(14);
            const auto expected =
                std::count_if(calls.begin(), calls.end(), [&](std::uint64_t second) { return second + 10 > later; });
            ASSERT_EQ(recent.counts(later).calls, static_cast<std::uint32_t>(expected))
                << "seed " << seed << " step " << step;
        }
    }
    RecentCalls recent;
    recent.record_call(20, false);
    EXPECT_EQ(recent.counts(19).calls, 0U);  // a question from before the last call
}

TEST(AudioMetrics, AudioTimeAndRatio) {
    AudioMetrics metrics = at_ms(500);
    EXPECT_EQ(metrics.audio_ns(), 500'000'000U);
    metrics.blocks = 70;  // the detector alone was asked
    EXPECT_EQ(metrics.audio_ns(), 700'000'000U);
    EXPECT_EQ(metrics.realtime_ratio_ppm(), 0U);
    metrics.record_processing_ns(7'000'000);
    EXPECT_EQ(metrics.realtime_ratio_ppm(), 10'000U);
    metrics.blocks = 100'000'000;  // 11 days
    metrics.record_processing_ns(std::uint64_t{100'000} * 1'000'000'000);
    EXPECT_EQ(metrics.realtime_ratio_ppm(), 100'000U);
    AudioMetrics of_nothing;
    of_nothing.record_processing_ns(1);
    of_nothing.input_frames = 100;
    EXPECT_EQ(of_nothing.realtime_ratio_ppm(), 0U);
}

TEST(AudioMetrics, JsonNeedsItsWholeBuffer) {
    AudioMetrics metrics;
    metrics.input_bytes = ~std::uint64_t{0};
    metrics.stream_buffer.emplace();
    metrics.buffer_pool.emplace();
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
