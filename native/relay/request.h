// What a client asks for in the request that opens its connection: path, query, origin.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "audioengine/config.h"
#include "metrics.h"

namespace audioengine::relay {

/// What one stream shall be.
struct StreamRequest {
    EngineConfig config;
    bool blocks = false;  ///< Tell the decision about every block.
};

/// A reason for an `error` event.
struct ProtocolError {
    ErrorCode counted = ErrorCode::bad_parameter;
    std::string code;  ///< name_of(counted), or the name of the core's Status.
    std::string message;
    std::string param;                    ///< The field at fault, or "".
    std::optional<std::size_t> position;  ///< The byte at fault, of the query or the text.
};

/// A request target, cut at its first '?'.
struct Target {
    std::string_view path;
    std::string_view query;
};
Target split_target(std::string_view target);

/// Reads "format=pcm16&rate=24000&blocks=1". Names are those of native/common/config_fields.h. False: see `error`.
bool parse_stream_query(std::string_view query, StreamRequest& out, ProtocolError& error);

/// May a page of this origin connect? An absent `origin` is not a browser, so it may. Otherwise the origin is in `allowed`
/// ("*" allows all), or names the same host as the request did, by IP address or as localhost. (Any other name could be
/// a foreign page's that was made to resolve to this machine.)
bool origin_allowed(std::string_view origin, std::string_view host_header, std::span<const std::string> allowed);

/// "host:8081" or "[::1]:8081" without the port.
std::string_view host_without_port(std::string_view host_header);

}  // namespace audioengine::relay
