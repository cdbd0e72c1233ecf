// G.711 the slow way: the recommendation's decision values, searched one by one.
#pragma once

#include <cstdint>

namespace audioengine::reference {

// Step `code` (0 to 127) of mu-law begins at (16 + code mod 16) * 2^(code / 16 + 3) - 132 of 16-bit magnitude.
inline std::uint8_t ulaw_encode(std::int16_t sample) {
    const int magnitude = sample < 0 ? -int{sample} : int{sample};
    int code = 0;
    for (int next = 1; next < 128; ++next) {
        if (magnitude >= (16 + next % 16) * (8 << (next / 16)) - 132) code = next;
    }
    return static_cast<std::uint8_t>((sample < 0 ? 0x7F : 0xFF) - code);
}

// The value in the middle of its step, except the first, which is zero.
inline std::int16_t ulaw_decode(std::uint8_t code) {
    const int step = 127 - code % 128;
    const int magnitude = (33 + 2 * (step % 16)) * (4 << (step / 16)) - 132;
    return static_cast<std::int16_t>(code < 128 ? -magnitude : magnitude);
}

// Step `code` of A-law begins at 16 code in the first two segments, then at (16 + code mod 16) * 2^(code / 16 + 3).
// Negative values mirror at -1/2, not at 0.
inline int alaw_edge(int code) { return code < 32 ? 16 * code : (16 + code % 16) * (8 << (code / 16)); }

inline std::uint8_t alaw_encode(std::int16_t sample) {
    const int magnitude = sample < 0 ? -1 - int{sample} : int{sample};
    int code = 0;
    for (int next = 1; next < 128; ++next) {
        if (magnitude >= alaw_edge(next)) code = next;
    }
    return static_cast<std::uint8_t>((sample < 0 ? code : 128 + code) ^ 0x55);
}

inline std::int16_t alaw_decode(std::uint8_t code) {
    const int positive = (code ^ 0x55) & 0x80;
    const int step = (code ^ 0x55) & 0x7F;
    const int upper = step == 127 ? 32768 : alaw_edge(step + 1);
    const int magnitude = (alaw_edge(step) + upper) / 2;
    return static_cast<std::int16_t>(positive != 0 ? magnitude : -magnitude);
}

}  // namespace audioengine::reference
