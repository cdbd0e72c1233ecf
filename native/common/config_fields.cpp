#include "config_fields.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <type_traits>

namespace audioengine::native {
namespace {

bool parse_text(std::string_view text, std::uint32_t& out) {
    std::uint32_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) return false;
    out = value;
    return true;
}

bool parse_text(std::string_view text, float& out) {
    float value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return false;
    out = value;
    return true;
}

bool parse_text(std::string_view text, bool& out) {
    if (text == "true" || text == "1" || text == "on" || text == "yes") {
        out = true;
        return true;
    }
    if (text == "false" || text == "0" || text == "off" || text == "no") {
        out = false;
        return true;
    }
    return false;
}

template <class Enum>
requires std::is_enum_v<Enum>
bool parse_text(std::string_view text, Enum& out) { return parse(text, out); }

// The value of a path through the structs: member(config, &EngineConfig::vad, &VADConfig::threshold).
template <class Object, class Member>
auto& member(Object& object, Member pointer) {
    return object.*pointer;
}
template <class Object, class Member, class... Rest>
auto& member(Object& object, Member pointer, Rest... rest) {
    return member(object.*pointer, rest...);
}

/// The enumeration's names. Enumerations count from 0 and name_of answers "" beyond their end.
template <class Enum>
std::string join_names(const char* separator) {
    std::string names;
    for (std::uint8_t index = 0; *name_of(static_cast<Enum>(index)) != '\0'; ++index) {
        if (index > 0) names += separator;
        names += name_of(static_cast<Enum>(index));
    }
    return names;
}

template <class T>
std::string expected_text() {
    if constexpr (std::is_enum_v<T>) return "one of " + join_names<T>(", ");
    if constexpr (std::is_same_v<T, bool>) return "true or false";
    if constexpr (std::is_same_v<T, std::uint32_t>) return "a whole number";
    return "a number";
}

template <class T>
std::string placeholder_text() {
    if constexpr (std::is_enum_v<T>) return join_names<T>("|");
    if constexpr (std::is_same_v<T, bool>) return "true|false";
    if constexpr (std::is_same_v<T, std::uint32_t>) return "N";
    return "X";
}

template <auto... Path>
constexpr ConfigField field(const char* path, const char* name, const char* help) {
    using T = std::remove_cvref_t<decltype(member(std::declval<EngineConfig&>(), Path...))>;
    return {path,
            name,
            help,
            [](EngineConfig& config, std::string_view text) { return parse_text(text, member(config, Path...)); },
            [](const EngineConfig& config) -> nlohmann::ordered_json {
                if constexpr (std::is_enum_v<T>) {
                    return name_of(member(config, Path...));
                } else if constexpr (std::is_same_v<T, float>) {
                    return shortest_double(member(config, Path...));
                } else {
                    return member(config, Path...);
                }
            },
            &expected_text<T>,
            &placeholder_text<T>};
}

using E = EngineConfig;
using A = AudioConfig;
using O = OutputConfig;
using V = VADConfig;

constexpr std::array kFields{
    field<&E::mode>("mode", "mode",
                    "realtime: the samples as they are; balanced: less rumble; quality: also a steady level"),
    field<&E::normalize>("normalize", "normalize", "quality mode: bring speech to a steady level"),
    field<&E::latency_target_us>(
        "latency_target_us", "latency_target_us",
        "microseconds that one call may take before the engine steps to a cheaper mode; 0: any"),
    field<&E::audio, &A::sample_rate>("audio.sample_rate", "rate", "Hz of the input, 4000 to 192000"),
    field<&E::audio, &A::channels>("audio.channels", "channels", "channels of the input, 1 to 8, averaged to mono"),
    field<&E::audio, &A::bit_depth>("audio.bit_depth", "bit_depth", "0: the format's own"),
    field<&E::audio, &A::format>("audio.format", "format", "coding of the input's samples"),
    field<&E::audio, &A::chunk_duration_ms>("audio.chunk_duration_ms", "chunk_duration_ms",
                                            "ms of the usual chunk, 1 to 1000"),
    field<&E::audio, &A::min_amplitude>("audio.min_amplitude", "min_amplitude",
                                        "RMS of full scale under which nothing is speech, 0 to 1"),
    field<&E::audio, &A::max_amplitude>("audio.max_amplitude", "max_amplitude",
                                        "level from which a sample counts as nearly clipped, 0 to 1"),
    field<&E::output, &O::sample_rate>("output.sample_rate", "output_rate", "Hz of the output; 0: as the input"),
    field<&E::output, &O::format>("output.format", "output_format", "coding of the output's samples"),
    field<&E::vad, &V::type>("vad.type", "vad", "the detector: a network, the level, or the caller's score"),
    field<&E::vad, &V::energy_threshold>("vad.energy_threshold", "energy_threshold",
                                         "RMS of full scale, 0 to 1: the threshold when not adaptive, else its start"),
    field<&E::vad, &V::speech_start_ms>("vad.speech_start_ms", "speech_start_ms",
                                        "ms that speech must last to be believed, 10 to 5000"),
    field<&E::vad, &V::speech_end_ms>("vad.speech_end_ms", "speech_end_ms",
                                      "ms that silence must last to end a segment, 10 to 5000"),
    field<&E::vad, &V::pre_buffer_ms>("vad.pre_buffer_ms", "pre_buffer_ms",
                                      "ms of audio kept from before the onset, 0 to 5000"),
    field<&E::vad, &V::adaptive>("vad.adaptive", "adaptive", "follow the noise floor"),
    field<&E::vad, &V::threshold>("vad.threshold", "threshold", "score from which a block is voice, 0 to 1"),
    field<&E::vad, &V::exit_threshold>("vad.exit_threshold", "exit_threshold",
                                       "score under which a block is not voice; negative: threshold - 0.15"),
    field<&E::vad, &V::max_speech_ms>("vad.max_speech_ms", "max_speech_ms",
                                      "ms at which a segment is cut, 100 or more; 0: never"),
    field<&E::vad, &V::max_gap_ms>("vad.max_gap_ms", "max_gap_ms",
                                   "ms without audio that end a segment (live streams), 100 or more; 0: never"),
    field<&E::max_chunk_ms>("max_chunk_ms", "max_chunk_ms", "ms of the longest chunk one call takes, 10 to 1000"),
};

bool same_name(std::string_view wanted, std::string_view name) {
    if (wanted.size() != name.size()) return false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if ((wanted[i] == '-' ? '_' : wanted[i]) != name[i]) return false;
    }
    return true;
}

}  // namespace

