// audioengine-relay: starts both ports, waits for Ctrl-C or SIGTERM, drains.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <stdexcept>

#include "control_server.h"
#include "options.h"
#include "stream_server.h"

namespace audioengine::relay {
namespace {

// Standard output is for the addresses; logs go to standard error.
void set_up_log(const std::string& level) {
    auto logger = spdlog::stderr_color_mt("relay");
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    logger->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(std::move(logger));
}

// A socket is a file; the usual limit of 1024 is fewer than the clients we take.
void raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 1 << 20);
    setrlimit(RLIMIT_NOFILE, &limit);
}

// The signals are waited for, not handled, so every thread must be born with them blocked.
sigset_t block_end_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

// A second signal ends it at once.
void drain(StreamServer& streams, const sigset_t& signals, std::uint32_t seconds) {
    streams.drain();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (streams.open_connections() > 0 && std::chrono::steady_clock::now() < deadline) {
        const timespec pause{0, 20'000'000};
        if (sigtimedwait(&signals, nullptr, &pause) > 0) return;
    }
    if (streams.open_connections() > 0) spdlog::warn("{} connections did not end in time", streams.open_connections());
}

int run(const Options& options) {
    set_up_log(options.log_level);
    raise_file_limit();
    const sigset_t signals = block_end_signals();

    StreamServer streams(options);
    ControlServer control(options, {[&] { return streams.metrics_text(); }, [&] { return streams.open_sessions(); },
                                    [&] { return streams.draining(); }, streams.port()});
    streams.start();
    control.start();
    const std::string host = options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]";
    std::printf("page      http://%s:%u/\nstreams   ws://%s:%u/v1/stream\n", host.c_str(), control.port(), host.c_str(),
                streams.port());
    std::fflush(stdout);

    int signal = 0;
    sigwait(&signals, &signal);
    spdlog::info("signal {}: draining {} sessions", signal, streams.open_sessions());
    drain(streams, signals, options.drain_seconds);
    return 0;
}

}  // namespace
}  // namespace audioengine::relay

int main(int argc, char** argv) {
    audioengine::relay::Options options;
    int exit_code = 0;
    if (!audioengine::relay::parse_options(argc, argv, options, exit_code)) return exit_code;
    try {
        return audioengine::relay::run(options);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "audioengine-relay: %s\n", failure.what());
        return 1;
    }
}
