// Decides for an adaptive engine when to give up quality for speed, and when to take it back, from how long calls took.
//
// In windows of 128 calls: when more than one call in twenty took longer than the target (the 95th percentile is over
// it), one step down; after eight windows in a row without a call over half the target, one step up.
#pragma once

#include <cstdint>

#include "audioengine/types.h"

namespace audioengine {

class ModeStepper {
public:
    /// `target_ns` 0: never steps.
    void set_target(std::uint64_t target_ns) noexcept { target_ns_ = target_ns; }

    /// Takes the time of one call; answers the mode to use from the next call on.
    [[nodiscard]] ProcessingMode next(ProcessingMode mode, std::uint64_t ns) noexcept {
        if (target_ns_ == 0) return mode;
        over_target_ += ns > target_ns_ ? 1U : 0U;
        over_half_ += ns > target_ns_ / 2 ? 1U : 0U;
        if (++calls_ < kWindowCalls) return mode;
        const bool too_slow = over_target_ * 20 > kWindowCalls;
        quick_windows_ = over_half_ == 0 ? quick_windows_ + 1 : 0;
        calls_ = over_target_ = over_half_ = 0;
        if (too_slow) return slower_by(mode, -1);
        if (quick_windows_ < kQuickWindows) return mode;
        quick_windows_ = 0;
        return slower_by(mode, 1);
    }

private:
    static constexpr std::uint32_t kWindowCalls = 128;
    static constexpr std::uint32_t kQuickWindows = 8;

    static ProcessingMode slower_by(ProcessingMode mode, int steps) noexcept {
        constexpr ProcessingMode kByCost[] = {ProcessingMode::REALTIME, ProcessingMode::BALANCED,
                                              ProcessingMode::QUALITY};
        int index = 0;
        while (index < 2 && kByCost[index] != mode) ++index;
        index += steps;
        return kByCost[index < 0 ? 0 : (index > 2 ? 2 : index)];
    }

    std::uint64_t target_ns_ = 0;
    std::uint32_t calls_ = 0;
    std::uint32_t over_target_ = 0;
    std::uint32_t over_half_ = 0;
    std::uint32_t quick_windows_ = 0;
};

}  // namespace audioengine
