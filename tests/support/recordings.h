// The committed recordings (recordings/README.md), read with the few lines that their plain WAV headers need.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "support/generate.h"

namespace audioengine::test {

inline constexpr std::uint32_t kRecordingRateHz = 16000;

/// The whole file; ends the program with a sentence when it can't be read (nothing can be tested then).
inline std::vector<std::uint8_t> read_file(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        std::exit(2);
    }
    std::vector<std::uint8_t> bytes;
    std::uint8_t part[4096];
    for (std::size_t got = 0; (got = std::fread(part, 1, sizeof part, file)) > 0;)
        bytes.insert(bytes.end(), part, part + got);
    std::fclose(file);
    return bytes;
}

/// Samples of a 16 kHz mono PCM16 file with a 44-byte header.
inline Samples read_wav(const std::string& path) {
    const auto bytes = read_file(path);
    const bool plain = bytes.size() >= 44 && std::memcmp(&bytes[0], "RIFF", 4) == 0 &&
                       std::memcmp(&bytes[36], "data", 4) == 0 && bytes[22] == 1 && bytes[24] == 0x80 &&
                       bytes[25] == 0x3E && bytes[34] == 16;
    if (!plain) {
        std::fprintf(stderr, "%s is not a plain 16 kHz mono PCM16 WAV file\n", path.c_str());
        std::exit(2);
    }
    Samples samples((bytes.size() - 44) / 2);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        samples[i] = static_cast<std::int16_t>(bytes[44 + 2 * i] | (bytes[45 + 2 * i] << 8));
    }
    return samples;
}

/// A woman in a quiet room, a man in a noisy one; 8 s each at 16 kHz.
inline const Samples& woman() {
    static const Samples samples = read_wav(AUDIOENGINE_TESTS_DIR "/support/recordings/librispeech_2691.wav");
    return samples;
}
inline const Samples& man() {
    static const Samples samples = read_wav(AUDIOENGINE_TESTS_DIR "/support/recordings/librispeech_1723.wav");
    return samples;
}

}  // namespace audioengine::test
