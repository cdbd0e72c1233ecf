// The port for streams: accepts sockets and deals them to its threads in turn.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "options.h"

namespace audioengine::relay {

class StreamServer {
public:
    /// Binds the port. Throws std::runtime_error with a sentence.
    explicit StreamServer(const Options& options);
    /// Aborts what is still open and ends the threads.
    ~StreamServer();
    StreamServer(const StreamServer&) = delete;
    StreamServer& operator=(const StreamServer&) = delete;

    /// Accepts until `drain`.
    void start();
    /// Accepts no more, and ends every session in order. Returns at once; see `open_connections`.
    void drain();

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::size_t open_connections() const;
    [[nodiscard]] std::uint64_t open_sessions() const;
    [[nodiscard]] bool draining() const;
    [[nodiscard]] std::string metrics_text() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace audioengine::relay
