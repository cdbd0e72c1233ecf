#include "messages.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "audioengine/version.h"
#include "config_fields.h"

namespace audioengine::relay {
namespace {

using Json = nlohmann::ordered_json;

// Some texts repeat what a client sent, which need not be UTF-8.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void append_number(std::string& text, std::int64_t number) {
    char digits[24];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

// 1, not 1.0.
void write_numbers_as_javascript(nlohmann::json& json) {
    for (nlohmann::json& member : json) {
        if (member.is_object()) write_numbers_as_javascript(member);
        if (!member.is_number_float()) continue;
        const double value = member.get<double>();
        if (value == std::trunc(value)) member = static_cast<std::int64_t>(value);
    }
}

}  // namespace

std::string session_created_text(const std::string& session_id, const EngineConfig& config) {
    const Json all = native::to_json(config);
    Json session;
    session["id"] = session_id;
    session["version"] = kVersion;
    session["format"] = all["audio"]["format"];
    session["rate"] = all["audio"]["sample_rate"];
    session["channels"] = all["audio"]["channels"];
    session["mode"] = all["mode"];
    session["output"] = {{"rate", effective_output_rate_hz(config)}, {"format", all["output"]["format"]}};
    session["vad"] = all["vad"];
    session["config"] = all;
    session["config_hash"] = config_hash(config);
    return dump({{"type", "session.created"}, {"session", session}});
}

std::string event_text(const VadEvent& event) {
    return dump({{"type", name_of(event.type)},
                 {"reason", name_of(event.reason)},
                 {"segment", event.segment},
                 {"at_ms", event.at_ms},
                 {"onset_ms", event.onset_ms},
                 {"padded_ms", event.padded_ms},
                 {"end_ms", event.end_ms}});
}

std::string error_text(const ProtocolError& error) {
    Json body{{"code", error.code}, {"message", error.message}, {"param", nullptr}, {"position", nullptr}};
    if (!error.param.empty()) body["param"] = error.param;
    if (error.position) body["position"] = *error.position;
    return dump({{"type", "error"}, {"error", body}});
}

std::string metrics_text(const char* type, std::string_view metrics_json) {
    return std::string("{\"type\":\"") + type + "\",\"metrics\":" + std::string(metrics_json) + "}";
}

std::string answer_done_text(std::uint32_t segment, std::uint64_t bytes) {
    return dump({{"type", "answer_done"}, {"segment", segment}, {"bytes", bytes}});
}

// Written by hand: fifty of these a second and client are most of what the relay says.
void BlocksText::add(std::span<const BlockResult> blocks) {
    for (const BlockResult& block : blocks) {
        const char* comma = probabilities_.empty() ? "" : ",";
        append_number(probabilities_ += comma, block.probability_q15);
        append_number(levels_ += comma, block.level_dbfs_x100);
        ((states_ += comma) += '"').append(name_of(block.state)) += '"';
    }
}

std::string BlocksText::take(std::uint64_t first_block, bool final) {
    std::string text = "{\"type\":\"blocks\",\"first_block\":";
    append_number(text, static_cast<std::int64_t>(first_block));
    if (final) text.append(",\"final\":true");
    text.append(",\"probability_q15\":[").append(probabilities_);
    text.append("],\"level_dbfs_x100\":[").append(levels_);
    text.append("],\"state\":[").append(states_).append("]}");
    probabilities_.clear();
    levels_.clear();
    states_.clear();
    return text;
}

std::string config_hash(const EngineConfig& config) {
    // nlohmann::json, unlike ordered_json, sorts its keys.
    nlohmann::json json = native::to_json(config);
    write_numbers_as_javascript(json);
    const std::string canonical = json.dump();
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : canonical) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

}  // namespace audioengine::relay
