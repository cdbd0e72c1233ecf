// Ways of cutting a stream of bytes into chunks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "support/random.h"

namespace audioengine::test {

/// One way: a number of frames, everything at once, or odd byte lengths from 0 to 999.
class Cut {
public:
    static Cut frames(const char* name, std::size_t frames) { return {name, frames, Kind::frames}; }
    static Cut all() { return {"all", 0, Kind::all}; }
    static Cut odd() { return {"odd", 0, Kind::odd}; }

    [[nodiscard]] const char* name() const { return name_; }
    /// The next chunk's length in bytes, when `left` bytes are left.
    std::size_t next(std::size_t frame_bytes, std::size_t left) {
        std::size_t length = left;
        if (kind_ == Kind::frames) length = frames_ * frame_bytes;
        if (kind_ == Kind::odd) length = random_.below(1000);
        return length < left ? length : left;
    }

private:
    enum class Kind : std::uint8_t { frames, all, odd };
    Cut(const char* name, std::size_t frames, Kind kind) : name_(name), frames_(frames), kind_(kind) {}

    const char* name_;
    std::size_t frames_;
    Kind kind_;
    Lcg random_{1};
};

inline const Cut kCuts[] = {
    Cut::frames("1", 1), Cut::frames("128", 128), Cut::frames("160", 160), Cut::frames("441", 441), Cut::all(),
    Cut::odd()};

}  // namespace audioengine::test
