#include "worker.h"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>

namespace audioengine::relay {
namespace {

// One timer a thread, not one an operation: what it decides is counted in seconds.
constexpr std::chrono::milliseconds kTick{250};

}  // namespace

void Worker::start() {
    wait_for_tick();
    thread_ = std::thread([this] { run(); });
}

void Worker::run() {
    while (true) {
        try {
            io.run();
            return;
        } catch (const std::exception& failure) {
            // Connections catch their own; whatever came through must not end the others.
            spdlog::error("stream thread: {}", failure.what());
        }
    }
}

void Worker::wait_for_tick() {
    ticker_.expires_after(kTick);
    ticker_.async_wait([this](const boost::system::error_code& error) {
        if (error || stopping_) return;  // a tick that was due when the timer was cancelled comes without an error
        tick();
        wait_for_tick();
    });
}

void Worker::tick() {
    const Clock::time_point before = std::exchange(now, Clock::now());
    // A late tick must not look like a gap in everybody's audio: it is waiting in the sockets.
    const auto elapsed = std::min(std::chrono::duration_cast<std::chrono::milliseconds>(now - before), 2 * kTick);
    MetricsTotals totals = metrics.ended;
    for (Connection* connection : connections) {
        connection->tick(elapsed);
        connection->add_to(totals);
    }
    metrics.engines.publish(totals);
}

void Worker::drain() {
    net::post(io, [this] {
        draining = true;
        for (Connection* connection : connections) connection->drain();
    });
}

void Worker::abort_all() {
    net::post(io, [this] {
        draining = aborting = true;
        for (Connection* connection : connections) connection->abort();
    });
}

void Worker::stop() {
    net::post(io, [this] {
        stopping_ = true;
        ticker_.cancel();
        guard_.reset();
    });
}

void Worker::join() {
    if (thread_.joinable()) thread_.join();
}

}  // namespace audioengine::relay
