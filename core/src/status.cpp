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
    {"chunk_too_large", "A chunk must be at most max_chunk_bytes; cut it into smaller ones."},
    {"output_too_small", "The output buffer must hold everything the call produces."},
    {"stream_finished", "After finish a stream takes no more audio until reset."},
    {"truncated_frame", "The audio must end with a whole frame."},
    {"unsupported_format", "The bytes must be raw audio in the configured format: no file, no text, no other coding."},
    {"no_stream_buffer", "The engine must have been created with a stream buffer."},
    {"bad_snapshot", "A snapshot must be complete and unchanged."},
    {"foreign_snapshot", "A snapshot must be of the same snapshot version and engine configuration."},
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
    {"buffer_full", "The audio does not fit into what is left of the limit."},
    {"buffer_empty", "There is not enough audio for the whole chunk."},
    {"not_ready", "The buffer's start-up depth is not reached yet."},
    {"stream_ended", "The stream has ended and everything was handed out."},
    {"late_packet", "The packet came after its place had passed."},
    {"duplicate_packet", "The packet has come before."},
    {"sequence_jump", "The packet's number is far from the expected one; it counts if the next packet agrees."},
    {"mixed_input", "Until clear a buffer takes either bytes or numbered packets."},
    {"bad_strategy",
     "Overflow must be drop_oldest, drop_newest or error; underflow silence, repeat or error; the policy of a pool "
     "fail or allocate."},
    {"bad_buffer_size", "The size must hold one frame, block or byte, and be at most 1 GiB."},
    {"bad_buffer_duration",
     "The limit must be 1 to 600000 ms, the start-up depth within it, repetition at most 1000 ms, "
     "fade at most 100 ms, a packet 1 to 1000 ms."},
    {"bad_reorder_window", "The reorder window must be 0 to 64 packets, sequence numbers of 16 or 32 bits."},
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
