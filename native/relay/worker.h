// One thread of the stream server, with everything that lives on it. Threads share nothing but what `Shared` holds.
#pragma once

#include <utility>  // before Boost 1.74's awaitable.hpp, which forgets it

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "metrics.h"
#include "provider.h"
#include "session.h"

namespace audioengine::relay {

namespace net = boost::asio;

// The executor's type is written out: through `any_io_executor` every wake-up costs a virtual call and an allocation.
using Executor = net::io_context::executor_type;
using Clock = std::chrono::steady_clock;
using Socket = net::basic_stream_socket<net::ip::tcp, Executor>;
using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
template <class T = void>
using Task = net::awaitable<T, Executor>;
inline constexpr net::use_awaitable_t<Executor> kUseAwaitable{};

/// Chosen at the start, read by all threads.
struct StreamSettings {
    const ProviderType* provider = nullptr;
    SessionLimits session;
    std::vector<std::string> allow_origins;
    std::size_t max_connections = 0;
    std::size_t max_message_bytes = 0;
    std::size_t max_queue_bytes = 0;
    std::chrono::milliseconds idle{};
    std::chrono::milliseconds handshake{};
};

struct Shared {
    StreamSettings settings;
    std::atomic<std::size_t> open_connections{0};
    std::atomic<std::uint64_t> next_connection_id{1};
};

/// One client's socket, from its first byte to its last. Called on its worker's thread.
class Connection {
public:
    virtual ~Connection() = default;
    /// A quarter of a second or so has passed.
    virtual void tick(std::chrono::milliseconds elapsed) = 0;
    /// Ends the session in order: last events, close 1001.
    virtual void drain() = 0;
    /// Closes the socket now.
    virtual void abort() = 0;
    /// Adds what its engines counted.
    virtual void add_to(MetricsTotals& totals) const = 0;
};

class Worker {
public:
    explicit Worker(Shared& all) : shared(all) {}
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void start();
    /// From any thread. `drain` and `abort_all` act on the connections open now, and on those that still come.
    void drain();
    void abort_all();
    /// From any thread: the thread ends once its last connection has. Join it afterwards.
    void stop();
    void join();

    Shared& shared;
    net::io_context io{1};
    ThreadMetrics metrics;

    // Below: only on the worker's thread.
    std::unordered_set<Connection*> connections;
    Clock::time_point now = Clock::now();  ///< As of the last tick; exact enough for time limits.
    bool draining = false;
    bool aborting = false;

private:
    void run();
    void wait_for_tick();
    void tick();

    net::executor_work_guard<Executor> guard_{io.get_executor()};
    Timer ticker_{io};
    bool stopping_ = false;  // only on the worker's thread
    std::thread thread_;
};

/// Takes over an accepted socket, on the worker's thread. It ends by itself.
void open_connection(Worker& worker, Socket socket);

}  // namespace audioengine::relay
