// Slow twins of the neural detector's two halves, written from their formulas: a transform term by term, sums one by one.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "../../core/src/speech_network.h"

namespace audioengine::reference {

inline constexpr double kTwoPi = 6.283185307179586;

/// Features in double precision, before any rounding to integers, of a whole signal at once.
class SpeechFeatures {
public:
    explicit SpeechFeatures(std::span<const std::int16_t> samples) : samples_(samples) {}

    /// Of block `block`; must be asked for in order, the mean level is running.
    std::vector<double> next(std::size_t block) {
        const auto end = static_cast<std::ptrdiff_t>((block + 1) * kBlockSamples);
        std::vector<double> features = levels(end);
        bool silent = true;
        for (std::ptrdiff_t n = end - 512; n < end; ++n) silent = silent && at(n) == 0;
        double mean = 0;
        for (const double level : features) mean += level / static_cast<double>(features.size());
        if (!silent) {
            blocks_ = std::min(blocks_ + 1.0, 150.0);
            mean_ += (mean - mean_) / blocks_;
        }
        for (double& level : features) level -= mean_;
        features.push_back(768.0 * 3.0 * (periodicity(end) - 0.6));
        for (const std::ptrdiff_t from : {end - 160, end - 80})
            for (const std::ptrdiff_t lag : {8, 1})
                features.push_back(256.0 * std::log2(steps(from, lag) + 64.0) - mean_);
        return features;
    }

private:
    [[nodiscard]] double at(std::ptrdiff_t n) const {
        return n < 0 ? 0.0 : static_cast<double>(samples_[static_cast<std::size_t>(n)]);
    }

    /// 256 log2 of the energies in triangles whose corners stand evenly in mel; corners in bins of 31.25 Hz.
    [[nodiscard]] std::vector<double> levels(std::ptrdiff_t end) const {
        constexpr std::array<double, 34> kCorners{
            1.92,   3.75,   5.71,   7.82,   10.09,  12.54,  15.16,  17.98,  21.02,  24.28, 27.79, 31.56,
            35.61,  39.97,  44.66,  49.69,  55.11,  60.93,  67.2,   73.93,  81.17,  88.95, 97.31, 106.31,
            115.98, 126.37, 137.55, 149.57, 162.49, 176.38, 191.32, 207.38, 224.64, 243.2};
        constexpr double kRise = audioengine::SpeechFeatures::kRise;
        constexpr double kFall = audioengine::SpeechFeatures::kFall;
        std::vector<double> windowed(512);
        for (std::size_t i = 0; i < 512; ++i) {
            const double left = 511.5 - static_cast<double>(i);  // to the window's end
            const double share = left < kFall ? left / kFall : std::max(0.0, (kRise + kFall - left) / kRise);
            const double sine = std::sin(kTwoPi / 4.0 * share);
            windowed[i] = sine * sine * at(end - 512 + static_cast<std::ptrdiff_t>(i));
        }
        std::vector<double> power(245);
        for (std::size_t bin = 0; bin < power.size(); ++bin) {
            double re = 0;
            double im = 0;
            for (std::size_t i = 0; i < 512; ++i) {
                const double angle = kTwoPi * static_cast<double>(bin * i % 512) / 512.0;
                re += windowed[i] * std::cos(angle);
                im -= windowed[i] * std::sin(angle);
            }
            power[bin] = re * re + im * im;
        }
        std::vector<double> result(32);
        for (std::size_t band = 0; band < result.size(); ++band) {
            const double low = kCorners[band];
            const double middle = kCorners[band + 1];
            const double high = kCorners[band + 2];
            double energy = 64.0;
            for (std::size_t bin = 0; bin < power.size(); ++bin) {
                const auto b = static_cast<double>(bin);
                const double height = b <= middle ? (b - low) / (middle - low) : (high - b) / (high - middle);
                energy += std::max(0.0, height) * power[bin];
            }
            result[band] = 256.0 * std::log2(energy);
        }
        return result;
    }

    /// Sum of the squares of the differences that 80 samples have from those `lag` before.
    [[nodiscard]] double steps(std::ptrdiff_t from, std::ptrdiff_t lag) const {
        double sum = 0;
        for (std::ptrdiff_t n = from; n < from + 80; ++n) sum += (at(n) - at(n - lag)) * (at(n) - at(n - lag));
        return sum;
    }

