// Judging bytes: `validate`, `is_container`, LevelScan. Any bytes under any format. Laws: one status by one rule, and where
// it was found; the same answer every time; a scan in pieces is the scan of the whole; shares and levels within their ranges.
#include <utility>

#include "audioengine/forensics.h"
#include "audioengine/pcm.h"
#include "audioengine/validate.h"
#include "fuzz.h"
#include "reference/level_scan_reference.h"

namespace audioengine::fuzz {
namespace {

void demand_status(const AudioConfig& audio, View bytes, const ValidationResult& result) {
    if (const auto checked = check(audio); !checked) {
        demand(result.status == checked.status(), "a configuration that no engine takes");
    } else if (bytes.empty()) {
        demand(result.status == Status::empty_input, "nothing");
    } else if (is_container(bytes)) {
        demand(result.status == Status::unsupported_format && result.position == 0, "a file");
    } else if (result.status != Status::unsupported_format) {  // what forensics say, when they say it
        const std::size_t whole = bytes.size() - bytes.size() % bytes_per_frame(audio);
        demand(result.ok() == (whole == bytes.size()), "whole frames");
        if (!result.ok()) demand(result.status == Status::truncated_frame && result.position == whole, "a part of one");
    }
}

void demand_ranges(const AudioMetadata& data) {
    demand(data.peak_dbfs_x100 >= -12000 && data.peak_dbfs_x100 <= 0, "a peak is -120 to 0 dB");
    demand(data.rms_dbfs_x100 >= -12000 && data.rms_dbfs_x100 <= data.peak_dbfs_x100, "an RMS is at most the peak");
    demand(data.crest_db_x100 >= 0 && data.crest_db_x100 <= 12000, "a crest factor is 0 to 120 dB");
    demand(data.dc_ppm >= -1000000 && data.dc_ppm <= 1000000, "an offset is at most full scale");
    demand(data.clipped_ppm <= 1000000 && data.zero_ppm <= 1000000, "a share is at most all");
    demand(data.frames == 0 || data.clipped_ppm + data.zero_ppm <= 1000000, "no sample is clipped and zero");
}

void try_forensics(const AudioConfig& audio, View bytes, std::span<const std::int16_t> samples, std::uint32_t seed) {
    const std::size_t frame_bytes = bytes_per_frame(audio);
    const std::size_t frames = bytes.size() / frame_bytes;
    Forensics whole(audio);
    whole.add(bytes.first(frames * frame_bytes), samples.first(frames * audio.channels));
    Forensics pieces(audio);
    in_pieces(bytes.first(frames), seed, SIZE_MAX, [&, at = std::size_t{0}](View piece) mutable {  // a byte a frame
        pieces.add(bytes.subspan(at * frame_bytes, piece.size() * frame_bytes),
                   samples.subspan(at * audio.channels, piece.size() * audio.channels));
        at += piece.size();
    });
    whole.finish();
    pieces.finish();
    demand(pieces.findings() == whole.findings(), "findings do not depend on the cut");
    for (std::uint32_t bit = 0; bit < kFindingCount; ++bit) {
        const auto one = static_cast<Finding>(1U << bit);
        demand(pieces.position(one) == whole.position(one) && whole.position(one) <= bytes.size(), "nor their places");
    }
}

void try_scan(const AudioConfig& audio, View bytes, std::uint32_t seed, int near_clip_level) {
    const std::size_t width = bytes_per_sample(audio.format);
    if (width == 0) return;
    std::vector<std::int16_t> samples(bytes.size() / width);
    (void)decode_samples(audio.format, bytes, samples);
    LevelScan whole;
    whole.add(samples, near_clip_level);
    LevelScan pieces;
    in_pieces(std::as_bytes(std::span(samples)), seed, SIZE_MAX, [&, at = std::size_t{0}](View piece) mutable {
        const std::size_t count = (at + piece.size()) / 2 - at / 2;
        pieces.add(std::span(samples).subspan(at / 2, count), near_clip_level);
        at += piece.size();
    });
    const auto numbers = reference::numbers_of(whole);
    demand(reference::numbers_of(pieces) == numbers, "a scan in pieces is the scan of the whole");
    demand(reference::numbers_of(reference::scan(samples, near_clip_level)) == numbers, "the numbers of the slow scan");
    demand_ranges(describe(audio, whole));
    if (check(audio)) try_forensics(audio, bytes, samples, seed);
    demand(static_cast<std::uint32_t>(whole.findings(audio.min_amplitude)) < 1U << kFindingCount, "known findings");
}

}  // namespace

void run(Reader& reader) {
    const AudioConfig audio = read_audio_config(reader, read_wild(reader));
    const std::uint32_t seed = reader.byte();
    const int near_clip_level = 1 + static_cast<int>(reader.below(32768));
    Bytes bytes;
    for (int i = 0; i < 4 && reader.flag(); ++i)
        if (bytes_per_sample(audio.format) * audio.channels != 0) test::append(bytes, read_sound(reader, audio, 2000));
    test::append(bytes, reader.rest());

    const ValidationResult result = validate(audio, bytes);
    demand_status(audio, bytes, result);
    demand(result.position <= bytes.size(), "the position lies within");
    demand(static_cast<std::uint32_t>(result.findings) < 1U << kFindingCount, "known findings");
    demand(is_container(bytes) == is_container(View(bytes).first(std::min<std::size_t>(4, bytes.size()))),
           "four bytes tell a file");
    demand(!is_container(View(bytes).first(std::min<std::size_t>(3, bytes.size()))), "three do not");
    demand_ranges(result.metadata);
    const ValidationResult again = validate(audio, bytes);
    demand(again.findings == result.findings && again.metadata.dc_ppm == result.metadata.dc_ppm, "every time the same");
    try_scan(audio, bytes, seed, near_clip_level);
}

}  // namespace audioengine::fuzz
