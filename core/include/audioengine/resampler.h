// Changes the sample rate of one mono stream.
//
// Method: polyphase FIR, Kaiser-windowed sinc (J. F. Kaiser, 1974; R. E. Crochiere and L. R. Rabiner, "Multirate Digital
// Signal Processing", 1983), the phase kept as an exact integer fraction, so nothing drifts. Ratios whose table of
// phases would exceed 512 KiB interpolate (cubic) between 64 phases.
//
//            half length, in samples of the    stop band   pass band at      stop band from     delay at
//            lower of the two rates                        24 / 16 / 8 kHz   24 / 16 / 8 kHz    24 / 16 / 8 kHz
//   REALTIME 2 ms, at most 36                  100 dB      0.93 0.91 0.81    1.12 1.14 1.24     1.5 / 2 / 2 ms
//   BALANCED 64                                100 dB      0.90              1.00               2.7 / 4 / 8 ms
//   QUALITY  96                                104 dB      0.93              1.00               4 / 6 / 12 ms
//
// Bands are given as shares of half the lower rate: REALTIME lets a little alias into the top of the band, the others
// none.
//
// Output sample k stands at time k / to_rate of the input: the filter's own delay does not shift the audio, it is waited
// for (`latency_samples`). n input samples followed by `flush` give exactly ceil(n * to_rate / from_rate) samples. The
// output is the same bits however the input is cut, and the same bits natively and in WebAssembly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "audioengine/result.h"
#include "audioengine/types.h"

namespace audioengine {

class Resampler {
public:
    /// Allocates the filter and the history. Rates as in AudioConfig (`bad_sample_rate`). Equal rates copy.
    static Result<Resampler> create(std::uint32_t from_rate_hz, std::uint32_t to_rate_hz, ProcessingMode mode) noexcept;

    /// The same with memory for every mode, so that `set_mode` works.
    static Result<Resampler> create_switchable(std::uint32_t from_rate_hz, std::uint32_t to_rate_hz,
                                               ProcessingMode mode) noexcept;

    Resampler(Resampler&&) noexcept;
    Resampler& operator=(Resampler&&) noexcept;
    ~Resampler();

    struct [[nodiscard]] Counts {
        Status status;         ///< `ok`; `output_too_small` (nothing was consumed); `stream_finished`.
        std::size_t produced;  ///< Samples written.
    };

    /// Takes all of `in`, writes what has become ready. `out` must hold `max_output_samples(in.size())`.
    Counts process(std::span<const std::int16_t> in, std::span<std::int16_t> out) noexcept;
    /// The same without rounding to 16 bits; full scale as given. Use one of the two forms for a stream.
    Counts process(std::span<const float> in, std::span<float> out) noexcept;

    /// Ends the stream: writes the samples that still wait for input. `out` must hold `max_flush_samples()`.
    Counts flush(std::span<std::int16_t> out) noexcept;
    Counts flush(std::span<float> out) noexcept;

    /// From the next output on, uses another mode's filter; only after `create_switchable` (otherwise nothing happens).
    /// Output samples stay where they belong: a longer filter waits for the input it needs, a shorter one hands out at the
    /// next `process` what waited. Computes the taps anew: up to some milliseconds.
    void set_mode(ProcessingMode mode) noexcept;

    /// As newly created, in the current mode. Never allocates.
    void reset() noexcept;

    /// The most that `process` can write for `input_samples`, in any state.
    [[nodiscard]] std::size_t max_output_samples(std::size_t input_samples) const noexcept;
    [[nodiscard]] std::size_t max_flush_samples() const noexcept;

    /// Algorithmic delay: how many input samples after its own time an output sample becomes ready.
    [[nodiscard]] std::uint32_t latency_samples() const noexcept;
    [[nodiscard]] std::uint32_t from_rate_hz() const noexcept;
    [[nodiscard]] std::uint32_t to_rate_hz() const noexcept;
    /// Filter taps that one output sample costs.
    [[nodiscard]] std::uint32_t taps() const noexcept;
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

private:
    friend struct StateAccess;  // snapshot

    struct Impl;
    static Result<Resampler> make(std::uint32_t from_rate_hz, std::uint32_t to_rate_hz, ProcessingMode mode,
                                  std::span<const ProcessingMode> modes) noexcept;
    explicit Resampler(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

}  // namespace audioengine
