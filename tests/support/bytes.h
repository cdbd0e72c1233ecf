// Samples as bytes in each format, made here without the core (G.711 by its slow twin).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "audioengine/types.h"
#include "reference/g711_reference.h"
#include "support/generate.h"

namespace audioengine::test {

using Bytes = std::vector<std::byte>;

inline void append_little_endian(Bytes& out, std::uint64_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) out.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xFFU));
}
inline void append_float(Bytes& out, float value) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    append_little_endian(out, bits, 4);
}

inline Bytes to_bytes(std::span<const std::int16_t> samples, AudioFormat format) {
    Bytes out;
    out.reserve(samples.size() * bytes_per_sample(format));
    for (const std::int16_t sample : samples) {
        switch (format) {
            case AudioFormat::PCM16: append_little_endian(out, static_cast<std::uint16_t>(sample), 2); break;
            case AudioFormat::G711_ULAW: out.push_back(static_cast<std::byte>(reference::ulaw_encode(sample))); break;
            case AudioFormat::G711_ALAW: out.push_back(static_cast<std::byte>(reference::alaw_encode(sample))); break;
            case AudioFormat::FLOAT32: append_float(out, static_cast<float>(sample) / 32768.0F); break;
        }
    }
    return out;
}

inline Samples pcm16_samples(std::span<const std::byte> bytes) {
    Samples out(bytes.size() / 2);
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = static_cast<std::int16_t>(std::to_integer<int>(bytes[2 * i]) |
                                           (std::to_integer<int>(bytes[2 * i + 1]) << 8));
    }
    return out;
}

inline void append(Bytes& out, std::span<const std::byte> more) { out.insert(out.end(), more.begin(), more.end()); }

}  // namespace audioengine::test
