// The last bytes of a stream, addressed by their position in it. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "make_array.h"

namespace audioengine {

class ByteRing {
public:
    bool allocate(std::size_t capacity) noexcept {
        bytes_ = make_array<std::byte>(capacity);
        capacity_ = bytes_ ? capacity : 0;
        clear();
        return bytes_ != nullptr;
    }

    /// Appends; at most `capacity()` bytes at a time.
    void write(std::span<const std::byte> data) noexcept {
        const auto at = static_cast<std::size_t>(written_ % capacity_);
        const std::size_t before_wrap = std::min(data.size(), capacity_ - at);
        std::copy_n(data.begin(), before_wrap, bytes_.get() + at);
        std::copy(data.begin() + static_cast<std::ptrdiff_t>(before_wrap), data.end(), bytes_.get());
        written_ += data.size();
    }

    /// Everything from stream position `position` on, or from the oldest byte still here.
    [[nodiscard]] std::pair<std::span<const std::byte>, std::span<const std::byte>> from(
        std::uint64_t position) const noexcept {
        const std::uint64_t oldest = std::max(begin_, written_ - std::min<std::uint64_t>(written_, capacity_));
        position = std::clamp(position, oldest, written_);
        const auto count = static_cast<std::size_t>(written_ - position);
        const auto at = static_cast<std::size_t>(position % capacity_);
        const std::size_t before_wrap = std::min(count, capacity_ - at);
        return {{bytes_.get() + at, before_wrap}, {bytes_.get(), count - before_wrap}};
    }

    void clear() noexcept { restart_at(0); }

    /// Holds nothing, and the next byte stands at `position` of the stream.
    void restart_at(std::uint64_t position) noexcept {
        begin_ = position;
        written_ = position;
    }

    /// Stream position of the next byte.
    [[nodiscard]] std::uint64_t position() const noexcept { return written_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t capacity_ = 0;
    std::uint64_t begin_ = 0;
    std::uint64_t written_ = 0;
};

}  // namespace audioengine
