// The C interface (c.h): what a C program gets is what the C++ engine gives.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "c_api.h"
#include "support/recordings.h"
#include "support/run.h"

namespace audioengine {
namespace {

test::Bytes speech() { return test::to_bytes(test::man(), AudioFormat::PCM16); }

TEST(CApi, GivesWhatTheEngineGives) {
    EngineConfig config;
    config.mode = ProcessingMode::QUALITY;
    config.audio.sample_rate = 16000;
    config.output.sample_rate = 24000;
    AudioEngine engine = std::move(AudioEngine::create(config)).value();
    const test::Bytes input = speech();
    const test::Output expected = test::run(engine, input, test::Cut::all());
    std::uint64_t probabilities = 0;
    std::uint64_t onsets = 0;
    for (const auto& block : expected.blocks) probabilities += block.probability_q15;
    for (const auto& event : expected.events) onsets += event.onset_ms;

    const auto got = std::make_unique<c_output>();
    for (const std::size_t chunk : {std::size_t{6400}, std::size_t{333}, std::size_t{1}}) {
        ASSERT_EQ(c_api_run(input.data(), input.size(), chunk, got.get()), 0) << "line of c_api.c";
        const auto* audio = reinterpret_cast<const std::byte*>(got->audio);
        EXPECT_EQ(test::Bytes(audio, audio + got->audio_bytes), expected.audio);
        EXPECT_EQ(got->block_count, expected.blocks.size());
        EXPECT_EQ(got->event_count, expected.events.size());
        EXPECT_EQ(got->probability_sum, probabilities);
        EXPECT_EQ(got->onset_sum, onsets);
        EXPECT_NE(std::string(got->json).find("\"current_state\":\"silence\""), std::string::npos);
    }
}

TEST(CApi, NamesWhatIsWrong) { EXPECT_EQ(c_api_errors(), 0) << "line of c_api.c"; }

TEST(CApi, SnapshotGoesOnWithTheSameBits) {
    const test::Bytes input = speech();
    EXPECT_EQ(c_api_snapshot(input.data(), input.size()), 0) << "line of c_api.c";
}

}  // namespace
}  // namespace audioengine
