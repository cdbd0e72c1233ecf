// What happened on one stream, in numbers. Plain counters; the engine's owner times the calls and tells
// (`AudioMetrics::record_processing_ns`), for the core reads no clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "audioengine/stream_buffer.h"
#include "audioengine/types.h"
#include "audioengine/validate.h"

namespace audioengine {

/// Durations in a fixed log-linear histogram: 16 buckets an octave, so a percentile is at most 6.3 % too high.
/// 0 ns to 2^40 ns (18 minutes); longer counts as that. No allocation.
class DurationHistogram {
public:
    void record(std::uint64_t ns) noexcept;
    /// Upper edge of the bucket that holds the given share of all values, at most `max_ns`. `per_mille` is 1 to 1000.
    [[nodiscard]] std::uint64_t percentile_ns(std::uint32_t per_mille) const noexcept;
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint64_t sum_ns() const noexcept { return sum_ns_; }
    [[nodiscard]] std::uint64_t max_ns() const noexcept { return max_ns_; }

private:
    static constexpr std::uint32_t kSubBits = 4;
    static constexpr std::uint32_t kMaxBits = 40;
    static constexpr std::size_t kBuckets = (kMaxBits - kSubBits + 1) << kSubBits;
    static std::size_t bucket_of(std::uint64_t ns) noexcept;
    static std::uint64_t upper_edge(std::size_t bucket) noexcept;

    std::uint64_t count_ = 0;
    std::uint64_t sum_ns_ = 0;
    std::uint64_t max_ns_ = 0;
    std::array<std::uint32_t, kBuckets> buckets_{};
};

/// Counters of one stream since construction or `reset`. Read between calls, on the engine's thread.
struct AudioMetrics {
    std::uint64_t chunks = 0;
    std::uint64_t rejected_chunks = 0;  ///< Calls whose status was not `ok`.
    std::uint64_t input_bytes = 0;
    std::uint64_t input_frames = 0;
    std::uint64_t output_bytes = 0;
    std::uint64_t split_frames = 0;  ///< Chunks that ended inside a frame; the rest was carried to the next.
    std::uint64_t non_finite_samples = 0;
    LevelScan level;  ///< Of the decoded samples, all channels, before any processing.
    std::uint64_t blocks = 0;
    std::uint64_t speech_blocks = 0;  ///< Blocks after which the state was SPEECH or SPEECH_ENDING.
    std::uint64_t segments = 0;
    std::uint64_t false_starts = 0;
    ProcessingMode mode = ProcessingMode::BALANCED;
    VADState vad_state = VADState::SILENCE;
    std::int32_t noise_floor_dbfs_x100 = -12000;
    std::int32_t threshold_dbfs_x100 = -12000;
    std::uint64_t memory_bytes = 0;
    std::uint32_t chunk_duration_ms = 20;
    std::optional<BufferStats> stream_buffer;  ///< As of the last `add_to_stream_buffer`.
    DurationHistogram processing;              ///< As recorded by the caller.

    /// Tells how long one `push` took.
    void record_processing_ns(std::uint64_t ns) noexcept { processing.record(ns); }

    /// p95 of the processing time is at most half the chunk duration. True while nothing was recorded.
    [[nodiscard]] bool realtime_capable() const noexcept;
};

/// Writes the metrics as one JSON object with the specification's key paths (`avg_latency_ms`, `vad.current_state`,
/// `performance.realtime_capable` ...). Returns the bytes written, without a terminator, or 0 when `out` is too small;
/// `kMetricsJsonBytes` is always enough.
std::size_t write_json(const AudioMetrics& metrics, std::span<char> out) noexcept;
inline constexpr std::size_t kMetricsJsonBytes = 4096;

}  // namespace audioengine
