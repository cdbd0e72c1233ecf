#include "stream_server.h"

#include <spdlog/spdlog.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <stdexcept>
#include <vector>

#include "worker.h"

namespace audioengine::relay {
namespace {

using Tcp = net::ip::tcp;
using Acceptor = net::basic_socket_acceptor<Tcp, Executor>;
using SystemError = boost::system::error_code;

// Above the limit a client is told so (503), but only this many at a time.
constexpr std::size_t kToldTooMany = 64;

// When the process has no file descriptor left, accepting fails at once; trying again at once would spin.
constexpr std::chrono::milliseconds kAcceptPause{100};

StreamSettings settings_from(const Options& options) {
    StreamSettings settings;
    settings.provider = find_provider(options.provider);
    settings.session.max_engine_bytes = std::size_t{options.max_engine_kib} * 1024;
    settings.session.max_answer_ms = options.max_answer_seconds * 1000;
    settings.allow_origins = options.allow_origins;
    settings.max_connections = options.max_connections;
    settings.max_message_bytes = std::size_t{options.max_message_kib} * 1024;
    settings.max_queue_bytes = std::size_t{options.max_queue_kib} * 1024;
    settings.idle = std::chrono::seconds(options.idle_seconds);
    settings.handshake = std::chrono::seconds(options.handshake_seconds);
    return settings;
}

void listen_on(Acceptor& acceptor, net::io_context& io, const Options& options) {
    const std::string where = options.host + ":" + std::to_string(options.ws_port);
    try {
        const auto results =
            Tcp::resolver(io).resolve(options.host, std::to_string(options.ws_port), Tcp::resolver::passive);
        const Tcp::endpoint endpoint = results.begin()->endpoint();
        acceptor.open(endpoint.protocol());
        acceptor.set_option(net::socket_base::reuse_address(true));
        acceptor.bind(endpoint);
        acceptor.listen();
    } catch (const boost::system::system_error& failure) {
        throw std::runtime_error("cannot listen on " + where + ": " + failure.code().message() +
                                 " (--ws-port, --host)");
    }
}

}  // namespace

struct StreamServer::Impl {
    explicit Impl(const Options& options) {
        shared.settings = settings_from(options);
        for (std::uint32_t i = 0; i < options.threads; ++i) workers.push_back(std::make_unique<Worker>(shared));
        for (const auto& worker : workers) metrics.push_back(&worker->metrics);
        acceptor = std::make_unique<Acceptor>(workers.front()->io);
        listen_on(*acceptor, workers.front()->io, options);
        port = acceptor->local_endpoint().port();
    }

    Task<> accept_loop();

    Shared shared;
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<const ThreadMetrics*> metrics;
    std::unique_ptr<Acceptor> acceptor;  // lives on the first worker
    std::uint16_t port = 0;
    std::atomic<bool> draining{false};
};

Task<> StreamServer::Impl::accept_loop() {
    Timer pause(acceptor->get_executor());
    for (std::size_t turn = 0; acceptor->is_open(); turn = (turn + 1) % workers.size()) {
        Worker& worker = *workers[turn];
        Socket socket(worker.io);
        SystemError failure;
        co_await acceptor->async_accept(socket, net::redirect_error(kUseAwaitable, failure));
        if (failure == net::error::operation_aborted) co_return;
        if (failure) {
            spdlog::warn("accept: {}", failure.message());
            pause.expires_after(kAcceptPause);
            co_await pause.async_wait(net::redirect_error(kUseAwaitable, failure));
            continue;
        }
        if (shared.open_connections.load() >= shared.settings.max_connections + kToldTooMany) continue;  // closes it
        shared.open_connections.fetch_add(1);
        net::post(worker.io,
                  [&worker, taken = std::move(socket)]() mutable { open_connection(worker, std::move(taken)); });
    }
}

StreamServer::StreamServer(const Options& options) : impl_(std::make_unique<Impl>(options)) {}

StreamServer::~StreamServer() {
    drain();
    for (const auto& worker : impl_->workers) worker->abort_all();
    for (const auto& worker : impl_->workers) worker->stop();
    for (const auto& worker : impl_->workers) worker->join();
}

void StreamServer::start() {
    net::co_spawn(impl_->workers.front()->io, impl_->accept_loop(), net::detached);
    for (const auto& worker : impl_->workers) worker->start();
}

void StreamServer::drain() {
    if (impl_->draining.exchange(true)) return;
    net::post(impl_->workers.front()->io, [impl = impl_.get()] {
        SystemError ignored;
        impl->acceptor->close(ignored);
    });
    for (const auto& worker : impl_->workers) worker->drain();
}

std::uint16_t StreamServer::port() const { return impl_->port; }
std::size_t StreamServer::open_connections() const { return impl_->shared.open_connections.load(); }
std::uint64_t StreamServer::open_sessions() const { return relay::open_sessions(impl_->metrics); }
bool StreamServer::draining() const { return impl_->draining.load(); }
std::string StreamServer::metrics_text() const { return prometheus_text(impl_->metrics); }

}  // namespace audioengine::relay
