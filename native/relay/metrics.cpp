#include "metrics.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "audioengine/version.h"

namespace audioengine::relay {
namespace {

constexpr const char* kCloseNames[] = {"finished", "client",      "bad_query", "protocol_error", "message_too_big",
                                       "idle",     "slow_reader", "drained",   "internal_error"};
constexpr const char* kRefusalNames[] = {"bad_request",      "not_found", "upgrade_required",
                                         "forbidden_origin", "too_many",  "handshake_timeout"};
constexpr const char* kDropNames[] = {"answer_limit"};
constexpr const char* kErrorNames[] = {"bad_parameter",     "unknown_parameter", "repeated_parameter", "bad_config",
                                       "session_too_large", "out_of_memory",     "bad_json",           "bad_message",
                                       "unknown_type",      "text_too_long",     "stream_finished",    "answer_limit"};

static_assert(std::size(kCloseNames) == static_cast<std::size_t>(Close::count));
static_assert(std::size(kRefusalNames) == static_cast<std::size_t>(Refusal::count));
static_assert(std::size(kDropNames) == static_cast<std::size_t>(Drop::count));
static_assert(std::size(kErrorNames) == static_cast<std::size_t>(ErrorCode::count));

using Threads = std::span<const ThreadMetrics* const>;

template <class Read>
std::uint64_t sum(Threads threads, Read read) {
    std::uint64_t total = 0;
    for (const ThreadMetrics* metrics : threads) total += read(*metrics).get();
    return total;
}

// Prometheus' unit is the second; 19 digits keep every nanosecond.
std::string seconds(std::uint64_t ns) {
    char text[40];
    std::snprintf(text, sizeof text, "%llu.%09llu", static_cast<unsigned long long>(ns / 1'000'000'000),
                  static_cast<unsigned long long>(ns % 1'000'000'000));
    return text;
}

class Writer {
public:
    void family(const char* name, const char* type, const char* help) {
        name_ = name;
        text_ +=
            std::string("# HELP audioengine_") + name + " " + help + "\n# TYPE audioengine_" + name + " " + type + "\n";
    }
    void sample(const std::string& value, const std::string& labels = "", const char* suffix = "") {
        text_ += std::string("audioengine_") + name_ + suffix;
        if (!labels.empty()) text_ += "{" + labels + "}";
        text_ += " " + value + "\n";
    }
    void sample(std::uint64_t value, const std::string& labels = "", const char* suffix = "") {
        sample(std::to_string(value), labels, suffix);
    }
    std::string take() { return std::move(text_); }

private:
    const char* name_ = "";
    std::string text_;
};

std::string label(const char* key, std::string_view value) {
    return std::string(key) + "=\"" + std::string(value) + "\"";
}

template <class Enum, class Visit>
void for_each_value(Visit visit) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(Enum::count); ++i) visit(static_cast<Enum>(i));
}

template <class Enum>
void by_reason(Writer& writer, Threads threads, CounterOf<Enum> ThreadMetrics::*counters, const char* key) {
    for_each_value<Enum>([&](Enum value) {
        writer.sample(sum(
                          threads, [&](const ThreadMetrics& m) -> auto& { return (m.*counters)[value]; }),
                      label(key, name_of(value)));
    });
}

void write_connections(Writer& writer, Threads threads) {
    writer.family("sessions", "gauge", "Sessions open now.");
    writer.sample(open_sessions(threads));
    writer.family("sessions_total", "counter", "Sessions begun.");
    writer.sample(sum(
        threads, [](const ThreadMetrics& m) -> auto& { return m.sessions_opened; }));
    writer.family("sessions_closed_total", "counter", "Sessions ended, by reason.");
    by_reason(writer, threads, &ThreadMetrics::sessions_closed, "reason");
    writer.family("connections", "gauge", "Connections open now, sessions or not.");
    writer.sample(sum(
                      threads, [](const ThreadMetrics& m) -> auto& { return m.connections_opened; }) -
                  sum(
                      threads, [](const ThreadMetrics& m) -> auto& { return m.connections_closed; }));
    writer.family("connections_refused_total", "counter", "Connections that did not become a session, by reason.");
    by_reason(writer, threads, &ThreadMetrics::refused, "reason");
    writer.family("errors_total", "counter", "Error events sent, by code.");
    by_reason(writer, threads, &ThreadMetrics::errors, "code");
}

void write_audio(Writer& writer, Threads threads) {
    struct NamedDirection {
        const char* name;
        ThreadMetrics::Direction ThreadMetrics::*counters;
    };
    constexpr NamedDirection kDirections[] = {{"in", &ThreadMetrics::in}, {"out", &ThreadMetrics::out}};
    writer.family("audio_seconds_total", "counter", "Audio received and sent.");
    for (const NamedDirection& direction : kDirections) {
        for (std::size_t i = 0; i < kFormats; ++i) {
            const auto ns = sum(
                threads, [&](const ThreadMetrics& m) -> auto& { return (m.*direction.counters).audio_ns[i]; });
            writer.sample(seconds(ns), label("direction", direction.name) + "," +
                                           label("format", audioengine::name_of(static_cast<AudioFormat>(i))));
        }
    }
    writer.family("bytes_total", "counter", "Bytes of audio received and sent.");
    for (const NamedDirection& direction : kDirections) {
        writer.sample(sum(
                          threads, [&](const ThreadMetrics& m) -> auto& { return (m.*direction.counters).bytes; }),
                      label("direction", direction.name));
    }
    writer.family("messages_total", "counter", "Messages received and sent, audio and text.");
    for (const NamedDirection& direction : kDirections) {
        writer.sample(sum(
                          threads, [&](const ThreadMetrics& m) -> auto& { return (m.*direction.counters).messages; }),
                      label("direction", direction.name));
    }
    writer.family("dropped_seconds_total", "counter", "Audio dropped, by reason.");
    for_each_value<Drop>([&](Drop reason) {
        writer.sample(seconds(sum(
                          threads, [&](const ThreadMetrics& m) -> auto& { return m.dropped_ns[reason]; })),
                      label("reason", name_of(reason)));
    });
    writer.family("odd_bytes_total", "counter",
                  "Messages that ended inside a frame; the rest was carried to the next.");
    writer.sample(sum(
        threads, [](const ThreadMetrics& m) -> auto& { return m.split_frames; }));
    writer.family("quality_warnings_total", "counter", "Sessions with a finding about their audio, by finding.");
    for (std::uint32_t i = 0; i < kFindingCount; ++i) {
        writer.sample(sum(
                          threads, [&](const ThreadMetrics& m) -> auto& { return m.findings[i]; }),
                      label("code", finding_name(i)));
    }
}

void write_processing(Writer& writer, Threads threads) {
    writer.family("process_duration_seconds", "histogram", "Time that one call of the engine took.");
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= kProcessBucketsNs.size(); ++i) {
        count += sum(
            threads, [&](const ThreadMetrics& m) -> auto& { return m.process_buckets[i]; });
        const std::string edge = i < kProcessBucketsNs.size() ? seconds(kProcessBucketsNs[i]) : "+Inf";
        writer.sample(count, label("stage", "push") + "," + label("le", edge), "_bucket");
    }
    const std::uint64_t process_ns = sum(
        threads, [](const ThreadMetrics& m) -> auto& { return m.process_ns; });
    writer.sample(seconds(process_ns), label("stage", "push"), "_sum");
    writer.sample(count, label("stage", "push"), "_count");

    std::uint64_t audio_ns = 0;
    for (std::size_t i = 0; i < kFormats; ++i) {
        audio_ns += sum(
            threads, [&](const ThreadMetrics& m) -> auto& { return m.in.audio_ns[i]; });
    }
    char ratio[32];
    std::snprintf(ratio, sizeof ratio, "%.6g",
                  audio_ns == 0 ? 0.0 : static_cast<double>(process_ns) / static_cast<double>(audio_ns));
    writer.family("realtime_ratio", "gauge", "Engine time per audio time, since the start.");
    writer.sample(std::string(ratio));
}

void write_voice(Writer& writer, Threads threads) {
    writer.family("vad_transitions_total", "counter", "Blocks whose state differs from the one before, by new state.");
    for (std::size_t i = 0; i < kVadStates; ++i) {
        writer.sample(sum(
                          threads, [&](const ThreadMetrics& m) -> auto& { return m.transitions_to[i]; }),
                      label("to", audioengine::name_of(static_cast<VADState>(i))));
    }
    writer.family("vad_speech_seconds_total", "counter", "Audio inside segments of speech.");
    writer.sample(seconds(sum(
                              threads, [](const ThreadMetrics& m) -> auto& { return m.speech_blocks; }) *
                          kBlockMs * 1'000'000));
    writer.family("vad_segments_total", "counter", "Segments begun.");
    writer.sample(sum(
        threads, [](const ThreadMetrics& m) -> auto& { return m.segments; }));
    writer.family("vad_false_starts_total", "counter", "Onsets that were none.");
    writer.sample(sum(
        threads, [](const ThreadMetrics& m) -> auto& { return m.false_starts; }));
    writer.family("vad_gap_ends_total", "counter", "Segments that ended because no audio came.");
    writer.sample(sum(
        threads, [](const ThreadMetrics& m) -> auto& { return m.gap_ends; }));
}

}  // namespace

const char* name_of(Close reason) noexcept { return kCloseNames[static_cast<std::size_t>(reason)]; }
const char* name_of(Refusal reason) noexcept { return kRefusalNames[static_cast<std::size_t>(reason)]; }
const char* name_of(Drop reason) noexcept { return kDropNames[static_cast<std::size_t>(reason)]; }
const char* name_of(ErrorCode code) noexcept { return kErrorNames[static_cast<std::size_t>(code)]; }

void ThreadMetrics::record_process(std::uint64_t ns) noexcept {
    const auto* edge = std::lower_bound(kProcessBucketsNs.begin(), kProcessBucketsNs.end(), ns);
    process_buckets[static_cast<std::size_t>(edge - kProcessBucketsNs.begin())].add();
    process_ns.add(ns);
}

std::uint64_t open_sessions(Threads threads) noexcept {
    // Closed before opened: read the other way round, a session that ends in between would make it negative.
    std::uint64_t closed = 0;
    for_each_value<Close>([&](Close reason) {
        closed += sum(
            threads, [&](const ThreadMetrics& m) -> auto& { return m.sessions_closed[reason]; });
    });
    return sum(
               threads, [](const ThreadMetrics& m) -> auto& { return m.sessions_opened; }) -
           closed;
}

std::string prometheus_text(Threads threads) {
    Writer writer;
    writer.family("build_info", "gauge", "Always 1; the version is the label.");
    writer.sample(std::uint64_t{1}, label("version", kVersion));
    write_connections(writer, threads);
    write_audio(writer, threads);
    write_processing(writer, threads);
    write_voice(writer, threads);
    return writer.take();
}

}  // namespace audioengine::relay
