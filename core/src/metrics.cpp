#include "audioengine/metrics.h"

#include <algorithm>
#include <cstring>

#include "det_math.h"

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
    ++buckets_[bucket_of(ns)];
    ++count_;
    sum_ns_ += ns;
    max_ns_ = std::max(max_ns_, ns);
}

std::uint64_t DurationHistogram::percentile_ns(std::uint32_t per_mille) const noexcept {
    if (count_ == 0) return 0;
    const std::uint64_t rank = std::max<std::uint64_t>(1, (count_ * per_mille + 999) / 1000);
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
        seen += buckets_[bucket];
        if (seen >= rank) return std::min(upper_edge(bucket), max_ns_);
    }
    return max_ns_;
}

bool AudioMetrics::realtime_capable() const noexcept {
    constexpr std::uint64_t kHalfMsInNs = 500000;
    return processing.percentile_ns(950) <= chunk_duration_ms * kHalfMsInNs;
}

namespace {

/// Appends JSON to a buffer of fixed size; remembers when it did not fit.
class JsonWriter {
public:
    explicit JsonWriter(std::span<char> out) noexcept : out_(out) {}

    void begin(const char* key) noexcept {
        comma();
        if (*key != '\0') write_key(key);
        put('{');
        first_ = true;
    }
    void end() noexcept {
        put('}');
        first_ = false;
    }
    void count(const char* key, std::uint64_t value) noexcept {
        comma();
        write_key(key);
        write_number(value);
    }
    void text(const char* key, const char* value) noexcept {
        comma();
        write_key(key);
        put('"');
        write(value);
        put('"');
    }
    void flag(const char* key, bool value) noexcept {
        comma();
        write_key(key);
        write(value ? "true" : "false");
    }
    /// value / 10^decimals, as a decimal number.
    void decimal(const char* key, std::int64_t value, std::uint32_t decimals) noexcept {
        comma();
        write_key(key);
        if (value < 0) put('-');
        const std::uint64_t magnitude =
            value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
        std::uint64_t unit = 1;
        for (std::uint32_t i = 0; i < decimals; ++i) unit *= 10;
        write_number(magnitude / unit);
        put('.');
        for (unit /= 10; unit > 0; unit /= 10) put(static_cast<char>('0' + magnitude / unit % 10));
    }

    [[nodiscard]] std::size_t written() const noexcept { return overflow_ ? 0 : length_; }

private:
    void comma() noexcept {
        if (!first_) put(',');
        first_ = false;
    }
    void write_key(const char* key) noexcept {
        put('"');
        write(key);
        write("\":");
    }
    void write(const char* text) noexcept {
        for (; *text != '\0'; ++text) put(*text);
    }
    void write_number(std::uint64_t value) noexcept {
        char digits[20];
        std::size_t count = 0;
        do {
            digits[count++] = static_cast<char>('0' + value % 10);
            value /= 10;
        } while (value > 0);
        while (count > 0) put(digits[--count]);
    }
    void put(char c) noexcept {
        if (length_ < out_.size()) {
            out_[length_++] = c;
        } else {
            overflow_ = true;
        }
    }

    std::span<char> out_;
    std::size_t length_ = 0;
    bool first_ = true;
    bool overflow_ = false;
};

void write_level(JsonWriter& json, const LevelScan& level) noexcept {
    json.begin("level");
    json.decimal("peak_dbfs", det::mean_square_dbfs_x100(std::uint64_t{level.peak} * level.peak, 1), 2);
    json.decimal("rms_dbfs", det::mean_square_dbfs_x100(level.sum_squares, level.samples), 2);
    json.count("samples", level.samples);
    json.count("zero_samples", level.zeros);
    json.count("full_scale_samples", level.full_scale);
    json.end();
}

void write_vad(JsonWriter& json, const AudioMetrics& metrics) noexcept {
    json.begin("vad");
    json.text("current_state", name_of(metrics.vad_state));
    json.count("blocks", metrics.blocks);
    json.count("speech_blocks", metrics.speech_blocks);
    json.count("segments", metrics.segments);
    json.count("false_starts", metrics.false_starts);
    json.decimal("noise_floor_dbfs", metrics.noise_floor_dbfs_x100, 2);
    json.decimal("threshold_dbfs", metrics.threshold_dbfs_x100, 2);
    json.end();
}

void write_stream_buffer(JsonWriter& json, const BufferStats& stats) noexcept {
    json.begin("stream_buffer");
    json.text("state", name_of(stats.state));
    json.count("available_bytes", stats.available_bytes);
    json.count("capacity_bytes", stats.capacity_bytes);
    json.count("added_frames", stats.added_frames);
    json.count("read_frames", stats.read_frames);
    json.count("dropped_frames", stats.dropped_frames);
    json.count("filled_frames", stats.filled_frames);
    json.count("overflows", stats.overflows);
    json.count("underflows", stats.underflows);
    json.count("late_packets", stats.late);
    json.count("lost_packets", stats.lost);
    json.end();
}

void write_performance(JsonWriter& json, const AudioMetrics& metrics) noexcept {
    constexpr std::uint32_t kNsPerMsDecimals = 6;
    const DurationHistogram& times = metrics.processing;
    json.begin("performance");
    json.text("mode", name_of(metrics.mode));
    json.flag("realtime_capable", metrics.realtime_capable());
    json.count("measured_chunks", times.count());
    json.decimal("p50_ms", static_cast<std::int64_t>(times.percentile_ns(500)), kNsPerMsDecimals);
    json.decimal("p95_ms", static_cast<std::int64_t>(times.percentile_ns(950)), kNsPerMsDecimals);
    json.decimal("p99_ms", static_cast<std::int64_t>(times.percentile_ns(990)), kNsPerMsDecimals);
    json.decimal("max_ms", static_cast<std::int64_t>(times.max_ns()), kNsPerMsDecimals);
    json.end();
}

}  // namespace

std::size_t write_json(const AudioMetrics& metrics, std::span<char> out) noexcept {
    const DurationHistogram& times = metrics.processing;
    const std::uint64_t average_ns = times.count() == 0 ? 0 : times.sum_ns() / times.count();
    JsonWriter json(out);
    json.begin("");
    json.decimal("avg_latency_ms", static_cast<std::int64_t>(average_ns), 6);
    json.count("chunks", metrics.chunks);
    json.count("rejected_chunks", metrics.rejected_chunks);
    json.count("input_bytes", metrics.input_bytes);
    json.count("input_frames", metrics.input_frames);
    json.count("output_bytes", metrics.output_bytes);
    json.count("split_frames", metrics.split_frames);
    json.count("non_finite_samples", metrics.non_finite_samples);
    json.count("memory_bytes", metrics.memory_bytes);
    write_level(json, metrics.level);
    write_vad(json, metrics);
    if (metrics.stream_buffer) write_stream_buffer(json, *metrics.stream_buffer);
    write_performance(json, metrics);
    json.end();
    return json.written();
}

}  // namespace audioengine
