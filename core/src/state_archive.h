// Three ways through the same list of fields: writing a state, checking one that came from outside, and reading it.
//
// Little-endian, fixed widths. A reader only runs over bytes that the checker has passed with the same list, so whatever
// it reads is in range.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace audioengine {

/// Bits of a value as an unsigned integer of the width it has in a snapshot.
template <class T>
[[nodiscard]] std::uint64_t to_bits(T value) noexcept {
    if constexpr (std::is_same_v<T, double>) {
        return __builtin_bit_cast(std::uint64_t, value);
    } else {
        return static_cast<std::uint64_t>(value);
    }
}

/// Appends to a buffer, and counts on when it is full: with an empty one it only counts.
class StateWriter {
public:
    explicit StateWriter(std::span<std::byte> out) noexcept : out_(out) {}

    template <class T>
    void whole(const T& value, std::uint64_t /*max*/ = UINT64_MAX) noexcept {
        put(to_bits(value));
    }
    void number(const std::int64_t& value, std::int64_t /*magnitude*/) noexcept { put(to_bits(value)); }
    void real(const double& value, double /*low*/, double /*high*/) noexcept { put(to_bits(value)); }
    template <class T>
    void array(const T* values, const std::size_t& count, std::size_t /*least*/, std::size_t /*most*/) noexcept {
        put(count);
        bytes(std::as_bytes(std::span(values, count)));
    }
    void bytes(std::span<const std::byte> data) noexcept {
        if (length_ + data.size() <= out_.size() && !data.empty())
            std::memcpy(out_.data() + length_, data.data(), data.size());
        length_ += data.size();
    }
    [[nodiscard]] std::size_t length() const noexcept { return length_; }

private:
    void put(std::uint64_t bits) noexcept { bytes(std::as_bytes(std::span(&bits, 1))); }

    std::span<std::byte> out_;
    std::size_t length_ = 0;
};

/// Where a checker or a reader stands.
class StateSource {
public:
    explicit StateSource(std::span<const std::byte> in) noexcept : in_(in) {}
    /// The last field: a length, at most `most`, and that many bytes.
    [[nodiscard]] std::span<const std::byte> tail(std::size_t most) noexcept {
        const std::uint64_t count = get();
        require(count <= most);
        return count <= most ? take(static_cast<std::size_t>(count)) : std::span<const std::byte>{};
    }
    /// Everything was in range, and nothing is left.
    [[nodiscard]] bool complete() const noexcept { return good_ && in_.empty(); }

protected:
    std::uint64_t get() noexcept {
        std::uint64_t bits = 0;
        const auto data = take(sizeof bits);
        if (!data.empty()) std::memcpy(&bits, data.data(), sizeof bits);
        return bits;
    }
    std::span<const std::byte> take(std::size_t count) noexcept {
        if (count > in_.size()) {
            good_ = false;
            return {};
        }
        const auto data = in_.first(count);
        in_ = in_.subspan(count);
        return data;
    }
    void require(bool condition) noexcept { good_ = good_ && condition; }

private:
    std::span<const std::byte> in_;
    bool good_ = true;
};

/// Looks whether every value is in its range; changes nothing.
class StateChecker : public StateSource {
public:
    using StateSource::StateSource;

    template <class T>
    void whole(const T& /*value*/, std::uint64_t max = UINT64_MAX) noexcept {
        constexpr unsigned kBits = std::is_same_v<T, bool> ? 1U : 8U * sizeof(T);
        const std::uint64_t bits = get();
        if constexpr (kBits < 64) require(bits <= (std::uint64_t{1} << kBits) - 1);
        require(bits <= max);
    }
    void number(const std::int64_t& /*value*/, std::int64_t magnitude) noexcept {
        const auto value = static_cast<std::int64_t>(get());
        require(value >= -magnitude && value <= magnitude);
    }
    void real(const double& /*value*/, double low, double high) noexcept {
        const auto value = __builtin_bit_cast(double, get());
        require(value >= low && value <= high);  // false for NaN
    }
    template <class T>
    void array(const T* /*values*/, const std::size_t& /*count*/, std::size_t least, std::size_t most) noexcept {
        const std::uint64_t count = get();
        require(count >= least && count <= most);
        if (count > most) return;
        const auto data = take(static_cast<std::size_t>(count) * sizeof(T));
        if constexpr (std::is_same_v<T, float>) require_samples(data);
    }

private:
    void require_samples(std::span<const std::byte> data) noexcept {
        constexpr float kLoudest = 1e6F;  // far beyond any filtered 16-bit sample
        for (; !data.empty(); data = data.subspan(sizeof(float))) {
            float value = 0;
            std::memcpy(&value, data.data(), sizeof value);
            require(value >= -kLoudest && value <= kLoudest);
        }
    }
};

/// Takes the values over.
class StateReader : public StateSource {
public:
    using StateSource::StateSource;

    template <class T>
    void whole(T& value, std::uint64_t /*max*/ = UINT64_MAX) noexcept {
        value = static_cast<T>(get());
    }
    void number(std::int64_t& value, std::int64_t /*magnitude*/) noexcept { value = static_cast<std::int64_t>(get()); }
    void real(double& value, double /*low*/, double /*high*/) noexcept { value = __builtin_bit_cast(double, get()); }
    template <class T>
    void array(T* values, std::size_t& count, std::size_t /*least*/, std::size_t /*most*/) noexcept {
        count = static_cast<std::size_t>(get());
        const auto data = take(count * sizeof(T));
        if (!data.empty()) std::memcpy(values, data.data(), data.size());
    }
};

}  // namespace audioengine
