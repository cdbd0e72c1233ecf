#include "options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <thread>

#include "audioengine/version.h"
#include "provider.h"

namespace audioengine::relay {

bool parse_options(int argc, char** argv, Options& options, int& exit_code) {
    CLI::App app{"Serves the AudioEngine page and takes voice streams over WebSocket."};
    app.set_version_flag("--version", kVersion);
    app.option_defaults()->always_capture_default();

    app.add_option("--host", options.host, "Address to listen on; 0.0.0.0 or :: for every interface");
    app.add_option("--port", options.port, "Control port: page, /healthz, /metrics; 0: any free one");
    app.add_option("--ws-port", options.ws_port, "Port for WebSocket streams; 0: any free one");
    app.add_option("--page", options.page, "Folder of the page to serve")->check(CLI::ExistingDirectory);
    app.add_option("--provider", options.provider, "What answers a client: " + provider_names())
        ->check([](const std::string& name) {
            return find_provider(name) != nullptr ? "" : "the providers are " + provider_names();
        });
    app.add_option("--stream-url", options.stream_url,
                   "Address of the streams as the page shall use it, behind a proxy");
    app.add_option("--allow-origin", options.allow_origins,
                   "Also take streams from pages of this origin (https://app.example; * for any). Repeatable");
    app.add_option("--threads", options.threads, "Threads for streams; 0: one a core, at most 4")
        ->check(CLI::Range(0, 256));
    app.add_option("--max-connections", options.max_connections, "Open at once; more are answered 503")
        ->check(CLI::Range(1, 1000000));
    app.add_option("--max-message-kib", options.max_message_kib,
                   "Longest message of a client; longer ones close it (1009)")
        ->check(CLI::Range(1, 65536));
    app.add_option("--max-queue-kib", options.max_queue_kib,
                   "Texts that may wait for a slow client; from there on nothing is read from it")
        ->check(CLI::Range(1, 65536));
    app.add_option("--max-engine-kib", options.max_engine_kib, "Memory of one client's engines; more is refused")
        ->check(CLI::Range(1, 1048576));
    app.add_option("--max-answer-seconds", options.max_answer_seconds,
                   "Unsent audio kept for one client; the oldest is dropped")
        ->check(CLI::Range(1, 600));
    app.add_option("--idle-seconds", options.idle_seconds,
                   "A client that was not heard from, or took nothing, for so long is closed; pings keep it alive")
        ->check(CLI::Range(1, 86400));
    app.add_option("--handshake-seconds", options.handshake_seconds, "Time to send the request, and to answer a close")
        ->check(CLI::Range(1, 600));
    app.add_option("--drain-seconds", options.drain_seconds,
                   "Time for the open sessions to end after SIGTERM or Ctrl-C")
        ->check(CLI::Range(0, 3600));
    app.add_option("--log-level", options.log_level, "trace, debug, info, warn, error or off")
        ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& failure) {
        exit_code = app.exit(failure) == 0 ? 0 : 2;
        return false;
    }
    if (options.threads == 0) options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
    return true;
}

}  // namespace audioengine::relay
