// Is this raw audio, and is it good audio? Errors say that the bytes can't be used; findings say what a person would
// want to know. Quality never fails: a second of digital silence is valid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "audioengine/config.h"
#include "audioengine/status.h"
#include "audioengine/types.h"

namespace audioengine {

/// What is remarkable about a stretch of audio. A set of bits.
enum class Finding : std::uint32_t {
    none = 0,
    clipped = 1U << 0U,          ///< Three or more full-scale samples in a row.
    near_clipping = 1U << 1U,    ///< More than 0.1 % of the samples at or above `max_amplitude`.
    dc_offset = 1U << 2U,        ///< The mean is more than 1 % of full scale away from zero.
    digital_silence = 1U << 3U,  ///< Every sample is exactly zero.
    low_level = 1U << 4U,        ///< RMS under `min_amplitude`, but not digital silence.
    non_finite = 1U << 5U,       ///< NaN or infinity among float32 samples.
    container = 1U << 6U,        ///< Starts with the signature of a file (`is_container`), or with MP3 frames.
    trailing_bytes = 1U << 7U,   ///< Does not end with a whole frame.

    // Forensics (forensics.h). First what makes the bytes unusable: they are not in the configured format.
    text = 1U << 8U,            ///< Printable characters only, as base64, hex or JSON; 256 bytes in a stream.
    byte_swapped = 1U << 9U,    ///< The bytes of each sample are in the wrong order, or the stream is off by one byte.
    looks_pcm16 = 1U << 10U,    ///< 16-bit linear samples instead of the configured G.711 or float32.
    looks_ulaw = 1U << 11U,     ///< G.711 mu-law instead of the configured format.
    looks_alaw = 1U << 12U,     ///< G.711 A-law instead of the configured format.
    looks_float32 = 1U << 13U,  ///< Float samples instead of the configured format.
    // Then what the samples tell, in the right format.
    stereo_as_mono = 1U << 14U,  ///< Every second sample belongs to another channel; also where each comes twice.
    low_rate = 1U << 15U,  ///< Made from material of at most half the rate: nothing above a sharp edge, or every sample
                           ///< held, or drawn in straight lines between (at a ratio of 2 to 6).
    zero_run = 1U << 16U,  ///< 6 ms or more of exact zeros cut into audible material (at 4 to 6 ms: maybe).
    repeated = 1U << 17U,  ///< A stretch of 5 to 200 ms of audible material comes again, bit for bit, at once.
};

[[nodiscard]] constexpr Finding operator|(Finding a, Finding b) noexcept {
    return static_cast<Finding>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}
[[nodiscard]] constexpr bool has(Finding set, Finding one) noexcept {
    return (static_cast<std::uint32_t>(set) & static_cast<std::uint32_t>(one)) != 0;
}
inline constexpr std::uint32_t kFindingCount = 18;

/// The findings that say that the bytes are not in the configured format: `unsupported_format` for a message.
inline constexpr Finding kWrongFormat = Finding::container | Finding::text | Finding::byte_swapped |
                                        Finding::looks_pcm16 | Finding::looks_ulaw | Finding::looks_alaw |
                                        Finding::looks_float32;

/// The name of finding number `index` ("clipped"), 0 to kFindingCount - 1; "" beyond.
const char* finding_name(std::uint32_t index) noexcept;

/// Exact integer sums over decoded samples. Adding up two neighbouring stretches gives the same as scanning them as one.
class LevelScan {
public:
    /// Adds samples. `near_clip_level` is 1 to 32768, the absolute value from which a sample counts as nearly clipped.
    void add(std::span<const std::int16_t> samples, std::int32_t near_clip_level) noexcept;

    std::uint64_t samples = 0;
    std::uint64_t sum_squares = 0;
    std::int64_t sum = 0;
    std::uint32_t peak = 0;  ///< Largest absolute value, 0 to 32768.
    std::uint64_t zeros = 0;
    std::uint64_t full_scale = 0;      ///< Samples at -32768 or 32767.
    std::uint64_t near_clip = 0;       ///< Samples at or above `near_clip_level`.
    std::uint32_t full_scale_run = 0;  ///< Full-scale samples in a row up to now.
    std::uint32_t longest_full_scale_run = 0;

    /// Which level findings hold for everything added so far. `min_amplitude` as in AudioConfig.
    [[nodiscard]] Finding findings(float min_amplitude) const noexcept;

private:
    void add_loud(std::span<const std::int16_t> piece, std::uint32_t piece_peak, std::int32_t near_clip_level) noexcept;
};

/// Properties of a stretch of audio, as `AudioProcessor::analyze_audio` and `validate_audio` report them.
struct AudioMetadata {
    AudioFormat format = AudioFormat::PCM16;
    std::uint32_t sample_rate_hz = 0;
    std::uint32_t channels = 0;
    std::uint64_t frames = 0;
    std::uint64_t duration_us = 0;    ///< Microseconds.
    std::int32_t peak_dbfs_x100 = 0;  ///< Hundredths of a decibel below full scale; -12000 for silence.
    std::int32_t rms_dbfs_x100 = 0;
    std::int32_t dc_ppm = 0;         ///< Mean, in millionths of full scale.
    std::uint32_t clipped_ppm = 0;   ///< Share of full-scale samples, in millionths.
    std::uint32_t zero_ppm = 0;      ///< Share of zero samples, in millionths.
    std::int32_t crest_db_x100 = 0;  ///< Peak over RMS, hundredths of a decibel.
    // Only by AudioProcessor::analyze_audio with `detailed`; 0 otherwise.
    std::int32_t noise_floor_dbfs_x100 = 0;  ///< The quietest 80 ms that are not digital silence.
    std::uint32_t bandwidth_hz = 0;          ///< Above this there is nothing but the rounding of 16-bit samples.
};

/// What `validate_audio` answers.
struct [[nodiscard]] ValidationResult {
    Status status = Status::ok;  ///< `ok`, `empty_input`, `truncated_frame` or `unsupported_format`; what `check` says
                                 ///< of a configuration that it does not accept.
    std::size_t position = 0;    ///< The byte at which `status` was found.
    Finding findings = Finding::none;
    AudioMetadata metadata;  ///< Filled as far as the bytes could be read.
    [[nodiscard]] bool ok() const noexcept { return status == Status::ok; }
};

/// Judges a complete message: non-empty, whole frames, no file, and in the configured format as far as forensics can tell
/// (`unsupported_format` with the position of the first window that is not). No allocation, any length.
ValidationResult validate(const AudioConfig& config, std::span<const std::byte> bytes) noexcept;

/// The metadata of a scan.
[[nodiscard]] AudioMetadata describe(const AudioConfig& config, const LevelScan& scan) noexcept;

/// True when the bytes begin with the signature of a file: RIFF, RF64, FLAC, Ogg, AIFF, WebM, MP3 with ID3. Looks at the
/// first 4 bytes; fewer are never a match.
[[nodiscard]] bool is_container(std::span<const std::byte> bytes) noexcept;

}  // namespace audioengine
