#include "audioengine/processor.h"

#include <algorithm>
#include <array>
#include <utility>

#include "audioengine/g711.h"
#include "audioengine/pcm.h"
#include "audioengine/resampler.h"
#include "det_math.h"
#include "make_array.h"
#include "spectrum.h"

namespace audioengine {

namespace {

constexpr std::size_t kPieceFrames = 256;
constexpr std::size_t kAverageMs = 80;  // of the noise floor, as in EnergyDetector

/// Decodes and mixes down a message piece by piece: `sink(std::span<std::int16_t> mono)`, up to kPieceFrames at a time.
template <class Sink>
void for_each_piece(AudioFormat format, std::uint32_t channels, std::span<const std::byte> audio, Sink sink) noexcept {
    std::array<std::int16_t, kPieceFrames * kMaxChannels> interleaved{};
    std::array<std::int16_t, kPieceFrames> mono{};
    const std::size_t frame_bytes = bytes_per_sample(format) * channels;
    for (std::size_t at = 0; at + frame_bytes <= audio.size(); at += kPieceFrames * frame_bytes) {
        const auto piece = audio.subspan(at, std::min(kPieceFrames * frame_bytes, audio.size() - at));
        const std::size_t frames = piece.size() / frame_bytes;
        const std::span<std::int16_t> samples(interleaved.data(), frames * channels);
        (void)decode_samples(format, piece.first(frames * frame_bytes), samples);
        downmix(samples, channels, mono);
        sink(std::span(mono).first(frames));
    }
}

/// Encodes to the end of what has been written.
class Appender {
public:
    Appender(AudioFormat format, std::span<std::byte> out) noexcept : format_(format), out_(out) {}
    void append(std::span<const std::int16_t> samples) noexcept {
        written_ += encode_samples(format_, samples, out_.subspan(written_));
    }
    [[nodiscard]] std::size_t written() const noexcept { return written_; }

private:
    AudioFormat format_;
    std::span<std::byte> out_;
    std::size_t written_ = 0;
};

/// The least energy among stretches of kAverageMs that are not digital silence.
class NoiseFloor {
public:
    explicit NoiseFloor(std::uint32_t sample_rate_hz) noexcept : stretch_samples_(kAverageMs * sample_rate_hz / 1000) {}
    void add(std::int16_t sample) noexcept {
        sum_ += static_cast<std::uint64_t>(std::int64_t{sample} * sample);
        if (++count_ < stretch_samples_) return;
        if (sum_ > 0) least_ = least_ == 0 ? sum_ : std::min(least_, sum_);
        sum_ = 0;
        count_ = 0;
    }
    [[nodiscard]] std::int32_t dbfs_x100() const noexcept {
        return det::mean_square_dbfs_x100(least_, stretch_samples_);
    }

private:
    std::size_t stretch_samples_;
    std::size_t count_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t least_ = 0;
};

/// What only `detailed` metadata tells.
void look_closer(const AudioConfig& config, std::span<const std::byte> audio, AudioMetadata& metadata) noexcept {
    NoiseFloor floor(config.sample_rate);
    Spectrum spectrum;
    std::array<std::int16_t, Spectrum::kSize> frame{};
    std::size_t filled = 0;
    for_each_piece(config.format, config.channels, audio, [&](std::span<const std::int16_t> mono) {
        for (const std::int16_t sample : mono) {
            floor.add(sample);
            frame[filled++] = sample;
            if (filled < frame.size()) continue;
            spectrum.add(frame);
            filled = 0;
        }
    });
    if (spectrum.frames() == 0) spectrum.add(frame);  // a short message: padded with zeros
    metadata.noise_floor_dbfs_x100 = floor.dbfs_x100();
    metadata.bandwidth_hz = static_cast<std::uint32_t>(spectrum.highest_bin() * config.sample_rate / Spectrum::kSize);
}

}  // namespace

ChunkRange::ChunkRange(std::span<const std::byte> audio, std::size_t chunk_bytes, Remainder remainder,
                       std::byte silence) noexcept
    : audio_(audio), chunk_bytes_(chunk_bytes), silence_(silence) {
    const std::size_t rest = audio.size() % chunk_bytes;
    if (rest == 0) return;
    if (remainder == Remainder::drop) audio_ = audio.first(audio.size() - rest);
    if (remainder == Remainder::pad) padding_bytes_ = chunk_bytes - rest;
}

std::size_t ChunkRange::size() const noexcept { return (audio_.size() + chunk_bytes_ - 1) / chunk_bytes_; }

std::span<const std::byte> ChunkRange::Iterator::operator*() const noexcept {
    return range_->audio_.subspan(at_, std::min(range_->chunk_bytes_, range_->audio_.size() - at_));
}

ChunkRange::Iterator& ChunkRange::Iterator::operator++() noexcept {
    at_ += std::min(range_->chunk_bytes_, range_->audio_.size() - at_);
    return *this;
}

AudioProcessor::AudioProcessor(const AudioConfig& config, ProcessingMode mode, Conditioner leveler) noexcept
    : config_(config), mode_(mode), leveler_(std::move(leveler)) {}

Result<AudioProcessor> AudioProcessor::create(const AudioConfig& config, ProcessingMode mode) noexcept {
    if (const auto checked = check(mode); !checked) return {checked.status(), checked.field()};
    if (const auto checked = check(config); !checked) return {checked.status(), checked.field()};
    auto leveler = Conditioner::create(config.sample_rate, ProcessingMode::QUALITY, true);
    if (!leveler) return {leveler.status(), leveler.field()};
    AudioProcessor processor(config, mode, std::move(leveler).value());
    processor.work_ = make_array<std::int16_t>(processor.leveler_.max_output_samples(kPieceFrames));
    if (!processor.work_) return Status::out_of_memory;
    return processor;
}

ValidationResult AudioProcessor::validate_format(std::span<const std::byte> audio) const noexcept {
    return validate(config_, audio);
}

ValidationResult AudioProcessor::validate_format(std::span<const std::byte> audio,
                                                 AudioFormat expected) const noexcept {
    AudioConfig config = config_;
    config.format = expected;
    config.bit_depth = 0;  // of the configured format
    return validate(config, audio);
}

AudioProcessor::Written AudioProcessor::process_realtime(std::span<const std::byte> audio,
                                                         std::span<std::byte> out) noexcept {
    return process_quality(audio, out, false, false);
}

AudioProcessor::Written AudioProcessor::process(std::span<const std::byte> audio, std::span<std::byte> out) noexcept {
    return process_quality(audio, out, mode_ != ProcessingMode::REALTIME, mode_ == ProcessingMode::QUALITY);
}

AudioProcessor::Written AudioProcessor::process_quality(std::span<const std::byte> audio, std::span<std::byte> out,
                                                        bool enhance, bool normalize,
                                                        AudioMetadata* metadata) noexcept {
    const ValidationResult valid = validate(config_, audio);
    if (metadata != nullptr) *metadata = valid.metadata;
    if (!valid.ok()) return {valid.status, 0, valid.position};
    const std::size_t needed = audio.size() / config_.channels;
    if (out.size() < needed) return {Status::output_too_small, 0, 0};

    // Steady level includes the high-pass: what it would amplify otherwise is rumble.
    leveler_.reset();
    leveler_.set_mode(normalize ? ProcessingMode::QUALITY
                                : (enhance ? ProcessingMode::BALANCED : ProcessingMode::REALTIME));
    Appender appender(config_.format, out.first(needed));
    const std::span<std::int16_t> work(work_.get(), leveler_.max_output_samples(kPieceFrames));
    for_each_piece(config_.format, config_.channels, audio, [&](std::span<const std::int16_t> mono) {
        appender.append(work.first(leveler_.process(mono, work)));
    });
    appender.append(work.first(leveler_.flush(work)));
    return {Status::ok, appender.written(), 0};
}

ChunkRange AudioProcessor::chunk_audio(std::span<const std::byte> audio, std::uint32_t chunk_duration_ms,
                                       Remainder remainder) const noexcept {
    const std::uint64_t ms = chunk_duration_ms == 0 ? config_.chunk_duration_ms : chunk_duration_ms;
    const auto frames = static_cast<std::size_t>(std::max<std::uint64_t>(1, ms * config_.sample_rate / 1000));
    return {audio, frames * bytes_per_frame(config_), remainder, silence_byte(config_.format)};
}

double AudioProcessor::calculate_duration(std::span<const std::byte> audio) const noexcept {
    const std::size_t frames = audio.size() / bytes_per_frame(config_);
    return static_cast<double>(frames) * 1000.0 / static_cast<double>(config_.sample_rate);
}

std::size_t AudioProcessor::resampled_bytes(std::size_t bytes, std::uint32_t from_rate_hz,
                                            std::uint32_t to_rate_hz) noexcept {
    if (from_rate_hz == 0) return 0;
    const std::uint64_t samples = bytes / sizeof(std::int16_t);
    return static_cast<std::size_t>((samples * to_rate_hz + from_rate_hz - 1) / from_rate_hz) * sizeof(std::int16_t);
}

AudioProcessor::Written AudioProcessor::resample(std::span<const std::byte> audio, std::uint32_t from_rate_hz,
                                                 std::uint32_t to_rate_hz, std::span<std::byte> out) noexcept {
    const std::size_t whole = audio.size() / sizeof(std::int16_t) * sizeof(std::int16_t);
    if (whole != audio.size()) return {Status::truncated_frame, 0, whole};
    auto created = Resampler::create(from_rate_hz, to_rate_hz, ProcessingMode::QUALITY);
    if (!created) return {created.status(), 0, 0};
    const std::size_t needed = resampled_bytes(audio.size(), from_rate_hz, to_rate_hz);
    if (out.size() < needed) return {Status::output_too_small, 0, 0};

    Resampler& resampler = created.value();
    const std::size_t work_samples =
        std::max(resampler.max_output_samples(kPieceFrames), resampler.max_flush_samples());
    const std::unique_ptr<std::int16_t[]> memory = make_array<std::int16_t>(work_samples);
    if (!memory) return {Status::out_of_memory, 0, 0};
    const std::span<std::int16_t> work(memory.get(), work_samples);
    Appender appender(AudioFormat::PCM16, out.first(needed));
    for_each_piece(AudioFormat::PCM16, 1, audio, [&](std::span<const std::int16_t> mono) {
        appender.append(work.first(resampler.process(mono, work).produced));
    });
    appender.append(work.first(resampler.flush(work).produced));
    return {Status::ok, appender.written(), 0};
}

AudioProcessor::Written AudioProcessor::ensure_mono(std::span<const std::byte> audio, std::uint32_t channels,
                                                    std::span<std::byte> out) noexcept {
    if (channels < 1 || channels > kMaxChannels) return {Status::bad_channels, 0, 0};
    const std::size_t frame_bytes = sizeof(std::int16_t) * channels;
    const std::size_t whole = audio.size() / frame_bytes * frame_bytes;
    if (whole != audio.size()) return {Status::truncated_frame, 0, whole};
    if (out.size() < whole / channels) return {Status::output_too_small, 0, 0};
    Appender appender(AudioFormat::PCM16, out);
    for_each_piece(AudioFormat::PCM16, channels, audio,
                   [&](std::span<const std::int16_t> mono) { appender.append(mono); });
    return {Status::ok, appender.written(), 0};
}

AudioMetadata AudioProcessor::analyze_audio(std::span<const std::byte> audio, bool detailed) const noexcept {
    AudioMetadata metadata = validate(config_, audio).metadata;
    if (detailed) look_closer(config_, audio, metadata);
    return metadata;
}

}  // namespace audioengine
