// What one 20 ms chunk of speech costs a whole engine, by format, rates and mode. `x_real_time`: streams that one core
// could serve if it did nothing else.
#include "audioengine/engine.h"

#include <benchmark/benchmark.h>

#include "support/bytes.h"
#include "support/recordings.h"

namespace audioengine {
namespace {

constexpr std::uint32_t kChunkMs = 20;

struct Case {
    const char* name;
    AudioFormat format;
    std::uint32_t input_rate_hz;
    std::uint32_t output_rate_hz;
    ProcessingMode mode;
};

constexpr Case kCases[] = {
    {"pcm16_16k_realtime", AudioFormat::PCM16, 16000, 0, ProcessingMode::REALTIME},
    {"pcm16_24k_realtime", AudioFormat::PCM16, 24000, 0, ProcessingMode::REALTIME},
    {"pcm16_24k_balanced", AudioFormat::PCM16, 24000, 0, ProcessingMode::BALANCED},
    {"pcm16_24k_quality", AudioFormat::PCM16, 24000, 0, ProcessingMode::QUALITY},
    {"f32_48k_to_24k_realtime", AudioFormat::FLOAT32, 48000, 24000, ProcessingMode::REALTIME},
    {"pcm16_48k_to_24k_quality", AudioFormat::PCM16, 48000, 24000, ProcessingMode::QUALITY},
    {"pcm16_44k1_to_24k_balanced", AudioFormat::PCM16, 44100, 24000, ProcessingMode::BALANCED},
    {"ulaw_8k_to_24k_balanced", AudioFormat::G711_ULAW, 8000, 24000, ProcessingMode::BALANCED},
};

// The recording is taken as if it were of the case's rate: the cost is that of the rate, and speech stays speech-like.
void push(benchmark::State& state, const Case& which) {
    EngineConfig config;
    config.mode = which.mode;
    config.audio.format = which.format;
    config.audio.sample_rate = which.input_rate_hz;
    config.output.sample_rate = which.output_rate_hz;
    auto created = AudioEngine::create(config);
    if (!created) return state.SkipWithError(created.field());
    AudioEngine engine = std::move(created).value();

    const test::Bytes stream = test::to_bytes(test::woman(), which.format);
    const std::size_t chunk_bytes = which.input_rate_hz * kChunkMs / 1000 * bytes_per_sample(which.format);
    std::size_t at = 0;
    for (auto _ : state) {
        const PushResult result = engine.push(std::span(stream).subspan(at, chunk_bytes));
        benchmark::DoNotOptimize(result.audio.data());
        at += chunk_bytes;
        if (at + chunk_bytes > stream.size()) at = 0;
    }
    state.counters["x_real_time"] =
        benchmark::Counter(kChunkMs / 1000.0, benchmark::Counter::kIsIterationInvariantRate);
    state.counters["memory_bytes"] = static_cast<double>(engine.memory_bytes());
}

const bool kRegistered = [] {
    for (const Case& which : kCases) {
        benchmark::RegisterBenchmark((std::string("engine_push_20ms/") + which.name).c_str(),
                                     [&which](benchmark::State& state) { push(state, which); });
    }
    return true;
}();

}  // namespace
}  // namespace audioengine
