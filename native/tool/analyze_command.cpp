// `audioengine analyze`: what is in a recording: is it valid, is it good, who speaks when, how fast is the engine.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "commands.h"
#include "config_fields.h"
#include "failure.h"
#include "new_file.h"
#include "plot.h"
#include "stream.h"
#include "timeline.h"

namespace audioengine::tool {
namespace {

// So that a day of audio needs no more memory than a minute. `audioengine segments` lists them all.
constexpr std::size_t kMaxListedSegments = 1000;
constexpr std::size_t kMaxPrintedSegments = 20;

#ifdef NDEBUG
constexpr const char* kMeasured = "measured in this run on this machine";
#else
constexpr const char* kMeasured = "measured in this run on this machine, debug build";
#endif

/// What a person should know about each finding; the order is that of the bits of `Finding`.
constexpr std::array<const char*, kFindingCount> kFindingTexts{
    "three or more full-scale samples in a row",
    "more than 0.1 % of the samples reach --max-amplitude",
    "the mean is more than 1 % of full scale away from zero",
    "every sample is exactly zero",
    "RMS under --min-amplitude",
    "NaN or infinity among the samples",
    "the bytes begin like a sound file, not like raw audio",
    "the bytes end inside a frame",
    "printable characters only: base64 or other text; decode it first",
    "the two bytes of each sample are swapped, or the stream is off by one byte",
    "these are 16-bit samples: --raw pcm16",
    "this is G.711 mu-law: --raw ulaw",
    "this is G.711 A-law: --raw alaw",
    "these are float samples: --raw float32",
    "every second sample belongs to another channel (--channels 2), or comes twice",
    "made from audio of half the rate or less: nothing is in the upper half of the band",
    "6 ms or more of exact zeros in the middle of sound: lost packets",
    "a stretch of 5 to 200 ms comes twice in a row, bit for bit: a chunk was sent twice",
};

struct Report {
    std::string file;
    std::string container;
    EngineConfig config;
    std::uint64_t frames = 0;
    double seconds = 0;
    Status status = Status::ok;
    std::uint64_t position = 0;
    std::string damage;
    Finding findings = Finding::none;
    AudioMetadata levels;
    AudioMetrics metrics;
    std::vector<Segment> segments;  // at most kMaxListedSegments
    std::uint64_t segment_ms = 0;   // all segments together

