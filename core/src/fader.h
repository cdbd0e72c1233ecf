// A point that audio passes on its way, where it may be missing or go on somewhere else. Nothing jumps there: the audio
// before such a place is played on backwards while it fades out, and the audio behind it fades in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "audioengine/types.h"

namespace audioengine {

class Fader {
public:
    /// `fade_frames`: length of a join. `tail_frames`: how long the audio before a hole fades out. Both may be 0.
    bool allocate(AudioFormat format, std::uint32_t channels, std::size_t fade_frames,
                  std::size_t tail_frames) noexcept;

    /// Audio: unchanged, but for `fade_frames` after a `jump`. `in` and `out` do not overlap.
    void pass(const std::byte* in, std::byte* out, std::size_t frames) noexcept;
    /// No audio: a fade out of what passed last, then silence.
    void fill(std::byte* out, std::size_t frames) noexcept;
    /// The next audio does not continue the last. Nothing to do before the first audio.
    void jump() noexcept { jump_ = started_ && fade_frames_ > 0; }

    /// Whether something other than silence was last heard.
    [[nodiscard]] bool audible() const noexcept { return started_ && mode_ != Mode::silent; }
    void reset() noexcept;
    [[nodiscard]] std::size_t memory_bytes() const noexcept { return 2 * history_frames_ * frame_bytes_; }

private:
    enum class Mode : std::uint8_t { exact, joining, fading, silent };

    void start_tail(Mode mode) noexcept;
    std::size_t blend(const std::byte* in, std::byte* out, std::size_t frames, std::size_t length) noexcept;
    void remember(const std::byte* out, std::size_t frames) noexcept;

    AudioFormat format_ = AudioFormat::PCM16;
    std::size_t channels_ = 1;
    std::size_t frame_bytes_ = 2;
    std::size_t fade_frames_ = 0;
    std::size_t tail_frames_ = 0;
    std::size_t history_frames_ = 0;
    std::unique_ptr<std::byte[]> history_;  // the last frames that came out, a ring
    std::unique_ptr<std::byte[]> tail_;     // the same at the last break, newest first
    std::size_t history_at_ = 0;            // where the oldest frame stands
    std::size_t position_ = 0;              // within the join or the tail
    Mode mode_ = Mode::silent;
    bool jump_ = false;
    bool started_ = false;  // some audio has passed
};

}  // namespace audioengine
