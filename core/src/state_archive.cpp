#include "state_archive.h"

#include <cstring>

namespace audioengine {

/// Passes bytes. False where there are not so many: nothing may be touched then. A writer counts on.
bool StateArchive::pass(std::size_t count) noexcept {
    const bool fits = at_ <= size_ && count <= size_ - at_;
    if (fits || pass_ == Pass::write) {
        at_ += count;
    } else {
        good_ = false;
    }
    return fits;
}

void StateArchive::write(std::span<const std::byte> data) noexcept {
    if (pass(data.size()) && !data.empty()) std::memcpy(out_ + at_ - data.size(), data.data(), data.size());
}

void StateArchive::bytes(void* data, std::size_t count) noexcept {
    if (pass_ == Pass::write) return write(std::as_bytes(std::span(static_cast<std::byte*>(data), count)));
    if (pass(count) && reads()) std::memcpy(data, in_ + at_ - count, count);
}

/// Writes the low bytes of `bits`, or answers what stands there instead; 0 beyond the end.
std::uint64_t StateArchive::exchange(std::uint64_t bits, std::size_t width) noexcept {
    if (pass_ == Pass::write) {
        bytes(&bits, width);
        return bits;
    }
    std::uint64_t found = 0;
    if (pass(width)) std::memcpy(&found, in_ + at_ - width, width);
    return found;
}

void StateArchive::word(void* value, std::size_t width, std::uint64_t max) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, value, width);
    bits = exchange(bits, width);
    if (bits > max) {
        good_ = false;
    } else if (reads()) {
        std::memcpy(value, &bits, width);
    }
}

void StateArchive::number(std::int64_t& value, std::int64_t magnitude) noexcept {
    const auto found = static_cast<std::int64_t>(exchange(static_cast<std::uint64_t>(value), sizeof value));
    if (found < -magnitude || found > magnitude) {
        good_ = false;
    } else if (reads()) {
        value = found;
    }
}

void StateArchive::real(double& value, double low, double high) noexcept {
    const std::uint64_t bits = exchange(__builtin_bit_cast(std::uint64_t, value), sizeof value);
    const auto found = __builtin_bit_cast(double, bits);
    if (!(found >= low && found <= high)) {  // NaN too
        good_ = false;
    } else if (reads()) {
        value = found;
    }
}

void StateArchive::real(float& value, double low, double high) noexcept {
    auto wide = static_cast<double>(value);
    real(wide, low, high);
    value = static_cast<float>(wide);
}

std::size_t StateArchive::elements(void* values, std::size_t width, std::size_t& count, std::size_t least,
                                   std::size_t most) noexcept {
    const std::uint64_t found = exchange(count, sizeof(std::uint32_t));
    if (found < least || found > most) {
        good_ = false;
        return 0;
    }
    const auto passed = static_cast<std::size_t>(found);
    bytes(values, passed * width);
    if (reads()) count = passed;
    return passed;
}

/// Of those just passed.
void StateArchive::require_samples(std::size_t count) noexcept {
    constexpr float kLoudest = 1e6F;  // far beyond any filtered 16-bit sample
    if (pass_ != Pass::check || !good_) return;
    for (const std::byte* at = in_ + at_ - count * sizeof(float); at != in_ + at_; at += sizeof(float)) {
        float value = 0;
        std::memcpy(&value, at, sizeof value);
        if (!(value >= -kLoudest && value <= kLoudest)) good_ = false;
    }
}

}  // namespace audioengine
