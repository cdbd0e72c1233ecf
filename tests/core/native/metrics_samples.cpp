// Prints the metrics of engines in many configurations and states, for metrics_text.py.
//
//   metrics_samples json         a line each: name, tab, JSON
//   metrics_samples prometheus   texts of Prometheus, each behind a line with a form feed and its name
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "audioengine/buffer_pool.h"
#include "audioengine/engine.h"
#include "audioengine/prometheus.h"
#include "support/recordings.h"
#include "support/run.h"

namespace audioengine {
namespace {

struct Sample {
    std::string name;
    AudioMetrics metrics;
    Finding findings;
};

std::vector<EngineConfig> configs() {
    std::vector<EngineConfig> all;
    const std::uint32_t rates[] = {16000, 48000, 11025};
    for (const ProcessingMode mode : {ProcessingMode::REALTIME, ProcessingMode::BALANCED, ProcessingMode::QUALITY}) {
        for (std::size_t format = 0; format < kFormatCount; ++format) {
            EngineConfig config;
            config.mode = mode;
            config.audio.format = static_cast<AudioFormat>(format);
            config.audio.sample_rate = rates[(all.size() / 2) % std::size(rates)];
            config.audio.channels = format == 3 ? 2 : 1;
            config.output.format = static_cast<AudioFormat>((format + 1) % kFormatCount);
            config.output.sample_rate = mode == ProcessingMode::QUALITY ? 0 : 24000;
            config.vad.type = format == 1 ? VADType::EXTERNAL : VADType::ENERGY_BASED;
            config.vad.adaptive = format != 2;
            config.latency_target_us = mode == ProcessingMode::BALANCED ? 1000 : 0;
            all.push_back(config);
            BufferConfig buffer;
            buffer.max_duration_ms = 100;
            buffer.overflow_strategy = static_cast<OverflowStrategy>(format % 3);
            buffer.underflow_strategy = static_cast<UnderflowStrategy>(format % 3);
            config.stream_buffer = buffer;
            all.push_back(config);
        }
    }
    return all;
}

/// What a stream goes through, with a look at every stage.
void live(const EngineConfig& config, const std::string& name, std::vector<Sample>& samples) {
    AudioEngine engine = AudioEngine::create(config).value();
    const auto look = [&](const char* stage) {
        samples.push_back({name + " " + stage, engine.metrics(), engine.findings()});
    };
    look("new");
    const test::Bytes input = test::to_bytes(test::man(), config.audio.format);
    const std::span<const std::byte> all(input);
    test::run(engine, all.first(input.size() / 3 + 1), test::Cut::odd(), false);
    look("in the middle");
    BufferPool pool = BufferPool::create({.block_bytes = 960, .blocks = 2}).value();
    const auto lease = pool.take();
    engine.record_buffer_pool(pool.stats());
    for (std::uint64_t ns = 1; ns < 100'000'000'000; ns *= 7) engine.record_processing_ns(ns);
    (void)engine.push(std::vector<std::byte>(engine.max_chunk_bytes() + 1));
    look("measured and refused");
    for (std::size_t at = 0; at + 9000 < input.size() / 4; at += 9000)
        (void)engine.add_to_stream_buffer(all.subspan(at, 9000));
    for (int i = 0; i < 30; ++i) (void)engine.add_to_stream_buffer({});
    (void)engine.advance_time(5000);
    look("buffered and after a gap");
    (void)engine.finish();
    look("finished");
    engine.reset();
    look("reset");
}

void print_json(const std::vector<Sample>& samples) {
    for (const Sample& sample : samples) {
        std::string json(kMetricsJsonBytes, '\0');
        json.resize(write_json(sample.metrics, json));
        std::printf("%s\t%s\n", sample.name.c_str(), json.c_str());
    }
}

void print_prometheus(const std::vector<Sample>& samples) {
    const MetricsLabel awkward[] = {{"host", "a\\b\"c\nd \xC3\xA4 {x=\"y\"}"}, {"_2", ""}};
    const auto print = [&](const std::string& name, const MetricsTotals& totals, std::span<const MetricsLabel> labels) {
        std::string text(write_prometheus(totals, labels, {}), '\0');
        (void)write_prometheus(totals, labels, text);
        std::printf("\f%s\n%s", name.c_str(), text.c_str());
    };
    MetricsTotals all;
    for (const Sample& sample : samples) {
        MetricsTotals one;
        one.add_open(sample.metrics);
        one.add_ended(sample.metrics, sample.findings);
        all.add(one);
        print(sample.name, one, {});
    }
    print("all", all, {});
    print("all, labelled", all, awkward);
    std::uint64_t words[sizeof(MetricsTotals) / sizeof(std::uint64_t)];
    std::memset(words, 0xFF, sizeof words);
    std::memcpy(&all, words, sizeof all);
    print("the largest numbers", all, {});
}

}  // namespace
}  // namespace audioengine

int main(int count, char** arguments) {
    using namespace audioengine;
    std::vector<Sample> samples;
    for (const EngineConfig& config : configs()) {
        const std::string name = std::string(name_of(config.mode)) + " " + name_of(config.audio.format) +
                                 (config.stream_buffer ? " buffered:" : ":");
        live(config, name, samples);
    }
    if (count == 2 && std::strcmp(arguments[1], "json") == 0) {
        print_json(samples);
    } else if (count == 2 && std::strcmp(arguments[1], "prometheus") == 0) {
        print_prometheus(samples);
    } else {
        return 2;
    }
    return 0;
}
