// What can be chosen on the command line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace audioengine::relay {

struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;     ///< Control port; 0: any free one.
    std::uint16_t ws_port = 8081;  ///< Streams; 0: any free one.
    std::string page;              ///< Folder of the page; "": none.
    std::string provider = "echo";
    std::string stream_url;                  ///< What the page is told; "": host as the browser named it, and the port.
    std::vector<std::string> allow_origins;  ///< Besides pages from this machine.
    std::uint32_t threads = 0;               ///< For streams; 0: one a core, at most 4.
    std::uint32_t max_connections = 1000;
    std::uint32_t max_message_kib = 256;
    std::uint32_t max_queue_kib = 256;
    std::uint32_t max_engine_kib = 4096;
    std::uint32_t max_answer_seconds = 30;
    std::uint32_t idle_seconds = 60;
    std::uint32_t handshake_seconds = 5;
    std::uint32_t drain_seconds = 5;
    std::string log_level = "info";
};

/// Reads the command line. False: print nothing more and exit with `exit_code` (0 after --help, 2 after a usage error).
bool parse_options(int argc, char** argv, Options& options, int& exit_code);

}  // namespace audioengine::relay
