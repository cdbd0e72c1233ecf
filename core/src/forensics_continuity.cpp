// What needs every sample: zeros cut into sound, a stretch that comes again, and the frames of an MP3 file.
//
//   zeros        Blocks that are exactly zero for 4 ms and more, with audible ones directly before and after: a gate or a fade
//                ends softly, a lost packet does not.
//   repetition   Content-defined anchors, as in data deduplication: a sample is an anchor when a hash of it and its
//                predecessor says so, two to three times a millisecond. A table tells where the 12 samples that end there last
//                stood. The same lag at several anchors in a row, over about its own length, is a repeated chunk; over
//                more than twice its length it is a periodic tone.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "forensics_judges.h"
#include "seldom.h"

namespace audioengine {

namespace {

constexpr std::uint32_t kLeastZeroMs = 4, kMostZeroMs = 1000;
constexpr std::uint32_t kLeastEdge = 24, kLeastEdgeCoarse = 200;  // G.711 has zeros of its own, up to 3 or 8

constexpr std::uint32_t kLeastLagMs = 4, kMostLagMs = 200;
constexpr std::int32_t kLeastRange = 32;  // of the 12 samples
constexpr std::uint32_t kMisses = 128;    // anchors in a row that are not at the lag: over
constexpr std::uint32_t kLeastHits = 2, kLeastHitsLong = 8;
constexpr std::uint32_t kLeastHitsCoarse = 12;  // G.711 has few values: more can be alike by chance

constexpr std::uint32_t kMostHits = 1U << 16U;  // a tone can go on for days

constexpr std::size_t kMostPiece = 256;

}  // namespace

/// Blocks in which silence is looked for: 0.5 ms and at least 16 frames.
std::uint32_t Forensics::silence_block() const noexcept { return std::max<std::uint32_t>(16, rate_hz_ / 2000); }

void Forensics::look_for_silence(std::span<const std::uint16_t> loudness) noexcept {
    const std::uint32_t block = silence_block();
    while (!loudness.empty()) {
        const std::size_t count = std::min<std::size_t>(block - silence_.block_at, loudness.size());
        std::uint16_t peak = silence_.now.peak;
        std::uint16_t bits = silence_.now.bits;
        for (std::size_t i = 0; i < count; ++i) {
            peak = loudness[i] > peak ? loudness[i] : peak;
            bits = static_cast<std::uint16_t>(bits | loudness[i]);
        }
        silence_.now = {peak, bits};
        silence_.block_at += static_cast<std::uint32_t>(count);
        loudness = loudness.subspan(count);
        if (silence_.block_at == block) end_block();
    }
}

AUDIOENGINE_SELDOM void Forensics::end_block() noexcept {
    Silence& run = silence_;
    run.block_at = 0;
    if (run.now.peak == 0) {
        ++run.zero_blocks;
    } else {
        const std::uint64_t block = silence_block();
        const std::uint64_t zero_ms = run.zero_blocks * block * 1000 / rate_hz_;
        const bool is_cut =
            zero_ms >= kLeastZeroMs && zero_ms <= kMostZeroMs && is_edge(run.before) && is_edge(run.now);
        const std::uint64_t position = run.first * block * bytes_per_sample(format_) * channels_;
        if (is_cut && !is_doubtful_) find(Finding::zero_run, position);
        run.zero_blocks = 0;
        run.before = run.now;
    }
    ++run.blocks;
    if (run.zero_blocks == 0) run.first = run.blocks;
    run.now = {};
}

/// Loud, and not just one or a few of the smallest steps there are.
bool Forensics::is_edge(Loudest loudest) const noexcept {
    constexpr std::uint32_t kLeastSteps = 16;
    const std::uint32_t step = loudest.bits & (~std::uint32_t{loudest.bits} + 1U);
    const bool is_coarse = is_g711(format_);
    return loudest.peak >= std::max(is_coarse ? kLeastEdgeCoarse : kLeastEdge, kLeastSteps * step);
}

void Forensics::look_for_repetition(std::span<const std::int16_t> samples) noexcept {
    std::array<std::int16_t, kTail + kMostPiece> work{};
    std::copy(tail_.begin(), tail_.end(), work.begin());
    std::copy(samples.begin(), samples.end(), work.begin() + kTail);
    const std::size_t count = samples.size();

    // One anchor in 2^bits samples: two to three a millisecond.
    const auto bits = static_cast<unsigned>(std::bit_width(rate_hz_ / 4000)) % 16U;
    const auto below = static_cast<std::uint16_t>(0x10000U >> bits);
    std::array<std::uint8_t, kMostPiece> is_anchor{};
    for (std::size_t i = 0; i < count; ++i) {
        const auto here = static_cast<std::uint16_t>(work[kTail + i]);
        const auto before = static_cast<std::uint16_t>(work[kTail + i - 1]);
        const auto hash = static_cast<std::uint16_t>(static_cast<std::uint16_t>(here * 0x9E37U) +
                                                     static_cast<std::uint16_t>(before * 0x79B9U));
        is_anchor[i] = static_cast<std::uint8_t>((hash < below ? 1 : 0) & (here != before ? 1 : 0));
    }
    constexpr std::size_t kStep = sizeof(std::uint64_t);
    for (std::size_t i = 0; i < count; i += kStep) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, is_anchor.data() + i, kStep);
        for (; eight != 0; eight &= eight - 1) {
            const std::size_t at = i + static_cast<std::size_t>(std::countr_zero(eight)) / 8;
            take_anchor(work.data() + kTail + at + 1, frames_ + at);
        }
    }
    std::copy_n(work.begin() + static_cast<std::ptrdiff_t>(count), kTail, tail_.begin());
}

