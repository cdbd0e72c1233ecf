// The control port: the page, /config.json, /healthz, /metrics.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "options.h"

namespace audioengine::relay {

/// What the control port asks the rest of the relay. Called on the server's own threads.
struct ControlSources {
    std::function<std::string()> metrics_text;
    std::function<std::uint64_t()> open_sessions;
    std::function<bool()> draining;
    std::uint16_t ws_port = 0;
};

class ControlServer {
public:
    /// Reads the page and binds the port. Throws std::runtime_error with a sentence.
    ControlServer(const Options& options, ControlSources sources);
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    /// Serves on its own threads until destruction.
    void start();
    /// The port it really has.
    [[nodiscard]] std::uint16_t port() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace audioengine::relay
