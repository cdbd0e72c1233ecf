// Appends text to a buffer of fixed size, and goes on counting when it is full. Out of line: a text is many small pieces,
// and each of them inlined would be tens of kilobytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace audioengine {

class TextWriter {
public:
    explicit TextWriter(std::span<char> out) noexcept : out_(out) {}

    void put(char c) noexcept;
    void text(const char* text) noexcept;
    void whole(std::uint64_t value) noexcept;
    /// value / 10^decimals with all its decimals, or, trimmed, without zeros at their end.
    void decimal(std::uint64_t value, std::uint32_t decimals, bool trimmed) noexcept;

    /// Characters so far, also those that had no place.
    [[nodiscard]] std::size_t length() const noexcept { return length_; }
    [[nodiscard]] bool fits() const noexcept { return length_ <= out_.size(); }

private:
    std::span<char> out_;
    std::size_t length_ = 0;
};

}  // namespace audioengine
