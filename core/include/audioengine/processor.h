// AudioProcessor: work on complete messages, without a stream. (Streams use AudioEngine: cut audio can't be filtered or
// resampled piece by piece without joins that are heard.)
//
// Every message is judged on its own; nothing is kept from one call to the next. Output goes where the caller says;
// `max_output_bytes` of a call is given with it. An `output_too_small` wrote nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "audioengine/conditioner.h"
#include "audioengine/config.h"
#include "audioengine/result.h"
#include "audioengine/validate.h"

namespace audioengine {

/// What to do with a last chunk that is shorter than the others.
enum class Remainder : std::uint8_t { keep, pad, drop };

/// A message cut into chunks of equal duration: `for (std::span<const std::byte> chunk : range)`. Views into the
/// message; no copy. With Remainder::pad the last chunk is still its own short view, and `padding_bytes()` bytes of
/// `silence_byte()` belong behind it.
class ChunkRange {
public:
    ChunkRange(std::span<const std::byte> audio, std::size_t chunk_bytes, Remainder remainder,
               std::byte silence) noexcept;

    class Iterator {
    public:
        Iterator(const ChunkRange& range, std::size_t at) noexcept : range_(&range), at_(at) {}
        std::span<const std::byte> operator*() const noexcept;
        Iterator& operator++() noexcept;
        bool operator==(const Iterator& other) const noexcept { return at_ == other.at_; }

    private:
        const ChunkRange* range_;
        std::size_t at_;
    };

    [[nodiscard]] Iterator begin() const noexcept { return {*this, 0}; }
    [[nodiscard]] Iterator end() const noexcept { return {*this, audio_.size()}; }
    [[nodiscard]] std::size_t size() const noexcept;  ///< Number of chunks.
    [[nodiscard]] std::size_t chunk_bytes() const noexcept { return chunk_bytes_; }
    [[nodiscard]] std::size_t padding_bytes() const noexcept { return padding_bytes_; }
    [[nodiscard]] std::byte silence_byte() const noexcept { return silence_; }

private:
    std::span<const std::byte> audio_;
    std::size_t chunk_bytes_;
    std::size_t padding_bytes_ = 0;
    std::byte silence_;
};

class AudioProcessor {
public:
    /// Allocates the working memory of the process calls.
    static Result<AudioProcessor> create(const AudioConfig& config,
                                         ProcessingMode mode = ProcessingMode::BALANCED) noexcept;

    struct [[nodiscard]] Written {
        Status status = Status::ok;
        std::size_t bytes = 0;     ///< Written to `out`.
        std::size_t position = 0;  ///< The input byte at which `status` was found.
        [[nodiscard]] bool ok() const noexcept { return status == Status::ok; }
    };

    /// Is this a complete message in the configured format, or in `expected`? See `validate`.
    [[nodiscard]] ValidationResult validate_format(std::span<const std::byte> audio) const noexcept;
    [[nodiscard]] ValidationResult validate_format(std::span<const std::byte> audio,
                                                   AudioFormat expected) const noexcept;

    /// Decode, downmix, encode: mono in the configured format and rate. `out`: audio.size() bytes always suffice.
    Written process_realtime(std::span<const std::byte> audio, std::span<std::byte> out) noexcept;

    /// The same with high-pass (`enhance`) and steady level with limiter (`normalize`); see Conditioner.
    /// `metadata`, if not null, describes the input.
    Written process_quality(std::span<const std::byte> audio, std::span<std::byte> out, bool enhance, bool normalize,
                            AudioMetadata* metadata = nullptr) noexcept;

    /// By the mode given at `create`.
    Written process(std::span<const std::byte> audio, std::span<std::byte> out) noexcept;

    /// Cuts into chunks of `chunk_duration_ms` (0: the configured one), whole frames each.
    [[nodiscard]] ChunkRange chunk_audio(std::span<const std::byte> audio, std::uint32_t chunk_duration_ms = 0,
                                         Remainder remainder = Remainder::keep) const noexcept;

    /// Milliseconds; a trailing part of a frame does not count.
    [[nodiscard]] double calculate_duration(std::span<const std::byte> audio) const noexcept;

    /// Mono PCM16 from one rate to another with the QUALITY filter. Allocates for the time of the call: this is the
    /// offline helper. `out`: `resampled_bytes(...)`. Errors: `bad_sample_rate`, `truncated_frame`, `out_of_memory`.
    static Written resample(std::span<const std::byte> audio, std::uint32_t from_rate_hz, std::uint32_t to_rate_hz,
                            std::span<std::byte> out) noexcept;
    [[nodiscard]] static std::size_t resampled_bytes(std::size_t bytes, std::uint32_t from_rate_hz,
                                                     std::uint32_t to_rate_hz) noexcept;

    /// PCM16 of 1 to 8 channels to mono. `out`: audio.size() / channels bytes.
    static Written ensure_mono(std::span<const std::byte> audio, std::uint32_t channels,
                               std::span<std::byte> out) noexcept;

    /// Levels, DC, shares; with `detailed` also noise floor and bandwidth, which cost a spectrum of the whole message.
    [[nodiscard]] AudioMetadata analyze_audio(std::span<const std::byte> audio, bool detailed) const noexcept;

    [[nodiscard]] const AudioConfig& config() const noexcept { return config_; }

private:
    AudioProcessor(const AudioConfig& config, ProcessingMode mode, Conditioner leveler) noexcept;

    AudioConfig config_;
    ProcessingMode mode_;
    Conditioner leveler_;
    std::unique_ptr<std::int16_t[]> work_;
};

}  // namespace audioengine
