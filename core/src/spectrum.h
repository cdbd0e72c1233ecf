// Average power spectrum of a message, for its bandwidth.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace audioengine {

class Spectrum {
public:
    static constexpr std::size_t kSize = 512;
    static constexpr std::size_t kBins = kSize / 2 + 1;

    Spectrum() noexcept;

    /// Adds one frame of kSize samples, Hann-windowed.
    void add(std::span<const std::int16_t, kSize> frame) noexcept;

    /// The lowest bin above which no bin holds more than rounding noise of 16-bit samples; 0 when nothing does.
    [[nodiscard]] std::size_t highest_bin() const noexcept;

    [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }

private:
    using Buffer = std::array<double, kSize>;

    Buffer window_{};                         // Hann
    std::array<double, kSize / 2> cosine_{};  // of -2 pi k / kSize
    std::array<double, kSize / 2> sine_{};
    std::array<double, kBins> power_{};
    std::uint64_t frames_ = 0;
};

}  // namespace audioengine
