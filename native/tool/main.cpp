// audioengine: the engine for people and scripts. This file holds the command line; each command has its own.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "audioengine/version.h"
#include "commands.h"
#include "config_fields.h"
#include "failure.h"

namespace audioengine::tool {
namespace {

constexpr const char* kDescription =
    "Hears whether someone is speaking, checks and converts voice audio.\n"
    "Reads WAV, FLAC, Ogg and what else libsndfile reads, or raw bytes from a file or standard input ('-').";

constexpr const char* kFooter =
    "Exit codes: 0 done; 1 bad input, or output that cannot be written; 2 wrong use.\n"
    "More: audioengine vad --help (segments, analyze, convert).\n";

constexpr const char* kVadFooter =
    "Examples:\n"
    "  audioengine vad call.wav\n"
    "  audioengine vad call.wav --format probabilities > scores.txt\n"
    "  arecord -t raw -f S16_LE -r 16000 | audioengine vad - --raw pcm16 --rate 16000\n";
constexpr const char* kSegmentsFooter =
    "Examples:\n"
    "  audioengine segments call.wav --speech-end-ms 800\n"
    "  audioengine segments call.wav --format audacity > labels.txt\n";
constexpr const char* kAnalyzeFooter =
    "Examples:\n"
    "  audioengine analyze call.flac --plot call.svg\n"
    "  audioengine analyze call.ul --raw ulaw --json\n";
constexpr const char* kConvertFooter =
    "Examples:\n"
    "  audioengine convert call.wav call.ul --rate 8000\n"
    "  audioengine convert - call.flac --raw f32 --raw-rate 48000 --rate 24000 --mode quality\n"
    "  audioengine convert call.ogg - --rate 16000 | consumer\n";

/// An option that takes one of some names.
template <class T>
CLI::Option* add_choice(CLI::App& command, const std::string& option, T& chosen,
                        std::vector<std::pair<std::string, T>> names, const std::string& help) {
    std::string usage;
    for (const auto& [name, value] : names) usage += (usage.empty() ? "" : "|") + name;
    const auto choose = [&chosen, names = std::move(names), option, usage](const std::string& text) {
        for (const auto& [name, value] : names) {
            if (name != text) continue;
            chosen = value;
            return;
        }
        throw CLI::ValidationError(option, "'" + text + "' is not one of " + usage);
    };
    return command.add_option_function<std::string>(option, choose, help)->type_name(usage);
}

std::string raw_formats() { return "pcm16|ulaw|alaw|f32"; }

AudioFormat parse_format(const std::string& option, const std::string& text) {
    AudioFormat format{};
    if (!parse(text, format)) throw CLI::ValidationError(option, "'" + text + "' is not one of pcm16, ulaw, alaw, f32");
    return format;
}

/// FILE and how to read it. In `convert`, --rate is the output's, so the input's is --raw-rate there.
void add_input(CLI::App& command, InputOptions& input, bool converts) {
    command.add_option("FILE", input.file, "sound file, or '-': standard input")->required()->type_name("");
    command
        .add_option_function<std::string>(
            "--raw", [&input](const std::string& text) { input.raw = parse_format("--raw", text); },
            "the bytes are raw little-endian samples, interleaved, not a sound file")
        ->type_name(raw_formats())
        ->group("Input");
    command
        .add_option(converts ? "--raw-rate" : "--rate", input.rate_hz, "Hz of raw input [8000 for G.711, else 24000]")
        ->type_name("N")
        ->group("Input");
    command.add_option("--channels", input.channels, "channels of raw input, 1 to 8 [1]")
        ->type_name("N")
        ->group("Input");
    command
        .add_flag("--allow-damaged", input.allow_damaged,
                  "take what can be read of a file that ends early; warn instead of exit code 1")
        ->group("Input");
}

/// An option for a field, with the table's help, values and default.
CLI::Option* add_field(CLI::App& command, EngineConfig& config, const std::string& option,
                       const native::ConfigField& field) {
    const auto set = [&config, &field, option](const std::string& text) {
        std::string error;
        if (native::set_field(config, field.path, text, error)) return;
        throw CLI::ValidationError(option, "'" + text + "' is not " + field.expected());
    };
    std::string standard = field.get(EngineConfig{}).dump();
    standard.erase(std::remove(standard.begin(), standard.end(), '"'), standard.end());
    return command.add_option_function<std::string>(option, set, std::string(field.help) + " [" + standard + "]")
        ->type_name(field.placeholder());
}

/// Every field of VADConfig, and what else the detector and the findings listen to.
void add_detector(CLI::App& command, EngineConfig& config) {
    std::vector<std::pair<std::string, VADType>> detectors;
    for (std::uint8_t index = 0; *name_of(static_cast<VADType>(index)) != '\0'; ++index) {
        const auto type = static_cast<VADType>(index);
        if (type != VADType::EXTERNAL)
            detectors.emplace_back(name_of(type), type);  // EXTERNAL: scores of a caller's own
    }
    const std::string standard = name_of(config.vad.type);
    add_choice(command, "--vad", config.vad.type, std::move(detectors), "the detector [" + standard + "]")
        ->group("Detector");
    for (const native::ConfigField& field : native::config_fields()) {
        const std::string path = field.path;
        if (!path.starts_with("vad.") && path != "audio.min_amplitude" && path != "audio.max_amplitude") continue;
        std::string option = std::string("--") + field.name;
        std::replace(option.begin(), option.end(), '_', '-');
        if (path == "vad.type") continue;
        add_field(command, config, option, field)->group("Detector");
    }
    command
        .add_flag_callback(
            "--no-adaptive", [&config] { config.vad.adaptive = false; }, "as --adaptive false")
        ->group("Detector");
}

void require_good(const EngineConfig& config) {
    std::string error;
    if (!native::check_config(config, error)) throw UsageError(error);
}

/// `--speech_start_ms` is `--speech-start-ms`: fields are written with '_' everywhere but on a command line.
std::vector<std::string> arguments_reversed(int count, char** values) {
    std::vector<std::string> arguments;
    bool options_over = false;
    for (int i = 1; i < count; ++i) {
        std::string argument = values[i];
        if (argument == "--") options_over = true;
        if (!options_over && argument.starts_with("--")) {
            const auto end =
                argument.begin() + static_cast<std::ptrdiff_t>(std::min(argument.find('='), argument.size()));
            std::replace(argument.begin(), end, '_', '-');
        }
        arguments.push_back(std::move(argument));
    }
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them so
    return arguments;
}

int run(int count, char** values) {
    CLI::App app(kDescription, "audioengine");
    app.footer(kFooter);
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string("audioengine ") + kVersion);

