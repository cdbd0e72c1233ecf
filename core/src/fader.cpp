#include "fader.h"

#include <algorithm>
#include <cstring>

#include "audioengine/g711.h"
#include "audioengine/pcm.h"
#include "make_array.h"

namespace audioengine {

namespace {

// A share of one, 32768 is all.
using GainQ15 = std::uint32_t;
constexpr GainQ15 kFull = 32768;

/// PCM16 and both laws. One loop for the three is 400 bytes smaller in wasm, and fades are short.
struct Whole {
    AudioFormat format;

    [[nodiscard]] std::int64_t load(const std::byte* at) const noexcept {
        const auto low = std::to_integer<std::uint8_t>(at[0]);
        if (format == AudioFormat::G711_ULAW) return ulaw_decode(low);
        if (format == AudioFormat::G711_ALAW) return alaw_decode(low);
        return static_cast<std::int16_t>(low | (std::to_integer<unsigned>(at[1]) << 8U));
    }
    void store(std::byte* at, std::int64_t value) const noexcept {
        const auto sample = static_cast<std::int16_t>(value);
        if (format == AudioFormat::G711_ULAW) {
            *at = static_cast<std::byte>(ulaw_encode(sample));
        } else if (format == AudioFormat::G711_ALAW) {
            *at = static_cast<std::byte>(alaw_encode(sample));
        } else {
            at[0] = static_cast<std::byte>(sample & 0xFF);
            at[1] = static_cast<std::byte>((sample >> 8) & 0xFF);
        }
    }
};

struct Float32 {
    // Not finite counts as nothing: the bits of a NaN that was calculated with differ between machines.
    static float load(const std::byte* at) noexcept {
        std::uint32_t bits = 0;
        for (unsigned i = 0; i < 4; ++i) bits |= std::to_integer<std::uint32_t>(at[i]) << (8 * i);
        constexpr std::uint32_t kExponent = 0x7F800000U;
        return (bits & kExponent) == kExponent ? 0.0F : __builtin_bit_cast(float, bits);
    }
    static void store(std::byte* at, float sample) noexcept {
        const auto bits = __builtin_bit_cast(std::uint32_t, sample);
        for (unsigned i = 0; i < 4; ++i) at[i] = static_cast<std::byte>((bits >> (8 * i)) & 0xFFU);
    }
};

// The gains add up to one, so 16 bits stay 16 bits.
std::int64_t mix(std::int64_t in, GainQ15 in_gain, std::int64_t tail, GainQ15 tail_gain) noexcept {
    return (in * in_gain + tail * tail_gain + kFull / 2) >> 15;
}
float mix(float in, GainQ15 in_gain, float tail, GainQ15 tail_gain) noexcept {
    constexpr float kStep = 1.0F / 32768.0F;
    return in * (static_cast<float>(in_gain) * kStep) + tail * (static_cast<float>(tail_gain) * kStep);
}

/// From `position` of `length` frames on: `in` (null: silence) comes up as `tail` goes down.
template <class Codec>
void blend_frames(Codec codec, const std::byte* in, const std::byte* tail, std::byte* out, std::size_t frames,
                  std::size_t channels, std::size_t sample_bytes, std::size_t position, std::size_t length) noexcept {
    for (std::size_t frame = 0; frame < frames; ++frame) {
        const auto up = static_cast<GainQ15>(std::uint64_t{position + frame} * kFull / length);
        for (std::size_t channel = 0; channel < channels; ++channel) {
            const std::size_t at = (frame * channels + channel) * sample_bytes;
            const auto fresh = in != nullptr ? codec.load(in + at) : decltype(codec.load(tail)){};
            codec.store(out + at, mix(fresh, up, codec.load(tail + at), kFull - up));
        }
    }
}

}  // namespace

bool Fader::allocate(AudioFormat format, std::uint32_t channels, std::size_t fade_frames,
                     std::size_t tail_frames) noexcept {
    format_ = format;
    channels_ = channels;
    frame_bytes_ = channels * bytes_per_sample(format);
    fade_frames_ = fade_frames;
    tail_frames_ = tail_frames;
    history_frames_ = std::max(fade_frames, tail_frames);
    history_ = make_array<std::byte>(history_frames_ * frame_bytes_);
    tail_ = make_array<std::byte>(history_frames_ * frame_bytes_);
    if (!history_ || !tail_) return false;
    reset();
    return true;
}

void Fader::reset() noexcept {
    // Before the first audio there was silence.
    std::fill_n(history_.get(), history_frames_ * frame_bytes_, silence_byte(format_));
    history_at_ = 0;
    position_ = 0;
    mode_ = Mode::silent;
    jump_ = false;
    started_ = false;
}

void Fader::pass(const std::byte* in, std::byte* out, std::size_t frames) noexcept {
    if (frames == 0) return;
    if (jump_) {
        start_tail(Mode::joining);
    } else if (mode_ != Mode::joining) {
        mode_ = Mode::exact;
    }
    started_ = true;
    std::size_t done = 0;
    if (mode_ == Mode::joining) {
        done = blend(in, out, frames, fade_frames_);
        if (position_ == fade_frames_) mode_ = Mode::exact;
    }
    std::memcpy(out + done * frame_bytes_, in + done * frame_bytes_, (frames - done) * frame_bytes_);
    remember(out, frames);
}

void Fader::fill(std::byte* out, std::size_t frames) noexcept {
    if (frames == 0) return;
    if (mode_ == Mode::exact || mode_ == Mode::joining) start_tail(Mode::fading);
    jump_ = false;
    std::size_t done = 0;
    if (mode_ == Mode::fading) {
        done = blend(nullptr, out, frames, tail_frames_);
        if (position_ == tail_frames_) mode_ = Mode::silent;
    }
    std::fill_n(out + done * frame_bytes_, (frames - done) * frame_bytes_, silence_byte(format_));
    remember(out, frames);
}

void Fader::start_tail(Mode mode) noexcept {
    for (std::size_t frame = 0; frame < history_frames_; ++frame) {
        const std::size_t from = (history_at_ + history_frames_ - 1 - frame) % history_frames_;
        std::memcpy(tail_.get() + frame * frame_bytes_, history_.get() + from * frame_bytes_, frame_bytes_);
    }
    position_ = 0;
    mode_ = mode;
    jump_ = false;
}

std::size_t Fader::blend(const std::byte* in, std::byte* out, std::size_t frames, std::size_t length) noexcept {
    const std::size_t count = std::min(frames, length - position_);
    const std::byte* tail = tail_.get() + position_ * frame_bytes_;
    const std::size_t sample_bytes = bytes_per_sample(format_);
    const auto run = [&](auto codec) {
        blend_frames(codec, in, tail, out, count, channels_, sample_bytes, position_, length);
    };
    if (format_ == AudioFormat::FLOAT32) {
        run(Float32{});
    } else {
        run(Whole{format_});
    }
    position_ += count;
    return count;
}

void Fader::remember(const std::byte* out, std::size_t frames) noexcept {
    const std::size_t count = std::min(frames, history_frames_);
    if (count == 0) return;
    const std::byte* newest = out + (frames - count) * frame_bytes_;
    const std::size_t before_wrap = std::min(count, history_frames_ - history_at_);
    std::memcpy(history_.get() + history_at_ * frame_bytes_, newest, before_wrap * frame_bytes_);
    std::memcpy(history_.get(), newest + before_wrap * frame_bytes_, (count - before_wrap) * frame_bytes_);
    history_at_ = (history_at_ + count) % history_frames_;
}

}  // namespace audioengine
