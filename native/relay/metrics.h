// What the relay counted, for Prometheus. Every thread of the stream server has its own counters and is the only one
// that writes them; any thread may read them at any time. What the engines counted is added up by the core
// (audioengine/prometheus.h) and published by each thread at its ticks.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "audioengine/prometheus.h"
#include "audioengine/shared_metrics.h"

namespace audioengine::relay {

/// Why a session ended.
enum class Close : std::uint8_t {
    finished,         ///< The client asked for the end and got everything (1000).
    client,           ///< The client closed or went away.
    bad_query,        ///< The query could not be served (1008).
    protocol_error,   ///< Not WebSocket as RFC 6455 has it (1002, 1007).
    message_too_big,  ///< A message longer than the limit (1009).
    idle,             ///< Nothing was heard for the idle time, pongs included.
    slow_reader,      ///< The client took nothing for the idle time while something waited for it.
    drained,          ///< The relay is going away (1001).
    internal_error,   ///< Our fault (1011).
    count
};

/// Why a connection did not become a session.
enum class Refusal : std::uint8_t {
    bad_request,        ///< Not HTTP (400), or its header is too long (431).
    not_found,          ///< No such path (404).
    upgrade_required,   ///< The stream's path without a WebSocket upgrade (426).
    forbidden_origin,   ///< A page from elsewhere (403).
    too_many,           ///< The connection limit (503).
    handshake_timeout,  ///< The request was not complete in time, or the client left before.
    count
};

/// Why audio was dropped.
enum class Drop : std::uint8_t {
    answer_limit,  ///< A provider held as much unsent audio as it may.
    count
};

/// Codes of the `error` events.
enum class ErrorCode : std::uint8_t {
    bad_parameter,
    unknown_parameter,
    repeated_parameter,
    bad_config,
    session_too_large,
    out_of_memory,
    bad_json,
    bad_message,
    unknown_type,
    text_too_long,
    stream_finished,
    answer_limit,
    count
};

const char* name_of(Close reason) noexcept;
const char* name_of(Refusal reason) noexcept;
const char* name_of(Drop reason) noexcept;
const char* name_of(ErrorCode code) noexcept;

/// Written by one thread, read by any.
class Counter {
public:
    void add(std::uint64_t n = 1) noexcept { value_.store(get() + n, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

/// One counter for each value of an enumeration that ends with `count`.
template <class Enum>
class CounterOf {
public:
    Counter& operator[](Enum key) noexcept { return counters_[static_cast<std::size_t>(key)]; }
    const Counter& operator[](Enum key) const noexcept { return counters_[static_cast<std::size_t>(key)]; }

private:
    std::array<Counter, static_cast<std::size_t>(Enum::count)> counters_;
};

/// The counters of one thread.
struct ThreadMetrics {
    Counter connections_opened;
    Counter connections_closed;
    Counter sessions_opened;
    CounterOf<Close> sessions_closed;
    CounterOf<Refusal> refused;
    CounterOf<ErrorCode> errors;
    CounterOf<Drop> dropped_ns;
    Counter messages_in;
    Counter messages_out;

    MetricsTotals ended;                ///< Streams that are over. Only for the thread itself.
    SharedCopy<MetricsTotals> engines;  ///< These and the open ones, as of the last tick.
};

/// All threads together, in Prometheus' text format.
std::string prometheus_text(std::span<const ThreadMetrics* const> threads);

/// Sessions open now, over all threads.
std::uint64_t open_sessions(std::span<const ThreadMetrics* const> threads) noexcept;

}  // namespace audioengine::relay
