// What 20 ms through a resampler cost, by rates and mode.
#include "audioengine/resampler.h"

#include <benchmark/benchmark.h>

#include <vector>

#include "support/recordings.h"

namespace audioengine {
namespace {

void resample(benchmark::State& state, ProcessingMode mode) {
    const auto from_hz = static_cast<std::uint32_t>(state.range(0));
    const auto to_hz = static_cast<std::uint32_t>(state.range(1));
    auto created = Resampler::create(from_hz, to_hz, mode);
    if (!created) return state.SkipWithError(created.field());
    Resampler resampler = std::move(created).value();

    const std::size_t chunk_samples = from_hz / 50;
    const std::span<const std::int16_t> speech = test::woman();
    std::vector<std::int16_t> out(resampler.max_output_samples(chunk_samples));
    std::size_t at = 0;
    for (auto _ : state) {
        const auto counts = resampler.process(speech.subspan(at, chunk_samples), out);
        benchmark::DoNotOptimize(counts.produced);
        at += chunk_samples;
        if (at + chunk_samples > speech.size()) at = 0;
    }
    state.counters["x_real_time"] = benchmark::Counter(0.02, benchmark::Counter::kIsIterationInvariantRate);
    state.counters["taps"] = resampler.taps();
}

// To the detector's rate, and from the detector's rate to what speech services take.
void rates(benchmark::internal::Benchmark* benchmark) {
    for (const int from : {8000, 24000, 44100, 48000}) benchmark->Args({from, 16000});
    benchmark->Args({16000, 24000})->Args({48000, 24000})->Args({44100, 48000});
}

BENCHMARK_CAPTURE(resample, realtime, ProcessingMode::REALTIME)->Apply(rates);
BENCHMARK_CAPTURE(resample, balanced, ProcessingMode::BALANCED)->Apply(rates);
BENCHMARK_CAPTURE(resample, quality, ProcessingMode::QUALITY)->Apply(rates);

}  // namespace
}  // namespace audioengine
