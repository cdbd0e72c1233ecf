// The C interface (c.h): what a C program gets is what the C++ engine gives.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <span>
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
    config.vad.type = VADType::NEURAL;
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

TEST(CApi, SeparateCallsSettingsFindingsAndTextsAreThere) {
    const test::Bytes input = speech();
    EXPECT_EQ(c_api_everything_else(input.data(), input.size()), 0) << "line of c_api.c";
}

TEST(CApi, NullIsAnsweredByEveryFunction) {
    c_null_row rows[100];
    const int count = c_api_nulls(rows, std::size(rows));
    ASSERT_GT(count, 30);
    for (const c_null_row& row : std::span(rows).first(static_cast<std::size_t>(count)))
        EXPECT_EQ(row.got, row.expected) << row.call;
}

#ifndef __EMSCRIPTEN__  // has no files
std::string file(const std::string& path) {
    std::ifstream in(AUDIOENGINE_TESTS_DIR "/" + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(CApi, EveryFunctionIsCalledFromC) {
    const std::string header = file("../core/include/audioengine/c.h");
    const std::string tests = file("core/c_api.c");
    const std::size_t nulls = tests.find("int c_api_nulls(");
    std::size_t functions = 0;
    // The header's declarations: behind its types, every name that an argument list follows.
    for (std::size_t at = header.find("ae_version"); at != std::string::npos; at = header.find("ae_", at + 1)) {
        const std::size_t end = header.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at);
        if (header[end] != '(') continue;
        const std::string name = header.substr(at, end + 1 - at);
        EXPECT_NE(tests.find(name), std::string::npos) << name << " is not tested from C";
        if (header.substr(end, header.find(')', end) - end).find('*') != std::string::npos) {
            EXPECT_NE(tests.find(name, nulls), std::string::npos) << name << " is not in the table of nulls";
        }
        ++functions;
    }
    EXPECT_GE(functions, 32U);
}
#endif

}  // namespace
}  // namespace audioengine
