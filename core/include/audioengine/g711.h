// G.711: logarithmic 8-bit telephone coding, mu-law (PCMU) and A-law (PCMA). Stateless, never fails.
//
// Samples are 16-bit linear. Encoders take the full 16 bits (no pre-shift by the caller). Implementations differ in the
// rounding of mu-law: this one gives what spandsp gives on all 65,536 inputs (A-law is then ITU-T G.191's exactly;
// mu-law is the common telephone one, which is off G.191 at 127 negative segment edges). sox and ffmpeg round
// otherwise on 383 to 1,020 inputs. Decoders equal spandsp and G.191 on all 256 codes.
//
// Silence is not zero: it is 0xFF in mu-law and 0xD5 in A-law.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace audioengine {

inline constexpr std::uint8_t kUlawSilence = 0xFF;
inline constexpr std::uint8_t kAlawSilence = 0xD5;

[[nodiscard]] std::uint8_t ulaw_encode(std::int16_t sample) noexcept;
[[nodiscard]] std::int16_t ulaw_decode(std::uint8_t code) noexcept;
[[nodiscard]] std::uint8_t alaw_encode(std::int16_t sample) noexcept;
[[nodiscard]] std::int16_t alaw_decode(std::uint8_t code) noexcept;

/// The same for many. Converts min(in.size(), out.size()) samples. `in` and `out` must not overlap.
void ulaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out) noexcept;
void ulaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out) noexcept;
void alaw_encode(std::span<const std::int16_t> in, std::span<std::uint8_t> out) noexcept;
void alaw_decode(std::span<const std::uint8_t> in, std::span<std::int16_t> out) noexcept;

}  // namespace audioengine