std::span<const ConfigField> config_fields() { return kFields; }

const ConfigField* find_field(std::string_view name) {
    for (const ConfigField& field : kFields) {
        if (same_name(name, field.name) || same_name(name, field.path)) return &field;
    }
    return nullptr;
}

bool set_field(EngineConfig& config, std::string_view name, std::string_view value, std::string& error) {
    const ConfigField* field = find_field(name);
    if (field == nullptr) {
        error = "there is no field '" + std::string(name) + "'";
        return false;
    }
    if (field->set(config, value)) return true;
    error = std::string(field->name) + ": '" + std::string(value) + "' is not " + field->expected();
    return false;
}

std::string describe_config_error(const EngineConfig& config, Status status, std::string_view field_path) {
    if (field_path.empty()) return status_message(status);
    std::string text(field_path);
    if (const ConfigField* field = find_field(field_path)) text += " is " + field->get(config).dump();
    return text + ": " + status_message(status);
}

bool check_config(const EngineConfig& config, std::string& error) {
    const Result<bool> result = check(config);
    if (result.ok()) return true;
    error = describe_config_error(config, result.status(), result.field());
    return false;
}

nlohmann::ordered_json to_json(const EngineConfig& config) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (const ConfigField& field : kFields) {
        const std::string_view path = field.path;
        const std::size_t dot = path.find('.');
        if (dot == std::string_view::npos) {
            json[std::string(path)] = field.get(config);
        } else {
            json[std::string(path.substr(0, dot))][std::string(path.substr(dot + 1))] = field.get(config);
        }
    }
    return json;
}

double shortest_double(float value) {
    char text[32];
    const char* end = std::to_chars(text, text + sizeof text, value).ptr;
    double wide = value;
    std::from_chars(text, end, wide);
    return wide;
}

}  // namespace audioengine::native
