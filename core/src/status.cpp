#include "audioengine/status.h"

#include <cstddef>

namespace audioengine {

namespace {

struct Text {
    const char* name;
    const char* message;
};

// In the order of the enumeration.
constexpr Text kTexts[] = {
    {"ok", "Nothing is wrong."},
    {"empty_input", "There must be at least one byte."},
    {"chunk_too_large", "A chunk must not be longer than max_chunk_bytes; cut it into smaller ones."},
    {"output_too_small", "The output buffer must hold everything the call produces."},
    {"stream_finished", "After finish a stream takes no more audio until reset."},
    {"truncated_frame", "The audio must end with a whole frame."},
    {"unsupported_format", "The bytes must be raw audio, not a file (RIFF, FLAC, Ogg, MP3, WebM)."},
    {"bad_snapshot", "A snapshot must be complete and unchanged."},
    {"foreign_snapshot", "A snapshot must come from the same snapshot version and the same engine configuration."},
    {"bad_sample_rate", "The sample rate must be 4000 to 192000 Hz."},
    {"bad_channels", "There must be one to eight channels."},
    {"bad_format", "The format must be pcm16, g711_ulaw, g711_alaw or float32."},
    {"bad_mode", "The mode must be realtime, balanced or quality."},
    {"bad_bit_depth", "The bit depth must be 0 or the one of the format."},
    {"bad_chunk_duration", "Chunk durations must be 1 to 1000 ms."},
    {"bad_amplitude", "Amplitudes must satisfy 0 <= min_amplitude < max_amplitude <= 1."},
    {"bad_vad_type", "The detector must be one this build has."},
    {"bad_threshold", "Thresholds must be numbers from 0 to 1."},
    {"inverted_thresholds", "The exit threshold must not lie above the threshold."},
    {"bad_vad_duration", "Debounce must be 10 to 5000 ms, the pre-buffer 0 to 5000 ms, limits 0 or at least 100 ms."},
    {"out_of_memory", "The memory for the stream could not be allocated."},
};
constexpr Text kUnknown = {"unknown", "This is not a status of this version."};
static_assert(sizeof kTexts / sizeof kTexts[0] == static_cast<std::size_t>(Status::out_of_memory) + 1);

const Text& text_of(Status status) noexcept {
    const auto index = static_cast<std::size_t>(status);
    return index < sizeof kTexts / sizeof kTexts[0] ? kTexts[index] : kUnknown;
}

}  // namespace

const char* status_name(Status status) noexcept { return text_of(status).name; }
const char* status_message(Status status) noexcept { return text_of(status).message; }

}  // namespace audioengine
