#include "audioengine/metrics.h"

#include <algorithm>

#include "durations.h"

namespace audioengine {

std::size_t DurationHistogram::bucket_of(std::uint64_t ns) noexcept {
    constexpr std::uint64_t kLargest = (std::uint64_t{1} << kMaxBits) - 1;
    ns = std::min(ns, kLargest);
    if (ns < (1U << kSubBits)) return static_cast<std::size_t>(ns);
    const auto top_bit = static_cast<std::uint32_t>(63 - __builtin_clzll(ns));
    const std::uint64_t within_octave = (ns >> (top_bit - kSubBits)) & ((1U << kSubBits) - 1);
    return ((top_bit - kSubBits + 1U) << kSubBits) + static_cast<std::size_t>(within_octave);
}

std::uint64_t DurationHistogram::upper_edge(std::size_t bucket) noexcept {
    if (bucket < (1U << kSubBits)) return bucket;
    const std::size_t shift = (bucket >> kSubBits) - 1;
    const std::uint64_t within_octave = bucket & ((1U << kSubBits) - 1);
    return (((1U << kSubBits) + within_octave + 1) << shift) - 1;
}

void DurationHistogram::record(std::uint64_t ns) noexcept {
    std::uint16_t& bucket = buckets_[bucket_of(ns)];
    if (bucket == UINT16_MAX)
        for (std::uint16_t& each : buckets_) each = static_cast<std::uint16_t>(each / 2 + each % 2);
    ++bucket;
    ++count_;
    sum_ns_ += ns;
    max_ns_ = std::max(max_ns_, ns);
}

std::uint64_t DurationHistogram::percentile_ns(std::uint32_t per_mille) const noexcept {
    if (count_ == 0) return 0;
    std::uint64_t kept = 0;
    for (const std::uint16_t bucket : buckets_) kept += bucket;
    const std::uint64_t rank = std::max<std::uint64_t>(1, (kept * per_mille + 999) / 1000);
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
        seen += buckets_[bucket];
        if (seen >= rank) return std::min(upper_edge(bucket), max_ns_);
    }
    return max_ns_;
}

// On the way, what is no longer among the last ten is forgotten.
RecentCalls::Counts& RecentCalls::move_to(std::uint64_t second) noexcept {
    if (second < now_ || second - now_ >= kSeconds) {
        seconds_ = {};
    } else {
        while (now_ < second) seconds_[++now_ % kSeconds] = {};
    }
    now_ = second;
    return seconds_[second % kSeconds];
}

void RecentCalls::record_call(std::uint64_t second, bool slow) noexcept {
    Counts& here = move_to(second);
    ++here.calls;
    here.slow += slow ? 1U : 0U;
}

void RecentCalls::record_overflows(std::uint64_t second, std::uint64_t count) noexcept {
    move_to(second).overflows += static_cast<std::uint32_t>(count);
}

RecentCalls::Counts RecentCalls::counts(std::uint64_t second) const noexcept {
    Counts sum;
    if (second < now_) return sum;
    for (std::uint64_t at = now_; second - at < kSeconds; --at) {
        const Counts& one = seconds_[at % kSeconds];
        sum.calls += one.calls;
        sum.slow += one.slow;
        sum.overflows += one.overflows;
        if (at == 0) break;
    }
    return sum;
}

void AudioMetrics::record_processing_ns(std::uint64_t ns) noexcept {
    constexpr std::uint64_t kHalfMsInNs = 500'000;
    processing.record(ns);
    const auto* const edge = std::lower_bound(kProcessingEdgesNs.begin(), kProcessingEdgesNs.end(), ns);
    ++processing_counts[static_cast<std::size_t>(edge - kProcessingEdgesNs.begin())];
    recent.record_call(audio_ns() / kNsPerSecond, ns > chunk_duration_ms * kHalfMsInNs);
}

void AudioMetrics::record_stream_buffer(const BufferStats& stats) noexcept {
    const std::uint64_t before = stream_buffer ? stream_buffer->overflows : 0;
    if (stats.overflows > before) recent.record_overflows(audio_ns() / kNsPerSecond, stats.overflows - before);
    stream_buffer = stats;
}

std::uint64_t AudioMetrics::audio_ns() const noexcept {
    return std::max(frames_to_ns(input_frames, input_rate_hz), blocks * kBlockMs * 1'000'000);
}

RecentCalls::Counts AudioMetrics::recent_counts() const noexcept { return recent.counts(audio_ns() / kNsPerSecond); }

bool AudioMetrics::realtime_capable() const noexcept {
    const RecentCalls::Counts counts = recent_counts();
    return counts.overflows == 0 && std::uint64_t{counts.slow} * 20 <= counts.calls;
}

std::uint64_t AudioMetrics::realtime_ratio_ppm() const noexcept { return ratio_ppm(processing.sum_ns(), audio_ns()); }

}  // namespace audioengine