    // The detector hears the same in every mode; REALTIME leaves the audio alone.
    VadOptions vad;
    vad.config.mode = ProcessingMode::REALTIME;
    CLI::App& vad_command = *app.add_subcommand("vad", "A row for every 10 ms: time, score from 0 to 1, state, level.");
    vad_command.footer(kVadFooter);
    add_input(vad_command, vad.input, false);
    add_choice<VadFormat>(
        vad_command, "--format", vad.format,
        {{"tsv", VadFormat::tsv}, {"json", VadFormat::json}, {"probabilities", VadFormat::probabilities}},
        "what to print; probabilities: only the score, one a line [tsv]");
    add_detector(vad_command, vad.config);

    SegmentsOptions segments;
    segments.config.mode = ProcessingMode::REALTIME;
    CLI::App& segments_command =
        *app.add_subcommand("segments", "Start and end, in seconds, of every stretch of speech.");
    segments_command.footer(kSegmentsFooter);
    add_input(segments_command, segments.input, false);
    add_choice<SegmentsFormat>(segments_command, "--format", segments.format,
                               {{"tsv", SegmentsFormat::tsv},
                                {"json", SegmentsFormat::json},
                                {"audacity", SegmentsFormat::audacity},
                                {"rttm", SegmentsFormat::rttm}},
                               "what to print [tsv]");
    segments_command.add_flag("--padded", segments.padded, "start --pre-buffer-ms before the voice");
    add_detector(segments_command, segments.config);

    AnalyzeOptions analyze;
    analyze.config.mode = ProcessingMode::REALTIME;
    CLI::App& analyze_command =
        *app.add_subcommand("analyze", "Validity, quality, levels, speech and the engine's speed, for one recording.");
    analyze_command.footer(kAnalyzeFooter);
    add_input(analyze_command, analyze.input, false);
    analyze_command.add_flag("--json", analyze.json, "print JSON");
    analyze_command.add_option("--plot", analyze.plot, "also draw waveform, level, score and segments into this file")
        ->type_name("FILE.svg");
    add_detector(analyze_command, analyze.config);

    ConvertOptions convert;
    CLI::App& convert_command =
        *app.add_subcommand("convert", "Another sample rate, coding or container; mono, exactly as long.");
    convert_command.footer(kConvertFooter);
    add_input(convert_command, convert.input, true);
    convert_command
        .add_option("OUT", convert.output,
                    "ends in .wav .flac .ogg .raw .ul .al, or is '-': raw bytes to standard output")
        ->required()
        ->type_name("");
    convert_command.add_option("--rate", convert.rate_hz, "Hz of the output [as the input]")->type_name("N");
    convert_command
        .add_option_function<std::string>(
            "--format", [&](const std::string& text) { convert.format = parse_format("--format", text); },
            "coding of the output's samples [pcm16; .ul ulaw, .al alaw]")
        ->type_name(raw_formats());
    for (const char* name : {"mode", "normalize"}) {
        add_field(convert_command, convert.config, std::string("--") + name, *native::find_field(name));
    }

    CLI::App& version_command = *app.add_subcommand("version", "Print the version.");

    try {
        app.parse(arguments_reversed(count, values));
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        std::string command;
        for (const CLI::App* used : app.get_subcommands()) command = " " + used->get_name();
        std::string text = error.what();
        if (command.empty())
            text = count > 1 ? std::string("there is no command '") + values[1] + "'" : "which command?";
        throw UsageError(text + "\nTry: audioengine" + command + " --help");
    }
    if (vad_command) {
        require_good(vad.config);
        run_vad(vad);
    } else if (segments_command) {
        require_good(segments.config);
        run_segments(segments);
    } else if (analyze_command) {
        require_good(analyze.config);
        run_analyze(analyze);
    } else if (convert_command) {
        run_convert(convert);
    } else if (version_command) {
        std::printf("audioengine %s\n", kVersion);
    }
    return kDone;
}

}  // namespace
}  // namespace audioengine::tool

int main(int count, char** values) {
    namespace tool = audioengine::tool;
    std::signal(SIGPIPE, SIG_DFL);  // `| head` ends us quietly, whatever the parent process set
    std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is an error like a full disk, and cleaned up after
    try {
        return tool::run(count, values);
    } catch (const tool::UsageError& error) {
        std::fprintf(stderr, "audioengine: %s\n", error.what());
        return tool::kUsage;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "audioengine: %s\n", error.what());
        return tool::kBadInput;
    }
}
