// What the neural detector knows about a block: the spectrum's shape over the stream's own level, and how periodic it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audioengine/types.h"
#include "power_spectrum.h"

namespace audioengine {

/// Features of 16 kHz audio, one set a block, from the block and what came before it: no look-ahead.
///
/// Bands: base-2 logarithms of the energy in 32 triangular bands, evenly spaced in mel from 60 Hz to 7.6 kHz, of the last
/// samples under two halves of Hann windows, less the running mean of all bands over the last 1.5 s. A change of gain
/// moves both and cancels. Periodicity: the greatest normalised autocorrelation of the last 30 ms, below 2 kHz, at lags
/// of 2.25 to 12.5 ms (voices of 80 to 440 Hz). Edges: what the newest 5 and the 5 ms before have of low and of high
/// sound, over the same mean, so that starts and ends are heard at once.
/// The same bits everywhere: floats in a fixed order, the rest integers.
class SpeechFeatures {
public:
    static constexpr std::size_t kBands = 32;
    static constexpr std::size_t kEdges = 4;  ///< Older half of the block, then newer; low, then high.
    static constexpr std::size_t kCount = kBands + 1 + kEdges;
    /// The window: samples over which it rises and, up to the newest one, falls again. It sees nothing older.
    static constexpr std::size_t kRise = 256;
    static constexpr std::size_t kFall = 128;
    static constexpr std::int32_t kOne = 768;  ///< What stands for 1 in the network's input: 3 octaves of energy.
    using Vector = std::array<std::int16_t, kCount>;

    /// Constants, made once; see power_spectrum::Tables. Samples of the window and bins of the spectrum, by their numbers.
    struct Tables {
        Tables() noexcept;
        power_spectrum::Tables cosines;
        std::array<float, (kRise + kFall) / 2> even_window;
        std::array<float, (kRise + kFall) / 2> odd_window;
        std::array<float, power_spectrum::kHalf> rise{};  // how much of a bin belongs to the upper of its two bands
    };

    void process(const Tables& tables, std::span<const std::int16_t, kBlockSamples> block, Vector& features) noexcept;

private:
    friend struct StateAccess;

    static constexpr std::size_t kRecent = power_spectrum::kSamples;
    static_assert(kRise + kFall <= kRecent && kRise % 2 == 0 && kFall % 2 == 0);
    static constexpr std::size_t kSlowWindow = 120;  // at 4 kHz
    static constexpr std::size_t kSlowLags = 50;
    static constexpr std::size_t kLeastLag = 9;
    static constexpr std::size_t kSlowSamples = kSlowWindow + kSlowLags;
    static constexpr std::uint32_t kReferenceBlocks = 150;

    void take_slow_samples() noexcept;
    [[nodiscard]] std::int32_t follow_level(const std::array<std::int32_t, kBands>& levels) noexcept;
    [[nodiscard]] std::int16_t periodicity() const noexcept;
    void edges(std::int32_t reference, std::span<std::int16_t, kEdges> features) const noexcept;

    std::array<std::int16_t, kRecent> recent_{};
    std::array<std::int16_t, kSlowSamples> slow_{};  // at 4 kHz
    std::int64_t reference_ = 0;                     // mean of the sums of all bands' logarithms, Q8, times 256
    std::uint32_t reference_blocks_ = 0;             // that it has seen, up to kReferenceBlocks
};

}  // namespace audioengine
