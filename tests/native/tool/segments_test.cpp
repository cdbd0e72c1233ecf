// audioengine segments: the same segments in every format, and every detector option by its name.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.h"
#include "sound_files.h"
#include "support/recordings.h"

namespace audioengine::test {
namespace {

const std::string kWoman = AUDIOENGINE_TESTS_DIR "/support/recordings/librispeech_2691.wav";

TEST(Segments, FormatsAgree) {
    const auto rows = lines_of(run_tool({"segments", kWoman}).out);
    const auto json = nlohmann::json::parse(run_tool({"segments", kWoman, "--format", "json"}).out).at("segments");
    const auto labels = lines_of(run_tool({"segments", kWoman, "--format", "audacity"}).out);
    const auto rttm = lines_of(run_tool({"segments", kWoman, "--format", "rttm"}).out);
    ASSERT_GE(rows.size(), 2U);
    EXPECT_EQ(rows[0], "start\tend\treason");
    ASSERT_EQ(json.size(), rows.size() - 1);
    ASSERT_EQ(labels.size(), rows.size() - 1);
    ASSERT_EQ(rttm.size(), rows.size() - 1);
    double previous_end = 0;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const auto fields = fields_of(rows[i + 1]);
        const double start = std::stod(fields[0]);
        const double end = std::stod(fields[1]);
        EXPECT_LE(previous_end, start);
        EXPECT_LT(start, end);
        EXPECT_LE(end, 8.0);
        previous_end = end;
        EXPECT_EQ(json[i]["start"].get<double>(), start);
        EXPECT_EQ(json[i]["end"].get<double>(), end);
        EXPECT_EQ(json[i]["reason"], fields[2]);
        EXPECT_EQ(json[i]["segment"], i + 1);
        const auto label = fields_of(labels[i]);
        EXPECT_EQ(std::stod(label[0]), start);
        EXPECT_EQ(std::stod(label[1]), end);
        EXPECT_EQ(label[2], "speech " + std::to_string(i + 1));
        char expected[128];
        std::snprintf(expected, sizeof expected, "SPEAKER librispeech_2691 1 %.3f %.3f <NA> <NA> speech <NA> <NA>",
                      start, end - start);
        EXPECT_EQ(rttm[i], expected);
    }
}

TEST(Segments, OptionsActByTheirNames) {
    const TemporaryFolder folder;
    // Loud from 1.0 to 1.4 s and from 1.8 to 3.4 s.
    Samples samples = burst(5, 1, 3.4, 16000);
    const Samples pause = noise(6400, 30, 3);
    std::copy(pause.begin(), pause.end(), samples.begin() + 22400);
    write_sound(folder.path("a.wav"), samples, 16000, kWav16);
    const std::string one = "start\tend\treason\n1.00\t3.40\tsilence\n";
    const std::string two = "start\tend\treason\n1.00\t1.40\tsilence\n1.80\t3.40\tsilence\n";
    const std::string late = "start\tend\treason\n1.80\t3.40\tsilence\n";
    const std::string none = "start\tend\treason\n";
    struct Row {
        const char* name;
        Arguments options;
        std::string expected;
    };
    const Row rows[] = {
        {"defaults", {}, one},
        {"short silence ends", {"--speech-end-ms", "200"}, two},
        {"underscores", {"--speech_end_ms", "200"}, two},
        {"underscores with =", {"--speech_end_ms=200"}, two},
        {"long debounce", {"--speech-end-ms", "200", "--speech-start-ms", "600"}, late},
        {"threshold beyond every score", {"--threshold", "1"}, none},
        {"high floor", {"--min-amplitude", "0.5"}, none},
        {"fixed threshold over the burst", {"--no-adaptive", "--energy-threshold", "0.5"}, none},
        {"the same by its field", {"--adaptive", "false", "--energy-threshold", "0.5"}, none},
        {"fixed threshold under it", {"--no-adaptive", "--energy-threshold", "0.05"}, one},
        {"padded", {"--padded", "--pre-buffer-ms", "250"}, "start\tend\treason\n0.75\t3.40\tsilence\n"},
        {"padded, not before the last segment",
         {"--padded", "--speech-end-ms", "200", "--pre-buffer-ms", "700"},
         "start\tend\treason\n0.30\t1.40\tsilence\n1.40\t3.40\tsilence\n"},
        {"cut at a length",
         {"--max-speech-ms", "1500"},
         "start\tend\treason\n1.00\t2.50\tmax_speech\n2.50\t3.40\tsilence\n"},
        {"detector by name", {"--vad", "energy", "--max-gap-ms", "0", "--exit-threshold", "0.2"}, one},
        {"a detector to which loudness is no speech", {"--vad", "neural"}, none},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        Arguments arguments{"segments", folder.path("a.wav")};
        arguments.insert(arguments.end(), row.options.begin(), row.options.end());
        const Outcome outcome = run_tool(arguments);
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        EXPECT_EQ(outcome.out, row.expected);
    }
}

TEST(Segments, SpeechUpToTheEndIsClosedThere) {
    const TemporaryFolder folder;
    write_sound(folder.path("a.wav"), burst(2, 1, 2, 16000), 16000, kWav16);
    EXPECT_EQ(run_tool({"segments", folder.path("a.wav")}).out, "start\tend\treason\n1.00\t2.00\tend_of_stream\n");
}

TEST(Segments, RttmNamesHaveNoBlanks) {
    const TemporaryFolder folder;
    write_sound(folder.path("a b.c.wav"), burst(2, 1, 2, 16000), 16000, kWav16);
    const std::string line = "SPEAKER a_b.c 1 1.000 1.000 <NA> <NA> speech <NA> <NA>\n";
    EXPECT_EQ(run_tool({"segments", folder.path("a b.c.wav"), "--format", "rttm"}).out, line);
}

}  // namespace
}  // namespace audioengine::test
