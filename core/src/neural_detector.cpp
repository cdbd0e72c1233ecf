#include "audioengine/neural_detector.h"

#include <new>

#include "neural_detector_state.h"

namespace audioengine {

NeuralDetector::NeuralDetector() noexcept = default;
NeuralDetector::NeuralDetector(NeuralDetector&&) noexcept = default;
NeuralDetector& NeuralDetector::operator=(NeuralDetector&&) noexcept = default;
NeuralDetector::~NeuralDetector() = default;

Result<NeuralDetector> NeuralDetector::create() noexcept {
    NeuralDetector detector;
    detector.state_.reset(new (std::nothrow) State);
    if (!detector.state_) return Status::out_of_memory;
    return detector;
}

std::uint16_t NeuralDetector::process(std::span<const std::int16_t, kBlockSamples> block) noexcept {
    SpeechFeatures::Vector features;
    state_->features.process(state_->tables, block, features);
    return state_->network.process(features);
}

void NeuralDetector::reset() noexcept {
    state_->features = {};
    state_->network = {};
}

std::size_t NeuralDetector::memory_bytes() const noexcept { return sizeof *this + (state_ ? sizeof(State) : 0); }

}  // namespace audioengine
