// A stretch of a ring buffer without a copy.
#pragma once

#include <cstddef>
#include <span>

namespace audioengine {

/// A view of a stretch of a ring buffer: `first`, then `second` (often empty).
struct RingView {
    std::span<const std::byte> first;
    std::span<const std::byte> second;
    [[nodiscard]] std::size_t size() const noexcept { return first.size() + second.size(); }
};

}  // namespace audioengine