/// The anchor at `frame`, whose 12 samples end at `end`.
void Forensics::take_anchor(const std::int16_t* end, std::uint64_t frame) noexcept {
    const std::int16_t* const begin = end - kTail;
    const auto [low, high] = std::minmax({begin[0], begin[3], begin[6], begin[9], begin[11]});
    if (high - low < kLeastRange) return;
    std::array<std::uint64_t, 3> words{};
    static_assert(sizeof words == kTail * sizeof(std::int16_t));
    std::memcpy(words.data(), begin, sizeof words);
    std::uint64_t mixed = words[0] * 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ mixed >> 32U ^ words[1]) * 0xC2B2AE3D27D4EB4FU;
    mixed = (mixed ^ mixed >> 32U ^ words[2]) * 0x9E3779B97F4A7C15U;
    const auto hash = static_cast<std::uint32_t>(mixed >> 32U);
    Anchor& known = anchors_[hash % kAnchors];
    const auto tag = static_cast<std::uint16_t>(hash >> 16U);
    const auto lag = static_cast<std::uint16_t>(static_cast<std::uint16_t>(frame) - known.frame);
    const bool seen = known.tag == tag && tag != 0;
    known = {tag, static_cast<std::uint16_t>(frame)};

    Repetition& now = repetition_;
    const bool in_range = seen && lag * 1000ULL >= std::uint64_t{kLeastLagMs} * rate_hz_ &&
                          lag * 1000ULL <= std::uint64_t{kMostLagMs} * rate_hz_;  // 38,400 at most
    if (in_range && now.lag == lag) {
        now.hits = std::min(now.hits + 1, kMostHits);
        now.missed += now.misses;
        now.misses = 0;
        now.last = frame;
        return;
    }
    const bool is_another = in_range && now.hits == 1;  // one hit alone is chance
    if (now.lag != 0 && ++now.misses < kMisses && !is_another) return;
    end_repetition();
    if (in_range) now = {lag, 1, 0, 0, frame, frame};
}

AUDIOENGINE_SELDOM void Forensics::end_repetition() noexcept {
    const Repetition& now = repetition_;
    const bool is_coarse = is_g711(format_);
    const bool is_long = now.lag * 20ULL > rate_hz_;  // 50 ms: most anchors have left the table since
    const bool is_dense = is_long ? now.hits >= kLeastHitsLong : now.hits * 5ULL >= (now.hits + now.missed) * 2ULL;
    const std::uint64_t span = now.last - now.first + kTail;
    if (!is_doubtful_ && now.lag != 0 && now.hits >= (is_coarse ? kLeastHitsCoarse : kLeastHits) && is_dense &&
        span * 10 >= now.lag * 4ULL && span * 10 <= now.lag * 22ULL) {
        const std::uint64_t first = now.first - (kTail - 1);
        find(Finding::repeated, first * bytes_per_sample(format_) * channels_);
    }
    repetition_ = {};
}

// ---- MP3 -------------------------------------------------------------------------------------------------------------

namespace {

/// Length in bytes of the MPEG audio frame (layer II or III) with this header, 0 when it is none. ISO 11172-3, 13818-3.
AUDIOENGINE_SELDOM std::uint32_t mp3_frame_bytes(const std::array<std::uint8_t, 4>& header) noexcept {
    // In units of 8 kbit/s.
    constexpr std::array<std::uint8_t, 16> kLayer3V1{0, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 0};
    constexpr std::array<std::uint8_t, 16> kLayer2V1{0, 4, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 0};
    constexpr std::array<std::uint8_t, 16> kV2{0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 0};
    constexpr std::array<std::uint16_t, 3> kRates{44100, 48000, 32000};
    const unsigned version = header[1] >> 3U & 3U;  // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
    const unsigned layer = header[1] >> 1U & 3U;    // 1: III, 2: II
    const unsigned rate_index = header[2] >> 2U & 3U;
    if (header[0] != 0xFF || header[1] < 0xE0 || version == 1 || (layer != 1 && layer != 2) || rate_index == 3)
        return 0;
    const bool first = version == 3;
    const std::uint32_t kbit = 8U * (first ? (layer == 1 ? kLayer3V1 : kLayer2V1) : kV2)[header[2] >> 4U];
    if (kbit == 0) return 0;
    const std::uint32_t rate_hz = std::uint32_t{kRates[rate_index]} >> (first ? 0U : (version == 2 ? 1U : 2U));
    const std::uint32_t eighth = layer == 1 && !first ? 72 : 144;
    return eighth * kbit * 1000 / rate_hz + (header[2] >> 1U & 1U);
}

}  // namespace

void Forensics::look_for_mp3(std::span<const std::byte> bytes) noexcept {
    constexpr std::uint32_t kHeaders = 3;
    std::uint64_t at = bytes_;
    for (const std::byte byte : bytes) {
        if (at++ < mp3_.at) continue;
        mp3_.header[mp3_.have++] = static_cast<std::uint8_t>(byte);
        if (mp3_.have < mp3_.header.size()) continue;
        mp3_.have = 0;
        const std::uint32_t length = mp3_frame_bytes(mp3_.header);
        mp3_.possible = length > 0 && ++mp3_.frames < kHeaders;
        if (length > 0 && !mp3_.possible) found_ = found_ | Finding::container;
        if (!mp3_.possible) return;
        mp3_.at += length;
    }
}

}  // namespace audioengine
