#include "audioengine/conditioner.h"

#include <algorithm>
#include <utility>

#include "audioengine/config.h"
#include "det_math.h"
#include "kernels.h"
#include "make_array.h"
#include "seldom.h"

namespace audioengine {

namespace {

constexpr double kCutoffHz = 80.0;
constexpr std::uint32_t kStretchMs = 5;

// Levels in squares of 16-bit full scale.
constexpr double kFullScaleSquare = 32768.0 * 32768.0;
constexpr double kTargetMeanSquare = kFullScaleSquare * 0.01;       // -20 dBFS
constexpr double kQuietestMeanSquare = kFullScaleSquare * 0.00001;  // -50 dBFS: below it nobody speaks
constexpr double kActiveShare = 0.01;                               // of the speech level: 20 dB under it is a pause
constexpr double kCeiling = 32768.0 * 0.8912509381337456;           // -1 dBFS
constexpr double kLowestGain = 0.251188643150958;                   // -12 dB
constexpr double kHighestGain = 10.0;                               // +20 dB
constexpr double kGainStep = 1.0057730630011353;                    // 10 dB a second, in steps of 5 ms
constexpr std::uint32_t kAveragedStretches = 300;                   // 1.5 s of active speech

/// State that is too small to be heard goes to zero, for arithmetic with denormal numbers is slow.
double without_denormals(double value) noexcept { return value < 1e-20 && value > -1e-20 ? 0.0 : value; }

}  // namespace

AUDIOENGINE_SELDOM HighPass::HighPass(std::uint32_t rate_hz, double cutoff_hz) noexcept {
    const double turn = cutoff_hz / static_cast<double>(rate_hz);
    const double tangent = det::sin_pi(turn) / det::sin_pi(0.5 - turn);
    constexpr double kSqrt2 = 1.41421356237309504880;
    const double norm = 1.0 / (1.0 + kSqrt2 * tangent + tangent * tangent);
    b0_ = norm;
    b1_ = -2.0 * norm;
    b2_ = norm;
    a1_ = 2.0 * (tangent * tangent - 1.0) * norm;
    a2_ = (1.0 - kSqrt2 * tangent + tangent * tangent) * norm;
}

double HighPass::next(double input) noexcept {
    // Direct form II, transposed.
    const double output = b0_ * input + state1_;
    state1_ = without_denormals(b1_ * input - a1_ * output + state2_);
    state2_ = without_denormals(b2_ * input - a2_ * output);
    return output;
}

void HighPass::reset() noexcept {
    state1_ = 0.0;
    state2_ = 0.0;
}

Conditioner::Conditioner(std::uint32_t rate_hz, ProcessingMode mode, std::size_t stretch_samples) noexcept
    : mode_(mode), high_pass_(rate_hz, kCutoffHz), stretch_samples_(stretch_samples) {}

AUDIOENGINE_SELDOM Result<Conditioner> Conditioner::create(std::uint32_t rate_hz, ProcessingMode mode,
                                                           bool normalize) noexcept {
    if (!is_sample_rate(rate_hz)) return {Status::bad_sample_rate, "rate_hz"};
    if (const auto checked = check(mode); !checked) return {checked.status(), checked.field()};
    Conditioner conditioner(rate_hz, mode, normalize ? rate_hz * kStretchMs / 1000 : 0);
    if (normalize) {
        conditioner.newer_.samples = make_array<float>(conditioner.stretch_samples_);
        conditioner.older_.samples = make_array<float>(conditioner.stretch_samples_);
        if (!conditioner.newer_.samples || !conditioner.older_.samples) return Status::out_of_memory;
    }
    return conditioner;
}

std::size_t Conditioner::process(std::span<const std::int16_t> in, std::span<std::int16_t> out) noexcept {
    if (levels()) return level(in, out.data());
    const std::size_t held = release_held(1.0, out.data());
    std::int16_t* const rest = out.data() + held;
    if (passes()) {
        std::copy(in.begin(), in.end(), rest);
    } else {
        for (std::size_t i = 0; i < in.size(); ++i)
            rest[i] = kernels::round_to_s16(static_cast<float>(high_pass_.next(in[i])));
    }
    return held + in.size();
}

std::size_t Conditioner::level(std::span<const std::int16_t> in, std::int16_t* out) noexcept {
    std::size_t written = 0;
    for (const std::int16_t sample : in) {
        newer_.samples[newer_.count++] = static_cast<float>(high_pass_.next(sample));
        if (newer_.count == stretch_samples_) {
            close_stretch(newer_);
            written += write_older(std::min(older_.gain, newer_.gain), out + written);
            std::swap(older_, newer_);
        }
    }
    return written;
}

std::size_t Conditioner::flush(std::span<std::int16_t> out) noexcept {
    return release_held(levels() ? steady_gain_ : 1.0, out.data());
}

/// Writes both stretches; the gain ends at `end_gain`, or at what the last of them can bear.
AUDIOENGINE_SELDOM std::size_t Conditioner::release_held(double end_gain, std::int16_t* out) noexcept {
    if (newer_.count > 0) {
        close_stretch(newer_);
    } else {
        newer_.gain = older_.gain;
    }
    std::size_t written = write_older(std::min(older_.gain, newer_.gain), out);
    std::swap(older_, newer_);
    written += write_older(std::min(end_gain, older_.gain), out + written);
    return written;
}

void Conditioner::set_mode(ProcessingMode mode) noexcept {
    const bool begins = mode == ProcessingMode::QUALITY && mode_ != mode;
    mode_ = mode;
    if (!begins) return;
    last_gain_ = 1.0;  // from the level that was heard until now
    steady_gain_ = 1.0;
}

/// Decides the gain that the stretch can bear: the steady one, or less where its peak would pass the ceiling.
AUDIOENGINE_SELDOM void Conditioner::close_stretch(Stretch& stretch) noexcept {
    double squares = 0.0;
    double peak = 0.0;
    for (std::size_t i = 0; i < stretch.count; ++i) {
        const auto sample = static_cast<double>(stretch.samples[i]);
        squares += sample * sample;
        peak = std::max(peak, sample < 0.0 ? -sample : sample);
    }
    follow_level(squares / static_cast<double>(stretch.count));
    stretch.gain = peak * steady_gain_ > kCeiling ? kCeiling / peak : steady_gain_;
    if (older_.count == 0) last_gain_ = std::min(last_gain_, stretch.gain);  // the first stretch: no ramp led to it
}

void Conditioner::follow_level(double mean_square) noexcept {
    if (mean_square < kQuietestMeanSquare || mean_square < active_mean_square_ * kActiveShare) return;
    active_stretches_ = std::min(active_stretches_ + 1, kAveragedStretches);
    active_mean_square_ += (mean_square - active_mean_square_) / static_cast<double>(active_stretches_);
    const double wanted =
        std::clamp(__builtin_sqrt(kTargetMeanSquare / active_mean_square_), kLowestGain, kHighestGain);
    steady_gain_ = std::clamp(wanted, steady_gain_ / kGainStep, steady_gain_ * kGainStep);
}

/// Writes the older stretch, the gain going in a straight line from where it stood to `end_gain`. Both ends are bearable
/// for the stretch, so every point between them is.
AUDIOENGINE_SELDOM std::size_t Conditioner::write_older(double end_gain, std::int16_t* out) noexcept {
    const double step = older_.count == 0 ? 0.0 : (end_gain - last_gain_) / static_cast<double>(older_.count);
    for (std::size_t i = 0; i < older_.count; ++i) {
        const double gain = last_gain_ + step * static_cast<double>(i + 1);
        out[i] = kernels::round_to_s16(static_cast<float>(static_cast<double>(older_.samples[i]) * gain));
    }
    const std::size_t written = older_.count;
    if (written > 0) last_gain_ = end_gain;
    older_.count = 0;
    return written;
}

void Conditioner::reset() noexcept {
    high_pass_.reset();
    for (Stretch* stretch : {&newer_, &older_}) {
        stretch->count = 0;
        stretch->gain = 1.0;
    }
    last_gain_ = 1.0;
    steady_gain_ = 1.0;
    active_mean_square_ = 0.0;
    active_stretches_ = 0;
}

std::size_t Conditioner::max_output_samples(std::size_t input_samples) const noexcept {
    return input_samples + 2 * stretch_samples_;
}

std::uint32_t Conditioner::latency_samples() const noexcept {
    return levels() ? static_cast<std::uint32_t>(2 * stretch_samples_) : 0;
}

std::size_t Conditioner::memory_bytes() const noexcept { return sizeof *this + 2 * stretch_samples_ * sizeof(float); }

}  // namespace audioengine
