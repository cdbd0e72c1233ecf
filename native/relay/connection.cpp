// One connection: the HTTP request, its answer or the upgrade, then the client's session. The only file with Boost.Beast.
//
// A coroutine reads; writes chain themselves through callbacks, one at a time, so that answers and events go out while
// nothing comes in. Nothing here has a timer of its own: the worker's tick checks the time limits.
//
// g++ 12 destroys a temporary that was made with braces inside a co_await expression twice: arguments of awaited calls
// are named first.
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "audioengine/version.h"
#include "messages.h"
#include "request.h"
#include "session.h"
#include "worker.h"

namespace audioengine::relay {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using SystemError = boost::system::error_code;

constexpr const char* kStreamPath = "/v1/stream";
constexpr std::uint32_t kMaxHeaderBytes = 8192;
constexpr std::size_t kMaxReasonBytes = 123;  // RFC 6455, 5.5.1

// A long message is taken in pieces, and the thread's other clients get their turn in between.
constexpr std::size_t kPieceBytes = 32 * 1024;

// What a client may still send that was told that it is over.
constexpr std::size_t kMaxLingerBytes = 16 * 1024 * 1024;

// A big message must not hold its memory for the rest of the session.
constexpr std::size_t kKeptBufferBytes = 16 * 1024;

// Beast's own way to end a connection closes the socket while bytes of the client still wait in it. The kernel then sends
// a reset, which overtakes the close frame: the client never learns the reason. This way, `linger` can wait for its end.
class ClientSocket : public Socket {
public:
    explicit ClientSocket(Socket socket) : Socket(std::move(socket)) {}
};

// Beast finds it by its name.
template <class Handler>
void async_teardown(beast::role_type, ClientSocket& socket, Handler&& handler) {
    SystemError failure;
    socket.shutdown(Socket::shutdown_send, failure);
    net::post(socket.get_executor(), beast::bind_front_handler(std::forward<Handler>(handler), SystemError()));
}

struct HttpRefusal {
    http::status status;
    Refusal counted;
    const char* code;
    std::string message;
};

// Close reasons are UTF-8 and short; ours are ASCII.
std::string close_reason(std::string text) {
    for (char& c : text) {
        if (c < ' ' || c > '~') c = '?';
    }
    text.resize(std::min(text.size(), kMaxReasonBytes));
    return text;
}

class ClientConnection final : public Connection, public std::enable_shared_from_this<ClientConnection> {
public:
    ClientConnection(Worker& worker, Socket socket)
        : worker_(worker),
          settings_(worker.shared.settings),
          number_(worker.shared.next_connection_id.fetch_add(1)),
          ws_(ClientSocket(std::move(socket))),
          room_(worker.io),
          deadline_(Clock::now() + settings_.handshake) {}

    Task<> run();

    void tick(std::chrono::milliseconds elapsed) override;
    void drain() override;
    void abort() override;
    void add_to(MetricsTotals& totals) const override {
        if (session_) session_->add_to(totals);
    }

    void enter();
    void leave();

private:
    enum class Phase : std::uint8_t { handshake, open, closing };

    Task<bool> accept();
    Task<> refuse(const HttpRefusal& refusal);
    Task<> reject(const ProtocolError& error);
    Task<> converse();
    Task<> linger();
    Task<> take_audio(std::span<const std::byte> audio);
    std::optional<HttpRefusal> judge(const http::request<http::empty_body>& request) const;

    void flush();
    void written(const SystemError& failure);
    void begin_close(websocket::close_code code, const std::string& reason);
    void give_up(Close reason);
    void note_end(const SystemError& failure);

    Worker& worker_;
    const StreamSettings& settings_;
    std::uint64_t number_;
    websocket::stream<ClientSocket> ws_;
    Timer room_;  // a signal, not a clock: cancelled when the client has taken enough to be heard again
    Phase phase_ = Phase::handshake;
    Clock::time_point deadline_;  // of handshake and closing

    std::unique_ptr<Session> session_;
    beast::flat_buffer buffer_;
    std::optional<Close> close_reason_;
    websocket::close_code close_code_ = websocket::close_code::normal;

    Message outgoing_;
    bool writing_ = false;
    Clock::time_point write_began_;
    bool waiting_for_room_ = false;

