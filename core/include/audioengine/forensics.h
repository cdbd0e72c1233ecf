// Forensics: names what is wrong with bytes that "should be" the configured format, on a running stream.
//
//     Forensics forensics(config);
//     forensics.add(whole_frames, their_samples);          // every byte once, in order
//     if (has(forensics.findings(), Finding::looks_ulaw))  // sticky: found once is found
//         report(forensics.position(Finding::looks_ulaw)); // byte of the stream at which it was first seen
//
// Raw audio has no marks, so each rule is a comparison of readings: the same bytes taken as PCM16 of either byte order,
// as either law of G.711 and as float32, and which of them looks like sound. The rules are at `Finding`; their sources
// and thresholds in forensics_*.cpp. Evidence is gathered over several windows that are counted from the stream's
// start, so findings never depend on how the input was cut. Silence is never evidence.
//
// At first every window is looked at; once the stream has shown itself to be what it should be (`kTrustedWindows`), only
// one in `kTrustedStride`, until something is suspicious. Zero runs and repetitions are looked for everywhere.
//
// No allocation, no failure, one thread. Plain data: a copy goes on with the same findings.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audioengine/config.h"
#include "audioengine/validate.h"

namespace audioengine {

class Forensics {
public:
    /// For a stream in `config.format`, with its rate and channels. `config` must be valid (`check`).
    explicit Forensics(const AudioConfig& config) noexcept;

    /// Whole frames in the order of the stream, and the same frames decoded, interleaved. Any length.
    void add(std::span<const std::byte> frames, std::span<const std::int16_t> samples) noexcept;

    /// The message is complete: judges what is left where a little is enough (text of 64 bytes).
    void finish() noexcept;

    /// Everything found so far.
    [[nodiscard]] Finding findings() const noexcept { return found_; }

    /// The byte of the stream at which the earliest finding of a set was first seen; 0 when none has been found here.
    [[nodiscard]] std::uint64_t position(Finding any) const noexcept;

    /// As newly created.
    void reset() noexcept;

    static constexpr std::uint32_t kTrustedWindows = 128;
    static constexpr std::uint32_t kTrustedStride = 16;

private:
    friend struct StateAccess;  // snapshot
    struct ByteJudge;
    struct SampleJudge;

    static constexpr std::size_t kProbe = 256;  // bytes, and samples, that are looked at in a window
    static constexpr std::size_t kTail = 12;
    static constexpr std::size_t kAnchors = 192;
    static constexpr std::size_t kFirstBit = 8;  // Finding::text
    static constexpr std::size_t kKinds = 10;

    /// Where the stream stands within fixed windows. The first kProbe elements of each are kept, unless it is left out.
    struct Windows {
        std::uint32_t length = 0;
        std::uint32_t at = 0;
        std::uint32_t skip = 0;  // windows to leave out before the next look
        std::uint32_t trusted = 0;
    };
    struct Anchor {
        std::uint16_t tag = 0;
        std::uint16_t frame = 0;
    };
    /// A stretch that equals an earlier one, both told by anchors.
    struct Repetition {
        std::uint32_t lag = 0;  // frames; 0: none
        std::uint32_t hits = 0;
        std::uint32_t misses = 0;  // anchors since the last hit
        std::uint64_t missed = 0;  // before it
        std::uint64_t first = 0;   // frames of the stream
        std::uint64_t last = 0;
    };
    /// How loud, and how fine: 8-bit material has steps of 256.
    struct Loudest {
        std::uint16_t peak = 0;
        std::uint16_t bits = 0;  // set in any sample's distance from zero
    };
    /// Blocks of 0.5 to 4 ms: silence between audible ones.
    struct Silence {
        std::uint32_t block_at = 0;
        Loudest now;                    // in the block so far
        Loudest before;                 // in the last block that was not zero
        std::uint64_t zero_blocks = 0;  // since then
        std::uint64_t blocks = 0;       // of the stream
        std::uint64_t first = 0;        // block after the last that was not zero
    };
    struct Mp3 {
        std::array<std::uint8_t, 4> header{};
        std::uint32_t have = 0;
        std::uint32_t frames = 0;  // consistent headers so far
        std::uint64_t at = 0;      // byte of the next header
        bool possible = true;
    };

    void look_for_mp3(std::span<const std::byte> bytes) noexcept;
    void keep_bytes(std::span<const std::byte> bytes) noexcept;
    void keep_samples(std::span<const std::int16_t> samples) noexcept;
    void look_for_silence(std::span<const std::uint16_t> loudness) noexcept;
    [[nodiscard]] std::uint32_t silence_block() const noexcept;
    void end_block() noexcept;
    void look_for_repetition(std::span<const std::int16_t> samples) noexcept;
    void take_anchor(const std::int16_t* end, std::uint64_t frame) noexcept;
    void end_repetition() noexcept;
    static void advance(Windows& windows, std::uint32_t count) noexcept;
    static void trust(Windows& windows, bool innocent) noexcept;

    bool gather(std::size_t kind, int evidence, std::uint32_t enough, std::uint64_t position) noexcept;
    [[nodiscard]] bool is_edge(Loudest loudest) const noexcept;
    void weigh(Finding kind, int evidence, std::uint32_t enough, std::uint64_t position) noexcept;
    void find(Finding kind, std::uint64_t position) noexcept;
    [[nodiscard]] bool is_format_doubtful() const noexcept;

    AudioFormat format_;
    std::uint32_t channels_;
    std::uint32_t rate_hz_;

    Finding found_ = Finding::none;
    std::array<std::uint8_t, kKinds> scores_{};      // windows for a kind less windows against it
    std::array<std::uint64_t, kKinds> positions_{};  // of the window that raised the score from 0
    std::int64_t law_score_ = 0;                     // under 0: mu-law
    std::uint32_t last_edge_ = 0;                    // bin at which the spectrum ended last
    bool is_doubtful_ = false;                       // the format was, when the last 256 frames began
    std::uint64_t bytes_ = 0;
    std::uint64_t frames_ = 0;
    Windows byte_windows_;
    Windows sample_windows_;
    std::array<std::byte, kProbe> byte_probe_{};
    std::array<std::int16_t, kProbe> sample_probe_{};
    std::array<std::int16_t, kTail> tail_{};
    std::array<Anchor, kAnchors> anchors_{};
    Repetition repetition_;
    Silence silence_;
    Mp3 mp3_;
};

}  // namespace audioengine
