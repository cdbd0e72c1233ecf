// What the fuzz targets share: bytes as values, as configurations and as sound; and what to do when a law is broken.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <span>
#include <vector>

#include "audioengine/config.h"
#include "support/bytes.h"
#include "support/generate.h"

namespace audioengine::fuzz {

using test::Bytes;
using View = std::span<const std::byte>;

/// Ends the program, so that the fuzzer keeps the input, when a law does not hold.
inline void demand(bool law, const char* what) {
    if (law) return;
    std::fprintf(stderr, "broken law: %s\n", what);
    std::abort();
}

/// The input, taken from the front. After its end every value is 0.
class Reader {
public:
    Reader(const std::uint8_t* data, std::size_t size) : rest_(std::as_bytes(std::span(data, size))) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }
    std::uint64_t number(unsigned bytes) {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < bytes && !rest_.empty(); ++i, rest_ = rest_.subspan(1))
            value |= std::to_integer<std::uint64_t>(rest_.front()) << (8 * i);
        return value;
    }
    std::uint32_t byte() { return static_cast<std::uint32_t>(number(1)); }
    std::uint32_t word() { return static_cast<std::uint32_t>(number(4)); }
    bool flag() { return byte() % 2 != 0; }
    /// 0 to `limit - 1`; one byte up to 256, two above (`limit` is at most 65536).
    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>(number(limit <= 256 ? 1 : 2)) % limit;
    }
    /// `low` to `high`.
    std::uint32_t within(std::uint32_t low, std::uint32_t high) { return low + below(high - low + 1); }
    template <class T, std::size_t N>
    T pick(const T (&values)[N]) {
        return values[byte() % N];
    }
    View bytes(std::size_t count) {
        const View taken = rest_.first(std::min(count, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    View rest() { return bytes(rest_.size()); }

private:
    View rest_;
};

/// The target: what each *_fuzz.cpp does with an input.
void run(Reader& reader);

// Configurations. One in eight is `wild`: its fields may be anything; those of the others are mostly in range, so that
// the fuzzer's time goes into what comes after `create`.

inline bool read_wild(Reader& reader) { return reader.below(8) == 7; }

inline float read_share(Reader& reader, bool wild) {
    constexpr float kOdd[] = {-1.0F,
                              -0.0F,
                              1.0F,
                              1.001F,
                              1e-40F,
                              std::numeric_limits<float>::infinity(),
                              -std::numeric_limits<float>::infinity(),
                              std::numeric_limits<float>::quiet_NaN()};
    if (wild && reader.flag()) return reader.pick(kOdd);
    return static_cast<float>(reader.byte()) / 255.0F;
}

/// Mostly rates in simple ratios: a filter for an odd one takes as long to make as a hundred inputs take to run.
inline std::uint32_t read_rate_hz(Reader& reader, bool wild) {
    constexpr std::uint32_t kSimple[] = {8000, 16000, 24000, 48000, 4000, 12000, 32000, 96000, 192000};
    constexpr std::uint32_t kOdd[] = {0, 1, 3999, 192001, 0xFFFFFFFFU};
    if (wild && reader.flag()) return reader.pick(kOdd);
    const std::uint32_t kind = reader.below(32);
    if (kind == 31) return reader.within(4000, 50000);
    if (kind == 30) return 44100U >> reader.below(3);
    return kSimple[kind % std::size(kSimple)];
}

inline AudioFormat read_format(Reader& reader, bool wild) {
    return static_cast<AudioFormat>(reader.byte() % (wild ? 6U : 4U));
}

inline ProcessingMode read_mode(Reader& reader, bool wild) {
    return static_cast<ProcessingMode>(reader.byte() % (wild ? 5U : 3U));
}

inline AudioConfig read_audio_config(Reader& reader, bool wild) {
    constexpr std::uint32_t kChannels[] = {1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8};
    constexpr std::uint32_t kWildChannels[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 257, 65536, 0xFFFFFFFFU};
    constexpr std::uint32_t kDepths[] = {0, 8, 16, 24, 32};
    AudioConfig audio;
    audio.sample_rate = read_rate_hz(reader, wild);
    audio.channels = wild ? reader.pick(kWildChannels) : reader.pick(kChannels);
    audio.format = read_format(reader, wild);
    if (wild) audio.bit_depth = reader.pick(kDepths);
    audio.chunk_duration_ms = wild ? reader.below(1100) : reader.within(1, 60);
    if (reader.flag()) audio.min_amplitude = read_share(reader, wild);
    if (reader.flag()) audio.max_amplitude = read_share(reader, wild);
    if (!wild && !(audio.min_amplitude < audio.max_amplitude)) audio.min_amplitude = 0, audio.max_amplitude = 1;
    return audio;
}

/// `type` stays energy.
inline VADConfig read_vad_config(Reader& reader, bool wild) {
    VADConfig vad;
    vad.adaptive = reader.flag();
    vad.energy_threshold = read_share(reader, wild);
    vad.threshold = read_share(reader, wild);
    if (reader.flag()) vad.exit_threshold = read_share(reader, wild) * (wild ? 1.0F : vad.threshold);
    vad.speech_start_ms = wild ? reader.below(6000) : reader.within(10, 120);
    vad.speech_end_ms = wild ? reader.below(6000) : reader.within(10, 120);
    vad.pre_buffer_ms = wild ? reader.below(6000) : reader.below(256);
    if (reader.flag()) vad.max_speech_ms = wild ? reader.below(300) : reader.within(100, 355);
    if (reader.flag()) vad.max_gap_ms = wild ? reader.below(300) : reader.within(100, 355);
    return vad;
}

inline BufferConfig read_buffer_config(Reader& reader, bool wild) {
    constexpr std::uint32_t kBits[] = {32, 16, 32, 16, 0, 64};
    BufferConfig buffer;
    buffer.max_duration_ms = wild ? reader.below(700) : reader.within(1, 250);
    if (reader.flag()) buffer.max_size_bytes = wild ? reader.below(65536) : 64 + reader.below(4096);
    buffer.overflow_strategy = static_cast<OverflowStrategy>(reader.byte() % (wild ? 4U : 3U));
    buffer.underflow_strategy = static_cast<UnderflowStrategy>(reader.byte() % (wild ? 4U : 3U));
    buffer.pre_allocate = reader.flag();
    if (reader.flag()) buffer.prebuffer_ms = reader.below(wild ? 256 : 20);
    buffer.repeat_ms = reader.below(wild ? 1100 : 60);
    buffer.fade_ms = reader.below(wild ? 110 : 12);
    buffer.reorder_packets = wild ? reader.below(70) : reader.below(64) % (1 + reader.below(64));
    buffer.max_packet_ms = wild ? reader.below(1100) : reader.within(1, 60);
    buffer.sequence_bits = kBits[reader.byte() % (wild ? 6U : 4U)];
    return buffer;
}

inline EngineConfig read_engine_config(Reader& reader) {
    constexpr std::uint32_t kTargetsUs[] = {0, 0, 1, 100, 50000, 0xFFFFFFFFU};
    const bool wild = read_wild(reader);
    EngineConfig config;
    config.mode = read_mode(reader, wild);
    config.normalize = reader.flag();
    config.latency_target_us = reader.pick(kTargetsUs);
    config.audio = read_audio_config(reader, wild);
    config.output.sample_rate = reader.flag() ? read_rate_hz(reader, wild) : 0;
    config.output.format = read_format(reader, wild);
    config.vad = read_vad_config(reader, wild);
    config.vad.type = static_cast<VADType>(reader.byte() % (wild ? 4U : 3U));
    if (reader.below(4) == 3) config.stream_buffer = read_buffer_config(reader, wild);
    config.max_chunk_ms = wild ? reader.below(1100) : reader.within(10, 100);
    return config;
}

// Sound.

/// Up to `max_frames` frames: bytes of the input, silence, noise, a tone, or noise of bytes. A few bytes of the input make a lot
/// of it. May end with a part of a frame.
inline Bytes read_sound(Reader& reader, const AudioConfig& audio, std::uint32_t max_frames) {
    const std::uint32_t kind = reader.below(6);
    const std::size_t frame_bytes = bytes_per_sample(audio.format) * audio.channels;
    if (kind == 0) {
        const View given = reader.bytes(reader.byte());
        return {given.begin(), given.end()};
    }
    constexpr std::size_t kMostBytes = 60000;
    const std::size_t most = std::min<std::size_t>(max_frames, kMostBytes / frame_bytes);
    const std::size_t frames = reader.below(static_cast<std::uint32_t>(most) + 1);
    const std::size_t count = frames * audio.channels;
    const auto amplitude = static_cast<std::int32_t>(reader.byte() * 128);
    Bytes sound;
    if (kind == 1) sound = test::to_bytes(test::silence(count), audio.format);
    if (kind == 2) sound = test::to_bytes(test::tone(count, 50 + reader.byte() * 8, 16000, amplitude), audio.format);
    if (kind == 3) {
        test::Lcg random(reader.byte());
        for (std::size_t i = 0; i < frames * frame_bytes; ++i)
            sound.push_back(static_cast<std::byte>(random.next() & 255U));
    }
    if (kind > 3) sound = test::to_bytes(test::noise(count, amplitude, reader.byte()), audio.format);
    if (kind == 5) {
        const auto missing = static_cast<std::ptrdiff_t>(std::min<std::size_t>(sound.size(), reader.below(8)));
        sound.erase(sound.end() - missing, sound.end());
    }
    return sound;
}

/// A fixed way of cutting `bytes` into pieces of at most `most`, some of them empty.
template <class Take>
void in_pieces(View bytes, std::uint32_t seed, std::size_t most, Take&& take) {
    constexpr std::size_t kMostPieces = 200;
    test::Lcg random(seed);
    const std::size_t longest = std::max<std::size_t>({1, random.below(4) * 100, 2 * bytes.size() / kMostPieces});
    while (!bytes.empty()) {
        const std::size_t any = random.below(static_cast<std::uint32_t>(std::min<std::size_t>(longest + 1, 65536)));
        const std::size_t length = std::min({any, most, bytes.size()});
        take(bytes.first(length));
        bytes = bytes.subspan(length);
    }
}

}  // namespace audioengine::fuzz
