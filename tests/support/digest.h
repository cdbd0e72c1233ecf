// Everything a stream handed out, and its hashes. The layout is in tests/parity/README.md; tests/parity/hash.mjs is the twin.
#pragma once

#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "audioengine/engine.h"
#include "support/bytes.h"

namespace audioengine::test {

/// Two 32-bit lanes over bytes; 16 hex digits.
inline std::string hash_of(std::span<const std::byte> bytes) {
    std::uint32_t a = 0x811C9DC5U;
    std::uint32_t b = 0x9747B28CU;
    for (const std::byte byte : bytes) {
        const auto x = std::to_integer<std::uint32_t>(byte);
        a = (a ^ x) * 0x01000193U;
        b = (((b << 5U) | (b >> 27U)) ^ x) * 0x9E3779B1U;
    }
    char hex[17];
    std::snprintf(hex, sizeof hex, "%08x%08x", static_cast<unsigned>(a), static_cast<unsigned>(b));
    return hex;
}

/// What one run of a stream gave, joined over all its calls.
struct Output {
    Bytes audio;
    std::vector<BlockResult> blocks;
    std::vector<VadEvent> events;
    Bytes summary;  ///< Counters that may not depend on the cut.

    void add(const PushResult& result) {
        append(audio, result.audio);
        blocks.insert(blocks.end(), result.blocks.begin(), result.blocks.end());
        events.insert(events.end(), result.events.begin(), result.events.end());
    }
    void add_summary(const AudioEngine& engine) {
        const AudioMetrics& m = engine.metrics();
        const LevelScan& l = m.level;
        const auto wide = [](auto value) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(value)); };
        for (const std::uint64_t value : {m.input_bytes,
                                          m.input_frames,
                                          m.output_bytes,
                                          m.non_finite_samples,
                                          l.samples,
                                          l.sum_squares,
                                          wide(l.sum),
                                          wide(l.peak),
                                          l.zeros,
                                          l.full_scale,
                                          l.near_clip,
                                          wide(l.longest_full_scale_run),
                                          m.blocks,
                                          m.speech_blocks,
                                          m.segments,
                                          m.false_starts,
                                          wide(m.vad_state),
                                          wide(m.noise_floor_dbfs_x100),
                                          wide(m.threshold_dbfs_x100),
                                          wide(engine.findings())}) {
            append_little_endian(summary, value, 8);
        }
    }
};

inline Bytes serialise(std::span<const BlockResult> blocks) {
    Bytes out;
    for (const auto& block : blocks) {
        append_little_endian(out, block.probability_q15, 2);
        append_little_endian(out, static_cast<std::uint16_t>(block.level_dbfs_x100), 2);
        append_little_endian(out, static_cast<std::uint64_t>(block.state), 1);
    }
    return out;
}

inline Bytes serialise(std::span<const VadEvent> events) {
    Bytes out;
    for (const auto& event : events) {
        append_little_endian(out, static_cast<std::uint64_t>(event.type), 1);
        append_little_endian(out, static_cast<std::uint64_t>(event.reason), 1);
        append_little_endian(out, event.segment, 4);
        for (const std::uint64_t ms : {event.at_ms, event.onset_ms, event.padded_ms, event.end_ms})
            append_little_endian(out, ms, 8);
    }
    return out;
}

}  // namespace audioengine::test
