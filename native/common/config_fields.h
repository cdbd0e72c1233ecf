// Every field of EngineConfig by name (the optional stream buffer left out): reads one from text, writes all as JSON,
// lists them with their help.
//
// One table serves the command line (`--speech-end-ms 500`), the relay's query string (`?speech_end_ms=500`) and every
// JSON answer, so that a new field of the core is named in one place.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "audioengine/config.h"

namespace audioengine::native {

/// One field. All texts have static lifetime.
struct ConfigField {
    const char* path;  ///< Where it stands in EngineConfig and in the JSON: "vad.speech_end_ms".
    const char* name;  ///< Short name, unique: "speech_end_ms". The paths' other names: `rate` (audio.sample_rate),
                       ///< `output_rate` and `output_format` (output.*).
    const char* help;  ///< One line, with unit and range.
    bool (*set)(EngineConfig& config, std::string_view text);
    nlohmann::ordered_json (*get)(const EngineConfig& config);
    std::string (*expected)();     ///< What `set` takes, in words: "a whole number", "one of pcm16, ...".
    std::string (*placeholder)();  ///< The same for a usage line: "N", "X", "true|false", "pcm16|ulaw|...".
};

/// All fields, in the order of EngineConfig.
std::span<const ConfigField> config_fields();

/// The field with this path or short name; '-' counts as '_'. Null when there is none.
const ConfigField* find_field(std::string_view name);

/// Sets one field from text. On failure `config` is untouched and `error` says what was wrong and what is taken
/// ("speech_end_ms: 'soon' is not a whole number"). Ranges are checked by `check_config`, once all fields are set.
bool set_field(EngineConfig& config, std::string_view name, std::string_view value, std::string& error);

/// audioengine::check in words: "vad.speech_end_ms is 5: Debounce 10 to 5000 ms, ...".
bool check_config(const EngineConfig& config, std::string& error);

/// The same sentence for a status that AudioEngine::create gave, with the field's value.
std::string describe_config_error(const EngineConfig& config, Status status, std::string_view field);

/// Nested as the struct is: {"mode":..., "audio":{...}, "output":{...}, "vad":{...}, "max_chunk_ms":...}.
nlohmann::ordered_json to_json(const EngineConfig& config);

/// A float as the shortest decimal that reads back as the same float: 0.02, not 0.019999999552965164.
double shortest_double(float value);

}  // namespace audioengine::native
