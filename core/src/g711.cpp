#include "audioengine/g711.h"

#include <algorithm>
#include <array>

namespace audioengine {

namespace {

// ITU-T G.711: a sign bit, a three-bit segment (the exponent) and a four-bit step within it.
constexpr int kUlawBias = 0x84;
constexpr int kUlawClip = 32635;

constexpr int segment_of(int magnitude, int lowest_bit) {
    int segment = 0;
    for (int rest = magnitude >> lowest_bit; rest > 1 && segment < 7; rest >>= 1) ++segment;
    return segment;
}

constexpr std::uint8_t encode_ulaw(int sample) {
    const bool negative = sample < 0;
    int magnitude = negative ? -sample : sample;
    if (magnitude > kUlawClip) magnitude = kUlawClip;
    magnitude += kUlawBias;
    const int segment = segment_of(magnitude, 7);
    const int step = (magnitude >> (segment + 3)) & 0x0F;
    return static_cast<std::uint8_t>(~((negative ? 0x80 : 0) | (segment << 4) | step));
}

constexpr std::int16_t decode_ulaw(std::uint8_t code) {
    const int bits = ~code & 0xFF;
    const int magnitude = ((((bits & 0x0F) << 3) + kUlawBias) << ((bits & 0x70) >> 4)) - kUlawBias;
    return static_cast<std::int16_t>((bits & 0x80) != 0 ? -magnitude : magnitude);
}

constexpr std::uint8_t encode_alaw(int sample) {
    const bool negative = sample < 0;
    const int magnitude = negative ? -sample - 1 : sample;  // one's complement: the steps of both signs mirror
    const int segment = segment_of(magnitude, 7);
    const int step = (magnitude >> (segment == 0 ? 4 : segment + 3)) & 0x0F;
    return static_cast<std::uint8_t>(((negative ? 0 : 0x80) | (segment << 4) | step) ^ 0x55);
}

constexpr std::int16_t decode_alaw(std::uint8_t code) {
    const int bits = code ^ 0x55;
    const int segment = (bits & 0x70) >> 4;
    int magnitude = ((bits & 0x0F) << 4) + 8;
    if (segment > 0) magnitude = (magnitude + 0x100) << (segment - 1);
    return static_cast<std::int16_t>((bits & 0x80) != 0 ? magnitude : -magnitude);
}

template <std::int16_t (*Decode)(std::uint8_t)>
constexpr std::array<std::int16_t, 256> decode_table() {
    std::array<std::int16_t, 256> table{};
    for (int code = 0; code < 256; ++code)
        table[static_cast<std::size_t>(code)] = Decode(static_cast<std::uint8_t>(code));
    return table;
}
constexpr auto kUlawTable = decode_table<decode_ulaw>();
constexpr auto kAlawTable = decode_table<decode_alaw>();

template <class From, class To, class Convert>
void convert_all(std::span<const From> in, std::span<To> out, Convert convert) noexcept {
    const std::size_t count = std::min(in.size(), out.size());
    for (std::size_t i = 0; i < count; ++i) out[i] = convert(in[i]);
}

}  // namespace

std::uint8_t ulaw_encode(std::int16_t sample) noexcept { return encode_ulaw(sample); }
std::int16_t ulaw_decode(std::uint8_t code) noexcept { return kUlawTable[code]; }
std::uint8_t alaw_encode(std::int16_t sample) noexcept { return encode_alaw(sample); }
std::int16_t alaw_decode(std::uint8_t code) noexcept { return kAlawTable[code]; }

void ulaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out) noexcept {
    convert_all(in, out, [](std::int16_t sample) { return encode_ulaw(sample); });
}
void ulaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out) noexcept {
    convert_all(in, out, [](std::uint8_t code) { return kUlawTable[code]; });
}
void alaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out) noexcept {
    convert_all(in, out, [](std::int16_t sample) { return encode_alaw(sample); });
}
void alaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out) noexcept {
    convert_all(in, out, [](std::uint8_t code) { return kAlawTable[code]; });
}

}  // namespace audioengine
