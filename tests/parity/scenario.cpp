#include "parity/scenario.h"

#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>

#include "support/recordings.h"

namespace audioengine::parity {

namespace {

using test::Samples;

[[noreturn]] void stop(const Scenario& scenario, const std::string& why) {
    std::fprintf(stderr, "scenarios.txt: %s: %s\n", scenario.name.c_str(), why.c_str());
    std::exit(2);
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
    return parts;
}

/// Adds `audible` samples of one term of a source.
void add_term(const Scenario& scenario, const std::string& term, std::uint64_t audible,
              std::vector<std::int64_t>& sum) {
    const std::uint32_t rate = scenario.number("rate", 16000);
    const auto parts = split(term, ':');
    const auto part = [&](std::size_t index) { return static_cast<std::uint32_t>(std::stoul(parts.at(index))); };
    if (parts[0] == "silence") return;
    if (parts[0] == "noise") {
        test::Lcg random(part(2));
        for (std::uint64_t k = 0; k < audible; ++k)
            sum[k] += test::noise_sample(random, static_cast<std::int32_t>(part(1)));
    } else if (parts[0] == "tone") {
        for (std::uint64_t k = 0; k < audible; ++k) {
            sum[k] += test::tone_sample(k, part(1), rate, static_cast<std::int32_t>(part(2)));
        }
    } else if (parts[0] == "woman" || parts[0] == "man") {
        const Samples& recording = parts[0] == "woman" ? test::woman() : test::man();
        for (std::uint64_t k = 0; k < audible; ++k)
            sum[k] += test::interpolated(recording, k, test::kRecordingRateHz, rate);
    } else {
        stop(scenario, "unknown source " + term);
    }
}

Samples samples(const Scenario& scenario) {
    const std::uint64_t audible = std::uint64_t{scenario.number("ms", 8000)} * scenario.number("rate", 16000) / 1000;
    const std::uint64_t pad = scenario.number("pad", 1);
    const std::uint64_t frames = (audible + pad - 1) / pad * pad;
    const auto sources = split(scenario.text("source", ""), ',');
    if (sources.size() != scenario.number("channels", 1)) stop(scenario, "channels must equal the sources");
    Samples out(frames * sources.size());
    for (std::size_t channel = 0; channel < sources.size(); ++channel) {
        std::vector<std::int64_t> sum(frames);
        for (const auto& term : split(sources[channel], '+')) add_term(scenario, term, audible, sum);
        const std::int64_t gain = scenario.number("gain", 1);
        for (std::size_t k = 0; k < frames; ++k) out[k * sources.size() + channel] = test::clamp16(sum[k] * gain);
    }
    return out;
}

test::Bytes spoiled_floats(const Samples& samples, std::size_t spoil) {
    constexpr std::array<std::uint32_t, 7> kBits{0x7FC00000, 0x7F800000, 0xFF800000, 0x3FC00000,
                                                 0x80000000, 0x00000001, 0x7F7FFFFF};
    test::Bytes out;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (i % spoil == spoil - 1) {
            test::append_little_endian(out, kBits[i / spoil % kBits.size()], 4);
        } else {
            test::append_float(out, (static_cast<float>(samples[i]) + static_cast<float>(i % 4) / 4.0F) / 32768.0F);
        }
    }
    return out;
}

template <class Enumeration>
Enumeration named(const Scenario& scenario, const std::string& key, const std::string& otherwise) {
    Enumeration value{};
    const std::string name = scenario.text(key, otherwise);
    if (!parse(name, value)) stop(scenario, key + " cannot be " + name);
    return value;
}

float fraction(const Scenario& scenario, const std::string& key, float otherwise) {
    return scenario.keys.count(key) != 0 ? std::strtof(scenario.keys.at(key).c_str(), nullptr) : otherwise;
}

const std::set<std::string> kKnownKeys = {"source",         "ms",
                                          "gain",           "pad",
                                          "finish",         "spoil",
                                          "prefix",         "tail",
                                          "rate",           "format",
                                          "channels",       "mode",
                                          "out_rate",       "out_format",
                                          "adaptive",       "threshold",
                                          "exit_threshold", "energy_threshold",
                                          "min_amplitude",  "speech_start_ms",
                                          "speech_end_ms",  "pre_buffer_ms",
                                          "max_speech_ms",  "max_gap_ms",
                                          "normalize",      "type"};

}  // namespace

