#include "speech_network.h"

#include <algorithm>

#include "audioengine/types.h"

namespace audioengine {

namespace {

constexpr std::size_t kHidden = SpeechNetwork::kHidden;
static_assert(kHidden % kernels::kDotLanes == 0 && SpeechNetwork::kChannels % kernels::kDotLanes == 0);
// The greatest sum of products of 8 and 16 bits fits 32.
static_assert(std::max({SpeechNetwork::kWindow, SpeechNetwork::kChannels, kHidden}) < (1U << 31U) / (128U << 15U));

constexpr float kStateOne = 32767.0F;

/// A ratio of polynomials (J. H. Lambert's continued fraction), within 0.0001 of the hyperbolic tangent.
inline float tanh_of(float x) noexcept {
    constexpr float kMost = 4.97F;
    x = x < -kMost ? -kMost : x;
    x = x > kMost ? kMost : x;
    const float s = x * x;
    const float upper = x * (135135.0F + s * (17325.0F + s * (378.0F + s)));
    const float lower = 135135.0F + s * (62370.0F + s * (3150.0F + s * 28.0F));
    const float ratio = upper / lower;
    const float bounded = ratio < -1.0F ? -1.0F : ratio;
    return bounded > 1.0F ? 1.0F : bounded;
}

inline float sigmoid_of(float x) noexcept { return 0.5F + 0.5F * tanh_of(0.5F * x); }

}  // namespace

std::uint16_t SpeechNetwork::process(const SpeechFeatures::Vector& features) noexcept {
    const Weights& w = kWeights;
    std::copy(window_.begin() + kFeatures, window_.begin() + kTaps * kFeatures, window_.begin());
    std::copy(features.begin(), features.end(), window_.begin() + (kTaps - 1) * kFeatures);

    std::array<std::int32_t, kChannels> conv;
    kernels::multiply(w.conv.data(), window_, conv);
    std::array<std::int16_t, kChannels> heard;
    for (std::size_t k = 0; k < kChannels; ++k) {
        const float value = static_cast<float>(conv[k]) * w.conv_scale[k] + w.conv_bias[k];
        heard[k] = kernels::round_to_s16(value < 0.0F ? 0.0F : value);
    }

    std::array<std::int32_t, 3 * kHidden> input;
    std::array<std::int32_t, 3 * kHidden> state;
    kernels::multiply(w.input.data(), heard, input);
    kernels::multiply(w.state.data(), state_, state);
    std::array<float, 2 * kHidden> gates;  // reset, update
    for (std::size_t k = 0; k < 2 * kHidden; ++k) {
        const float from_input = static_cast<float>(input[k]) * w.input_scale[k] + w.input_bias[k];
        gates[k] = sigmoid_of(from_input + static_cast<float>(state[k]) * w.state_scale[k]);
    }
    for (std::size_t k = 0; k < kHidden; ++k) {
        const std::size_t row = 2 * kHidden + k;
        const float from_input = static_cast<float>(input[row]) * w.input_scale[row] + w.input_bias[row];
        const float from_state = static_cast<float>(state[row]) * w.state_scale[row] + w.state_bias[k];
        const float next = tanh_of(from_input + gates[k] * from_state) * kStateOne;
        state_[k] = kernels::round_to_s16(next + gates[kHidden + k] * (static_cast<float>(state_[k]) - next));
    }

    std::array<std::int32_t, 1> output;
    kernels::multiply(w.output.data(), state_, output);
    const float probability = sigmoid_of(static_cast<float>(output[0]) * w.output_scale + w.output_bias);
    return static_cast<std::uint16_t>(probability * static_cast<float>(kProbabilityOneQ15) + 0.5F);
}

}  // namespace audioengine