    Clock::time_point last_heard_;
    bool audio_since_tick_ = false;
    bool ping_in_flight_ = false;
};

void ClientConnection::enter() {
    worker_.connections.insert(this);
    worker_.metrics.connections_opened.add();
    if (worker_.aborting) abort();
}

void ClientConnection::leave() {
    worker_.connections.erase(this);
    worker_.metrics.connections_closed.add();
    worker_.shared.open_connections.fetch_sub(1);
    if (session_) {
        const Close reason = close_reason_.value_or(Close::client);
        worker_.metrics.sessions_closed[reason].add();
        session_->leave();  // now: pending writes may hold it for some time, out of reach of the worker's tick
        spdlog::info("conn={} session={} closed reason={}", number_, session_->id(), name_of(reason));
    }
    abort();
}

Task<> ClientConnection::run() {
    try {
        if (co_await accept()) co_await converse();
        co_await linger();
    } catch (const std::exception& failure) {
        close_reason_ = Close::internal_error;
        spdlog::error("conn={} {}", number_, failure.what());
    }
}

// True: the session is open. Otherwise the client has had its answer.
Task<bool> ClientConnection::accept() {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(kMaxHeaderBytes);
    SystemError failure;
    ws_.next_layer().set_option(net::ip::tcp::no_delay(true), failure);
    co_await http::async_read(ws_.next_layer(), buffer_, parser, net::redirect_error(kUseAwaitable, failure));
    const bool spoke_http = failure.category() == http::make_error_code(http::error::bad_method).category();
    if ((failure && !spoke_http) || failure == http::error::end_of_stream || failure == http::error::partial_message) {
        worker_.metrics.refused[Refusal::handshake_timeout].add();
        co_return false;
    }
    if (failure) {
        const bool too_long = failure == http::error::header_limit || failure == http::error::buffer_overflow;
        const HttpRefusal refusal{too_long ? http::status::request_header_fields_too_large : http::status::bad_request,
                                  Refusal::bad_request, "bad_request", failure.message()};
        co_await refuse(refusal);
        co_return false;
    }
    const http::request<http::empty_body> request = parser.release();
    if (const std::optional<HttpRefusal> refusal = judge(request)) {
        co_await refuse(*refusal);
        co_return false;
    }
    buffer_.consume(buffer_.size());

    ws_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
        response.set(http::field::server, std::string("audioengine-relay/") + kVersion);
    }));
    ws_.read_message_max(settings_.max_message_bytes);
    ws_.auto_fragment(false);
    co_await ws_.async_accept(request, net::redirect_error(kUseAwaitable, failure));
    if (failure) {
        worker_.metrics.refused[Refusal::bad_request].add();
        co_return false;
    }
    StreamRequest wanted;
    ProtocolError error;
    const std::string target(request.target());
    if (parse_stream_query(split_target(target).query, wanted, error)) {
        session_ = Session::create(wanted, *settings_.provider, settings_.session, worker_.metrics, error);
    }
    if (!session_) {
        co_await reject(error);
        co_return false;
    }
    worker_.metrics.sessions_opened.add();
    spdlog::info("conn={} session={} opened format={} rate={} channels={}", number_, session_->id(),
                 audioengine::name_of(wanted.config.audio.format), wanted.config.audio.sample_rate,
                 wanted.config.audio.channels);
    co_return true;
}

std::optional<HttpRefusal> ClientConnection::judge(const http::request<http::empty_body>& request) const {
    using http::status;
    if (worker_.draining) {
        return HttpRefusal{status::service_unavailable, Refusal::too_many, "draining", "the relay is going away"};
    }
    if (worker_.shared.open_connections.load() > settings_.max_connections) {
        return HttpRefusal{status::service_unavailable, Refusal::too_many, "too_many_connections",
                           "the relay has as many clients as it may"};
    }
    const std::string target(request.target());
    if (split_target(target).path != kStreamPath) {
        return HttpRefusal{status::not_found, Refusal::not_found, "not_found",
                           std::string("there is nothing at this path; streams are at ") + kStreamPath};
    }
    if (!websocket::is_upgrade(request)) {
        return HttpRefusal{status::upgrade_required, Refusal::upgrade_required, "upgrade_required",
                           "this path speaks WebSocket"};
    }
    const std::string origin(request[http::field::origin]);
    if (!origin_allowed(origin, std::string(request[http::field::host]), settings_.allow_origins)) {
        return HttpRefusal{status::forbidden, Refusal::forbidden_origin, "forbidden_origin",
                           "pages of this origin may not connect (--allow-origin)"};
    }
    // A client has to wait for the answer to its upgrade (RFC 6455, 4.1).
    if (buffer_.size() > 0) {
        return HttpRefusal{status::bad_request, Refusal::bad_request, "bad_request",
                           "data before the upgrade was answered"};
    }
    return std::nullopt;
}

