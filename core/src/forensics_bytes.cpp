// Which format are these bytes in? Competing readings of 256 of them.
//
//   smoothness    Sound changes little from sample to sample. The mean bit width of the differences is small under the
//                 right reading and that of noise under every other: for audible speech, music and noise, PCM16 is
//                 0.8 bits or more below its byte-swapped reading (99 % of windows).
//   halves        In PCM16 the low bytes are spread evenly and the high bytes are not. In G.711 every byte is a sample:
//                 even and odd bytes have the same distribution, and not an even one.
//   law           The magnitude of sound changes little from sample to sample, on G.711's logarithmic scale too. Taken for
//                 the other law, bits of it are flipped: the mean step is larger in more than 99.9 % of windows.
//   exponents     The top byte of a float sample says between 2^-31 and 4, with both signs.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "audioengine/g711.h"
#include "forensics_judges.h"

namespace audioengine {

namespace {

constexpr std::size_t kBytes = 256;
constexpr std::size_t kWords = kBytes / 4;
constexpr std::size_t kPairs = kBytes / 2;
constexpr std::size_t kSegments = 8;

constexpr std::int32_t kEven = static_cast<std::int32_t>(kPairs * kPairs) * 15 / 100;  // sum of squares: 1/8 is evenly
constexpr std::uint32_t kEnough = 4;                                                   // windows for a format
constexpr std::uint32_t kEnoughLinear = 8;  // where a byte is a sample: PCM16 is twice as many bytes
constexpr std::uint32_t kEnoughLaw = 6;     // one law for the other: they differ little
constexpr std::uint32_t kEnoughText = 4;    // where a byte is a sample: half a wave of hum is printable
constexpr std::int64_t kTallLawScore = 1 << 16;

using Histogram = std::array<std::int32_t, kSegments>;

std::int32_t width(std::int32_t value) noexcept {
    return static_cast<std::int32_t>(std::bit_width(static_cast<std::uint32_t>(value < 0 ? -value : value)));
}
std::uint8_t byte_at(std::span<const std::byte> bytes, std::size_t at) noexcept {
    return static_cast<std::uint8_t>(bytes[at]);
}
std::int32_t distance(const Histogram& a, const Histogram& b) noexcept {
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < kSegments; ++i) sum += a[i] < b[i] ? b[i] - a[i] : a[i] - b[i];
    return sum;
}
std::int32_t concentration(const Histogram& a) noexcept {
    std::int32_t sum = 0;
    for (const std::int32_t count : a) sum += count * count;
    return sum;
}
bool is_printable(std::uint8_t byte) noexcept {
    return (byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\r' || byte == '\t';
}

bool is_base64(std::uint8_t byte) noexcept {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           byte == '+' || byte == '/' || byte == '-' || byte == '_' || byte == '=' || byte == '\n' || byte == '\r';
}

/// Characters only, many different ones, and not the slow negative half wave of a G.711 stream.
bool is_text(std::span<const std::byte> bytes, int least_variety, bool strict) noexcept {
    constexpr std::int32_t kLeastStep = 8;
    Variety variety;
    std::int32_t steps = 0;
    std::int32_t before = byte_at(bytes, 0);
    for (const std::byte each : bytes) {
        const auto byte = static_cast<std::uint8_t>(each);
        if (strict ? !is_base64(byte) : !is_printable(byte)) return false;
        variety.add(byte);
        steps += before < byte ? byte - before : before - byte;
        before = byte;
    }
    return variety.count() >= least_variety && steps >= kLeastStep * static_cast<std::int32_t>(bytes.size());
}

/// PCM16 of either order: how wide its differences are, where they are not those of clipping.
struct Linear {
    std::int32_t gap = 0;  // width as little-endian less width as big-endian, in 1/127 bits
    Histogram low{}, high{};
    std::int32_t full_scale = 0;
    std::int32_t zeros = 0;
    std::int32_t low_changes = 0;  // 0: all low bytes are the same, as in 8-bit material made wider
    int variety = 0;

    explicit Linear(std::span<const std::byte, kBytes> bytes, std::uint32_t channels) noexcept {
        std::array<std::int16_t, kPairs> little{};
        std::memcpy(little.data(), bytes.data(), kBytes);
        Variety seen;
        std::array<bool, kPairs> clipped{};
        for (std::size_t i = 0; i < kPairs; ++i) {
            const auto word = static_cast<std::uint16_t>(little[i]);
            ++low[(word >> 4U) & 7U];
            ++high[(word >> 12U) & 7U];
            seen.add(word);
            clipped[i] = little[i] >= 32766 || little[i] <= -32766;
            full_scale += clipped[i] ? 1 : 0;
            zeros += word == 0 ? 1 : 0;
            low_changes += ((word ^ static_cast<std::uint16_t>(little[0])) & 0xFFU) != 0 ? 1 : 0;
        }
        variety = seen.count();
        for (std::size_t i = channels; i < kPairs; ++i) {
            if (clipped[i] || clipped[i - channels]) continue;
            const std::int32_t step = little[i] - little[i - channels];
            gap += width(step) - width(swapped(little[i]) - swapped(little[i - channels]));
        }
    }
    /// One half is spread evenly, as the low bytes of PCM16 are; two channels of G.711 are not.
    [[nodiscard]] bool has_even_half() const noexcept {
        return std::min(concentration(low), concentration(high)) <= kEven;
    }

    static std::int32_t swapped(std::int16_t sample) noexcept {
        const auto word = static_cast<std::uint16_t>(sample);
        return static_cast<std::int16_t>(static_cast<std::uint16_t>(word << 8U | word >> 8U));
    }
};

/// PCM16 whose neighbours are close: no other reading can be better.
bool is_smooth(std::span<const std::byte, kBytes> bytes, std::uint32_t channels) noexcept {
    constexpr std::int32_t kSmooth = 64;
    std::array<std::int16_t, kPairs> samples{};
    std::memcpy(samples.data(), bytes.data(), kBytes);
    std::int32_t sum = 0;
    for (std::size_t i = channels; i < kPairs; ++i) {
        const std::int32_t step = samples[i] - samples[i - channels];
        sum += step < 0 ? -step : step;
    }
    return sum < kSmooth * static_cast<std::int32_t>(kPairs);
}

/// How far apart neighbours are in G.711's logarithmic magnitude, all added up, under each law.
struct Laws {
    std::int32_t ulaw = 0;
    std::int32_t alaw = 0;

    Laws(std::span<const std::byte, kBytes> bytes, std::uint32_t channels) noexcept {
        const auto distance = [&](std::size_t at, unsigned flip) {
            const auto here = static_cast<std::int32_t>((byte_at(bytes, at) ^ flip) & 0x7FU);
            const auto before = static_cast<std::int32_t>((byte_at(bytes, at - channels) ^ flip) & 0x7FU);
            return here < before ? before - here : here - before;
        };
        for (std::size_t i = channels; i < kBytes; ++i) {
            ulaw += distance(i, 0x7F);
            alaw += distance(i, 0x55);
        }
    }
};

/// Float words of the sizes that audio has.
struct Floats {
    std::int32_t words = 0;  // that are not zero
    std::int32_t plausible = 0;
    std::int32_t plausible_swapped = 0;
    std::int32_t apart = 0;  // mean difference of the two halves of a word, taken as samples

    explicit Floats(std::span<const std::byte, kBytes> bytes) noexcept {
        constexpr std::int32_t kLeast = 0x30, kMost = 0x40;  // 2^-31 to 4
        for (std::size_t i = 0; i < kWords; ++i) {
            std::uint32_t word = 0;
            std::memcpy(&word, bytes.data() + 4 * i, sizeof word);
            if (word == 0) continue;
            ++words;
            const auto exponent = static_cast<std::int32_t>(word >> 24U & 0x7FU);
            const auto exponent_swapped = static_cast<std::int32_t>(word & 0x7FU);
            plausible += exponent >= kLeast && exponent <= kMost ? 1 : 0;
            plausible_swapped += exponent_swapped >= kLeast && exponent_swapped <= kMost ? 1 : 0;
            const std::int32_t difference =
                static_cast<std::int16_t>(word & 0xFFFFU) - static_cast<std::int16_t>(word >> 16U);
            apart += difference < 0 ? -difference : difference;
        }
        if (words > 0) apart /= words;
    }
    [[nodiscard]] bool enough() const noexcept { return words >= 32; }
    [[nodiscard]] bool are_audio() const noexcept { return enough() && plausible * 32 >= words * 31 && apart >= 8192; }
};

/// Even and odd bytes alike, and not spread evenly: each is a sample of its own.
bool has_two_alike(const Linear& linear) noexcept {
    constexpr std::int32_t kFew = kPairs / 4;
    constexpr std::int32_t kSame = 152;  // 1.2 bits
    return linear.variety >= 10 && linear.full_scale <= kFew && linear.zeros <= kFew &&
           distance(linear.low, linear.high) < static_cast<std::int32_t>(kPairs / 2) &&
           concentration(linear.low) > kEven && concentration(linear.high) > kEven && linear.gap < kSame &&
           linear.gap > -kSame;
}

constexpr std::int32_t kSwappedGap = 127;  // 1 bit

}  // namespace

bool Forensics::ByteJudge::judge(Forensics& forensics, Probe bytes, std::uint64_t position) noexcept {
    const AudioFormat format = forensics.format_;
    const bool byte_is_sample = is_g711(format);
    if (is_text(bytes, 12, byte_is_sample)) {
        forensics.weigh(Finding::text, 1, byte_is_sample ? kEnoughText : 1, position);
        return false;
    }
    forensics.weigh(Finding::text, -static_cast<int>(kEnoughText), kEnoughText, position);

    if (format == AudioFormat::PCM16 && is_smooth(bytes, forensics.channels_)) return true;
    const Linear linear(bytes, forensics.channels_);
    const Floats floats(bytes);
    bool as_float = format != AudioFormat::FLOAT32 && floats.are_audio();
    bool as_g711 = false;
    bool as_linear = false;
    bool as_swapped = false;
    if (format == AudioFormat::FLOAT32) {
        if (!floats.enough() || floats.plausible * 8 >= floats.words * 7) return true;
        as_swapped = floats.plausible_swapped * 32 >= floats.words * 31;
    }
    if (!as_float && !as_swapped) {
        const bool halves_differ = distance(linear.low, linear.high) >= 29;
        as_g711 = !byte_is_sample && has_two_alike(linear);
        as_swapped = !as_g711 && linear.variety >= 10 && linear.low_changes >= 2 && linear.gap >= kSwappedGap &&
                     (!byte_is_sample || halves_differ);
        as_linear = format != AudioFormat::PCM16 && !as_g711 && linear.variety >= 10 && halves_differ &&
                    (linear.gap >= kSwappedGap || linear.gap <= -kSwappedGap) &&
                    (forensics.channels_ == 1 || linear.has_even_half());
        as_swapped = as_swapped && (format == AudioFormat::PCM16 || as_linear);
    }
    const auto weigh = [&](Finding kind, bool hit, std::uint32_t enough) {
        forensics.weigh(kind, hit ? 1 : -1, enough, position);
    };
    const std::uint32_t enough_linear = byte_is_sample ? kEnoughLinear : kEnough;
    weigh(Finding::looks_float32, as_float, kEnough);
    if (as_swapped || linear.low_changes >= 2) weigh(Finding::byte_swapped, as_swapped, enough_linear);
    weigh(Finding::looks_pcm16, as_linear, enough_linear);
    if (byte_is_sample && !as_float && !as_linear) {
        const Laws laws(bytes, forensics.channels_);
        const bool is_ulaw = format == AudioFormat::G711_ULAW;
        const std::int32_t own = is_ulaw ? laws.ulaw : laws.alaw;
        const std::int32_t other = is_ulaw ? laws.alaw : laws.ulaw;
        as_g711 = own - other >= static_cast<std::int32_t>(kBytes / 2) && own * 4 >= other * 5;
        weigh(is_ulaw ? Finding::looks_alaw : Finding::looks_ulaw, as_g711, kEnoughLaw);
    } else if (!byte_is_sample) {
        // Which law it is, all windows tell together; until then both share the evidence of looks_ulaw.
        if (as_g711) {
            const Laws laws(bytes, forensics.channels_);
            forensics.law_score_ =
                std::clamp<std::int64_t>(forensics.law_score_ + laws.ulaw - laws.alaw, -kTallLawScore, kTallLawScore);
        }
        constexpr std::size_t kEither = 3;
        static_assert(1U << (kFirstBit + kEither) == static_cast<std::uint32_t>(Finding::looks_ulaw));
        if (forensics.gather(kEither, as_g711 ? 1 : -1, kEnough, position)) {
            const bool is_ulaw = forensics.law_score_ < 0;
            forensics.find(is_ulaw ? Finding::looks_ulaw : Finding::looks_alaw, forensics.positions_[kEither]);
        }
    }
    return !as_float && !as_swapped && !as_linear && !as_g711;
}

void Forensics::ByteJudge::judge_short(Forensics& forensics, std::span<const std::byte> bytes) noexcept {
    constexpr std::size_t kLeastText = 64;
    if (bytes.size() >= kLeastText && is_text(bytes, 10, false)) forensics.find(Finding::text, 0);
}

}  // namespace audioengine
