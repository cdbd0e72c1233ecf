// The network of the neural detector: from the features of a block to the probability that somebody speaks in it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kernels.h"
#include "speech_features.h"

namespace audioengine {

/// A causal convolution over three blocks, a gated recurrent unit (K. Cho et al., 2014, in the form that PyTorch trains)
/// and one output, with weights of 8 bits, activations of 16 and sums of 32: integers, so the order of a sum is free and
/// the bits are the same everywhere. Only what is done to one number alone (scale, bias, sigmoid) is float.
/// Trained and written by core/model; its model card tells on what and how well.
class SpeechNetwork {
public:
    static constexpr std::size_t kFeatures = SpeechFeatures::kCount;
    static constexpr std::size_t kTaps = 3;
    static constexpr std::size_t kChannels = 32;
    static constexpr std::size_t kHidden = 48;
    /// Features of kTaps blocks, filled up to what the kernels take at once.
    static constexpr std::size_t kWindow =
        (kTaps * kFeatures + kernels::kDotLanes - 1) / kernels::kDotLanes * kernels::kDotLanes;

    /// Of the next block, 0 to 32768 (kProbabilityOneQ15).
    [[nodiscard]] std::uint16_t process(const SpeechFeatures::Vector& features) noexcept;

    /// A row of weights times a row of integers, times the row's scale, plus its bias. Convolution: features in, 1/1024
    /// out. State: 1/32767.
    struct Weights {
        std::array<std::int8_t, kChannels * kWindow> conv;       ///< A row: three blocks, the oldest first; then zeros.
        std::array<std::int8_t, 3 * kHidden * kChannels> input;  ///< Rows of the gates: reset, update, new.
        std::array<std::int8_t, 3 * kHidden * kHidden> state;
        std::array<std::int8_t, kHidden> output;
        std::array<float, kChannels> conv_scale;
        std::array<float, kChannels> conv_bias;
        std::array<float, 3 * kHidden> input_scale;
        std::array<float, 3 * kHidden> input_bias;  ///< Of the reset and update gates: both biases.
        std::array<float, 3 * kHidden> state_scale;
        std::array<float, kHidden> state_bias;  ///< Of the new gate, inside the product with the reset gate.
        float output_scale;
        float output_bias;
    };
    static const Weights kWeights;

private:
    friend struct StateAccess;

    std::array<std::int16_t, kWindow> window_{};  // the newest block's features come last
    std::array<std::int16_t, kHidden> state_{};
};

}  // namespace audioengine
