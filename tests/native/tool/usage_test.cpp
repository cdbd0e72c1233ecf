// Wrong use: exit code 2 and a sentence. And the help, which must name every option.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "audioengine/version.h"
#include "config_fields.h"
#include "program.h"

namespace audioengine::test {
namespace {

const std::string kWoman = AUDIOENGINE_TESTS_DIR "/support/recordings/librispeech_2691.wav";

TEST(Usage, WrongUseEndsWithTwoAndASentence) {
    struct Row {
        Arguments arguments;
        const char* error;
    };
    const Row rows[] = {
        {{}, "which command?"},
        {{"listen"}, "there is no command 'listen'"},
        {{"vad"}, "FILE is required"},
        {{"vad", kWoman, kWoman}, "not expected: "},
        {{"vad", kWoman, "--loud"}, "not expected: --loud"},
        {{"vad", kWoman, "--format", "xml"}, "--format: 'xml' is not one of tsv|json|probabilities"},
        {{"segments", kWoman, "--format", "probabilities"},
         "--format: 'probabilities' is not one of tsv|json|audacity|rttm"},
        {{"vad", kWoman, "--vad", "magic"}, "--vad: 'magic' is not one of energy|neural"},
        {{"vad", kWoman, "--vad", "external"}, "--vad: 'external' is not one of energy|neural"},
        {{"vad", kWoman, "--threshold", "high"}, "--threshold: 'high' is not a number"},
        {{"vad", kWoman, "--threshold", "1.5"}, "vad.threshold is 1.5: Thresholds must be numbers from 0 to 1."},
        {{"vad", kWoman, "--threshold", "0.3", "--exit-threshold", "0.4"}, "vad.exit_threshold is 0.4: "},
        {{"vad", kWoman, "--speech-start-ms", "5"}, "vad.speech_start_ms is 5: "},
        {{"vad", kWoman, "--min-amplitude", "2"}, "audio.min_amplitude is 2.0: "},
        {{"vad", kWoman, "--speech-end-ms"}, "--speech-end-ms"},
        {{"vad", kWoman, "--rate", "16000"}, "needs --raw"},
        {{"vad", kWoman, "--channels", "2"}, "needs --raw"},
        {{"vad", "-", "--raw", "mp3"}, "--raw: 'mp3' is not one of pcm16, ulaw, alaw, f32"},
        {{"vad", "-", "--raw", "pcm16", "--rate", "fast"}, "--rate"},
        {{"vad", "-", "--raw", "pcm16", "--rate", "100"}, "audio.sample_rate is 100: "},
        {{"vad", "-", "--raw", "pcm16", "--channels", "9"}, "audio.channels is 9: "},
        {{"vad", "-", "--raw", "pcm16", "--channels", "0"}, "audio.channels is 0: "},
        {{"convert", kWoman}, "OUT is required"},
        {{"convert", kWoman, "-", "--mode", "fast"}, "--mode: 'fast' is not one of realtime, balanced, quality"},
        {{"convert", kWoman, "-", "--rate", "1"}, "output.sample_rate is 1: "},
        {{"convert", kWoman, "x.ul", "--format", "alaw"}, "a .ul file takes --format g711_ulaw, not g711_alaw"},
        {{"version", "extra"}, "not expected: extra"},
    };
    for (const Row& row : rows) {
        std::string line = "audioengine";
        for (const std::string& argument : row.arguments) line += " " + argument;
        SCOPED_TRACE(line);
        const Outcome outcome = run_tool(row.arguments);
        EXPECT_EQ(outcome.exit_code, 2);
        EXPECT_EQ(outcome.out, "");
        EXPECT_TRUE(outcome.err.starts_with("audioengine: ")) << outcome.err;
        EXPECT_NE(outcome.err.find(row.error), std::string::npos) << outcome.err;
    }
}

TEST(Usage, HelpNamesEveryDetectorOption) {
    for (const char* command : {"vad", "segments", "analyze"}) {
        SCOPED_TRACE(command);
        const Outcome outcome = run_tool({command, "--help"});
        EXPECT_EQ(outcome.exit_code, 0);
        EXPECT_EQ(outcome.err, "");
        for (const native::ConfigField& field : native::config_fields()) {
            if (!std::string(field.path).starts_with("vad.")) continue;
            std::string option = std::string("--") + (std::string(field.name) == "type" ? "vad" : field.name);
            for (char& letter : option) letter = letter == '_' ? '-' : letter;
            EXPECT_NE(outcome.out.find("  " + option + " "), std::string::npos) << option;
        }
    }
    for (const char* command : {"vad", "segments", "analyze", "convert", "version"}) {
        EXPECT_NE(run_tool({"--help"}).out.find(std::string("  ") + command + " "), std::string::npos);
    }
}

TEST(Usage, VersionIsTheLibrarys) {
    const std::string expected = std::string("audioengine ") + kVersion + "\n";
    EXPECT_EQ(run_tool({"version"}).out, expected);
    EXPECT_EQ(run_tool({"--version"}).out, expected);
}

TEST(Usage, TerminalsAreRefusedWhereBytesAreMeant) {
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0) GTEST_SKIP() << "this machine has no terminals (/dev/ptmx)";
    ASSERT_EQ(grantpt(terminal), 0);
    ASSERT_EQ(unlockpt(terminal), 0);
    const int other_side = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    ASSERT_GE(other_side, 0);
    struct Row {
        Arguments arguments;
        int standard_input;
        int standard_output;
        const char* error;
    };
    const Row rows[] = {
        {{"vad", "-", "--raw", "pcm16"}, other_side, -1, "audioengine: standard input is a terminal"},
        {{"convert", kWoman, "-"}, -1, other_side, "audioengine: standard output is a terminal"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.error);
        Pipe err;
        Child child(row.arguments, row.standard_input, row.standard_output, err.write_end);
        err.close_write();
        char text[512] = {};
        const ssize_t count = read(err.read_end, text, sizeof text - 1);
        EXPECT_EQ(child.wait().exit_code, 2);
        ASSERT_GT(count, 0);
        EXPECT_EQ(std::string(text).find(row.error), 0U) << text;
    }
    close(other_side);
    close(terminal);
}

}  // namespace
}  // namespace audioengine::test
