#include "audioengine/prometheus.h"

#include <algorithm>
#include <iterator>

#include "audioengine/version.h"
#include "durations.h"
#include "text_writer.h"

namespace audioengine {

namespace {

template <class Array>
void add_each(Array& to, const Array& from) noexcept {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

constexpr std::uint64_t MetricsTotals::*kSums[] = {
    &MetricsTotals::chunks,           &MetricsTotals::rejected_chunks,    &MetricsTotals::split_frames,
    &MetricsTotals::processing_ns,    &MetricsTotals::non_finite_samples, &MetricsTotals::speech_blocks,
    &MetricsTotals::segments,         &MetricsTotals::false_starts,       &MetricsTotals::gap_ends,
    &MetricsTotals::buffer_overflows, &MetricsTotals::buffer_underflows,  &MetricsTotals::buffer_dropped_ns,
    &MetricsTotals::buffer_filled_ns, &MetricsTotals::late_packets,       &MetricsTotals::lost_packets,
    &MetricsTotals::open_streams,     &MetricsTotals::capable_streams,    &MetricsTotals::memory_bytes,
    &MetricsTotals::buffered_ns,      &MetricsTotals::pool_blocks_in_use};

void add_direction(MetricsTotals::Direction& to, AudioFormat format, std::uint64_t bytes, std::uint64_t ns) noexcept {
    to.bytes += bytes;
    to.audio_ns[static_cast<std::size_t>(format)] += ns;
}

void add_counters(MetricsTotals& to, const AudioMetrics& from) noexcept {
    const std::uint64_t output_frames = from.output_bytes / bytes_per_sample(from.output_format);
    add_direction(to.in, from.input_format, from.input_bytes, from.audio_ns());
    add_direction(to.out, from.output_format, from.output_bytes, frames_to_ns(output_frames, from.output_rate_hz));
    to.chunks += from.chunks;
    to.rejected_chunks += from.rejected_chunks;
    to.split_frames += from.split_frames;
    to.non_finite_samples += from.non_finite_samples;
    add_each(to.processing_counts, from.processing_counts);
    to.processing_ns += from.processing.sum_ns();
    add_each(to.transitions_to, from.transitions_to);
    to.speech_blocks += from.speech_blocks;
    to.segments += from.segments;
    to.false_starts += from.false_starts;
    to.gap_ends += from.gap_ends;
    if (!from.stream_buffer) return;
    const BufferStats& buffer = *from.stream_buffer;
    to.buffer_overflows += buffer.overflows;
    to.buffer_underflows += buffer.underflows;
    to.buffer_dropped_ns += frames_to_ns(buffer.dropped_frames, from.input_rate_hz);
    to.buffer_filled_ns += frames_to_ns(buffer.filled_frames, from.input_rate_hz);
    to.late_packets += buffer.late;
    to.lost_packets += buffer.lost;
}

constexpr std::string_view kOwnLabels[] = {"code", "direction", "format", "le", "reason", "stage", "to", "version"};

bool is_label_name(std::string_view name) noexcept {
    if (name.empty()) return false;
    if (name.size() > 1 && name[0] == '_' && name[1] == '_') return false;  // starts_with may throw in libc++ 13
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9')) return false;
    }
    return std::find(std::begin(kOwnLabels), std::end(kOwnLabels), name) == std::end(kOwnLabels);
}

bool are_labels(std::span<const MetricsLabel> labels) noexcept {
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (!is_label_name(labels[i].name)) return false;
        for (std::size_t k = 0; k < i; ++k)
            if (labels[k].name == labels[i].name) return false;
    }
    return true;
}

/// Out of line for the same reason as TextWriter. A family is begun once; then follow its samples, each `sample`, any number of `label`, and the value.
class PrometheusWriter {
public:
    PrometheusWriter(std::span<const MetricsLabel> labels, std::span<char> out) noexcept
        : labels_(labels), writer_(out) {}

