#include "audioengine/validate.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "audioengine/forensics.h"
#include "audioengine/pcm.h"
#include "det_math.h"
#include "level.h"

namespace audioengine {

namespace {

constexpr const char* kFindingNames[kFindingCount] = {
    "clipped",    "near_clipping",  "dc_offset",      "digital_silence", "low_level",   "non_finite",
    "container",  "trailing_bytes", "text",           "byte_swapped",    "looks_pcm16", "looks_ulaw",
    "looks_alaw", "looks_float32",  "stereo_as_mono", "low_rate",        "zero_run",    "repeated"};

constexpr std::size_t kScanSamples = 256;
constexpr std::uint32_t kClippedRun = 3;

bool is_full_scale(std::int16_t sample) noexcept { return sample == 32767 || sample == -32768; }

std::uint32_t share_ppm(std::uint64_t part, std::uint64_t whole) noexcept {
    return whole == 0 ? 0 : static_cast<std::uint32_t>(part * 1000000 / whole);
}

}  // namespace

const char* finding_name(std::uint32_t index) noexcept { return index < kFindingCount ? kFindingNames[index] : ""; }

void LevelScan::add(std::span<const std::int16_t> all, std::int32_t near_clip_level) noexcept {
    // Pieces short enough for 32-bit partial sums, so that the loop vectorises.
    for (std::size_t start = 0; start < all.size(); start += kScanSamples) {
        const auto piece = all.subspan(start, std::min(kScanSamples, all.size() - start));
        std::int32_t piece_sum = 0;
        std::uint64_t piece_squares = 0;
        std::int32_t low = 0;
        std::int32_t high = 0;
        std::uint32_t piece_zeros = 0;
        for (const std::int16_t sample : piece) {
            const std::int32_t value = sample;
            piece_sum += value;
            piece_squares += static_cast<std::uint32_t>(value * value);
            low = value < low ? value : low;
            high = value > high ? value : high;
            piece_zeros += value == 0 ? 1U : 0U;
        }
        sum += piece_sum;
        sum_squares += piece_squares;
        zeros += piece_zeros;
        const auto piece_peak = static_cast<std::uint32_t>(std::max(-low, high));
        peak = std::max(peak, piece_peak);
        add_loud(piece, piece_peak, near_clip_level);
    }
    samples += all.size();
}

void LevelScan::add_loud(std::span<const std::int16_t> piece, std::uint32_t piece_peak,
                         std::int32_t near_clip_level) noexcept {
    if (piece_peak < 32767) full_scale_run = 0;
    if (piece_peak < std::min<std::uint32_t>(32767, static_cast<std::uint32_t>(near_clip_level))) return;
    for (const std::int16_t sample : piece) {
        if (sample >= near_clip_level || sample <= -near_clip_level) ++near_clip;
        if (!is_full_scale(sample)) {
            full_scale_run = 0;
            continue;
        }
        ++full_scale;
        ++full_scale_run;
        longest_full_scale_run = std::max(longest_full_scale_run, full_scale_run);
    }
}

Finding LevelScan::findings(float min_amplitude) const noexcept {
    Finding found = Finding::none;
    if (samples == 0) return found;
    if (longest_full_scale_run >= kClippedRun) found = found | Finding::clipped;
    if (near_clip > samples / 1000) found = found | Finding::near_clipping;
    const std::uint64_t offset = sum < 0 ? static_cast<std::uint64_t>(-sum) : static_cast<std::uint64_t>(sum);
    if (offset > samples * 32768 / 100) found = found | Finding::dc_offset;
    if (zeros == samples) return found | Finding::digital_silence;
    if (static_cast<double>(sum_squares) < level::mean_square_at(min_amplitude) * static_cast<double>(samples))
        found = found | Finding::low_level;
    return found;
}

AudioMetadata describe(const AudioConfig& config, const LevelScan& scan) noexcept {
    AudioMetadata metadata;
    metadata.format = config.format;
    metadata.sample_rate_hz = config.sample_rate;
    metadata.channels = config.channels;
    metadata.frames = config.channels == 0 ? 0 : scan.samples / config.channels;
    metadata.duration_us = config.sample_rate == 0 ? 0 : metadata.frames * 1000000 / config.sample_rate;
    metadata.peak_dbfs_x100 = det::mean_square_dbfs_x100(std::uint64_t{scan.peak} * scan.peak, 1);
    metadata.rms_dbfs_x100 = det::mean_square_dbfs_x100(scan.sum_squares, scan.samples);
    metadata.crest_db_x100 = metadata.peak_dbfs_x100 - metadata.rms_dbfs_x100;
    if (scan.samples > 0) {
        const auto count = static_cast<std::int64_t>(scan.samples);
        metadata.dc_ppm =
            static_cast<std::int32_t>(scan.sum / count * 1000000 / 32768 + scan.sum % count * 1000000 / count / 32768);
    }
    metadata.clipped_ppm = share_ppm(scan.full_scale, scan.samples);
    metadata.zero_ppm = share_ppm(scan.zeros, scan.samples);
    return metadata;
}

bool is_container(std::span<const std::byte> bytes) noexcept {
    constexpr std::size_t kSignatureBytes = 4;
    if (bytes.size() < kSignatureBytes) return false;
    constexpr const char* kSignatures[] = {"RIFF", "RF64", "fLaC", "OggS", "FORM", "\x1A\x45\xDF\xA3"};
    for (const char* signature : kSignatures)
        if (std::memcmp(bytes.data(), signature, kSignatureBytes) == 0) return true;
    return std::memcmp(bytes.data(), "ID3", 3) == 0;
}

ValidationResult validate(const AudioConfig& config, std::span<const std::byte> bytes) noexcept {
    ValidationResult result;
    if (const auto checked = check(config); !checked) {
        result.status = checked.status();
        return result;
    }
    const std::size_t width = bytes_per_sample(config.format);
    const std::size_t frame_bytes = bytes_per_frame(config);
    LevelScan scan;
    Forensics forensics(config);
    std::array<std::int16_t, kScanSamples> decoded{};
    std::size_t not_finite = 0;
    const auto whole = bytes.first(bytes.size() / frame_bytes * frame_bytes);
    const std::size_t piece_bytes = kScanSamples / config.channels * frame_bytes;
    for (std::size_t at = 0; at < whole.size(); at += piece_bytes) {
        const auto piece = whole.subspan(at, std::min(piece_bytes, whole.size() - at));
        const auto samples = std::span(decoded).first(piece.size() / width);
        not_finite += decode_samples(config.format, piece, samples);
        scan.add(samples, level::near_clip_level(config));
        forensics.add(piece, samples);
    }
    forensics.finish();
    result.metadata = describe(config, scan);
    result.findings = scan.findings(config.min_amplitude) | forensics.findings();
    if (not_finite > 0) result.findings = result.findings | Finding::non_finite;
    if (whole.size() < bytes.size()) {
        result.findings = result.findings | Finding::trailing_bytes;
        result.status = Status::truncated_frame;
        result.position = whole.size();
    }
    if (has(result.findings, kWrongFormat)) {
        result.status = Status::unsupported_format;
        result.position = static_cast<std::size_t>(forensics.position(kWrongFormat));
    }
    if (is_container(bytes)) {
        result.findings = result.findings | Finding::container;
        result.status = Status::unsupported_format;
        result.position = 0;
    }
    if (bytes.empty()) result.status = Status::empty_input;
    return result;
}

}  // namespace audioengine
