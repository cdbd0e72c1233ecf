// What happened on one stream, in numbers. Plain counters; the engine's owner times the calls and tells
// (`AudioMetrics::record_processing_ns`), for the core reads no clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "audioengine/buffer_pool.h"
#include "audioengine/stream_buffer.h"
#include "audioengine/types.h"
#include "audioengine/validate.h"

namespace audioengine {

/// Durations in a fixed log-linear histogram: 16 buckets an octave, so a percentile is at most 6.3 % too high.
/// 0 ns to 2^40 ns (18 minutes); longer counts as that. Percentiles are of all values until 65,535 of them share a bucket;
/// then all buckets are halved, so that newer values weigh more, and rare ones are kept. No allocation.
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
    std::array<std::uint16_t, kBuckets> buckets_{};
};

/// How the last ten seconds of audio went: for each second how many calls there were, how many of them were slow, and how
/// often the stream buffer overflowed. The clock is the audio itself. The running second counts as the tenth.
class RecentCalls {
public:
    struct Counts {
        std::uint32_t calls = 0;
        std::uint32_t slow = 0;
        std::uint32_t overflows = 0;
    };

    /// `second` is where the audio stands. A step back (a stream that was restored) begins anew.
    void record_call(std::uint64_t second, bool slow) noexcept;
    void record_overflows(std::uint64_t second, std::uint64_t count) noexcept;
    /// The ten seconds that end with this one.
    [[nodiscard]] Counts counts(std::uint64_t second) const noexcept;

private:
    static constexpr std::uint64_t kSeconds = 10;
    Counts& move_to(std::uint64_t second) noexcept;

    std::array<Counts, kSeconds> seconds_{};  // second n is in place n % kSeconds
    std::uint64_t now_ = 0;
};

/// Upper edges, in nanoseconds, of the buckets in which processing times are also counted, for Prometheus.
inline constexpr std::array<std::uint64_t, 11> kProcessingEdgesNs{
    5'000, 10'000, 20'000, 50'000, 100'000, 200'000, 500'000, 1'000'000, 2'000'000, 5'000'000, 20'000'000};

inline constexpr std::size_t kFormatCount = 4;    ///< Values of AudioFormat.
inline constexpr std::size_t kVadStateCount = 4;  ///< Values of VADState.

/// Counters of one stream since construction or `reset`. Read between calls, on the engine's thread; for other threads
/// see shared_metrics.h, for the sum of many streams prometheus.h. Trivially copyable.
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
    std::uint64_t gap_ends = 0;  ///< Segments that ended because no audio came (`advance_time`).
    std::array<std::uint64_t, kVadStateCount> transitions_to{};  ///< Changes of state, by the new one.
    ProcessingMode mode = ProcessingMode::BALANCED;
    VADState vad_state = VADState::SILENCE;
    AudioFormat input_format = AudioFormat::PCM16;
    AudioFormat output_format = AudioFormat::PCM16;
    std::uint32_t input_rate_hz = 0;  ///< 0: not an engine's; then the audio has no length.
    std::uint32_t output_rate_hz = 0;
    std::int32_t noise_floor_dbfs_x100 = -12000;
    std::int32_t threshold_dbfs_x100 = -12000;
    std::uint64_t memory_bytes = 0;
    std::uint32_t chunk_duration_ms = 20;
    std::optional<BufferStats> stream_buffer;    ///< As of the last `add_to_stream_buffer`.
    std::optional<BufferPoolStats> buffer_pool;  ///< As recorded by the caller.
    DurationHistogram processing;                ///< As recorded by the caller; `kProcessingEdgesNs` has its edges
                                                 ///< for `processing_counts`, of which the last has none.
    std::array<std::uint64_t, kProcessingEdgesNs.size() + 1> processing_counts{};
    RecentCalls recent;

    /// Tells how long one call took. Slow is one that took longer than half of `chunk_duration_ms`.
    void record_processing_ns(std::uint64_t ns) noexcept;
    /// Tells how the stream buffer stands now; what has overflowed since the last time counts as now.
    void record_stream_buffer(const BufferStats& stats) noexcept;

    /// The audio's length so far: what was converted or, if that is more, heard by the detector.
    [[nodiscard]] std::uint64_t audio_ns() const noexcept;
    /// `recent` as of now.
    [[nodiscard]] RecentCalls::Counts recent_counts() const noexcept;
    /// In the last ten seconds of audio, the processing time of at least 95 % of the calls was at most half of
    /// `chunk_duration_ms`, and the stream buffer did not overflow. True while nothing was recorded.
    [[nodiscard]] bool realtime_capable() const noexcept;
    /// Millionths: all processing time recorded per `audio_ns`. 0 without audio.
    [[nodiscard]] std::uint64_t realtime_ratio_ppm() const noexcept;
};

/// Writes the metrics as one JSON object with the specification's key paths (`avg_latency_ms`, `vad.current_state`,
/// `performance.realtime_capable` ...). Every key is described in share/audioengine/metrics.schema.json. Returns the
/// bytes written, without a terminator, or 0 when `out` is too small; `kMetricsJsonBytes` is always enough.
std::size_t write_json(const AudioMetrics& metrics, std::span<char> out) noexcept;
inline constexpr std::size_t kMetricsJsonBytes = 4096;

}  // namespace audioengine
