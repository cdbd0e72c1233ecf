// The core's features for the recipe: ./recipe compiles this with the core's sources into a library that Python loads.
#include "../src/speech_features.h"

using audioengine::SpeechFeatures;

extern "C" int feature_count() { return SpeechFeatures::kCount; }

/// `out` holds feature_count() values for each whole block of `pcm`.
extern "C" void features(const std::int16_t* pcm, long samples, std::int16_t* out) {
    const SpeechFeatures::Tables tables;
    SpeechFeatures features;
    SpeechFeatures::Vector vector;
    for (long at = 0; at + 160 <= samples; at += 160) {
        features.process(tables, std::span<const std::int16_t, 160>(pcm + at, 160), vector);
        for (const std::int16_t value : vector) *out++ = value;
    }
}