    [[nodiscard]] bool valid() const { return status == Status::ok && damage.empty(); }
    [[nodiscard]] double speech_share() const {
        return seconds > 0 ? static_cast<double>(segment_ms) / 1000 / seconds : 0;
    }
    [[nodiscard]] double times_real_time() const {
        const auto spent_ns = static_cast<double>(metrics.processing.sum_ns());
        return spent_ns > 0 ? seconds * 1e9 / spent_ns : 0;
    }
    [[nodiscard]] double percentile_us(std::uint32_t per_mille) const {
        return static_cast<double>(metrics.processing.percentile_ns(per_mille)) / 1000;
    }
};

std::string format_text(const char* format, auto... values) {
    std::array<char, 256> text{};
    std::snprintf(text.data(), text.size(), format, values...);
    return text.data();
}

/// Rounded to 4 decimals: JSON gets as much as was measured, not 17 digits.
double rounded(double value) { return std::round(value * 1e4) / 1e4; }

std::string dbfs_text(std::int32_t dbfs_x100) {
    return dbfs_x100 <= -12000 ? "silent" : format_text("%.1f dBFS", dbfs_x100 / 100.0);
}

std::string audio_text(const Report& report) {
    return report.container + ", " + name_of(report.config.audio.format) +
           format_text(", %u Hz, %u channel%s, %.2f s", report.config.audio.sample_rate, report.config.audio.channels,
                       report.config.audio.channels == 1 ? "" : "s", report.seconds);
}

std::string speech_text(const Report& report) {
    const auto count = static_cast<unsigned long long>(report.metrics.segments);
    return format_text("%.1f %% in %llu segment%s", 100 * report.speech_share(), count, count == 1 ? "" : "s");
}

void print_line(const char* label, const std::string& text) { std::printf("%-10s%s\n", label, text.c_str()); }

void print_report(const Report& report) {
    const AudioMetadata& levels = report.levels;
    print_line("file", report.file);
    print_line("audio",
               audio_text(report) + format_text(" (%llu frames)", static_cast<unsigned long long>(report.frames)));
    if (report.status != Status::ok) {
        print_line("valid", format_text("no: byte %llu: ", static_cast<unsigned long long>(report.position)) +
                                status_message(report.status));
    } else {
        print_line("valid", report.damage.empty() ? "yes" : "no: " + report.damage);
    }
    const char* label = "findings";
    for (std::uint32_t i = 0; i < kFindingCount; ++i) {
        if (!has(report.findings, static_cast<Finding>(1U << i))) continue;
        print_line(label, std::string(finding_name(i)) + ": " + kFindingTexts[i]);
        label = "";
    }
    if (report.findings == Finding::none) print_line(label, "none");
    print_line("levels", "peak " + dbfs_text(levels.peak_dbfs_x100) + ", RMS " + dbfs_text(levels.rms_dbfs_x100) +
                             format_text(", DC %.3f %%, at full scale %.3f %%, exactly zero %.1f %%",
                                         levels.dc_ppm / 1e4, levels.clipped_ppm / 1e4, levels.zero_ppm / 1e4));
    print_line("noise", "floor " + dbfs_text(report.metrics.noise_floor_dbfs_x100) + ", detector's threshold " +
                            dbfs_text(report.metrics.threshold_dbfs_x100) + " (at the end)");
    print_line("speech", speech_text(report) + format_text(", %llu false start%s",
                                                           static_cast<unsigned long long>(report.metrics.false_starts),
                                                           report.metrics.false_starts == 1 ? "" : "s"));
    std::size_t number = 0;
    for (const Segment& segment : report.segments) {
        if (++number > kMaxPrintedSegments) break;
        std::printf("%13zu  %8.2f to %.2f s  (%.2f s)\n", number, static_cast<double>(segment.start_ms) / 1000,
                    static_cast<double>(segment.end_ms) / 1000,
                    static_cast<double>(segment.end_ms - segment.start_ms) / 1000);
    }
    if (report.metrics.segments > kMaxPrintedSegments) {
        std::printf("               and %llu more: audioengine segments\n",
                    static_cast<unsigned long long>(report.metrics.segments - kMaxPrintedSegments));
    }
    print_line("timing", format_text("%.1f us p50, %.1f us p95, %.1f us max for each chunk of %u ms; %.0f x real time",
                                     report.percentile_us(500), report.percentile_us(950), report.percentile_us(1000),
                                     report.config.audio.chunk_duration_ms, report.times_real_time()));
    print_line("", std::string("(") + kMeasured + ": the engine alone, reading and decoding not counted)");
}

nlohmann::ordered_json to_json(const Report& report) {
    using Json = nlohmann::ordered_json;
    Json findings = Json::array();
    for (std::uint32_t i = 0; i < kFindingCount; ++i) {
        if (has(report.findings, static_cast<Finding>(1U << i))) findings.push_back(finding_name(i));
    }
    Json segments = Json::array();
    for (const Segment& segment : report.segments) {
        segments.push_back({{"start", static_cast<double>(segment.start_ms) / 1000},
                            {"end", static_cast<double>(segment.end_ms) / 1000}});
    }
    std::array<char, kMetricsJsonBytes> metrics{};
    const std::size_t metrics_bytes = write_json(report.metrics, metrics);
    const AudioMetadata& levels = report.levels;
    const std::string message =
        report.status != Status::ok ? std::string(status_message(report.status)) : report.damage;
    return {
        {"file", report.file},
        {"audio",
         {{"container", report.container},
          {"format", name_of(report.config.audio.format)},
          {"sample_rate", report.config.audio.sample_rate},
          {"channels", report.config.audio.channels},
          {"frames", report.frames},
          {"duration_s", report.seconds}}},
        {"validation",
         {{"ok", report.valid()},
          {"status", status_name(report.status)},
          {"position", report.position},
          {"message", message}}},
        {"findings", findings},
        {"levels",
         {{"peak_dbfs", levels.peak_dbfs_x100 / 100.0},
          {"rms_dbfs", levels.rms_dbfs_x100 / 100.0},
          {"dc", levels.dc_ppm / 1e6},
          {"full_scale_share", levels.clipped_ppm / 1e6},
          {"zero_share", levels.zero_ppm / 1e6},
          {"noise_floor_dbfs", report.metrics.noise_floor_dbfs_x100 / 100.0},
          {"threshold_dbfs", report.metrics.threshold_dbfs_x100 / 100.0}}},
        {"speech",
         {{"share", rounded(report.speech_share())},
          {"seconds", static_cast<double>(report.segment_ms) / 1000},
          {"segment_count", report.metrics.segments},
          {"false_starts", report.metrics.false_starts},
          {"segments", segments}}},
        {"timing",
         {{"measured", kMeasured},
          {"chunk_ms", report.config.audio.chunk_duration_ms},
          {"p50_us", report.percentile_us(500)},
          {"p95_us", report.percentile_us(950)},
          {"max_us", report.percentile_us(1000)},
          {"times_real_time", std::round(report.times_real_time())}}},
        {"config", native::to_json(report.config)},
        {"metrics", Json::parse(std::string_view(metrics.data(), metrics_bytes))},
    };
}

/// Feeds everything; fills the report, and the timeline if there is one.
void gather(AudioSource& source, AudioEngine& engine, Report& report, Timeline* timeline) {
    // The output is PCM16 at the input's rate in REALTIME mode: the mono audio itself.
    std::vector<std::int16_t> mono(engine.max_output_bytes() / sizeof(std::int16_t));
    run_stream(source, engine, [&](const PushResult& result) {
        for (const VadEvent& event : result.events) {
            if (event.type != VadEventType::speech_end) continue;
            const Segment segment{event.onset_ms, event.end_ms};
            report.segment_ms += segment.end_ms - segment.start_ms;
            if (report.segments.size() < kMaxListedSegments) report.segments.push_back(segment);
            if (timeline != nullptr) timeline->add_segment(segment);
        }
        if (timeline == nullptr) return;
        for (const BlockResult& block : result.blocks) {
            timeline->add_block(block, engine.metrics().threshold_dbfs_x100);
        }
        if (result.audio.empty()) return;
        std::memcpy(mono.data(), result.audio.data(), result.audio.size());
        timeline->add_samples(std::span(mono).first(result.audio.size() / sizeof(std::int16_t)));
    });
}

void write_plot(const AnalyzeOptions& options, const Report& report, const Timeline& timeline) {
    PlotText text;
    text.title = std::filesystem::path(report.file).filename().string();
    text.subtitle = audio_text(report) + "  \u00b7  speech " + speech_text(report) + "  \u00b7  peak " +
                    dbfs_text(report.levels.peak_dbfs_x100) + ", RMS " + dbfs_text(report.levels.rms_dbfs_x100);
    text.rate_hz = report.config.audio.sample_rate;
    text.threshold = report.config.vad.threshold;
    text.exit_threshold = effective_exit_threshold(report.config.vad);
    const std::string svg = plot_svg(timeline, text);
    NewFile file(options.plot);
    file.write(svg.data(), svg.size());
    file.commit();
}

}  // namespace

void run_analyze(const AnalyzeOptions& options) {
    AudioSource source(options.input);
    AudioEngine engine = make_engine(source, options.config);
    Report report;
    Timeline timeline;
    gather(source, engine, report, options.plot.empty() ? nullptr : &timeline);

    const AudioMetrics& metrics = engine.metrics();
    report.file = source.name();
    report.container = source.container();
    report.config = engine.config();
    report.frames = metrics.input_frames;
    report.seconds = static_cast<double>(metrics.input_frames) / report.config.audio.sample_rate;
    report.damage = source.damage();
    report.findings = engine.findings();
    if (has(report.findings, kWrongFormat)) {
        report.status = Status::unsupported_format;
        if (!has(report.findings, Finding::container)) report.position = engine.finding_position(kWrongFormat);
    } else if (has(report.findings, Finding::trailing_bytes)) {
        report.status = Status::truncated_frame;
        report.position = metrics.input_frames * source.frame_bytes();
    }
    report.levels = describe(report.config.audio, metrics.level);
    report.metrics = metrics;

    if (options.json) {
        const std::string text = to_json(report).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
        std::printf("%s\n", text.c_str());
    } else {
        print_report(report);
    }
    finish_stdout();
    if (!options.plot.empty()) write_plot(options, report, timeline);
    report_damage(source, options.input);
    if (report.status == Status::unsupported_format) {
        throw BadInput(source.name() + ": byte " + std::to_string(report.position) + ": " +
                       status_message(report.status));
    }
}

}  // namespace audioengine::tool
