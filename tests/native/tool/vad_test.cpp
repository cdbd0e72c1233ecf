// audioengine vad: one row a block, the same for every way of handing the audio over, and what the library says.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "audioengine/engine.h"
#include "program.h"
#include "sound_files.h"
#include "support/recordings.h"

namespace audioengine::test {
namespace {

std::string row_of(const BlockResult& block, std::size_t index) {
    char text[96];
    std::snprintf(text, sizeof text, "%.2f\t%.5f\t%s\t%.2f", static_cast<double>(index) / 100,
                  block.probability_q15 / 32768.0, name_of(block.state), block.level_dbfs_x100 / 100.0);
    return text;
}

TEST(Vad, GivesOneRowForEveryWholeBlock) {
    // Blocks are 160 samples at 16 kHz, of which a stream of n frames has ceil(n * 16000 / rate).
    struct Row {
        std::uint32_t rate_hz;
        std::size_t frames;
        std::size_t rows;
    };
    const Row rows[] = {
        {16000, 1, 0},       {16000, 159, 0},    {16000, 160, 1},     {16000, 161, 1},     {16000, 319, 1},
        {16000, 320, 2},     {16000, 479, 2},    {16000, 480, 3},     {16000, 12345, 77},  {16000, 160000, 1000},
        {8000, 79, 0},       {8000, 80, 1},      {8000, 8000, 100},   {44100, 441, 1},     {44100, 44100, 100},
        {48000, 47999, 100}, {48000, 24000, 50}, {22050, 22050, 100}, {11025, 11025, 100}, {24000, 239, 1},
    };
    const TemporaryFolder folder;
    for (const Row& row : rows) {
        SCOPED_TRACE(std::to_string(row.frames) + " frames at " + std::to_string(row.rate_hz));
        write_sound(folder.path("a.wav"), noise(row.frames, 3000, 1), row.rate_hz, kWav16);
        const Outcome tsv = run_tool({"vad", folder.path("a.wav")});
        EXPECT_EQ(tsv.exit_code, 0) << tsv.err;
        EXPECT_EQ(lines_of(tsv.out).size(), row.rows + 1);
        EXPECT_EQ(lines_of(run_tool({"vad", folder.path("a.wav"), "--format", "probabilities"}).out).size(), row.rows);
        const auto json = nlohmann::json::parse(run_tool({"vad", folder.path("a.wav"), "--format", "json"}).out);
        EXPECT_EQ(json.at("blocks").size(), row.rows);
    }
}

TEST(Vad, SaysWhatTheLibrarySays) {
    EngineConfig config;
    config.audio.sample_rate = kRecordingRateHz;
    AudioEngine engine = AudioEngine::create(config).value();
    std::string expected = "time\tscore\tstate\tlevel_dbfs\n";
    std::size_t index = 0;
    const auto take = [&](const PushResult& result) {
        for (const BlockResult& block : result.blocks) expected += row_of(block, index++) + "\n";
    };
    ASSERT_EQ(engine.push_all(to_bytes(woman(), AudioFormat::PCM16), take), Status::ok);
    take(engine.finish());
    const Outcome outcome = run_tool({"vad", AUDIOENGINE_TESTS_DIR "/support/recordings/librispeech_2691.wav"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.err, "");
    EXPECT_EQ(first_difference(outcome.out, expected), "");
}

TEST(Vad, FormatsAgree) {
    const std::string file = AUDIOENGINE_TESTS_DIR "/support/recordings/librispeech_1723.wav";
    const auto rows = lines_of(run_tool({"vad", file}).out);
    const auto scores = lines_of(run_tool({"vad", file, "--format", "probabilities"}).out);
    const auto json = nlohmann::json::parse(run_tool({"vad", file, "--format", "json"}).out);
    EXPECT_EQ(json.at("file"), file);
    EXPECT_EQ(json.at("block_ms"), 10);
    ASSERT_EQ(rows.size(), 801U);
    for (std::size_t i = 0; i < 800; ++i) {
        const auto fields = fields_of(rows[i + 1]);
        ASSERT_EQ(fields.size(), 4U);
        EXPECT_EQ(fields[1], scores[i]);
        EXPECT_EQ(std::stod(fields[1]), json["blocks"][i]["score"].get<double>());
        EXPECT_EQ(std::stod(fields[0]), json["blocks"][i]["time"].get<double>());
        EXPECT_EQ(fields[2], json["blocks"][i]["state"]);
        EXPECT_EQ(std::stod(fields[3]), json["blocks"][i]["level_dbfs"].get<double>());
    }
}

TEST(Vad, TheSameAudioGivesTheSameRowsFromEverySource) {
    const TemporaryFolder folder;
    const Samples& samples = woman();
    const Bytes pcm16 = to_bytes(samples, AudioFormat::PCM16);
    const Bytes f32 = to_bytes(samples, AudioFormat::FLOAT32);
    write_sound(folder.path("a.wav"), samples, 16000, kWav16);
    write_sound(folder.path("a.flac"), samples, 16000, kFlac16);
    write_sound(folder.path("a.aiff"), samples, 16000, SF_FORMAT_AIFF | SF_FORMAT_PCM_16);
    write_sound(folder.path("a24.wav"), samples, 16000, SF_FORMAT_WAV | SF_FORMAT_PCM_24);
    write_sound(folder.path("af.wav"), samples, 16000, SF_FORMAT_WAV | SF_FORMAT_FLOAT);
    write_bytes(folder.path("a.raw"), pcm16);
    const std::string expected = run_tool({"vad", folder.path("a.wav")}).out;
    ASSERT_EQ(lines_of(expected).size(), 801U);

    struct Row {
        const char* name;
        Arguments arguments;
        const Bytes* input;
    };
    const Bytes wav = read_bytes(folder.path("a.wav"));
    const Row rows[] = {
        {"FLAC", {"vad", folder.path("a.flac")}, nullptr},
        {"AIFF, big-endian", {"vad", folder.path("a.aiff")}, nullptr},
        {"24 bit", {"vad", folder.path("a24.wav")}, nullptr},
        {"float", {"vad", folder.path("af.wav")}, nullptr},
        {"raw file", {"vad", folder.path("a.raw"), "--raw", "pcm16", "--rate", "16000"}, nullptr},
        {"raw on standard input", {"vad", "-", "--raw", "pcm16", "--rate", "16000"}, &pcm16},
        {"raw float on standard input", {"vad", "-", "--raw", "f32", "--rate", "16000", "--channels", "1"}, &f32},
        {"options before the file", {"vad", "--raw", "pcm16", "--rate=16000", "-"}, &pcm16},
        {"WAV on standard input", {"vad", "-"}, &wav},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        const Outcome outcome = run_tool(row.arguments, row.input != nullptr ? *row.input : Bytes{});
        EXPECT_EQ(outcome.exit_code, 0);
        EXPECT_EQ(outcome.err, "");
        EXPECT_EQ(first_difference(outcome.out, expected), "");
    }
}

TEST(Vad, G711FilesPassAsTheirOwnBytes) {
    const TemporaryFolder folder;
    for (const auto& [name, format, subtype] : {std::tuple{"ulaw", AudioFormat::G711_ULAW, SF_FORMAT_ULAW},
                                                {"alaw", AudioFormat::G711_ALAW, SF_FORMAT_ALAW}}) {
        SCOPED_TRACE(name);
        write_sound(folder.path("a.wav"), burst(3, 1, 2, 8000), 8000, SF_FORMAT_WAV | subtype);
        const Bytes wav = read_bytes(folder.path("a.wav"));
        const auto json = nlohmann::json::parse(run_tool({"analyze", folder.path("a.wav"), "--json"}).out);
        EXPECT_EQ(json["audio"]["format"], name_of(format));
        // The data are the last 24,000 bytes of what libsndfile writes. 8000 Hz is what raw G.711 means.
        const auto raw = std::span(wav).last(24000);
        const std::string expected = run_tool({"vad", folder.path("a.wav")}).out;
        EXPECT_EQ(first_difference(run_tool({"vad", "-", "--raw", name}, raw).out, expected), "");
    }
}

TEST(Vad, ChannelsAreAveraged) {
    const TemporaryFolder folder;
    Samples stereo;
    for (const Samples mono = burst(3, 1, 2, 16000); const std::int16_t sample : mono) {
        stereo.push_back(sample);
        stereo.push_back(sample);
    }
    write_sound(folder.path("mono.wav"), burst(3, 1, 2, 16000), 16000, kWav16);
    write_sound(folder.path("stereo.wav"), stereo, 16000, kWav16, 2);
    const std::string expected = run_tool({"vad", folder.path("mono.wav")}).out;
    EXPECT_EQ(first_difference(run_tool({"vad", folder.path("stereo.wav")}).out, expected), "");
    const Bytes raw = to_bytes(stereo, AudioFormat::PCM16);
    const Outcome piped = run_tool({"vad", "-", "--raw", "pcm16", "--rate", "16000", "--channels", "2"}, raw);
    EXPECT_EQ(first_difference(piped.out, expected), "");
}

}  // namespace
}  // namespace audioengine::test
