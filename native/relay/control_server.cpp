#include "control_server.h"

#include <httplib.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <thread>

#include "audioengine/prometheus.h"
#include "audioengine/version.h"
#include "page.h"
#include "request.h"

namespace audioengine::relay {
namespace {

constexpr std::size_t kThreads = 8;
constexpr std::size_t kMaxBodyBytes = 64 * 1024;

// The page may run its own scripts and WebAssembly and talk to relays; nothing else, and nobody may frame it.
constexpr const char* kContentSecurityPolicy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self' "
    "data:; "
    "font-src 'self'; media-src 'self' blob:; manifest-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

void answer_json(httplib::Response& response, int status, const nlohmann::ordered_json& body) {
    response.status = status;
    response.set_header("Cache-Control", "no-store");
    response.set_content(body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n",
                         "application/json");
}

void answer_error(httplib::Response& response, int status, const char* code, const std::string& message) {
    answer_json(response, status, {{"error", {{"code", code}, {"message", message}}}});
}

// The name the browser used, so that it works through any interface. It is repeated, so only what a host can look like.
std::string stream_host(const httplib::Request& request, const std::string& fallback) {
    const std::string header = request.get_header_value("Host");
    const std::string_view host = host_without_port(header);
    constexpr const char* kHostCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
    if (host.empty() || host.find_first_not_of(kHostCharacters) != std::string_view::npos) return fallback;
    return std::string(host);
}

}  // namespace

struct ControlServer::Impl {
    Impl(Options chosen, ControlSources given) : options(std::move(chosen)), sources(std::move(given)) {}

    void answer(const httplib::Request& request, httplib::Response& response);
    void answer_page(const httplib::Request& request, httplib::Response& response);
    void bind();

    Options options;
    ControlSources sources;
    std::optional<Page> page;
    httplib::Server server;
    int port = 0;
    std::atomic<bool> ended{false};
    std::thread thread;
};

void ControlServer::Impl::answer(const httplib::Request& request, httplib::Response& response) {
    if (request.path == "/healthz") {
        answer_json(response, 200,
                    {{"status", sources.draining() ? "draining" : "ok"}, {"sessions", sources.open_sessions()}});
    } else if (request.path == "/metrics") {
        response.set_content(sources.metrics_text(), kPrometheusContentType);
    } else if (request.path == "/config.json") {
        const std::string url = !options.stream_url.empty() ? options.stream_url
                                                            : "ws://" + stream_host(request, "127.0.0.1") + ":" +
                                                                  std::to_string(sources.ws_port) + "/v1/stream";
        answer_json(response, 200, {{"stream_url", url}, {"provider", options.provider}, {"version", kVersion}});
    } else {
        answer_page(request, response);
    }
}

void ControlServer::Impl::answer_page(const httplib::Request& request, httplib::Response& response) {
    const PageFile* file = page ? page->find(request.path) : nullptr;
    if (file == nullptr) {
        const bool no_page = !page && request.path == "/";
        return answer_error(
            response, 404, "not_found",
            no_page ? "this relay was started without a page (--page FOLDER)" : "there is nothing at this path");
    }
    // Asked for again each time, sent only when it has changed.
    response.set_header("Cache-Control", "no-cache");
    response.set_header("ETag", file->etag);
    response.set_header("Content-Security-Policy", kContentSecurityPolicy);
    response.set_header("Permissions-Policy", "microphone=(self)");
    if (request.get_header_value("If-None-Match") == file->etag) {
        response.status = 304;
        return;
    }
    const char* const mime_type = file->mime_type.c_str();  // what cpp-httplib before 0.11 takes
    response.set_content(file->body, mime_type);
}

void ControlServer::Impl::bind() {
    // The library's own choice, SO_REUSEPORT, would let two relays share a port without a word.
    server.set_socket_options([](socket_t socket) {
        const int yes = 1;
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    const char* const host = options.host.c_str();
    if (options.port == 0) {
        port = server.bind_to_any_port(host);
    } else {
        port = server.bind_to_port(host, options.port) ? options.port : -1;
    }
    if (port > 0) return;
    throw std::runtime_error("cannot listen on " + options.host + ":" + std::to_string(options.port) +
                             ": another program has the port, or the address is not this machine's (--port, --host)");
}

ControlServer::ControlServer(const Options& options, ControlSources sources)
    : impl_(std::make_unique<Impl>(options, std::move(sources))) {
    if (!options.page.empty()) impl_->page = Page::read(options.page);
    httplib::Server& server = impl_->server;
    server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };  // the server deletes it
    server.set_payload_max_length(kMaxBodyBytes);
    server.set_keep_alive_timeout(2);
    server.set_tcp_nodelay(true);
    server.set_default_headers({{"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "no-referrer"}});
    // Before routing: its regular expressions have nothing to do here.
    server.set_pre_routing_handler([impl = impl_.get()](const httplib::Request& request, httplib::Response& response) {
        if (request.method != "GET" && request.method != "HEAD") return httplib::Server::HandlerResponse::Unhandled;
        impl->answer(request, response);
        return httplib::Server::HandlerResponse::Handled;
    });
    server.set_error_handler([](const httplib::Request&, httplib::Response& response) {
        if (!response.body.empty()) return;
        const bool not_found = response.status == 404;
        answer_error(response, response.status, not_found ? "not_found" : "bad_request",
                     not_found ? "there is nothing at this path" : "this request is not understood");
    });
    server.set_exception_handler(
        [](const httplib::Request& request, httplib::Response& response, const auto&) {  // std::exception before 0.11
            spdlog::error("control: an exception while answering {}",
                          nlohmann::json(request.path).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
            answer_error(response, 500, "internal_error", "the relay made a mistake");
        });
    impl_->bind();
}

ControlServer::~ControlServer() {
    // `stop` before `listen_after_bind` has begun would be forgotten.
    while (impl_->thread.joinable() && !impl_->server.is_running() && !impl_->ended) std::this_thread::yield();
    impl_->server.stop();
    if (impl_->thread.joinable()) impl_->thread.join();
}

void ControlServer::start() {
    impl_->thread = std::thread([impl = impl_.get()] {
        if (!impl->server.listen_after_bind()) spdlog::error("control: the server ended early");
        impl->ended = true;
    });
}

std::uint16_t ControlServer::port() const { return static_cast<std::uint16_t>(impl_->port); }

}  // namespace audioengine::relay
