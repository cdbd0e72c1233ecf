// Makes a voice stream nicer to listen to: high-pass, and a steady level. The engine's processing stage by mode.
//
//   REALTIME  nothing: samples pass unchanged.
//   BALANCED  high-pass 80 Hz (Butterworth, second order; removes DC, rumble and handling noise). No delay.
//   QUALITY   the same; with `normalize` also brings active speech to -20 dBFS RMS (gain -12 to +20 dB, at most 10 dB a
//             second) and limits peaks to -1 dBFS, looking ahead; 10 ms delay.
//
// Output sample k is input sample k: the delay is waited for, and `flush` gives the rest. The same bits however the
// input is cut, and natively and in WebAssembly (double arithmetic in a fixed order, no libm but sqrt).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "audioengine/result.h"
#include "audioengine/types.h"

namespace audioengine {

/// Butterworth high-pass of second order, by the bilinear transform. One channel.
class HighPass {
public:
    HighPass() noexcept = default;
    /// `cutoff_hz` under half of `rate_hz`.
    HighPass(std::uint32_t rate_hz, double cutoff_hz) noexcept;
    /// The next output for the next input; any unit.
    [[nodiscard]] double next(double input) noexcept;
    void reset() noexcept;

private:
    friend struct StateAccess;  // snapshot

    double b0_ = 1.0;
    double b1_ = 0.0;
    double b2_ = 0.0;
    double a1_ = 0.0;
    double a2_ = 0.0;
    double state1_ = 0.0;
    double state2_ = 0.0;
};

class Conditioner {
public:
    /// Allocates two stretches of 5 ms if `normalize`, nothing otherwise. `normalize` counts in QUALITY only.
    static Result<Conditioner> create(std::uint32_t rate_hz, ProcessingMode mode, bool normalize) noexcept;

    /// Takes all of `in`, writes what is ready and returns how many samples. `out` must hold
    /// `max_output_samples(in.size())`. It may lie in the same memory when it begins `head_samples()` or more before `in`.
    std::size_t process(std::span<const std::int16_t> in, std::span<std::int16_t> out) noexcept;

    /// Ends the stream: writes what still waits, at most `max_output_samples(0)`. Then only `reset` helps.
    std::size_t flush(std::span<std::int16_t> out) noexcept;

    /// Another mode from the next sample on. No sample is lost: what QUALITY holds comes with the next `process`.
    void set_mode(ProcessingMode mode) noexcept;

    /// As newly created, in the current mode.
    void reset() noexcept;

    [[nodiscard]] std::size_t max_output_samples(std::size_t input_samples) const noexcept;
    /// See `process`.
    [[nodiscard]] std::size_t head_samples() const noexcept { return 2 * stretch_samples_; }
    /// The most input samples after its own time at which an output sample is ready.
    [[nodiscard]] std::uint32_t latency_samples() const noexcept;
    [[nodiscard]] std::size_t memory_bytes() const noexcept;
    /// True when samples pass unchanged (REALTIME).
    [[nodiscard]] bool passes() const noexcept { return mode_ == ProcessingMode::REALTIME; }

private:
    friend struct StateAccess;

    /// A stretch of 5 ms of filtered samples, and the gain that it can bear at most.
    struct Stretch {
        std::unique_ptr<float[]> samples;
        std::size_t count = 0;
        double gain = 1.0;
    };

    Conditioner(std::uint32_t rate_hz, ProcessingMode mode, std::size_t stretch_samples) noexcept;
    void close_stretch(Stretch& stretch) noexcept;
    void follow_level(double mean_square) noexcept;
    std::size_t write_older(double end_gain, std::int16_t* out) noexcept;
    std::size_t level(std::span<const std::int16_t> in, std::int16_t* out) noexcept;
    std::size_t release_held(double end_gain, std::int16_t* out) noexcept;
    [[nodiscard]] bool levels() const noexcept { return mode_ == ProcessingMode::QUALITY && stretch_samples_ > 0; }

    ProcessingMode mode_ = ProcessingMode::REALTIME;
    HighPass high_pass_;
    std::size_t stretch_samples_ = 0;  // 0: never normalises
    Stretch newer_;
    Stretch older_;
    double last_gain_ = 1.0;    // where the gain ramp stands
    double steady_gain_ = 1.0;  // towards the target level, before the limiter
    double active_mean_square_ = 0.0;
    std::uint32_t active_stretches_ = 0;
};

}  // namespace audioengine