    [[gnu::noinline]] void family(const char* name, const char* type, const char* help) noexcept {
        name_ = name;
        writer_.text("# HELP audioengine_");
        writer_.text(name);
        writer_.put(' ');
        writer_.text(help);
        writer_.text("\n# TYPE audioengine_");
        writer_.text(name);
        writer_.put(' ');
        writer_.text(type);
        writer_.put('\n');
    }
    [[gnu::noinline]] PrometheusWriter& sample(const char* suffix = "") noexcept {
        writer_.text("audioengine_");
        writer_.text(name_);
        writer_.text(suffix);
        labelled_ = false;
        for (const auto& [name, value] : labels_) {
            next_label();
            for (const char c : name) writer_.put(c);
            writer_.text("=\"");
            for (const char c : value) escaped(c);
            writer_.put('"');
        }
        return *this;
    }
    [[gnu::noinline]] PrometheusWriter& label(const char* name, const char* value) noexcept {
        next_label();
        writer_.text(name);
        writer_.text("=\"");
        writer_.text(value);
        writer_.put('"');
        return *this;
    }
    [[gnu::noinline]] PrometheusWriter& edge(std::uint64_t ns) noexcept {
        next_label();
        writer_.text("le=\"");
        writer_.decimal(ns, 9, true);
        writer_.put('"');
        return *this;
    }
    void whole(std::uint64_t value) noexcept { fraction(value, 0); }
    void seconds(std::uint64_t ns) noexcept { fraction(ns, 9); }
    [[gnu::noinline]] void fraction(std::uint64_t value, std::uint32_t decimals) noexcept {
        writer_.text(labelled_ ? "} " : " ");
        writer_.decimal(value, decimals, true);
        writer_.put('\n');
    }

    [[gnu::noinline]] void whole_family(const char* name, const char* type, const char* help,
                                        std::uint64_t value) noexcept {
        family(name, type, help);
        sample().whole(value);
    }
    [[gnu::noinline]] void seconds_family(const char* name, const char* type, const char* help,
                                          std::uint64_t ns) noexcept {
        family(name, type, help);
        sample().seconds(ns);
    }

    [[nodiscard]] std::size_t length() const noexcept { return writer_.length(); }

private:
    void next_label() noexcept {
        writer_.put(labelled_ ? ',' : '{');
        labelled_ = true;
    }
    void escaped(char c) noexcept {
        if (c == '\\' || c == '"') writer_.put('\\');
        writer_.text(c == '\n' ? "\\n" : "");
        if (c != '\n') writer_.put(c);
    }

    std::span<const MetricsLabel> labels_;
    TextWriter writer_;
    const char* name_ = "";
    bool labelled_ = false;
};

struct NamedDirection {
    const char* name;
    MetricsTotals::Direction MetricsTotals::*sums;
};
constexpr NamedDirection kDirections[] = {{"in", &MetricsTotals::in}, {"out", &MetricsTotals::out}};

void write_audio(PrometheusWriter& writer, const MetricsTotals& totals) noexcept {
    writer.family("audio_seconds_total", "counter", "Audio taken in and handed out.");
    for (const auto& [name, sums] : kDirections) {
        for (std::size_t i = 0; i < kFormatCount; ++i) {
            const char* const format = name_of(static_cast<AudioFormat>(i));
            writer.sample().label("direction", name).label("format", format).seconds((totals.*sums).audio_ns[i]);
        }
    }
    writer.family("bytes_total", "counter", "Bytes of audio taken in and handed out.");
    for (const auto& [name, sums] : kDirections) writer.sample().label("direction", name).whole((totals.*sums).bytes);
    writer.whole_family("chunks_total", "counter", "Chunks taken in.", totals.chunks);
    writer.whole_family("rejected_chunks_total", "counter", "Chunks refused: too long, or after the stream's end.",
                        totals.rejected_chunks);
    writer.whole_family("odd_bytes_total", "counter",
                        "Chunks that ended inside a frame; the rest was carried to the next.", totals.split_frames);
    writer.whole_family("non_finite_samples_total", "counter", "NaN and infinity among float32 samples.",
                        totals.non_finite_samples);
    writer.family("quality_warnings_total", "counter", "Ended streams with a finding about their audio, by finding.");
    for (std::uint32_t i = 0; i < kFindingCount; ++i)
        writer.sample().label("code", finding_name(i)).whole(totals.findings[i]);
}

void write_processing(PrometheusWriter& writer, const MetricsTotals& totals) noexcept {
    constexpr const char* kStage = "push";
    writer.family("process_duration_seconds", "histogram", "Time that one call of the engine took.");
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < kProcessingEdgesNs.size(); ++i) {
        count += totals.processing_counts[i];
        writer.sample("_bucket").label("stage", kStage).edge(kProcessingEdgesNs[i]).whole(count);
    }
    count += totals.processing_counts.back();
    writer.sample("_bucket").label("stage", kStage).label("le", "+Inf").whole(count);
    writer.sample("_sum").label("stage", kStage).seconds(totals.processing_ns);
    writer.sample("_count").label("stage", kStage).whole(count);

