// The enumerations every part shares, and their names in JSON, JavaScript and on the command line.
//
// Words (one meaning each, everywhere in this project):
//   sample   one number                          frame    one sample of every channel
//   block    160 mono samples at 16 kHz = 10 ms  chunk    bytes as they arrive, any length
//   segment  one stretch of speech               stream   one direction of one client
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace audioengine {

/// How much delay may be spent on quality. See `EngineConfig::mode`.
enum class ProcessingMode : std::uint8_t { REALTIME, BALANCED, QUALITY };

/// Where the stream stands between silence and speech.
enum class VADState : std::uint8_t { SILENCE, SPEECH_STARTING, SPEECH, SPEECH_ENDING };

/// Which detector turns audio into a probability of speech.
enum class VADType : std::uint8_t {
    ENERGY_BASED,  ///< Level of each block against a fixed or an adaptive threshold.
    EXTERNAL,      ///< The caller supplies the probability (`AudioEngine::set_speech_probability`).
    NEURAL,        ///< A small network that knows speech from other sounds, at any level (neural_detector.h).
};

/// How one sample is coded. Multi-byte samples are little-endian, channels interleaved.
enum class AudioFormat : std::uint8_t {
    PCM16,      ///< Signed 16 bit.
    G711_ULAW,  ///< ITU-T G.711 mu-law, 8 bit (RFC 3551 "PCMU").
    G711_ALAW,  ///< ITU-T G.711 A-law, 8 bit (RFC 3551 "PCMA").
    FLOAT32,    ///< IEEE 754 binary32, full scale is -1 to 1.
};

/// The detector's only unit: 160 samples at 16 kHz, 10 ms.
inline constexpr std::uint32_t kBlockSamples = 160;
inline constexpr std::uint32_t kBlockRateHz = 16000;
inline constexpr std::uint32_t kBlockMs = 10;

/// Probabilities are integers in Q15: 0 is 0.0, 32768 is 1.0.
inline constexpr std::uint16_t kProbabilityOneQ15 = 32768;

/// Bytes of one sample: 2, 1, 1, 4.
[[nodiscard]] constexpr std::size_t bytes_per_sample(AudioFormat format) noexcept {
    switch (format) {
        case AudioFormat::PCM16: return 2;
        case AudioFormat::G711_ULAW: return 1;
        case AudioFormat::G711_ALAW: return 1;
        case AudioFormat::FLOAT32: return 4;
    }
    return 0;
}

/// Either law: a byte is a sample.
[[nodiscard]] constexpr bool is_g711(AudioFormat format) noexcept {
    return format == AudioFormat::G711_ULAW || format == AudioFormat::G711_ALAW;
}

/// Names as in JSON: "realtime", "speech_starting", "energy", "pcm16". "" for a value outside the enumeration.
const char* name_of(ProcessingMode mode) noexcept;
const char* name_of(VADState state) noexcept;
const char* name_of(VADType type) noexcept;
const char* name_of(AudioFormat format) noexcept;

/// Reads a name, exact lower case. Besides the names above: "ulaw", "mulaw", "pcmu", "alaw", "pcma", "f32", "s16",
/// "energy_based". False and `out` untouched when unknown.
[[nodiscard]] bool parse(std::string_view name, ProcessingMode& out) noexcept;
[[nodiscard]] bool parse(std::string_view name, VADType& out) noexcept;
[[nodiscard]] bool parse(std::string_view name, AudioFormat& out) noexcept;

}  // namespace audioengine
