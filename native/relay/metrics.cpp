#include "metrics.h"

#include <cstdio>
#include <string_view>
#include <thread>

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
    writer.family("sessions_opened_total", "counter", "Sessions begun.");
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

void write_messages(Writer& writer, Threads threads) {
    writer.family("messages_total", "counter", "Messages received and sent, audio and text.");
    writer.sample(sum(
                      threads, [](const ThreadMetrics& m) -> auto& { return m.messages_in; }),
                  label("direction", "in"));
    writer.sample(sum(
                      threads, [](const ThreadMetrics& m) -> auto& { return m.messages_out; }),
                  label("direction", "out"));
    writer.family("answers_dropped_seconds_total", "counter", "Audio of answers dropped, by reason.");
    for_each_value<Drop>([&](Drop reason) {
        writer.sample(seconds(sum(
                          threads, [&](const ThreadMetrics& m) -> auto& { return m.dropped_ns[reason]; })),
                      label("reason", name_of(reason)));
    });
}

// What the core counted and how it writes it. A thread that has not yet had its first tick has nothing to say.
std::string engine_text(Threads threads) {
    MetricsTotals all;
    for (const ThreadMetrics* metrics : threads) {
        MetricsTotals one;
        while (metrics->engines.published() > 0 && !metrics->engines.read(one)) std::this_thread::yield();
        all.add(one);
    }
    std::string text(write_prometheus(all, {}, {}), '\0');
    (void)write_prometheus(all, {}, text);
    return text;
}

}  // namespace

const char* name_of(Close reason) noexcept { return kCloseNames[static_cast<std::size_t>(reason)]; }
const char* name_of(Refusal reason) noexcept { return kRefusalNames[static_cast<std::size_t>(reason)]; }
const char* name_of(Drop reason) noexcept { return kDropNames[static_cast<std::size_t>(reason)]; }
const char* name_of(ErrorCode code) noexcept { return kErrorNames[static_cast<std::size_t>(code)]; }

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
    write_connections(writer, threads);
    write_messages(writer, threads);
    return engine_text(threads) + writer.take();
}

}  // namespace audioengine::relay
