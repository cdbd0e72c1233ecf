// AudioProcessor: any message under any configuration. Laws: nothing is kept from one call to the next; a message is judged as
// `validate` judges it; too little room writes nothing; chunks put together are the message; lengths are exact.
#include <cmath>
#include <utility>

#include "audioengine/processor.h"
#include "fuzz.h"

namespace audioengine::fuzz {
namespace {

using Written = AudioProcessor::Written;

constexpr std::byte kUntouched{0xA7};

/// Calls `process(out)` with just enough room, twice, and with too little. Returns what was written, empty when refused.
template <class Process>
Bytes try_rooms(std::size_t needed, Status expected, Process process) {
    Bytes first(needed + 1, kUntouched);
    const Written written = process(std::span(first).first(needed));
    demand(written.status == expected, "the status by its rule");
    demand(written.bytes == (written.ok() ? needed : 0), "exactly as long");
    demand(first[needed] == kUntouched, "nothing beyond the room");
    Bytes second(needed + 1, kUntouched);
    demand(process(std::span(second).first(needed)).status == written.status && first == second, "nothing is kept");
    if (!written.ok()) {
        demand(std::count(first.begin(), first.end(), kUntouched) == static_cast<std::ptrdiff_t>(first.size()),
               "what is refused writes nothing");
        return {};
    }
    if (needed > 0) {
        Bytes less(needed - 1, kUntouched);
        demand(process(less).status == Status::output_too_small, "one byte short");
        demand(std::count(less.begin(), less.end(), kUntouched) == static_cast<std::ptrdiff_t>(less.size()),
               "and nothing written");
    }
    first.pop_back();
    return first;
}

void try_process(AudioProcessor& processor, View message, ProcessingMode mode) {
    const ValidationResult valid = processor.validate_format(message);
    demand(valid.status == validate(processor.config(), message).status, "judged as validate judges");
    const std::size_t needed = message.size() / processor.config().channels;
    const auto quality = [&](bool enhance, bool normalize) {
        return try_rooms(needed, valid.status, [&](std::span<std::byte> out) {
            AudioMetadata metadata;
            const Written written = processor.process_quality(message, out, enhance, normalize, &metadata);
            demand(metadata.frames == valid.metadata.frames && metadata.peak_dbfs_x100 == valid.metadata.peak_dbfs_x100,
                   "the metadata are those of the input");
            return written;
        });
    };
    const Bytes plain = try_rooms(needed, valid.status,
                                  [&](std::span<std::byte> out) { return processor.process_realtime(message, out); });
    const Bytes enhanced = quality(true, false);
    const Bytes normalised = quality(false, true);
    demand(normalised == quality(true, true), "a steady level includes the high-pass");
    const Bytes by_mode =
        try_rooms(needed, valid.status, [&](std::span<std::byte> out) { return processor.process(message, out); });
    const Bytes& expected =
        mode == ProcessingMode::REALTIME ? plain : (mode == ProcessingMode::BALANCED ? enhanced : normalised);
    demand(by_mode == expected, "the mode chooses");
}

void try_chunks(const AudioProcessor& processor, View message, std::uint32_t ms, Remainder remainder) {
    const ChunkRange range = processor.chunk_audio(message, ms, remainder);
    Bytes joined;
    std::size_t count = 0;
    for (const View chunk : range) {
        demand(!chunk.empty() && chunk.size() <= range.chunk_bytes(), "a chunk has its size");
        test::append(joined, chunk);
        ++count;
    }
    demand(count == range.size(), "as many as were said");
    const std::size_t rest = message.size() % range.chunk_bytes();
    const View kept = remainder == Remainder::drop ? message.first(message.size() - rest) : message;
    demand(std::equal(joined.begin(), joined.end(), kept.begin(), kept.end()), "together they are the message");
    const bool pads = remainder == Remainder::pad && rest > 0;
    demand(range.padding_bytes() == (pads ? range.chunk_bytes() - rest : 0), "padding makes the last one whole");
}

void try_analysis(const AudioProcessor& processor, View message) {
    const AudioMetadata brief = processor.analyze_audio(message, false);
    const AudioMetadata data = processor.analyze_audio(message, true);
    demand(brief.rms_dbfs_x100 == data.rms_dbfs_x100 && brief.frames == data.frames, "details change nothing");
    demand(data.noise_floor_dbfs_x100 >= -12000 && data.noise_floor_dbfs_x100 <= 0, "a floor is -120 to 0 dB");
    demand(data.bandwidth_hz <= data.sample_rate_hz / 2, "a bandwidth is at most half the rate");
    const double ms = processor.calculate_duration(message);
    demand(std::abs(ms - static_cast<double>(data.duration_us) / 1000.0) <= 0.001, "the same duration");
}

void try_helpers(Reader& reader, View message) {
    const bool wild = read_wild(reader);
    const std::uint32_t from = read_rate_hz(reader, wild);
    const std::uint32_t to = read_rate_hz(reader, wild);
    const View some = message.first(std::min<std::size_t>(message.size(), 4001));
    const bool rates = is_sample_rate(from) && is_sample_rate(to);
    const std::size_t needed = rates ? AudioProcessor::resampled_bytes(some.size(), from, to) : 0;
    Status expected = rates ? Status::ok : Status::bad_sample_rate;
    if (some.size() % 2 != 0) expected = Status::truncated_frame;
    try_rooms(needed, expected,
              [&](std::span<std::byte> out) { return AudioProcessor::resample(some, from, to, out); });

    const std::uint32_t channels = wild ? reader.word() : 1 + reader.below(8);
    const bool known = channels >= 1 && channels <= 8;
    Status mono = Status::bad_channels;
    if (known) mono = message.size() % (2 * channels) == 0 ? Status::ok : Status::truncated_frame;
    try_rooms(known ? message.size() / channels : 0, mono,
              [&](std::span<std::byte> out) { return AudioProcessor::ensure_mono(message, channels, out); });
}

}  // namespace

void run(Reader& reader) {
    const bool wild = read_wild(reader);
    const AudioConfig audio = read_audio_config(reader, wild);
    const ProcessingMode mode = read_mode(reader, wild);
    auto created = AudioProcessor::create(audio, mode);
    if (!created) {
        demand(*created.field() != '\0', "whoever gave the configuration learns which field it was");
        return;
    }
    const std::uint32_t ms = reader.flag() ? reader.word() : reader.byte();
    const auto remainder = static_cast<Remainder>(reader.below(3));
    Bytes message;
    for (std::uint32_t i = reader.below(4); i > 0; --i) test::append(message, read_sound(reader, audio, 2000));

    AudioProcessor& processor = created.value();
    try_process(processor, message, mode);
    try_chunks(processor, message, ms, remainder);
    try_analysis(processor, message);
    try_helpers(reader, message);
    const auto format = static_cast<AudioFormat>(reader.below(6));
    AudioConfig other = audio;
    other.format = format;
    other.bit_depth = 0;
    demand(processor.validate_format(message, format).status == validate(other, message).status, "in another format");
}

}  // namespace audioengine::fuzz
