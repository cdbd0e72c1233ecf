// Sound files for the tests, written and read by libsndfile, the judge of what the tool writes.
#pragma once

#include <sndfile.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/generate.h"

namespace audioengine::test {

/// `samples` are interleaved. `format` is libsndfile's (SF_FORMAT_WAV | SF_FORMAT_PCM_16 ...).
void write_sound(const std::string& path, const Samples& samples, std::uint32_t rate_hz, int format, int channels = 1);
void write_float_sound(const std::string& path, const std::vector<float>& samples, std::uint32_t rate_hz);

struct Sound {
    SF_INFO info{};
    Samples samples;
};
/// Everything in the file; ends the test program when it can't be opened.
Sound read_sound(const std::string& path);

inline constexpr int kWav16 = SF_FORMAT_WAV | SF_FORMAT_PCM_16;
inline constexpr int kFlac16 = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;

/// Seconds of quiet noise with loud noise from `start_s` to `end_s`: one segment of "speech".
Samples burst(double seconds, double start_s, double end_s, std::uint32_t rate_hz);

}  // namespace audioengine::test