std::string Scenario::text(const std::string& key, const std::string& otherwise) const {
    const auto found = keys.find(key);
    return found == keys.end() ? otherwise : found->second;
}

std::uint32_t Scenario::number(const std::string& key, std::uint32_t otherwise) const {
    const auto found = keys.find(key);
    return found == keys.end() ? otherwise
                               : static_cast<std::uint32_t>(std::strtoul(found->second.c_str(), nullptr, 10));
}

std::vector<Scenario> read_scenarios(const std::string& path) {
    const auto bytes = test::read_file(path);
    std::istringstream lines(std::string(bytes.begin(), bytes.end()));
    std::vector<Scenario> scenarios;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line[0] == '#') continue;
        Scenario scenario;
        std::istringstream words(line);
        words >> scenario.name;
        for (std::string word; words >> word;) {
            const std::size_t equals = word.find('=');
            if (equals == std::string::npos) stop(scenario, "no = in " + word);
            const std::string key = word.substr(0, equals);
            if (kKnownKeys.count(key) == 0) stop(scenario, "unknown key " + key);
            scenario.keys[key] = word.substr(equals + 1);
        }
        scenarios.push_back(scenario);
    }
    return scenarios;
}

test::Bytes input_bytes(const Scenario& scenario) {
    test::Bytes out;
    for (const char character : scenario.text("prefix", "")) out.push_back(static_cast<std::byte>(character));
    const Samples pcm = samples(scenario);
    const std::uint32_t spoil = scenario.number("spoil", 0);
    const auto format = named<AudioFormat>(scenario, "format", "pcm16");
    test::append(out, spoil != 0 ? spoiled_floats(pcm, spoil) : test::to_bytes(pcm, format));
    out.insert(out.end(), scenario.number("tail", 0), std::byte{0x55});
    return out;
}

EngineConfig engine_config(const Scenario& scenario) {
    EngineConfig config;
    config.mode = named<ProcessingMode>(scenario, "mode", "balanced");
    config.normalize = scenario.number("normalize", 1) != 0;
    config.audio.sample_rate = scenario.number("rate", 16000);
    config.audio.channels = scenario.number("channels", 1);
    config.audio.format = named<AudioFormat>(scenario, "format", "pcm16");
    config.audio.min_amplitude = fraction(scenario, "min_amplitude", config.audio.min_amplitude);
    config.output.sample_rate = scenario.number("out_rate", 0);
    config.output.format = named<AudioFormat>(scenario, "out_format", "pcm16");
    VADConfig& vad = config.vad;
    vad.type = named<VADType>(scenario, "type", "energy");
    vad.adaptive = scenario.number("adaptive", 1) != 0;
    vad.energy_threshold = fraction(scenario, "energy_threshold", vad.energy_threshold);
    vad.threshold = fraction(scenario, "threshold", vad.threshold);
    vad.exit_threshold = fraction(scenario, "exit_threshold", vad.exit_threshold);
    vad.speech_start_ms = scenario.number("speech_start_ms", vad.speech_start_ms);
    vad.speech_end_ms = scenario.number("speech_end_ms", vad.speech_end_ms);
    vad.pre_buffer_ms = scenario.number("pre_buffer_ms", vad.pre_buffer_ms);
    vad.max_speech_ms = scenario.number("max_speech_ms", vad.max_speech_ms);
    vad.max_gap_ms = scenario.number("max_gap_ms", vad.max_gap_ms);
    return config;
}

}  // namespace audioengine::parity
