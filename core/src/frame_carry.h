// Cuts bytes as they arrive into whole frames; part of a frame waits for its rest.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "audioengine/config.h"

namespace audioengine {

struct FrameCarry {
    std::array<std::byte, kMaxFrameBytes> held{};
    std::size_t count = 0;  ///< Bytes that wait, fewer than a frame.

    /// Hands the frame that `bytes` complete, then all further whole ones, to `sink(std::span<const std::byte>)`; keeps
    /// the rest.
    template <class Sink>
    void cut(std::span<const std::byte> bytes, std::size_t frame_bytes, Sink sink) noexcept {
        if (count > 0) {
            const std::size_t missing = std::min(bytes.size(), frame_bytes - count);
            std::copy_n(bytes.begin(), missing, held.begin() + static_cast<std::ptrdiff_t>(count));
            count += missing;
            bytes = bytes.subspan(missing);
            if (count < frame_bytes) return;
            sink(std::span<const std::byte>(held).first(frame_bytes));
        }
        const std::size_t whole = bytes.size() / frame_bytes * frame_bytes;
        sink(bytes.first(whole));
        count = bytes.size() - whole;
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(whole), count, held.begin());
    }
};

}  // namespace audioengine