    std::uint64_t audio_ns = 0;
    for (const std::uint64_t ns : totals.in.audio_ns) audio_ns += ns;
    writer.family("realtime_ratio", "gauge", "Engine time per audio time, since the start.");
    writer.sample().fraction(ratio_ppm(totals.processing_ns, audio_ns), 6);
    writer.whole_family("streams", "gauge", "Streams open now.", totals.open_streams);
    writer.whole_family("streams_realtime_capable", "gauge", "Of these, those that kept up in the last ten seconds.",
                        totals.capable_streams);
    writer.whole_family("memory_bytes", "gauge", "Memory of the open streams' engines.", totals.memory_bytes);
}

void write_voice(PrometheusWriter& writer, const MetricsTotals& totals) noexcept {
    writer.family("vad_transitions_total", "counter", "Changes of the voice state, by new state.");
    for (std::size_t i = 0; i < kVadStateCount; ++i)
        writer.sample().label("to", name_of(static_cast<VADState>(i))).whole(totals.transitions_to[i]);
    writer.seconds_family("vad_speech_seconds_total", "counter", "Audio inside segments of speech.",
                          totals.speech_blocks * kBlockMs * 1'000'000);
    writer.whole_family("vad_segments_total", "counter", "Segments begun.", totals.segments);
    writer.whole_family("vad_false_starts_total", "counter", "Onsets that were none.", totals.false_starts);
    writer.whole_family("vad_gap_ends_total", "counter", "Segments that ended because no audio came.", totals.gap_ends);
}

void write_buffers(PrometheusWriter& writer, const MetricsTotals& totals) noexcept {
    writer.seconds_family("buffer_seconds", "gauge", "Audio in the open streams' buffers.", totals.buffered_ns);
    writer.whole_family("buffer_overflows_total", "counter", "Times that a full buffer dropped or refused audio.",
                        totals.buffer_overflows);
    writer.whole_family("buffer_underflows_total", "counter", "Times that a buffer ran dry while playing.",
                        totals.buffer_underflows);
    writer.family("dropped_seconds_total", "counter", "Audio dropped, by reason.");
    writer.sample().label("reason", "buffer_overflow").seconds(totals.buffer_dropped_ns);
    writer.seconds_family("buffer_filled_seconds_total", "counter", "Audio made where a buffer had none.",
                          totals.buffer_filled_ns);
    writer.whole_family("late_packets_total", "counter", "Packets that came after their place had passed.",
                        totals.late_packets);
    writer.whole_family("lost_packets_total", "counter", "Packets given up.", totals.lost_packets);
    writer.whole_family("pool_buffers_in_use", "gauge", "Blocks lent out by the open streams' pools.",
                        totals.pool_blocks_in_use);
}

}  // namespace

void MetricsTotals::add_open(const AudioMetrics& stream) noexcept {
    add_counters(*this, stream);
    ++open_streams;
    capable_streams += stream.realtime_capable() ? 1U : 0U;
    memory_bytes += stream.memory_bytes;
    if (stream.stream_buffer) buffered_ns += frames_to_ns(stream.stream_buffer->available_frames, stream.input_rate_hz);
    if (stream.buffer_pool) pool_blocks_in_use += stream.buffer_pool->in_use;
}

void MetricsTotals::add_ended(const AudioMetrics& stream, Finding found) noexcept {
    add_counters(*this, stream);
    for (std::uint32_t i = 0; i < kFindingCount; ++i)
        findings[i] += has(found, static_cast<Finding>(1U << i)) ? 1U : 0U;
}

void MetricsTotals::add(const MetricsTotals& other) noexcept {
    for (const auto sum : kSums) this->*sum += other.*sum;
    for (const auto& direction : kDirections) {
        Direction& to = this->*direction.sums;
        to.bytes += (other.*direction.sums).bytes;
        add_each(to.audio_ns, (other.*direction.sums).audio_ns);
    }
    add_each(processing_counts, other.processing_counts);
    add_each(transitions_to, other.transitions_to);
    add_each(findings, other.findings);
}

std::size_t write_prometheus(const MetricsTotals& totals, std::span<const MetricsLabel> labels,
                             std::span<char> out) noexcept {
    if (!are_labels(labels)) return 0;
    PrometheusWriter writer(labels, out);
    writer.family("build_info", "gauge", "Always 1; the version is the label.");
    writer.sample().label("version", kVersion).whole(1);
    write_audio(writer, totals);
    write_processing(writer, totals);
    write_voice(writer, totals);
    write_buffers(writer, totals);
    return writer.length();
}

}  // namespace audioengine
