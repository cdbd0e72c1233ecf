// The tool's commands. Each reads one source to its end and prints or writes its result. They throw BadInput and
// UsageError; returning means done.
#pragma once

#include <optional>
#include <string>

#include "audio_source.h"
#include "audioengine/config.h"

namespace audioengine::tool {

enum class VadFormat { tsv, json, probabilities };
enum class SegmentsFormat { tsv, json, audacity, rttm };

struct VadOptions {
    InputOptions input;
    EngineConfig config;
    VadFormat format = VadFormat::tsv;
};
void run_vad(const VadOptions& options);

struct SegmentsOptions {
    InputOptions input;
    EngineConfig config;
    SegmentsFormat format = SegmentsFormat::tsv;
    bool padded = false;  ///< Start where the pre-buffer starts, not where voice does.
};
void run_segments(const SegmentsOptions& options);

struct AnalyzeOptions {
    InputOptions input;
    EngineConfig config;
    bool json = false;
    std::string plot;  ///< SVG file to write; "": none.
};
void run_analyze(const AnalyzeOptions& options);

struct ConvertOptions {
    InputOptions input;
    std::string output;
    EngineConfig config;  ///< Its `output` is filled from the following, and from what `output` is.
    std::optional<AudioFormat> format;
    std::uint32_t rate_hz = 0;  ///< 0: as the input.
};
void run_convert(const ConvertOptions& options);

}  // namespace audioengine::tool
