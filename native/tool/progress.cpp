#include "progress.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

namespace audioengine::tool {
namespace {
constexpr auto kFirstShown = std::chrono::milliseconds(500);
constexpr auto kShownEvery = std::chrono::milliseconds(100);
constexpr std::size_t kBarWidth = 40;
}  // namespace

Progress::Progress(std::optional<std::uint64_t> total_frames) {
    const bool wanted = isatty(STDERR_FILENO) != 0 && isatty(STDOUT_FILENO) == 0;
    if (wanted && total_frames) total_frames_ = *total_frames;
}

void Progress::show(std::uint64_t frames_done) {
    if (total_frames_ == 0) return;
    const Clock::time_point now = Clock::now();
    if (now - begin_ < kFirstShown || now - shown_at_ < kShownEvery) return;
    shown_at_ = now;
    visible_ = true;
    const double share = std::min(1.0, static_cast<double>(frames_done) / static_cast<double>(total_frames_));
    std::array<char, kBarWidth + 1> bar{};
    std::memset(bar.data(), '.', kBarWidth);
    std::memset(bar.data(), '#', static_cast<std::size_t>(share * kBarWidth));
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    std::fprintf(stderr, "\r[%s] %3.0f %%  %.0f s left ", bar.data(), 100 * share,
                 share > 0 ? seconds * (1 - share) / share : 0);
    std::fflush(stderr);
}

void Progress::clear() {
    if (visible_) std::fputs("\r\x1b[K", stderr);
    visible_ = false;
}

}  // namespace audioengine::tool
