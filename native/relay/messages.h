// The JSON texts that the relay sends on a stream.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "audioengine/config.h"
#include "audioengine/segmenter.h"
#include "audioengine/vad.h"
#include "request.h"

namespace audioengine::relay {

std::string session_created_text(const std::string& session_id, const EngineConfig& config);
std::string event_text(const VadEvent& event);
std::string error_text(const ProtocolError& error);
/// `metrics_json` is what the core's write_json wrote.
std::string metrics_text(const char* type, std::string_view metrics_json);
std::string answer_done_text(std::uint32_t segment, std::uint64_t bytes);

/// Collects the decisions of one message into one "blocks" text.
class BlocksText {
public:
    void add(std::span<const BlockResult> blocks);
    [[nodiscard]] bool empty() const { return probabilities_.empty(); }
    /// The text; empty again afterwards. `final`: these blocks heard the stream end.
    std::string take(std::uint64_t first_block, bool final);

private:
    std::string probabilities_;
    std::string levels_;
    std::string states_;
};

/// Two engines with the same hash decide the same: FNV-1a, 64 bits, as 16 hexadecimal digits, over the configuration as
/// JSON with sorted keys, no spaces and numbers as JavaScript writes them:
/// {"audio":{"bit_depth":0,"channels":1,...},"max_chunk_ms":200,"mode":...}.
std::string config_hash(const EngineConfig& config);

}  // namespace audioengine::relay
