// The state of a NeuralDetector, for neural_detector.cpp and snapshot.cpp.
#pragma once

#include "audioengine/neural_detector.h"
#include "speech_features.h"
#include "speech_network.h"

namespace audioengine {

struct NeuralDetector::State {
    const SpeechFeatures::Tables tables;
    SpeechFeatures features;
    SpeechNetwork network;
};

}  // namespace audioengine