// Answers over HTTP, then lets the client take it.
Task<> ClientConnection::refuse(const HttpRefusal& refusal) {
    worker_.metrics.refused[refusal.counted].add();
    spdlog::debug("conn={} refused code={}", number_, refusal.code);
    const nlohmann::ordered_json body{{"error", {{"code", refusal.code}, {"message", refusal.message}}}};
    http::response<http::string_body> response{refusal.status, 11};
    response.set(http::field::server, std::string("audioengine-relay/") + kVersion);
    response.set(http::field::content_type, "application/json");
    response.set(http::field::cache_control, "no-store");
    if (refusal.status == http::status::upgrade_required) response.set(http::field::upgrade, "websocket");
    response.keep_alive(false);
    response.body() = body.dump() + "\n";
    response.prepare_payload();

    SystemError failure;
    Socket& socket = ws_.next_layer();
    co_await http::async_write(socket, response, net::redirect_error(kUseAwaitable, failure));
    if (!failure) socket.shutdown(Socket::shutdown_send, failure);
}

// Everything was said. Lets the client take it and leave; closing at once would destroy what is on its way.
Task<> ClientConnection::linger() {
    if (phase_ == Phase::open) deadline_ = worker_.now + settings_.handshake;
    phase_ = Phase::closing;
    SystemError failure;
    char scratch[4096];
    for (std::size_t bytes = 0; !failure && bytes < kMaxLingerBytes;) {
        bytes += co_await ws_.next_layer().async_read_some(net::buffer(scratch),
                                                           net::redirect_error(kUseAwaitable, failure));
    }
}

// The upgrade stands, so that a browser's script can read what is wrong with its query.
Task<> ClientConnection::reject(const ProtocolError& error) {
    worker_.metrics.sessions_opened.add();
    worker_.metrics.sessions_closed[Close::bad_query].add();
    worker_.metrics.errors[error.counted].add();
    spdlog::info("conn={} rejected code={} param={}", number_, error.code, close_reason(error.param));
    SystemError failure;
    const std::string text = error_text(error);
    ws_.text(true);
    co_await ws_.async_write(net::buffer(text), net::redirect_error(kUseAwaitable, failure));
    if (failure) co_return;
    const websocket::close_reason reason(
        websocket::close_code::policy_error,
        close_reason(error.param.empty() ? error.code : error.code + ": " + error.param));
    co_await ws_.async_close(reason, net::redirect_error(kUseAwaitable, failure));
}

Task<> ClientConnection::converse() {
    phase_ = Phase::open;
    last_heard_ = worker_.now;
    ws_.control_callback([this](websocket::frame_type, beast::string_view) { last_heard_ = worker_.now; });
    if (worker_.draining) drain();
    flush();
    while (true) {
        SystemError failure;
        co_await ws_.async_read(buffer_, net::redirect_error(kUseAwaitable, failure));
        if (failure) {
            note_end(failure);
            co_return;
        }
        last_heard_ = worker_.now;
        worker_.metrics.messages_in.add();
        const auto* data = static_cast<const char*>(buffer_.cdata().data());
        if (ws_.got_text()) {
            session_->take_text({data, buffer_.size()});
            flush();
        } else {
            co_await take_audio(std::as_bytes(std::span(data, buffer_.size())));
        }
        buffer_.consume(buffer_.size());
        if (buffer_.capacity() > kKeptBufferBytes) buffer_.shrink_to_fit();
        // Too much waits for this client: it is not heard until it has taken some.
        while (writing_ && session_->queued_bytes() > settings_.max_queue_bytes) {
            waiting_for_room_ = true;
            room_.expires_at(Clock::time_point::max());
            co_await room_.async_wait(net::redirect_error(kUseAwaitable, failure));
            waiting_for_room_ = false;
            last_heard_ = worker_.now;
        }
    }
}

