// What one window of a stream shows. Each judge returns whether nothing about it was suspicious.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "audioengine/forensics.h"

namespace audioengine {

/// The distance from zero, 32776 at most.
[[nodiscard]] inline std::uint16_t loudness_of(std::int16_t sample, std::int16_t zero = 0) noexcept {
    const std::int32_t value = sample - zero;
    return static_cast<std::uint16_t>(value < 0 ? -value : value);
}

/// RMS of -50 dBFS: what is quieter says nothing.
inline constexpr std::int32_t kAudible = 100;

/// About how many different values there are, up to 64: enough to know a few from many.
class Variety {
public:
    void add(std::uint32_t value) noexcept { seen_ |= std::uint64_t{1} << (value * 0x9E3779B1U >> 26U); }
    /// Counted by hand: compilers make a call of popcount where the machine has no instruction for it.
    [[nodiscard]] int count() const noexcept {
        int count = 0;
        for (std::uint64_t rest = seen_; rest != 0; rest &= rest - 1) ++count;
        return count;
    }

private:
    std::uint64_t seen_ = 0;
};

struct Forensics::ByteJudge {
    using Probe = std::span<const std::byte, kProbe>;
    static bool judge(Forensics& forensics, Probe bytes, std::uint64_t position) noexcept;
    /// A message shorter than a window.
    static void judge_short(Forensics& forensics, std::span<const std::byte> bytes) noexcept;
};

struct Forensics::SampleJudge {
    using Probe = std::span<const std::int16_t, kProbe>;
    static bool judge(Forensics& forensics, Probe samples, std::uint64_t position) noexcept;
    static int edge_evidence(Forensics& forensics, Probe samples) noexcept;
};

}  // namespace audioengine
