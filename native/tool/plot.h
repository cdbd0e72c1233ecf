// Draws a timeline as one self-contained SVG: waveform, level and score over time, with the segments behind them. Follows
// the viewer's light or dark scheme.
#pragma once

#include <string>

#include "timeline.h"

namespace audioengine::tool {

struct PlotText {
    std::string title;     ///< The file.
    std::string subtitle;  ///< Format, length, speech, levels.
    std::uint32_t rate_hz = 0;
    double threshold = 0.5;  ///< Score from which a block is voice.
    double exit_threshold = 0.35;
};

std::string plot_svg(const Timeline& timeline, const PlotText& text);

}  // namespace audioengine::tool