    /// Greatest normalised correlation with what was 9 to 50 samples before, at 4 kHz.
    [[nodiscard]] double periodicity(std::ptrdiff_t end) const {
        std::vector<double> slow(170);
        for (std::size_t i = 0; i < slow.size(); ++i) {
            const std::ptrdiff_t from = end - 4 * static_cast<std::ptrdiff_t>(slow.size() - i) - 3;
            constexpr std::array<double, 7> kTaps{1, 2, 3, 4, 3, 2, 1};
            for (std::size_t k = 0; k < 7; ++k) slow[i] += kTaps[k] * at(from + static_cast<std::ptrdiff_t>(k)) / 16.0;
            slow[i] = std::trunc(slow[i]);  // samples are whole numbers
        }
        const auto product = [&](std::size_t lag_a, std::size_t lag_b) {
            double sum = 0;
            for (std::size_t i = 50; i < 170; ++i) sum += slow[i - lag_a] * slow[i - lag_b];
            return sum;
        };
        double best = 0;
        for (std::size_t lag = 9; lag <= 50; ++lag) {
            const double scale = std::sqrt((product(0, 0) + 1.0) * (product(lag, lag) + 1.0));
            best = std::max(best, product(0, lag) / scale);
        }
        return best;
    }

    std::span<const std::int16_t> samples_;
    double mean_ = 0;
    double blocks_ = 0;
};

/// The network. Number float: activations are rounded as in the core, for equality. Number double: none are, with the library's
/// tanh, for what the rounding costs.
template <class Number>
class SpeechNetwork {
public:
    using Net = audioengine::SpeechNetwork;

    /// 0 to 1.
    Number next(const audioengine::SpeechFeatures::Vector& features) {
        const Net::Weights& w = Net::kWeights;
        past_.emplace_back(features.begin(), features.end());
        std::vector<Number> window;
        for (std::size_t tap = Net::kTaps; tap-- > 0;) {
            const bool known = past_.size() > tap;
            for (std::size_t k = 0; k < Net::kFeatures; ++k)
                window.push_back(known ? past_[past_.size() - 1 - tap][k] : Number{0});
        }
        std::vector<Number> heard(Net::kChannels);
        for (std::size_t k = 0; k < heard.size(); ++k) {
            const Number value = product(&w.conv[k * Net::kWindow], window) * w.conv_scale[k] + w.conv_bias[k];
            heard[k] = rounded(std::max(Number{0}, value));
            if (kRounds) heard[k] = std::min(heard[k], Number{32767});
        }
        std::vector<Number> next(Net::kHidden);
        for (std::size_t k = 0; k < next.size(); ++k) {
            const auto from_input = [&](std::size_t row) {
                return product(&w.input[row * Net::kChannels], heard) * w.input_scale[row] + w.input_bias[row];
            };
            const auto from_state = [&](std::size_t row) {
                return product(&w.state[row * Net::kHidden], state_) * w.state_scale[row];
            };
            const std::size_t update_row = Net::kHidden + k;
            const std::size_t new_row = 2 * Net::kHidden + k;
            const Number reset = sigmoid(from_input(k) + from_state(k));
            const Number update = sigmoid(from_input(update_row) + from_state(update_row));
            const Number fresh = tanh(from_input(new_row) + reset * (from_state(new_row) + w.state_bias[k]));
            const Number scaled = fresh * Number{32767};
            next[k] = rounded(scaled + update * (state_[k] - scaled));
        }
        state_ = next;
        return sigmoid(product(w.output.data(), state_) * w.output_scale + w.output_bias);
    }

private:
    static constexpr bool kRounds = sizeof(Number) == sizeof(float);

    static Number rounded(Number value) { return kRounds ? std::nearbyint(value) : value; }

    static Number product(const std::int8_t* row, const std::vector<Number>& values) {
        double sum = 0;  // exact for whole numbers
        for (std::size_t i = 0; i < values.size(); ++i)
            sum += static_cast<double>(row[i]) * static_cast<double>(values[i]);
        return static_cast<Number>(sum);
    }

    static Number tanh(Number x) {
        if (!kRounds) return std::tanh(x);
        const Number y = std::clamp(x, Number(-4.97F), Number(4.97F));
        const Number s = y * y;
        // x / (1 + x^2 / (3 + x^2 / (5 + x^2 / (7 + ...)))) cut off and multiplied out
        const Number upper = y * (135135 + s * (17325 + s * (378 + s)));
        const Number lower = 135135 + s * (62370 + s * (3150 + s * 28));
        return std::clamp(upper / lower, Number{-1}, Number{1});
    }
    static Number sigmoid(Number x) { return Number(0.5F) + Number(0.5F) * tanh(Number(0.5F) * x); }

    std::vector<std::vector<Number>> past_;
    std::vector<Number> state_ = std::vector<Number>(Net::kHidden);
};

}  // namespace audioengine::reference
