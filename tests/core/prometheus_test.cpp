#include "audioengine/prometheus.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "audioengine/engine.h"
#include "audioengine/version.h"
#include "support/random.h"
#include "support/recordings.h"
#include "support/run.h"

namespace audioengine {
namespace {

std::string text_of(const MetricsTotals& totals, std::span<const MetricsLabel> labels = {}) {
    std::string text(write_prometheus(totals, labels, {}), '#');
    EXPECT_EQ(write_prometheus(totals, labels, text), text.size());
    return text;
}

/// Whether the text has exactly this line.
bool has_line(const std::string& text, const std::string& line) {
    return text.find("\n" + line + "\n") != std::string::npos;
}

/// Every number differs from every other.
AudioMetrics busy(std::uint64_t seed) {
    AudioMetrics metrics;
    std::uint64_t next = seed * 1000;
    for (std::uint64_t* value :
         {&metrics.chunks, &metrics.rejected_chunks, &metrics.input_bytes, &metrics.output_bytes, &metrics.split_frames,
          &metrics.non_finite_samples, &metrics.speech_blocks, &metrics.segments, &metrics.false_starts,
          &metrics.gap_ends, &metrics.memory_bytes, &metrics.transitions_to[0], &metrics.transitions_to[1],
          &metrics.transitions_to[2], &metrics.transitions_to[3]}) {
        *value = ++next;
    }
    metrics.input_format = AudioFormat::G711_ULAW;
    metrics.output_format = AudioFormat::FLOAT32;
    metrics.input_rate_hz = 8000;
    metrics.output_rate_hz = 16000;
    metrics.input_frames = seed * 8000;
    metrics.output_bytes = seed * 64000;
    metrics.record_processing_ns(seed * 1'000'000);
    BufferStats& buffer = metrics.stream_buffer.emplace();
    buffer.overflows = ++next;
    buffer.underflows = ++next;
    buffer.dropped_frames = ++next * 8;
    buffer.filled_frames = ++next * 8;
    buffer.late = ++next;
    buffer.lost = ++next;
    buffer.available_frames = ++next * 8;
    metrics.buffer_pool.emplace().in_use = ++next;
    return metrics;
}

TEST(Prometheus, EverySumIsInItsSample) {
    MetricsTotals totals;
    totals.add_open(busy(1));
    totals.add_open(busy(2));
    const std::string text = text_of(totals);
    EXPECT_TRUE(has_line(text, std::string("audioengine_build_info{version=\"") + kVersion + "\"} 1"));
    for (const char* line : {
             "audioengine_audio_seconds_total{direction=\"in\",format=\"g711_ulaw\"} 3",
             "audioengine_audio_seconds_total{direction=\"in\",format=\"pcm16\"} 0",
             "audioengine_audio_seconds_total{direction=\"out\",format=\"float32\"} 3",
             "audioengine_bytes_total{direction=\"in\"} 3006",
             "audioengine_bytes_total{direction=\"out\"} 192000",
             "audioengine_chunks_total 3002",
             "audioengine_rejected_chunks_total 3004",
             "audioengine_odd_bytes_total 3010",
             "audioengine_non_finite_samples_total 3012",
             "audioengine_quality_warnings_total{code=\"clipped\"} 0",
             "audioengine_process_duration_seconds_bucket{stage=\"push\",le=\"0.0005\"} 0",
             "audioengine_process_duration_seconds_bucket{stage=\"push\",le=\"0.001\"} 1",
             "audioengine_process_duration_seconds_bucket{stage=\"push\",le=\"0.002\"} 2",
             "audioengine_process_duration_seconds_bucket{stage=\"push\",le=\"+Inf\"} 2",
             "audioengine_process_duration_seconds_sum{stage=\"push\"} 0.003",
             "audioengine_process_duration_seconds_count{stage=\"push\"} 2",
             "audioengine_realtime_ratio 0.001",
             "audioengine_streams 2",
             "audioengine_streams_realtime_capable 2",
             "audioengine_memory_bytes 3022",
             "audioengine_vad_transitions_total{to=\"silence\"} 3024",
             "audioengine_vad_transitions_total{to=\"speech_ending\"} 3030",
             "audioengine_vad_speech_seconds_total 30.14",
             "audioengine_vad_segments_total 3016",
             "audioengine_vad_false_starts_total 3018",
             "audioengine_vad_gap_ends_total 3020",
             "audioengine_buffer_overflows_total 3032",
             "audioengine_buffer_underflows_total 3034",
             "audioengine_dropped_seconds_total{reason=\"buffer_overflow\"} 3.036",
             "audioengine_buffer_filled_seconds_total 3.038",
             "audioengine_late_packets_total 3040",
             "audioengine_lost_packets_total 3042",
             "audioengine_buffer_seconds 3.044",
             "audioengine_pool_buffers_in_use 3046",
         }) {
        EXPECT_TRUE(has_line(text, line)) << line << "\n" << text;
    }
}

TEST(Prometheus, AnEndedStreamLeavesItsCountersAndItsFindingsBehind) {
    MetricsTotals open;
    MetricsTotals ended;
    open.add_open(busy(1));
    ended.add_ended(busy(1), Finding::clipped | Finding::low_level);
    const std::string of_open = text_of(open);
    const std::string text = text_of(ended);
    for (const char* line : {"audioengine_chunks_total 1001", "audioengine_buffer_overflows_total 1016",
                             "audioengine_process_duration_seconds_count{stage=\"push\"} 1"}) {
        EXPECT_TRUE(has_line(of_open, line)) << line;
        EXPECT_TRUE(has_line(text, line)) << line;
    }
    for (const char* gauge :
         {"streams", "streams_realtime_capable", "memory_bytes", "buffer_seconds", "pool_buffers_in_use"}) {
        EXPECT_TRUE(has_line(text, std::string("audioengine_") + gauge + " 0")) << gauge;
        EXPECT_FALSE(has_line(of_open, std::string("audioengine_") + gauge + " 0")) << gauge;
    }
    for (std::uint32_t i = 0; i < kFindingCount; ++i) {
        const std::string name = std::string("audioengine_quality_warnings_total{code=\"") + finding_name(i) + "\"} ";
        const bool found = has(Finding::clipped | Finding::low_level, static_cast<Finding>(1U << i));
        EXPECT_TRUE(has_line(text, name + (found ? "1" : "0"))) << name;
        EXPECT_TRUE(has_line(of_open, name + "0")) << name;
    }
}

// A member that `add` forgets would be missing in one of the two.
TEST(Prometheus, SumsOfSumsAreTheSumsOfAll) {
    static_assert(sizeof(MetricsTotals) % sizeof(std::uint64_t) == 0);
    std::uint64_t words[sizeof(MetricsTotals) / sizeof(std::uint64_t)];
    for (std::size_t i = 0; i < std::size(words); ++i) words[i] = i + 1;
    MetricsTotals one;
    std::memcpy(&one, words, sizeof one);
    MetricsTotals sum = one;
    sum.add(one);
    std::memcpy(words, &sum, sizeof sum);
    for (std::size_t i = 0; i < std::size(words); ++i) EXPECT_EQ(words[i], 2 * (i + 1)) << "word " << i;

    MetricsTotals all;
    MetricsTotals halves[2];
    for (std::uint64_t i = 1; i <= 8; ++i) {
        all.add_open(busy(i));
        halves[i % 2].add_open(busy(i));
    }
    halves[0].add(halves[1]);
    EXPECT_EQ(text_of(halves[0]), text_of(all));
}

TEST(Prometheus, LabelsOfTheCallerStandInEverySampleAndAreEscaped) {
    const MetricsLabel labels[] = {{"host", "a\\b\"c\nd"}, {"_zone1", ""}};
    const std::string text = text_of({}, labels);
    const std::string written = "{host=\"a\\\\b\\\"c\\nd\",_zone1=\"\"";
    EXPECT_TRUE(has_line(text, "audioengine_chunks_total" + written + "} 0"));
    EXPECT_TRUE(has_line(text, "audioengine_bytes_total" + written + ",direction=\"in\"} 0"));
    std::size_t samples = 0;
    std::size_t labelled = 0;
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
        const std::string line = text.substr(at, text.find('\n', at) - at);
        samples += line.starts_with("#") ? 0U : 1U;
        labelled += line.find(written) != std::string::npos ? 1U : 0U;
    }
    EXPECT_GT(samples, 40U);
    EXPECT_EQ(labelled, samples);
}

TEST(Prometheus, LabelsThatCanNotBeAreRefused) {
    for (const char* name : {"", "1a", "a-b", "a b", "__a", "\xC3\xA4", "le", "direction", "format", "stage", "to",
                             "code", "reason", "version"}) {
        const MetricsLabel label[] = {{name, "x"}};
        EXPECT_EQ(write_prometheus({}, label, {}), 0U) << name;
    }
    const MetricsLabel twice[] = {{"a", "x"}, {"b", "x"}, {"a", "y"}};
    EXPECT_EQ(write_prometheus({}, twice, {}), 0U);
    EXPECT_GT(write_prometheus({}, std::span(twice).first(2), {}), 0U);
}

TEST(Prometheus, NothingIsWrittenBehindTheEnd) {
    const MetricsTotals totals;
    const std::string whole = text_of(totals);
    for (std::size_t length = 0; length < whole.size(); length += 7) {
        std::vector<char> guarded(length + 1, '#');
        ASSERT_EQ(write_prometheus(totals, {}, std::span(guarded).first(length)), whole.size());
        ASSERT_EQ(guarded.back(), '#');
        ASSERT_EQ(std::string(guarded.data(), length), whole.substr(0, length));
    }
}

TEST(Prometheus, OfAnEngineThatHeardSpeech) {
    EngineConfig config;
    config.audio.sample_rate = 16000;
    config.output.sample_rate = 8000;
    config.output.format = AudioFormat::G711_ALAW;
    config.stream_buffer.emplace();
    AudioEngine engine = AudioEngine::create(config).value();
    const test::Bytes input = test::to_bytes(test::woman(), AudioFormat::PCM16);
    test::run(engine, input, test::Cut::frames("160", 160));
    MetricsTotals totals;
    totals.add_open(engine.metrics());
    const AudioMetrics& metrics = engine.metrics();
    const std::string text = text_of(totals);
    EXPECT_TRUE(has_line(text, "audioengine_audio_seconds_total{direction=\"in\",format=\"pcm16\"} 8"));
    EXPECT_TRUE(has_line(text, "audioengine_audio_seconds_total{direction=\"out\",format=\"g711_alaw\"} 8"));
    EXPECT_TRUE(has_line(text, "audioengine_memory_bytes " + std::to_string(engine.memory_bytes())));
    // From silence to silence: as many ways in as out.
    const auto& to = metrics.transitions_to;
    const auto count_of = [&](VADState state) { return to[static_cast<std::size_t>(state)]; };
    EXPECT_EQ(count_of(VADState::SPEECH_STARTING), metrics.segments + metrics.false_starts);
    EXPECT_EQ(count_of(VADState::SILENCE), metrics.segments + metrics.false_starts);
    EXPECT_GE(count_of(VADState::SPEECH), metrics.segments);
    EXPECT_GE(metrics.segments, 3U);
}

}  // namespace
}  // namespace audioengine
