#include "plot.h"

#include <array>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace audioengine::tool {
namespace {

constexpr double kWidth = 1200;
constexpr double kHeight = 690;
constexpr double kLeft = 72;
constexpr double kRight = 1176;

/// Where the three panels stand: waveform, level, score.
struct Span {
    double top;
    double bottom;
};
constexpr Span kWaveSpan{104, 284};
constexpr Span kLevelSpan{326, 466};
constexpr Span kScoreSpan{508, 628};
constexpr std::array kSpans{kWaveSpan, kLevelSpan, kScoreSpan};

struct Panel {
    std::string title;
    Span span;
    double low;   // value at the bottom
    double high;  // value at the top
    [[nodiscard]] double y(double value) const {
        const double share = std::clamp((value - low) / (high - low), 0.0, 1.0);
        return span.bottom - share * (span.bottom - span.top);
    }
};

constexpr double kBlocksPerSecond = 1000.0 / kBlockMs;

constexpr const char* kStyle = R"(<style>
  svg { color-scheme: light dark; }
  .page { fill: #ffffff } .panel { fill: #f7f8fa }
  text { font-family: system-ui, "Segoe UI", "DejaVu Sans", sans-serif; font-size: 12px; fill: #5b6472 }
  .title { font-size: 18px; font-weight: 600; fill: #1c2330 } .subtitle { font-size: 13px }
  .name { font-weight: 600; fill: #1c2330 } .number { font-size: 11px; fill: #0b6b50 }
  .grid { stroke: #1c2330; stroke-opacity: .1 } .axis { stroke: #9aa3b0; stroke-width: 1 }
  .speech { fill: #12a37a; fill-opacity: .14 } .bar { fill: #12a37a }
  .speech, .bar { shape-rendering: crispEdges }
  .wave { fill: #2f6db3; stroke: #2f6db3; stroke-width: .6; stroke-linejoin: round }
  .level { stroke: #2f6db3 } .score { stroke: #7a3fc9 } .band { fill-opacity: .18 }
  .level.band { fill: #2f6db3 } .score.band { fill: #7a3fc9 }
  .line { fill: none; stroke-width: 1.4; stroke-linejoin: round }
  .threshold { fill: none; stroke: #d2492a; stroke-width: 1.3; stroke-dasharray: 6 4 }
  .exit { fill: none; stroke: #d2492a; stroke-width: 1.1; stroke-dasharray: 2 4 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #11151b } .panel { fill: #181d25 }
    text { fill: #9ba6b5 } .title, .name { fill: #e8ecf1 } .number { fill: #5fdcb4 }
    .grid { stroke: #ffffff } .axis { stroke: #596373 }
    .speech { fill: #2fc79a; fill-opacity: .16 } .bar { fill: #2fc79a }
    .wave { fill: #74aef0; stroke: #74aef0 } .level { stroke: #74aef0 } .score { stroke: #b891f5 }
    .level.band { fill: #74aef0 } .score.band { fill: #b891f5 }
    .threshold, .exit { stroke: #ff8562 }
  }
  .band { stroke: none }
</style>
)";

std::string escape_xml(const std::string& text) {
    std::string out;
    for (const char letter : text) {
        switch (letter) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            default: out += static_cast<unsigned char>(letter) < 0x20 ? '?' : letter;
        }
    }
    return out;
}

/// 1, 2 or 5 times a power of ten that gives at most `max_steps` steps.
double tick_step(double span, int max_steps) {
    double step = std::pow(10.0, std::floor(std::log10(span / max_steps)));
    for (const double factor : {2.0, 2.5, 2.0}) {
        if (span / step <= max_steps) break;
        step *= factor;
    }
    return step;
}

class Drawing {
public:
    explicit Drawing(double seconds) : seconds_(seconds) {}

    [[nodiscard]] double x(double second) const { return kLeft + (kRight - kLeft) * std::min(1.0, second / seconds_); }

    // A C-style variadic function, so that the compiler checks every format.
    __attribute__((format(printf, 2, 3))) void add(const char* format, ...) {  // NOLINT(cert-dcl50-cpp)
        std::array<char, 512> line{};
        va_list arguments;
        va_start(arguments, format);
        std::vsnprintf(line.data(), line.size(), format, arguments);
        va_end(arguments);
        svg_ += line.data();
    }
    void add_text(const std::string& text) { svg_ += text; }

    void title(const Panel& panel) {
        add("<text class=\"name\" x=\"%.0f\" y=\"%.0f\">%s</text>\n", kLeft, panel.span.top - 8, panel.title.c_str());
    }

    void tick(const Panel& panel, double value, const char* label) {
        const double y = panel.y(value);
        add("<path class=\"grid\" d=\"M%.0f %.1fH%.0f\"/>", kLeft, y, kRight);
        add("<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", kLeft - 10, y + 4, label);
    }

    void legend(const Panel& panel, double x, const char* style, const char* text) {
        add("<path class=\"%s\" d=\"M%.0f %.0fh26\"/>", style, x, panel.span.top - 12);
        add("<text x=\"%.0f\" y=\"%.0f\">%s</text>\n", x + 32, panel.span.top - 8, text);
    }

    /// Mean as a line; where columns cover several units, lowest to highest as a band behind it.
    void range(const Panel& panel, const FoldingRow<RangeColumn>& row, double unit, const char* style) {
        const auto& columns = row.columns();
        const double column_seconds = static_cast<double>(row.units_per_column()) / kBlocksPerSecond;
        const auto center = [&](std::size_t i) { return x((static_cast<double>(i) + 0.5) * column_seconds); };
        if (row.units_per_column() > 1) {
            add("<path class=\"%s band\" d=\"", style);
            for (std::size_t i = 0; i < columns.size(); ++i) {
                add("%c%.1f %.1f", i == 0 ? 'M' : 'L', center(i), panel.y(columns[i].high * unit));
            }
            for (std::size_t i = columns.size(); i-- > 0;) add("L%.1f %.1f", center(i), panel.y(columns[i].low * unit));
            add("Z\"/>\n");
        }
        add("<path class=\"%s line\" d=\"", style);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            add("%c%.1f %.1f", i == 0 ? 'M' : 'L', center(i), panel.y(columns[i].mean() * unit));
        }
        add("\"/>\n");
    }

    std::string take() { return std::move(svg_); }

private:
    double seconds_;
    std::string svg_;
};

void draw_wave(Drawing& drawing, const Timeline& timeline, std::uint32_t rate_hz) {
    const auto& columns = timeline.wave().columns();
    int peak = 1;
    for (const WaveColumn& column : columns) peak = std::max({peak, -static_cast<int>(column.low), int{column.high}});
    // The scale is the smallest of 0, -6, -12 ... dBFS that holds the peak, at most -48.
    int halvings = 0;
    while (halvings < 8 && peak <= (32768 >> (halvings + 1))) ++halvings;
    const double full = 32768 >> halvings;
    const Panel panel{"Waveform (dBFS)", kWaveSpan, -full, full};
    drawing.title(panel);
    drawing.tick(panel, 0, "\u2212\u221e");
    for (int step = 0; step < 2; ++step) {
        std::array<char, 16> label{};
        const int dbfs = 6 * (halvings + step);
        std::snprintf(label.data(), label.size(), "%s%d", dbfs == 0 ? "" : "\u2212", dbfs);
        drawing.tick(panel, full / (1 << step), label.data());
        drawing.tick(panel, -full / (1 << step), label.data());
    }
    const double column_seconds = static_cast<double>(timeline.wave().units_per_column()) / rate_hz;
    drawing.add("<path class=\"wave\" d=\"");
    for (std::size_t i = 0; i < columns.size(); ++i) {
        drawing.add("%c%.1f %.1f", i == 0 ? 'M' : 'L', drawing.x((static_cast<double>(i) + 0.5) * column_seconds),
                    panel.y(columns[i].high));
    }
    for (std::size_t i = columns.size(); i-- > 0;) {
        drawing.add("L%.1f %.1f", drawing.x((static_cast<double>(i) + 0.5) * column_seconds), panel.y(columns[i].low));
    }
    drawing.add("Z\"/>\n");
}

/// "Level of each 10 ms block"; where a column covers several, what the line and the band behind it show.
std::string row_title(const std::string& what, const FoldingRow<RangeColumn>& row) {
    if (row.units_per_column() == 1) return what + " of each 10 ms block";
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), ", mean and range of each %.10g s",
                  static_cast<double>(row.units_per_column()) / kBlocksPerSecond);
    return what + text.data();
}

void draw_level(Drawing& drawing, const Timeline& timeline) {
    const Panel panel{row_title("Level", timeline.level_dbfs_x100()) + " (dBFS)", kLevelSpan, -90, 0};
    drawing.title(panel);
    for (const auto& [value, label] : {std::pair{0, "0"}, {-30, "\u221230"}, {-60, "\u221260"}, {-90, "\u221290"}}) {
        drawing.tick(panel, value, label);
    }
    drawing.range(panel, timeline.level_dbfs_x100(), 0.01, "level");
    const auto& columns = timeline.threshold_dbfs_x100().columns();
    const double column_seconds =
        static_cast<double>(timeline.threshold_dbfs_x100().units_per_column()) / kBlocksPerSecond;
    drawing.add("<path class=\"threshold\" d=\"");
    for (std::size_t i = 0; i < columns.size(); ++i) {
        drawing.add("%c%.1f %.1f", i == 0 ? 'M' : 'L', drawing.x((static_cast<double>(i) + 0.5) * column_seconds),
                    panel.y(columns[i].mean() * 0.01));
    }
    drawing.add("\"/>\n");
    drawing.legend(panel, kRight - 156, "threshold", "detector's threshold");
}

void draw_score(Drawing& drawing, const Timeline& timeline, const PlotText& text) {
    const Panel panel{row_title("Score", timeline.score_q15()) + " (0 to 1)", kScoreSpan, 0, 1};
    drawing.title(panel);
    for (const auto& [value, label] : {std::pair{0.0, "0"}, {0.5, "0.5"}, {1.0, "1"}})
        drawing.tick(panel, value, label);
    drawing.range(panel, timeline.score_q15(), 1.0 / kProbabilityOneQ15, "score");
    drawing.add("<path class=\"threshold\" d=\"M%.0f %.1fH%.0f\"/>\n", kLeft, panel.y(text.threshold), kRight);
    drawing.add("<path class=\"exit\" d=\"M%.0f %.1fH%.0f\"/>\n", kLeft, panel.y(text.exit_threshold), kRight);
    std::array<char, 64> label{};
    std::snprintf(label.data(), label.size(), "voice from %.2f up", text.threshold);
    drawing.legend(panel, kRight - 320, "threshold", label.data());
    std::snprintf(label.data(), label.size(), "none under %.2f", text.exit_threshold);
    drawing.legend(panel, kRight - 132, "exit", label.data());
}

/// Speech behind the three panels, paler where only a share of the time is speech, and a bar on top.
void draw_band(Drawing& drawing, double from_s, double to_s, double share) {
    const double left = drawing.x(from_s);
    const double width = drawing.x(to_s) - left;
    drawing.add("<g opacity=\"%.2f\">", share);
    for (const Span& span : kSpans) {
        drawing.add("<rect class=\"speech\" x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"%.0f\"/>", left, span.top,
                    width, span.bottom - span.top);
    }
    drawing.add("<rect class=\"bar\" x=\"%.1f\" y=\"%.0f\" width=\"%.1f\" height=\"4\"/></g>\n", left,
                kWaveSpan.top - 4, width);
}

/// The panels' grounds, and the segments on them, under everything else.
void draw_ground(Drawing& drawing, const Timeline& timeline) {
    for (const Span& span : kSpans) {
        drawing.add("<rect class=\"panel\" x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\"/>\n", kLeft, span.top,
                    kRight - kLeft, span.bottom - span.top);
    }
    // Bins of the same share in a row make one band: in a short recording, one for each segment.
    const SpeechShare& speech = timeline.speech();
    const auto time_of = [&](std::size_t bin) { return static_cast<double>(bin * speech.bin_ms()) / 1000; };
    for (std::size_t begin = 0; begin < speech.bins();) {
        std::size_t end = begin + 1;
        while (end < speech.bins() && speech.share(end) == speech.share(begin)) ++end;
        if (speech.share(begin) > 0) draw_band(drawing, time_of(begin), time_of(end), speech.share(begin));
        begin = end;
    }
    std::size_t number = 0;
    for (const Segment& segment : timeline.first_segments()) {
        const double left = drawing.x(static_cast<double>(segment.start_ms) / 1000);
        const double width = drawing.x(static_cast<double>(segment.end_ms) / 1000) - left;
        ++number;
        if (width > (number < 10 ? 12 : 20)) {
            drawing.add("<text class=\"number\" x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%zu</text>\n",
                        left + width / 2, kWaveSpan.top + 14, number);
        }
    }
}

void draw_time_axis(Drawing& drawing, double seconds) {
    const double step = tick_step(seconds, 12);
    for (int i = 0; i * step <= seconds * (1 + 1e-9); ++i) {
        const double x = drawing.x(i * step);
        for (const Span& span : kSpans) {
            drawing.add("<path class=\"grid\" d=\"M%.1f %.0fV%.0f\"/>", x, span.top, span.bottom);
        }
        drawing.add("<path class=\"axis\" d=\"M%.1f %.0fv5\"/>", x, kScoreSpan.bottom);
        drawing.add("<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%.10g</text>\n", x, kScoreSpan.bottom + 20,
                    i * step);
    }
    drawing.add("<path class=\"axis\" d=\"M%.0f %.0fH%.0f\"/>", kLeft, kScoreSpan.bottom, kRight);
    drawing.add("<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"middle\">seconds</text>\n", (kLeft + kRight) / 2,
                kScoreSpan.bottom + 44);
}

}  // namespace

std::string plot_svg(const Timeline& timeline, const PlotText& text) {
    const double seconds = std::max(0.01, static_cast<double>(timeline.samples()) / text.rate_hz);
    Drawing drawing(seconds);
    drawing.add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" "
        "role=\"img\">\n",
        kWidth, kHeight, kWidth, kHeight);
    const std::string title = escape_xml(text.title);
    const std::string subtitle = escape_xml(text.subtitle);
    drawing.add_text("<title>" + title + ": " + subtitle + "</title>\n" + kStyle);
    drawing.add("<rect class=\"page\" width=\"%.0f\" height=\"%.0f\"/>\n", kWidth, kHeight);
    drawing.add_text("<text class=\"title\" x=\"72\" y=\"34\">" + title + "</text>\n");
    drawing.add_text("<text class=\"subtitle\" x=\"72\" y=\"56\">" + subtitle + "</text>\n");
    draw_ground(drawing, timeline);
    draw_time_axis(drawing, seconds);
    draw_wave(drawing, timeline, text.rate_hz);
    draw_level(drawing, timeline);
    draw_score(drawing, timeline, text);
    drawing.add_text("</svg>\n");
    return drawing.take();
}

}  // namespace audioengine::tool
