// The metrics' JSON, read by a parser we did not write: the specification's key paths, and numbers that come back.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "audioengine/engine.h"
#include "support/recordings.h"
#include "support/run.h"

namespace audioengine {
namespace {

using Json = nlohmann::json;

Json json_of(const AudioMetrics& metrics) {
    std::vector<char> buffer(kMetricsJsonBytes);
    const std::size_t length = write_json(metrics, buffer);
    return Json::parse(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(length));
}

TEST(MetricsJson, HasTheSpecificationsPathsAndTheCountersValues) {
    EngineConfig config;
    config.audio.sample_rate = 16000;
    auto engine = AudioEngine::create(config).value();
    test::run(engine, test::to_bytes(test::woman(), AudioFormat::PCM16), test::Cut::frames("160", 160));
    engine.record_processing_ns(1500000);
    engine.record_processing_ns(2500000);

    const AudioMetrics& metrics = engine.metrics();
    const Json json = json_of(metrics);
    EXPECT_DOUBLE_EQ(json.at("avg_latency_ms").get<double>(), 2.0);
    EXPECT_EQ(json.at("/vad/current_state"_json_pointer), "silence");
    EXPECT_EQ(json.at("/vad/segments"_json_pointer), metrics.segments);
    EXPECT_EQ(json.at("/vad/false_starts"_json_pointer), metrics.false_starts);
    EXPECT_EQ(json.at("/vad/blocks"_json_pointer), 800);
    EXPECT_EQ(json.at("/vad/speech_blocks"_json_pointer), metrics.speech_blocks);
    EXPECT_DOUBLE_EQ(json.at("/vad/noise_floor_dbfs"_json_pointer).get<double>(),
                     metrics.noise_floor_dbfs_x100 / 100.0);
    EXPECT_EQ(json.at("/performance/realtime_capable"_json_pointer), true);
    EXPECT_EQ(json.at("input_bytes"), 256000);
    EXPECT_EQ(json.at("output_bytes"), 256000);
    EXPECT_EQ(json.at("chunks"), 800);
    EXPECT_EQ(json.at("memory_bytes"), engine.memory_bytes());
    EXPECT_GE(metrics.segments, 3U);
}

TEST(MetricsJson, ExtremeNumbersStayNumbers) {
    AudioMetrics metrics;
    for (std::uint64_t* counter :
         {&metrics.chunks, &metrics.rejected_chunks, &metrics.input_bytes, &metrics.input_frames, &metrics.output_bytes,
          &metrics.split_frames, &metrics.non_finite_samples, &metrics.blocks, &metrics.speech_blocks,
          &metrics.segments, &metrics.false_starts, &metrics.memory_bytes, &metrics.level.samples,
          &metrics.level.sum_squares, &metrics.level.zeros, &metrics.level.full_scale}) {
        *counter = ~std::uint64_t{0};
    }
    metrics.level.peak = 32768;
    metrics.record_processing_ns((std::uint64_t{1} << 40U) - 1);
    const Json json = json_of(metrics);
    EXPECT_EQ(json.at("chunks"), ~std::uint64_t{0});
    EXPECT_DOUBLE_EQ(json.at("/performance/max_ms"_json_pointer).get<double>(), 1099511.627775);
    EXPECT_EQ(json.at("/performance/realtime_capable"_json_pointer), false);
}

}  // namespace
}  // namespace audioengine
