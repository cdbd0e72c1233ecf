// The working of a Resampler, for resampler.cpp and snapshot.cpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "audioengine/resampler.h"
#include "kernels.h"
#include "resampler_design.h"
#include "seldom.h"

namespace audioengine {

inline constexpr std::size_t kSliceSamples = 256;  // input moved into the history at once

/// Cubic Lagrange weights for a point `x` of the way from node 1 to node 2 of nodes 0 to 3.
inline void cubic_weights(float x, float (&weights)[4]) noexcept {
    const float before = x + 1.0F;
    const float to_next = x - 1.0F;
    const float to_last = x - 2.0F;
    weights[0] = x * to_next * to_last / -6.0F;
    weights[1] = before * to_next * to_last / 2.0F;
    weights[2] = before * x * to_last / -2.0F;
    weights[3] = before * x * to_next / 6.0F;
}

inline std::int16_t to_sample(float value, std::int16_t /*type*/) noexcept { return kernels::round_to_s16(value); }
inline float to_sample(float value, float /*type*/) noexcept { return value; }

// The history holds the input as floats: `filled_` of them, oldest first. Output k stands at input sample `next_` of
// the history plus phase_ / phases; its window begins `window_before_` samples earlier and is `stride_` samples long.
struct Resampler::Impl {
    std::uint32_t from_rate_hz = 0;
    std::uint32_t to_rate_hz = 0;
    FilterDesign design;
    bool switchable = false;
    std::size_t longest_before = 0;  // of all modes that can come: input kept before the next output's position,
    std::size_t longest_half = 0;    // and the most that can wait after it
    std::uint32_t step_whole = 0;    // input samples from one output to the next: whole ones and phases
    std::uint32_t step_phases = 0;

    std::unique_ptr<float[]> table;
    std::size_t table_capacity = 0;
    std::unique_ptr<float[]> history;
    std::size_t history_capacity = 0;

    std::size_t filled = 0;
    std::size_t next = 0;
    std::uint32_t phase = 0;
    bool finished = false;

    [[nodiscard]] bool copies() const noexcept { return from_rate_hz == to_rate_hz; }
    [[nodiscard]] std::size_t window_before() const noexcept { return design.stride - 1 - design.half; }

    void restart() noexcept {
        filled = longest_before;
        std::fill_n(history.get(), filled, 0.0F);
        next = filled;
        phase = 0;
        finished = false;
    }

    AUDIOENGINE_SELDOM void make_room() noexcept {
        if (filled + kSliceSamples <= history_capacity) return;
        const std::size_t oldest_needed = next - longest_before;
        std::copy(history.get() + oldest_needed, history.get() + filled, history.get());
        filled -= oldest_needed;
        next -= oldest_needed;
    }

    [[nodiscard]] float interpolate(const float* window) const noexcept {
        // Rows -1 .. kInterpolatedPhases + 1 are stored from row 0 on.
        const std::uint32_t scaled = phase * kInterpolatedPhases;
        const std::uint32_t row = scaled / design.phases;
        const float fraction = static_cast<float>(scaled % design.phases) / static_cast<float>(design.phases);
        float weights[4];
        cubic_weights(fraction, weights);
        float sum = 0;
        for (std::uint32_t i = 0; i < 4; ++i) {
            const float* taps = table.get() + std::size_t{row + i} * design.stride;
            sum += weights[i] * kernels::dot(window, taps, design.stride);
        }
        return sum;
    }

    [[nodiscard]] float output_here() const noexcept {
        const float* window = history.get() + (next - window_before());
        if (design.interpolated) return interpolate(window);
        return kernels::dot(window, table.get() + std::size_t{phase} * design.stride, design.stride);
    }

    /// And goes on to the next one.
    [[nodiscard]] float take_output() noexcept {
        const float output = output_here();
        next += step_whole;
        phase += step_phases;
        if (phase >= design.phases) {
            phase -= design.phases;
            ++next;
        }
        return output;
    }

    /// Writes every output whose window is complete.
    template <class Sample>
    std::size_t emit_ready(Sample* out) noexcept {
        std::size_t produced = 0;
        while (next + design.half < filled) out[produced++] = to_sample(take_output(), Sample{});
        return produced;
    }

    template <class Sample>
    std::size_t take(std::span<const Sample> in, Sample* out) noexcept {
        std::size_t produced = 0;
        while (!in.empty()) {
            make_room();
            const auto slice = in.first(std::min(in.size(), kSliceSamples));
            for (const Sample sample : slice) history[filled++] = static_cast<float>(sample);
            produced += emit_ready(out + produced);
            in = in.subspan(slice.size());
        }
        return produced;
    }

    template <class Sample>
    Counts process(std::span<const Sample> in, std::span<Sample> out) noexcept {
        if (finished) return {Status::stream_finished, 0};
        if (out.size() < max_output(in.size())) return {Status::output_too_small, 0};
        if (copies()) {
            std::copy(in.begin(), in.end(), out.begin());
            return {Status::ok, in.size()};
        }
        return {Status::ok, take(in, out.data())};
    }

    template <class Sample>
    Counts flush(std::span<Sample> out) noexcept {
        if (finished) return {Status::stream_finished, 0};
        if (out.size() < max_output(design.half)) return {Status::output_too_small, 0};
        std::size_t produced = 0;
        // As many zeros as the window reaches beyond its centre complete every output that stands on real input.
        constexpr Sample kZeros[kSliceSamples] = {};
        for (std::size_t rest = copies() ? 0 : design.half; rest > 0;) {
            const std::size_t count = std::min(rest, kSliceSamples);
            produced += take(std::span<const Sample>(kZeros, count), out.data() + produced);
            rest -= count;
        }
        finished = true;
        return {Status::ok, produced};
    }

    [[nodiscard]] std::size_t max_output(std::size_t samples) const noexcept {
        if (copies()) return samples;
        const std::uint64_t waiting = switchable ? longest_half : 0;  // what a longer filter has left behind
        return static_cast<std::size_t>((samples + waiting) * to_rate_hz / from_rate_hz) + 1;
    }
};

}  // namespace audioengine
