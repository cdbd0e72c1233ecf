// Between bytes and samples: PCM16, float32, G.711 to 16-bit linear and back, and the downmix to mono.
//
// Stateless, any alignment of the bytes, never fails. Float full scale is 32768: x / 32768 one way; the other way
// x * 32768, rounded half to even, clamped to -32768..32767, NaN becomes 0. No dither.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "audioengine/types.h"

namespace audioengine {

/// Decodes interleaved samples. Converts min(bytes.size() / bytes_per_sample, out.size()) samples; a trailing partial
/// sample is left alone. Returns how many samples were not finite (FLOAT32 only; they became 0 or full scale).
std::size_t decode_samples(AudioFormat format, std::span<const std::byte> bytes, std::span<std::int16_t> out) noexcept;

/// Encodes samples. Converts min(in.size(), out.size() / bytes_per_sample) samples; returns the bytes written.
std::size_t encode_samples(AudioFormat format, std::span<const std::int16_t> in, std::span<std::byte> out) noexcept;

/// What all bytes of silence are in this format: 0, mu-law 0xFF, A-law 0xD5.
[[nodiscard]] std::byte silence_byte(AudioFormat format) noexcept;

/// Averages `channels` interleaved samples into one, in 32 bits, rounded half away from zero.
/// Converts min(interleaved.size() / channels, mono.size()) frames; `channels` is 1 to 8.
void downmix(std::span<const std::int16_t> interleaved, std::uint32_t channels, std::span<std::int16_t> mono) noexcept;

void s16_to_float(std::span<const std::int16_t> in, std::span<float> out) noexcept;
void float_to_s16(std::span<const float> in, std::span<std::int16_t> out) noexcept;

}  // namespace audioengine
