// write_json (metrics.h). A key that is added here is added to core/share/metrics.schema.json.
#include "audioengine/metrics.h"
#include "det_math.h"
#include "text_writer.h"

namespace audioengine {

namespace {

// Out of line for the same reason as TextWriter.
class JsonWriter {
public:
    explicit JsonWriter(std::span<char> out) noexcept : writer_(out) {}

    [[gnu::noinline]] void begin(const char* key) noexcept {
        if (*key != '\0') start(key);
        writer_.put('{');
        first_ = true;
    }
    [[gnu::noinline]] void end() noexcept {
        writer_.put('}');
        first_ = false;
    }
    [[gnu::noinline]] void count(const char* key, std::uint64_t value) noexcept {
        start(key);
        writer_.whole(value);
    }
    [[gnu::noinline]] void text(const char* key, const char* value) noexcept {
        start(key);
        writer_.put('"');
        writer_.text(value);
        writer_.put('"');
    }
    [[gnu::noinline]] void flag(const char* key, bool value) noexcept {
        start(key);
        writer_.text(value ? "true" : "false");
    }
    /// value / 10^decimals.
    [[gnu::noinline]] void decimal(const char* key, std::uint64_t value, std::uint32_t decimals) noexcept {
        start(key);
        writer_.decimal(value, decimals, false);
    }
    [[gnu::noinline]] void hundredths(const char* key, std::int32_t value) noexcept {
        start(key);
        if (value < 0) writer_.put('-');
        const std::int64_t wide = value;
        writer_.decimal(static_cast<std::uint64_t>(wide < 0 ? -wide : wide), 2, false);
    }
    [[gnu::noinline]] void milliseconds(const char* key, std::uint64_t ns) noexcept { decimal(key, ns, 6); }

    [[nodiscard]] std::size_t written() const noexcept { return writer_.fits() ? writer_.length() : 0; }

private:
    void start(const char* key) noexcept {
        if (!first_) writer_.put(',');
        first_ = false;
        writer_.put('"');
        writer_.text(key);
        writer_.text("\":");
    }

