// A bar on standard error for runs that take long. Silent unless standard error is a terminal that shows nothing else.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace audioengine::tool {

class Progress {
public:
    /// `total_frames` not known: no bar.
    explicit Progress(std::optional<std::uint64_t> total_frames);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() { clear(); }

    void show(std::uint64_t frames_done);
    /// Takes the bar away. Call it before other text goes to standard error.
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    std::uint64_t total_frames_ = 0;  // 0: never show
    Clock::time_point begin_ = Clock::now();
    Clock::time_point shown_at_ = begin_;
    bool visible_ = false;
};

}  // namespace audioengine::tool
