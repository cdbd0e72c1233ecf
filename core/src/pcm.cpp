#include "audioengine/pcm.h"

#include <algorithm>
#include <cstring>

#include "audioengine/g711.h"
#include "kernels.h"

namespace audioengine {

namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "PCM16 and float32 are read as the machine stores them");

constexpr float kFullScale = 32768.0F;

std::int16_t from_float(float value) noexcept {
    if (!(value == value)) return 0;  // NaN
    return kernels::round_to_s16(value * kFullScale);
}

bool is_finite(float value) noexcept {
    constexpr std::uint32_t kExponent = 0x7F800000;
    return (__builtin_bit_cast(std::uint32_t, value) & kExponent) != kExponent;
}

std::size_t decode_float(std::span<const std::byte> bytes, std::span<std::int16_t> out, std::size_t count) noexcept {
    std::size_t not_finite = 0;
    for (std::size_t i = 0; i < count; ++i) {
        float value = 0;
        std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
        not_finite += is_finite(value) ? 0U : 1U;
        out[i] = from_float(value);
    }
    return not_finite;
}

std::span<const std::uint8_t> as_codes(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}
std::span<std::uint8_t> as_codes(std::span<std::byte> bytes) noexcept {
    return {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()};
}

}  // namespace

std::byte silence_byte(AudioFormat format) noexcept {
    if (format == AudioFormat::G711_ULAW) return std::byte{kUlawSilence};
    if (format == AudioFormat::G711_ALAW) return std::byte{kAlawSilence};
    return std::byte{0};
}

std::size_t decode_samples(AudioFormat format, std::span<const std::byte> bytes, std::span<std::int16_t> out) noexcept {
    const std::size_t width = bytes_per_sample(format);
    const std::size_t count = width == 0 ? 0 : std::min(bytes.size() / width, out.size());
    if (count == 0) return 0;
    switch (format) {
        case AudioFormat::PCM16: std::memcpy(out.data(), bytes.data(), count * width); return 0;
        case AudioFormat::G711_ULAW: ulaw_decode(as_codes(bytes), out); return 0;
        case AudioFormat::G711_ALAW: alaw_decode(as_codes(bytes), out); return 0;
        case AudioFormat::FLOAT32: return decode_float(bytes, out, count);
    }
    return 0;
}

std::size_t encode_samples(AudioFormat format, std::span<const std::int16_t> in, std::span<std::byte> out) noexcept {
    const std::size_t width = bytes_per_sample(format);
    const std::size_t count = width == 0 ? 0 : std::min(in.size(), out.size() / width);
    if (count == 0) return 0;
    switch (format) {
        case AudioFormat::PCM16: std::memcpy(out.data(), in.data(), count * width); break;
        case AudioFormat::G711_ULAW: ulaw_encode(in.first(count), as_codes(out)); break;
        case AudioFormat::G711_ALAW: alaw_encode(in.first(count), as_codes(out)); break;
        case AudioFormat::FLOAT32:
            for (std::size_t i = 0; i < count; ++i) {
                const float value = static_cast<float>(in[i]) / kFullScale;
                std::memcpy(out.data() + i * width, &value, width);
            }
            break;
    }
    return count * width;
}

void downmix(std::span<const std::int16_t> interleaved, std::uint32_t channels, std::span<std::int16_t> mono) noexcept {
    const std::size_t frames = std::min(interleaved.size() / channels, mono.size());
    const auto divisor = static_cast<std::int32_t>(channels);
    for (std::size_t frame = 0; frame < frames; ++frame) {
        std::int32_t sum = 0;
        for (std::size_t channel = 0; channel < channels; ++channel) sum += interleaved[frame * channels + channel];
        const std::int32_t half = sum < 0 ? -divisor : divisor;  // half of a step, doubled like the rest
        mono[frame] = static_cast<std::int16_t>((2 * sum + half) / (2 * divisor));
    }
}

void s16_to_float(std::span<const std::int16_t> in, std::span<float> out) noexcept {
    const std::size_t count = std::min(in.size(), out.size());
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<float>(in[i]) / kFullScale;
}

void float_to_s16(std::span<const float> in, std::span<std::int16_t> out) noexcept {
    const std::size_t count = std::min(in.size(), out.size());
    for (std::size_t i = 0; i < count; ++i) out[i] = from_float(in[i]);
}

}  // namespace audioengine
