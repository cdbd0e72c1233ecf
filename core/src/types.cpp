#include "audioengine/types.h"

#include "names.h"

namespace audioengine {

namespace {

constexpr Name kModes[] = {
    {"realtime", ProcessingMode::REALTIME},
    {"balanced", ProcessingMode::BALANCED},
    {"quality", ProcessingMode::QUALITY},
};
constexpr Name kStates[] = {
    {"silence", VADState::SILENCE},
    {"speech_starting", VADState::SPEECH_STARTING},
    {"speech", VADState::SPEECH},
    {"speech_ending", VADState::SPEECH_ENDING},
};
constexpr Name kVadTypes[] = {
    {"energy", VADType::ENERGY_BASED},
    {"energy_based", VADType::ENERGY_BASED},
    {"external", VADType::EXTERNAL},
    {"neural", VADType::NEURAL},
};
constexpr Name kFormats[] = {
    {"pcm16", AudioFormat::PCM16},         {"s16", AudioFormat::PCM16},       {"g711_ulaw", AudioFormat::G711_ULAW},
    {"ulaw", AudioFormat::G711_ULAW},      {"mulaw", AudioFormat::G711_ULAW}, {"pcmu", AudioFormat::G711_ULAW},
    {"g711_alaw", AudioFormat::G711_ALAW}, {"alaw", AudioFormat::G711_ALAW},  {"pcma", AudioFormat::G711_ALAW},
    {"float32", AudioFormat::FLOAT32},     {"f32", AudioFormat::FLOAT32},
};

}  // namespace

const char* find_name(std::span<const Name> names, std::uint8_t value) noexcept {
    for (const Name& name : names)
        if (name.value == value) return name.text;
    return "";
}

const Name* find_value(std::span<const Name> names, std::string_view text) noexcept {
    for (const Name& name : names)
        if (text == name.text) return &name;
    return nullptr;
}

const char* name_of(ProcessingMode mode) noexcept { return name_in(kModes, mode); }
const char* name_of(VADState state) noexcept { return name_in(kStates, state); }
const char* name_of(VADType type) noexcept { return name_in(kVadTypes, type); }
const char* name_of(AudioFormat format) noexcept { return name_in(kFormats, format); }

bool parse(std::string_view name, ProcessingMode& out) noexcept { return parse_in(kModes, name, out); }
bool parse(std::string_view name, VADType& out) noexcept { return parse_in(kVadTypes, name, out); }
bool parse(std::string_view name, AudioFormat& out) noexcept { return parse_in(kFormats, name, out); }

}  // namespace audioengine