    TextWriter writer_;
    bool first_ = true;
};

/// A counter and its key.
template <class Struct>
struct Counter {
    const char* key;
    std::uint64_t Struct::*value;
};

template <class Struct>
[[gnu::noinline]] void write_counters(JsonWriter& json, const Struct& from,
                                      std::span<const Counter<Struct>> counters) noexcept {
    for (const auto& [key, value] : counters) json.count(key, from.*value);
}

constexpr Counter<AudioMetrics> kStreamCounters[] = {
    {"chunks", &AudioMetrics::chunks},
    {"rejected_chunks", &AudioMetrics::rejected_chunks},
    {"input_bytes", &AudioMetrics::input_bytes},
    {"input_frames", &AudioMetrics::input_frames},
    {"output_bytes", &AudioMetrics::output_bytes},
    {"split_frames", &AudioMetrics::split_frames},
    {"non_finite_samples", &AudioMetrics::non_finite_samples},
    {"memory_bytes", &AudioMetrics::memory_bytes},
};

constexpr Counter<AudioMetrics> kVadCounters[] = {
    {"blocks", &AudioMetrics::blocks},     {"speech_blocks", &AudioMetrics::speech_blocks},
    {"segments", &AudioMetrics::segments}, {"false_starts", &AudioMetrics::false_starts},
    {"gap_ends", &AudioMetrics::gap_ends},
};

constexpr Counter<BufferStats> kBufferCounters[] = {
    {"available_bytes", &BufferStats::available_bytes},
    {"capacity_bytes", &BufferStats::capacity_bytes},
    {"available_frames", &BufferStats::available_frames},
    {"waiting_frames", &BufferStats::waiting_frames},
    {"high_water_frames", &BufferStats::high_water_frames},
    {"added_frames", &BufferStats::added_frames},
    {"gap_frames", &BufferStats::gap_frames},
    {"read_frames", &BufferStats::read_frames},
    {"dropped_frames", &BufferStats::dropped_frames},
    {"cleared_frames", &BufferStats::cleared_frames},
    {"filled_frames", &BufferStats::filled_frames},
    {"partial_bytes", &BufferStats::partial_bytes},
    {"refused_calls", &BufferStats::refused_calls},
    {"overflows", &BufferStats::overflows},
    {"underflows", &BufferStats::underflows},
    {"packets", &BufferStats::packets},
    {"reordered_packets", &BufferStats::reordered},
    {"late_packets", &BufferStats::late},
    {"lost_packets", &BufferStats::lost},
    {"duplicate_packets", &BufferStats::duplicates},
    {"sequence_jumps", &BufferStats::sequence_jumps},
    {"memory_bytes", &BufferStats::memory_bytes},
};

constexpr Counter<BufferPoolStats> kPoolCounters[] = {
    {"in_use", &BufferPoolStats::in_use},
    {"blocks", &BufferPoolStats::blocks},
    {"high_water", &BufferPoolStats::high_water},
    {"taken", &BufferPoolStats::taken},
    {"exhausted", &BufferPoolStats::exhausted},
    {"allocated", &BufferPoolStats::allocated},
    {"memory_bytes", &BufferPoolStats::memory_bytes},
};

void write_level(JsonWriter& json, const LevelScan& level) noexcept {
    json.begin("level");
    json.hundredths("peak_dbfs", det::mean_square_dbfs_x100(std::uint64_t{level.peak} * level.peak, 1));
    json.hundredths("rms_dbfs", det::mean_square_dbfs_x100(level.sum_squares, level.samples));
    json.count("samples", level.samples);
    json.count("zero_samples", level.zeros);
    json.count("full_scale_samples", level.full_scale);
    json.end();
}

void write_vad(JsonWriter& json, const AudioMetrics& metrics) noexcept {
    json.begin("vad");
    json.text("current_state", name_of(metrics.vad_state));
    write_counters<AudioMetrics>(json, metrics, kVadCounters);
    json.begin("transitions");
    for (std::size_t i = 0; i < kVadStateCount; ++i)
        json.count(name_of(static_cast<VADState>(i)), metrics.transitions_to[i]);
    json.end();
    json.hundredths("noise_floor_dbfs", metrics.noise_floor_dbfs_x100);
    json.hundredths("threshold_dbfs", metrics.threshold_dbfs_x100);
    json.end();
}

void write_performance(JsonWriter& json, const AudioMetrics& metrics) noexcept {
    const DurationHistogram& times = metrics.processing;
    const RecentCalls::Counts recent = metrics.recent_counts();
    json.begin("performance");
    json.text("mode", name_of(metrics.mode));
    json.flag("realtime_capable", metrics.realtime_capable());
    json.decimal("realtime_ratio", metrics.realtime_ratio_ppm(), 6);
    json.count("measured_chunks", times.count());
    json.milliseconds("p50_ms", times.percentile_ns(500));
    json.milliseconds("p95_ms", times.percentile_ns(950));
    json.milliseconds("p99_ms", times.percentile_ns(990));
    json.milliseconds("max_ms", times.max_ns());
    json.count("recent_chunks", recent.calls);
    json.count("recent_slow_chunks", recent.slow);
    json.count("recent_overflows", recent.overflows);
    json.end();
}

}  // namespace

std::size_t write_json(const AudioMetrics& metrics, std::span<char> out) noexcept {
    const DurationHistogram& times = metrics.processing;
    JsonWriter json(out);
    json.begin("");
    json.milliseconds("avg_latency_ms", times.count() == 0 ? 0 : times.sum_ns() / times.count());
    write_counters<AudioMetrics>(json, metrics, kStreamCounters);
    write_level(json, metrics.level);
    write_vad(json, metrics);
    if (metrics.stream_buffer) {
        json.begin("stream_buffer");
        json.text("state", name_of(metrics.stream_buffer->state));
        write_counters<BufferStats>(json, *metrics.stream_buffer, kBufferCounters);
        json.end();
    }
    if (metrics.buffer_pool) {
        json.begin("buffer_pool");
        write_counters<BufferPoolStats>(json, *metrics.buffer_pool, kPoolCounters);
        json.end();
    }
    write_performance(json, metrics);
    json.end();
    return json.written();
}

}  // namespace audioengine
