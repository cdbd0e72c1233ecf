// One client's stream, without its socket: messages in, messages out. Knows the protocol of /v1/stream, owns the client's
// two engines (what it says, what it is answered) and its provider. Used on one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "audioengine/engine.h"
#include "messages.h"
#include "metrics.h"
#include "provider.h"
#include "request.h"

namespace audioengine::relay {

/// A WebSocket message.
struct Message {
    bool binary = false;
    std::string payload;
};

struct SessionLimits {
    std::size_t max_engine_bytes = 0;  ///< Both engines' memory; a query that needs more is refused.
    std::uint32_t max_answer_ms = 0;   ///< Unsent audio that a provider may hold.
};

class Session {
public:
    /// Null: see `error`. `metrics` must outlive the session and belong to its thread.
    static std::unique_ptr<Session> create(const StreamRequest& request, const ProviderType& provider,
                                           const SessionLimits& limits, ThreadMetrics& metrics, ProtocolError& error);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// A binary message of the client, or a piece of one.
    void take_audio(std::span<const std::byte> audio);
    /// A text message of the client.
    void take_text(std::string_view text);
    /// No audio came for so long.
    void time_passes(std::uint32_t ms);
    /// No more audio will come: decides the rest. Then `next` gives the last messages.
    void finish();

    /// Fills in the next message to send. False: there is none for now.
    bool next(Message& out);
    /// After `finish`, once everything was handed out.
    [[nodiscard]] bool finished() const { return said_finished_; }
    /// Bytes of texts that wait in `next`. Answers are made when they are fetched and do not wait here.
    [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }

    /// Adds what this stream's engines counted, and how they stand.
    void add_to(MetricsTotals& totals) const;
    /// The client is gone: what was counted is kept with that of other streams that are over. Nothing is heard any more.
    void leave();

    [[nodiscard]] const std::string& id() const { return id_; }

private:
    Session(const StreamRequest& request, AudioEngine ingress, AudioEngine egress, const ProviderType& provider,
            const ProviderSetup& setup, ThreadMetrics& metrics);

    void say(std::string text);
    void say_error(ErrorCode code, std::string message, std::string param = "",
                   std::optional<std::size_t> position = {});
    void say_too_late();
    void hear(const PushResult& result);
    void say_decisions();
    void end_stream();
    void restart();
    bool next_answer(Message& out);
    void speak(const PushResult& result, Message& out);
    [[nodiscard]] std::string engine_metrics(const char* type) const;

    std::string id_;
    StreamRequest request_;
    AudioEngine ingress_;
    AudioEngine egress_;
    std::unique_ptr<Provider> provider_;
    ThreadMetrics& metrics_;

    std::deque<std::string> texts_;
    std::size_t queued_bytes_ = 0;

    // Decisions of the message in work.
    BlocksText blocks_text_;
    std::uint64_t first_block_ = 0;
    std::uint64_t next_block_ = 0;
    std::deque<std::string> event_texts_;

    std::size_t answer_piece_bytes_ = 0;
    std::uint64_t answer_bytes_ = 0;
    MetricsTotals::Direction answered_;  // since the stream began; the egress engine begins anew with every answer
    std::uint64_t output_bytes_per_second_ = 0;
    bool gone_ = false;
    bool finishing_ = false;
    bool said_finished_ = false;
    bool said_answer_limit_ = false;
    bool said_too_late_ = false;
};

}  // namespace audioengine::relay
