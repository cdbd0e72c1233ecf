#include "request.h"

#include <algorithm>
#include <set>

#include "config_fields.h"

namespace audioengine::relay {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Undoes percent encoding and '+'. The index of a broken escape, or npos.
std::size_t decode(std::string_view text, std::string& out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) return i;
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return std::string_view::npos;
}

bool fail(ProtocolError& error, ErrorCode code, std::string message, std::string param, std::size_t position) {
    error = {code, name_of(code), std::move(message), std::move(param), position};
    return false;
}

bool set_parameter(StreamRequest& request, const std::string& name, const std::string& value, ProtocolError& error,
                   std::size_t position) {
    if (name == "blocks") {
        if (value != "0" && value != "1")
            return fail(error, ErrorCode::bad_parameter, "blocks is 0 or 1", name, position);
        request.blocks = value == "1";
        return true;
    }
    if (native::find_field(name) == nullptr) {
        return fail(error, ErrorCode::unknown_parameter, "there is no parameter '" + name + "'", name, position);
    }
    std::string message;
    if (native::set_field(request.config, name, value, message)) return true;
    return fail(error, ErrorCode::bad_parameter, message, name, position);
}

bool is_ip_address(std::string_view host) {
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') return true;
    return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

Target split_target(std::string_view target) {
    const std::size_t mark = target.find('?');
    if (mark == std::string_view::npos) return {target, {}};
    return {target.substr(0, mark), target.substr(mark + 1)};
}

bool parse_stream_query(std::string_view query, StreamRequest& out, ProtocolError& error) {
    StreamRequest request;
    request.config.mode = ProcessingMode::REALTIME;  // what a live client wants unless it says otherwise
    std::set<std::string> seen;
    for (std::size_t begin = 0; begin < query.size();) {
        const std::size_t end = std::min(query.find('&', begin), query.size());
        const std::string_view pair = query.substr(begin, end - begin);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        std::string name;
        std::string value;
        std::size_t broken = decode(pair.substr(0, equals), name);
        if (broken == std::string_view::npos && equals < pair.size()) {
            broken = decode(pair.substr(equals + 1), value);
            if (broken != std::string_view::npos) broken += equals + 1;
        }
        if (broken != std::string_view::npos) {
            return fail(error, ErrorCode::bad_parameter, "a % must be followed by two hexadecimal digits", name,
                        begin + broken);
        }
        // One spelling, whichever of the field's names was used.
        const native::ConfigField* field = native::find_field(name);
        if (!pair.empty() && !seen.insert(field != nullptr ? field->path : name).second) {
            return fail(error, ErrorCode::repeated_parameter, "'" + name + "' is given twice", name, begin);
        }
        if (!pair.empty() && !set_parameter(request, name, value, error, begin)) return false;
        begin = end + 1;
    }
    const Result<bool> checked = check(request.config);
    if (!checked.ok()) {
        error = {ErrorCode::bad_config,
                 status_name(checked.status()),
                 native::describe_config_error(request.config, checked.status(), checked.field()),
                 checked.field(),
                 {}};
        return false;
    }
    out = request;
    return true;
}

std::string_view host_without_port(std::string_view host_header) {
    if (!host_header.empty() && host_header.front() == '[') {
        const std::size_t bracket = host_header.find(']');
        return bracket == std::string_view::npos ? host_header : host_header.substr(0, bracket + 1);
    }
    return host_header.substr(0, host_header.find(':'));
}

bool origin_allowed(std::string_view origin, std::string_view host_header, std::span<const std::string> allowed) {
    if (origin.empty()) return true;
    for (const std::string& one : allowed) {
        if (one == "*" || one == origin) return true;
    }
    const std::size_t scheme = origin.find("://");
    if (scheme == std::string_view::npos) return false;
    const std::string_view host = host_without_port(origin.substr(scheme + 3));
    return host == host_without_port(host_header) && (host == "localhost" || is_ip_address(host));
}

}  // namespace audioengine::relay
