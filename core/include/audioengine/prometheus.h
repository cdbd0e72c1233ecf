// The counters of many streams added up, and as text for Prometheus (exposition format 0.0.4).
//
//     MetricsTotals ended;                                            // lives as long as the program
//     ended.add_ended(engine.metrics(), engine.findings());           // when a stream ends, and before `reset`
//     MetricsTotals now = ended;                                      // when somebody asks:
//     for (auto& engine : engines) now.add_open(engine.metrics());
//     text.resize(write_prometheus(now, {}, {}));
//     write_prometheus(now, {}, text);                                // content type kPrometheusContentType
//
// The families are named audioengine_..., in seconds, bytes and ratios. No label names a stream: their number is fixed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "audioengine/metrics.h"
#include "audioengine/validate.h"

namespace audioengine {

/// Sums over streams. Trivially copyable; across threads see SharedCopy (shared_metrics.h).
struct MetricsTotals {
    struct Direction {
        std::uint64_t bytes = 0;
        std::array<std::uint64_t, kFormatCount> audio_ns{};  ///< By format.
    };

    // Counters.
    Direction in;
    Direction out;
    std::uint64_t chunks = 0;
    std::uint64_t rejected_chunks = 0;
    std::uint64_t split_frames = 0;
    std::uint64_t non_finite_samples = 0;
    std::array<std::uint64_t, kProcessingEdgesNs.size() + 1> processing_counts{};
    std::uint64_t processing_ns = 0;
    std::array<std::uint64_t, kVadStateCount> transitions_to{};
    std::uint64_t speech_blocks = 0;
    std::uint64_t segments = 0;
    std::uint64_t false_starts = 0;
    std::uint64_t gap_ends = 0;
    std::uint64_t buffer_overflows = 0;
    std::uint64_t buffer_underflows = 0;
    std::uint64_t buffer_dropped_ns = 0;
    std::uint64_t buffer_filled_ns = 0;
    std::uint64_t late_packets = 0;
    std::uint64_t lost_packets = 0;
    std::array<std::uint64_t, kFindingCount> findings{};  ///< Ended streams with this finding, by its number.

    // As things stand: of open streams only.
    std::uint64_t open_streams = 0;
    std::uint64_t capable_streams = 0;  ///< Of these, those that are `realtime_capable`.
    std::uint64_t memory_bytes = 0;
    std::uint64_t buffered_ns = 0;
    std::uint64_t pool_blocks_in_use = 0;

    /// Adds a stream that goes on: its counters, and how it stands.
    void add_open(const AudioMetrics& stream) noexcept;
    /// Adds a stream that is over: its counters, and what was remarkable.
    void add_ended(const AudioMetrics& stream, Finding findings) noexcept;
    /// Adds other sums, for example those of another thread.
    void add(const MetricsTotals& other) noexcept;
};

/// A label for every sample, for example of the process. `name` is [a-zA-Z_][a-zA-Z0-9_]*, not beginning with "__", and none
/// of the families' own: code, direction, format, le, reason, stage, to, version. `value` is UTF-8; it is escaped.
struct MetricsLabel {
    std::string_view name;
    std::string_view value;
};

inline constexpr const char* kPrometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

/// Writes all families, each with HELP and TYPE. Returns the length of the text, without a terminator; it is complete
/// only if that is at most `out.size()`. The length changes with the numbers: ask, then write, of the same totals. 0
/// when a label's name is not allowed or comes twice.
std::size_t write_prometheus(const MetricsTotals& totals, std::span<const MetricsLabel> labels,
                             std::span<char> out) noexcept;

}  // namespace audioengine
