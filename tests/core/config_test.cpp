#include "audioengine/config.h"

#include <gtest/gtest.h>

#include <limits>

namespace audioengine {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::uint32_t kHuge = std::numeric_limits<std::uint32_t>::max();

struct Row {
    const char* name;
    void (*change)(EngineConfig&);
    Status status;
    const char* field;
};

// Each rule at its edges: the last good value, the first bad one.
const Row kRows[] = {
    {"defaults", [](EngineConfig&) {}, Status::ok, ""},
    {"mode", [](EngineConfig& c) { c.mode = static_cast<ProcessingMode>(3); }, Status::bad_mode, "mode"},

    {"rate 4000", [](EngineConfig& c) { c.audio.sample_rate = 4000; }, Status::ok, ""},
    {"rate 192000", [](EngineConfig& c) { c.audio.sample_rate = 192000; }, Status::ok, ""},
    {"rate 0", [](EngineConfig& c) { c.audio.sample_rate = 0; }, Status::bad_sample_rate, "audio.sample_rate"},
    {"rate 3999", [](EngineConfig& c) { c.audio.sample_rate = 3999; }, Status::bad_sample_rate, "audio.sample_rate"},
    {"rate 192001", [](EngineConfig& c) { c.audio.sample_rate = 192001; }, Status::bad_sample_rate,
     "audio.sample_rate"},
    {"rate huge", [](EngineConfig& c) { c.audio.sample_rate = kHuge; }, Status::bad_sample_rate, "audio.sample_rate"},
    {"channels 8", [](EngineConfig& c) { c.audio.channels = 8; }, Status::ok, ""},
    {"channels 0", [](EngineConfig& c) { c.audio.channels = 0; }, Status::bad_channels, "audio.channels"},
    {"channels 9", [](EngineConfig& c) { c.audio.channels = 9; }, Status::bad_channels, "audio.channels"},
    {"format", [](EngineConfig& c) { c.audio.format = static_cast<AudioFormat>(4); }, Status::bad_format,
     "audio.format"},
    {"depth 16", [](EngineConfig& c) { c.audio.bit_depth = 16; }, Status::ok, ""},
    {"depth 8", [](EngineConfig& c) { c.audio.bit_depth = 8; }, Status::bad_bit_depth, "audio.bit_depth"},
    {"depth 24", [](EngineConfig& c) { c.audio.bit_depth = 24; }, Status::bad_bit_depth, "audio.bit_depth"},
    {"ulaw depth 8",
     [](EngineConfig& c) {
         c.audio.format = AudioFormat::G711_ULAW;
         c.audio.bit_depth = 8;
     },
     Status::ok, ""},
    {"ulaw depth 16",
     [](EngineConfig& c) {
         c.audio.format = AudioFormat::G711_ULAW;
         c.audio.bit_depth = 16;
     },
     Status::bad_bit_depth, "audio.bit_depth"},
    {"float depth 32",
     [](EngineConfig& c) {
         c.audio.format = AudioFormat::FLOAT32;
         c.audio.bit_depth = 32;
     },
     Status::ok, ""},
    {"chunk 1 ms", [](EngineConfig& c) { c.audio.chunk_duration_ms = 1; }, Status::ok, ""},
    {"chunk 1000 ms", [](EngineConfig& c) { c.audio.chunk_duration_ms = 1000; }, Status::ok, ""},
    {"chunk 0 ms", [](EngineConfig& c) { c.audio.chunk_duration_ms = 0; }, Status::bad_chunk_duration,
     "audio.chunk_duration_ms"},
    {"chunk 1001 ms", [](EngineConfig& c) { c.audio.chunk_duration_ms = 1001; }, Status::bad_chunk_duration,
     "audio.chunk_duration_ms"},
    {"min 0", [](EngineConfig& c) { c.audio.min_amplitude = 0.0F; }, Status::ok, ""},
    {"min negative", [](EngineConfig& c) { c.audio.min_amplitude = -0.01F; }, Status::bad_amplitude,
     "audio.min_amplitude"},
    {"min NaN", [](EngineConfig& c) { c.audio.min_amplitude = kNan; }, Status::bad_amplitude, "audio.min_amplitude"},
    {"max 1", [](EngineConfig& c) { c.audio.max_amplitude = 1.0F; }, Status::ok, ""},
    {"max over 1", [](EngineConfig& c) { c.audio.max_amplitude = 1.01F; }, Status::bad_amplitude,
     "audio.max_amplitude"},
    {"max infinite", [](EngineConfig& c) { c.audio.max_amplitude = kInfinity; }, Status::bad_amplitude,
     "audio.max_amplitude"},
    {"max NaN", [](EngineConfig& c) { c.audio.max_amplitude = kNan; }, Status::bad_amplitude, "audio.max_amplitude"},
    {"max equals min", [](EngineConfig& c) { c.audio.min_amplitude = c.audio.max_amplitude = 0.5F; },
     Status::bad_amplitude, "audio.max_amplitude"},

    {"output rate 8000", [](EngineConfig& c) { c.output.sample_rate = 8000; }, Status::ok, ""},
    {"output rate 3999", [](EngineConfig& c) { c.output.sample_rate = 3999; }, Status::bad_sample_rate,
     "output.sample_rate"},
    {"output rate 192001", [](EngineConfig& c) { c.output.sample_rate = 192001; }, Status::bad_sample_rate,
     "output.sample_rate"},
    {"widest ratio up",
     [](EngineConfig& c) {
         c.audio.sample_rate = 4000;
         c.output.sample_rate = 192000;
     },
     Status::ok, ""},
    {"widest ratio down",
     [](EngineConfig& c) {
         c.audio.sample_rate = 192000;
         c.output.sample_rate = 4000;
     },
     Status::ok, ""},
    {"output format", [](EngineConfig& c) { c.output.format = static_cast<AudioFormat>(9); }, Status::bad_format,
     "output.format"},

    {"vad type", [](EngineConfig& c) { c.vad.type = static_cast<VADType>(9); }, Status::bad_vad_type, "vad.type"},
    {"energy 0", [](EngineConfig& c) { c.vad.energy_threshold = 0.0F; }, Status::ok, ""},
    {"energy 1", [](EngineConfig& c) { c.vad.energy_threshold = 1.0F; }, Status::ok, ""},
    {"energy negative", [](EngineConfig& c) { c.vad.energy_threshold = -0.1F; }, Status::bad_threshold,
     "vad.energy_threshold"},
    {"energy 1.1", [](EngineConfig& c) { c.vad.energy_threshold = 1.1F; }, Status::bad_threshold,
     "vad.energy_threshold"},
    {"energy NaN", [](EngineConfig& c) { c.vad.energy_threshold = kNan; }, Status::bad_threshold,
     "vad.energy_threshold"},
    {"start 10", [](EngineConfig& c) { c.vad.speech_start_ms = 10; }, Status::ok, ""},
    {"start 5000", [](EngineConfig& c) { c.vad.speech_start_ms = 5000; }, Status::ok, ""},
    {"start 9", [](EngineConfig& c) { c.vad.speech_start_ms = 9; }, Status::bad_vad_duration, "vad.speech_start_ms"},
    {"start 5001", [](EngineConfig& c) { c.vad.speech_start_ms = 5001; }, Status::bad_vad_duration,
     "vad.speech_start_ms"},
    {"end 10", [](EngineConfig& c) { c.vad.speech_end_ms = 10; }, Status::ok, ""},
    {"end 9", [](EngineConfig& c) { c.vad.speech_end_ms = 9; }, Status::bad_vad_duration, "vad.speech_end_ms"},
    {"end 5001", [](EngineConfig& c) { c.vad.speech_end_ms = 5001; }, Status::bad_vad_duration, "vad.speech_end_ms"},
    {"pre-buffer 0", [](EngineConfig& c) { c.vad.pre_buffer_ms = 0; }, Status::ok, ""},
    {"pre-buffer 5000", [](EngineConfig& c) { c.vad.pre_buffer_ms = 5000; }, Status::ok, ""},
    {"pre-buffer 5001", [](EngineConfig& c) { c.vad.pre_buffer_ms = 5001; }, Status::bad_vad_duration,
     "vad.pre_buffer_ms"},
    {"threshold 0", [](EngineConfig& c) { c.vad.threshold = 0.0F; }, Status::ok, ""},
    {"threshold 1", [](EngineConfig& c) { c.vad.threshold = 1.0F; }, Status::ok, ""},
    {"threshold 1.1", [](EngineConfig& c) { c.vad.threshold = 1.1F; }, Status::bad_threshold, "vad.threshold"},
    {"threshold NaN", [](EngineConfig& c) { c.vad.threshold = kNan; }, Status::bad_threshold, "vad.threshold"},
    {"exit equals threshold", [](EngineConfig& c) { c.vad.exit_threshold = 0.5F; }, Status::ok, ""},
    {"exit derived", [](EngineConfig& c) { c.vad.exit_threshold = -5.0F; }, Status::ok, ""},
    {"exit above threshold", [](EngineConfig& c) { c.vad.exit_threshold = 0.51F; }, Status::inverted_thresholds,
     "vad.exit_threshold"},
    {"exit over 1", [](EngineConfig& c) { c.vad.exit_threshold = 1.5F; }, Status::bad_threshold, "vad.exit_threshold"},
    {"exit NaN", [](EngineConfig& c) { c.vad.exit_threshold = kNan; }, Status::bad_threshold, "vad.exit_threshold"},
    {"longest 0", [](EngineConfig& c) { c.vad.max_speech_ms = 0; }, Status::ok, ""},
    {"longest 100", [](EngineConfig& c) { c.vad.max_speech_ms = 100; }, Status::ok, ""},
    {"longest huge", [](EngineConfig& c) { c.vad.max_speech_ms = kHuge; }, Status::ok, ""},
    {"longest 99", [](EngineConfig& c) { c.vad.max_speech_ms = 99; }, Status::bad_vad_duration, "vad.max_speech_ms"},
    {"gap 0", [](EngineConfig& c) { c.vad.max_gap_ms = 0; }, Status::ok, ""},
    {"gap 99", [](EngineConfig& c) { c.vad.max_gap_ms = 99; }, Status::bad_vad_duration, "vad.max_gap_ms"},

    {"longest chunk 10", [](EngineConfig& c) { c.max_chunk_ms = 10; }, Status::ok, ""},
    {"longest chunk 1000", [](EngineConfig& c) { c.max_chunk_ms = 1000; }, Status::ok, ""},
    {"longest chunk 9", [](EngineConfig& c) { c.max_chunk_ms = 9; }, Status::bad_chunk_duration, "max_chunk_ms"},
    {"longest chunk 1001", [](EngineConfig& c) { c.max_chunk_ms = 1001; }, Status::bad_chunk_duration, "max_chunk_ms"},
};

TEST(Config, EveryRuleNamesItsField) {
    for (const Row& row : kRows) {
        SCOPED_TRACE(row.name);
        EngineConfig config;
        row.change(config);
        const Result<bool> result = check(config);
        EXPECT_EQ(result.ok(), row.status == Status::ok);
        EXPECT_STREQ(status_name(result.status()), status_name(row.status));
        EXPECT_STREQ(result.field(), row.field);
        if (result.ok()) {
            EXPECT_TRUE(result.value());
        }
    }
}

TEST(Config, TheDetectorsSettingsAreCheckedAlone) {
    VADConfig vad;
    EXPECT_TRUE(check(vad).ok());
    vad.speech_end_ms = 0;
    EXPECT_EQ(check(vad).status(), Status::bad_vad_duration);
    EXPECT_STREQ(check(vad).field(), "vad.speech_end_ms");
}

TEST(Config, ExitThresholdIsGivenOrDerived) {
    const auto effective = [](float threshold, float exit) {
        VADConfig vad;
        vad.threshold = threshold;
        vad.exit_threshold = exit;
        return effective_exit_threshold(vad);
    };
    EXPECT_FLOAT_EQ(effective(0.5F, -1.0F), 0.35F);
    EXPECT_FLOAT_EQ(effective(0.5F, 0.2F), 0.2F);
    EXPECT_FLOAT_EQ(effective(0.5F, 0.0F), 0.0F);
    EXPECT_FLOAT_EQ(effective(0.1F, -1.0F), 0.01F);  // never under 0.01 ...
    EXPECT_FLOAT_EQ(effective(0.0F, -1.0F), 0.0F);   // ... nor above the threshold
    EXPECT_FLOAT_EQ(effective(0.005F, -1.0F), 0.005F);
}

TEST(Config, DefaultsAreTheSpecifications) {
    const EngineConfig config;
    EXPECT_EQ(config.mode, ProcessingMode::BALANCED);
    EXPECT_EQ(config.audio.sample_rate, 24000U);
    EXPECT_EQ(config.audio.channels, 1U);
    EXPECT_EQ(config.audio.format, AudioFormat::PCM16);
    EXPECT_EQ(config.audio.chunk_duration_ms, 20U);
    EXPECT_FLOAT_EQ(config.audio.min_amplitude, 0.01F);
    EXPECT_FLOAT_EQ(config.audio.max_amplitude, 0.95F);
    EXPECT_FLOAT_EQ(config.vad.energy_threshold, 0.02F);
    EXPECT_EQ(config.vad.speech_start_ms, 100U);
    EXPECT_EQ(config.vad.speech_end_ms, 500U);
    EXPECT_EQ(config.vad.pre_buffer_ms, 300U);
    EXPECT_TRUE(config.vad.adaptive);
    EXPECT_EQ(config.vad.max_gap_ms, 1000U);
}

}  // namespace
}  // namespace audioengine
