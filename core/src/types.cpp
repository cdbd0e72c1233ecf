#include "audioengine/types.h"

namespace audioengine {

namespace {

template <class Enum>
struct Name {
    const char* text;
    Enum value;
};

// The first name of a value is the one that is written; all of them are read.
constexpr Name<ProcessingMode> kModes[] = {
    {"realtime", ProcessingMode::REALTIME},
    {"balanced", ProcessingMode::BALANCED},
    {"quality", ProcessingMode::QUALITY},
};
constexpr Name<VADState> kStates[] = {
    {"silence", VADState::SILENCE},
    {"speech_starting", VADState::SPEECH_STARTING},
    {"speech", VADState::SPEECH},
    {"speech_ending", VADState::SPEECH_ENDING},
};
constexpr Name<VADType> kVadTypes[] = {
    {"energy", VADType::ENERGY_BASED},
    {"energy_based", VADType::ENERGY_BASED},
    {"external", VADType::EXTERNAL},
    {"neural", VADType::NEURAL},
};
constexpr Name<AudioFormat> kFormats[] = {
    {"pcm16", AudioFormat::PCM16},         {"s16", AudioFormat::PCM16},       {"g711_ulaw", AudioFormat::G711_ULAW},
    {"ulaw", AudioFormat::G711_ULAW},      {"mulaw", AudioFormat::G711_ULAW}, {"pcmu", AudioFormat::G711_ULAW},
    {"g711_alaw", AudioFormat::G711_ALAW}, {"alaw", AudioFormat::G711_ALAW},  {"pcma", AudioFormat::G711_ALAW},
    {"float32", AudioFormat::FLOAT32},     {"f32", AudioFormat::FLOAT32},
};

template <class Enum, std::size_t N>
const char* find_name(const Name<Enum> (&names)[N], Enum value) noexcept {
    for (const auto& name : names)
        if (name.value == value) return name.text;
    return "";
}

template <class Enum, std::size_t N>
bool find_value(const Name<Enum> (&names)[N], std::string_view text, Enum& out) noexcept {
    for (const auto& name : names) {
        if (text == name.text) {
            out = name.value;
            return true;
        }
    }
    return false;
}

}  // namespace

const char* name_of(ProcessingMode mode) noexcept { return find_name(kModes, mode); }
const char* name_of(VADState state) noexcept { return find_name(kStates, state); }
const char* name_of(VADType type) noexcept { return find_name(kVadTypes, type); }
const char* name_of(AudioFormat format) noexcept { return find_name(kFormats, format); }

bool parse(std::string_view name, ProcessingMode& out) noexcept { return find_value(kModes, name, out); }
bool parse(std::string_view name, VADType& out) noexcept { return find_value(kVadTypes, name, out); }
bool parse(std::string_view name, AudioFormat& out) noexcept { return find_value(kFormats, name, out); }

}  // namespace audioengine
