// `audioengine segments`: one row for every stretch of speech.
#include <cstdio>
#include <filesystem>

#include "commands.h"
#include "stream.h"

namespace audioengine::tool {
namespace {

/// RTTM fields are separated by blanks: the file's name without folder and ending, blanks made underscores.
std::string rttm_name(const InputOptions& input) {
    std::string name = input.file == "-" ? "stdin" : std::filesystem::path(input.file).stem().string();
    for (char& letter : name) {
        if (static_cast<unsigned char>(letter) <= ' ') letter = '_';
    }
    return name;
}

void print_segment(const SegmentsOptions& options, const VadEvent& event, const std::string& rttm_file, bool first) {
    const double start = static_cast<double>(options.padded ? event.padded_ms : event.onset_ms) / 1000;
    const double end = static_cast<double>(event.end_ms) / 1000;
    switch (options.format) {
        case SegmentsFormat::tsv: std::printf("%.2f\t%.2f\t%s\n", start, end, name_of(event.reason)); break;
        case SegmentsFormat::audacity: std::printf("%.6f\t%.6f\tspeech %u\n", start, end, event.segment); break;
        case SegmentsFormat::rttm:
            std::printf("SPEAKER %s 1 %.3f %.3f <NA> <NA> speech <NA> <NA>\n", rttm_file.c_str(), start, end - start);
            break;
        case SegmentsFormat::json:
            std::printf("%s\n  {\"segment\": %u, \"start\": %.2f, \"end\": %.2f, \"reason\": \"%s\"}", first ? "" : ",",
                        event.segment, start, end, name_of(event.reason));
            break;
    }
}

}  // namespace

void run_segments(const SegmentsOptions& options) {
    AudioSource source(options.input);
    AudioEngine engine = make_engine(source, options.config);
    const bool json = options.format == SegmentsFormat::json;
    const std::string rttm_file = rttm_name(options.input);
    bool begun = false;
    bool first = true;
    run_stream(source, engine, [&](const PushResult& result) {
        if (!begun && options.format == SegmentsFormat::tsv) std::puts("start\tend\treason");
        if (!begun && json) std::printf("{\"file\": %s, \"segments\": [", json_text(source.name()).c_str());
        begun = true;
        for (const VadEvent& event : result.events) {
            if (event.type != VadEventType::speech_end) continue;
            print_segment(options, event, rttm_file, first);
            first = false;
        }
    });
    if (json) std::puts("\n]}");
    finish_stdout();
    report_damage(source, options.input);
}

}  // namespace audioengine::tool