Task<> ClientConnection::take_audio(std::span<const std::byte> audio) {
    audio_since_tick_ = true;
    while (true) {
        const std::span<const std::byte> piece = audio.first(std::min(audio.size(), kPieceBytes));
        session_->take_audio(piece);
        flush();
        audio = audio.subspan(piece.size());
        if (audio.empty()) co_return;
        co_await net::post(worker_.io, kUseAwaitable);
    }
}

// Sends what there is, one message at a time; `written` comes back here.
void ClientConnection::flush() {
    if (writing_ || phase_ != Phase::open) return;
    if (session_->next(outgoing_)) {
        writing_ = true;
        write_began_ = worker_.now;
        ws_.binary(outgoing_.binary);
        ws_.async_write(
            net::buffer(outgoing_.payload),
            [self = shared_from_this()](const SystemError& failure, std::size_t) { self->written(failure); });
    } else if (session_->finished()) {
        if (!close_reason_) close_reason_ = Close::finished;
        begin_close(close_code_, *close_reason_ == Close::drained ? "the relay is going away" : "");
    }
}

void ClientConnection::written(const SystemError& failure) {
    writing_ = false;
    // A failed write needs no care: the read fails too, and tells why.
    if (!failure) flush();
    if (waiting_for_room_ && (!writing_ || session_->queued_bytes() <= settings_.max_queue_bytes / 2)) room_.cancel();
}

void ClientConnection::begin_close(websocket::close_code code, const std::string& reason) {
    phase_ = Phase::closing;
    deadline_ = worker_.now + settings_.handshake;
    ws_.async_close({code, close_reason(reason)}, [self = shared_from_this()](const SystemError&) {});
}

void ClientConnection::tick(std::chrono::milliseconds elapsed) {
    const Clock::time_point now = worker_.now;
    if (phase_ != Phase::open) {
        if (now > deadline_) abort();
        return;
    }
    if (writing_ && now - write_began_ > settings_.idle) return give_up(Close::slow_reader);
    if (waiting_for_room_) return;
    if (now - last_heard_ > settings_.idle) return give_up(Close::idle);
    if (now - last_heard_ > settings_.idle / 3 && !ping_in_flight_) {
        ping_in_flight_ = true;
        ws_.async_ping({}, [self = shared_from_this()](const SystemError&) { self->ping_in_flight_ = false; });
    }
    if (!std::exchange(audio_since_tick_, false)) {
        session_->time_passes(static_cast<std::uint32_t>(elapsed.count()));
        flush();
    }
}

void ClientConnection::drain() {
    if (phase_ == Phase::handshake) return abort();
    if (phase_ == Phase::closing) return;
    if (!session_->finished() && !close_reason_) close_reason_ = Close::drained;
    if (close_reason_ == Close::drained) close_code_ = websocket::close_code::going_away;
    session_->finish();
    flush();
}

// Without a close frame: a client that is gone or deaf would not answer it.
void ClientConnection::give_up(Close reason) {
    close_reason_ = reason;
    abort();
}

void ClientConnection::abort() {
    SystemError ignored;
    ws_.next_layer().close(ignored);
    room_.cancel();
}

// Why the reading ended, unless the reason is ours.
void ClientConnection::note_end(const SystemError& failure) {
    if (close_reason_) return;
    if (failure == websocket::error::message_too_big || failure == websocket::error::buffer_overflow) {
        close_reason_ = Close::message_too_big;
    } else if (failure == websocket::condition::protocol_violation) {
        close_reason_ = Close::protocol_error;
    }
    spdlog::debug("conn={} ended: {}", number_, failure.message());
}

Task<> run_connection(std::shared_ptr<ClientConnection> connection) {
    connection->enter();
    co_await connection->run();
    connection->leave();
}

}  // namespace

void open_connection(Worker& worker, Socket socket) {
    net::co_spawn(worker.io, run_connection(std::make_shared<ClientConnection>(worker, std::move(socket))),
                  net::detached);
}

}  // namespace audioengine::relay
