// What can be wrong with the input: exit code 1, the file's name, the reason and the place. Never a crash, never silence.
#include <gtest/gtest.h>

#include <filesystem>

#include "program.h"
#include "sound_files.h"
#include "support/recordings.h"

namespace audioengine::test {
namespace {

const std::string kWoman = AUDIOENGINE_TESTS_DIR "/support/recordings/librispeech_2691.wav";

TEST(BadInput, EveryCommandSaysWhatIsWrong) {
    const TemporaryFolder folder;
    const auto path = [&](const char* name) { return folder.path(name); };
    std::filesystem::create_directory(path("folder"));
    write_bytes(path("empty.wav"), {});
    write_bytes(path("text.wav"), as_bytes("This is a text, not a sound.\n"));
    write_sound(path("nine.wav"), noise(900, 3000, 1), 16000, kWav16, 9);
    write_sound(path("slow.wav"), noise(900, 3000, 1), 1000, kWav16);
    write_sound(path("none.wav"), {}, 16000, kWav16);
    Bytes unclosed = read_bytes(kWoman);
    for (const std::size_t at : {4U, 5U, 6U, 7U, 40U, 41U, 42U, 43U}) unclosed[at] = std::byte{0};
    write_bytes(path("unclosed.wav"), unclosed);
    struct Row {
        const char* name;
        Arguments input;
        const char* error;
    };
    const Row rows[] = {
        {"missing", {path("missing.wav")}, "missing.wav: cannot be opened: No such file or directory"},
        {"a folder", {path("folder")}, "folder: is a directory"},
        {"empty", {path("empty.wav")}, "empty.wav: is empty (0 bytes)"},
        {"empty raw file", {path("empty.wav"), "--raw", "pcm16"}, "empty.wav: is empty (0 bytes)"},
        {"empty standard input", {"-", "--raw", "pcm16"}, "standard input: holds no audio"},
        {"text", {path("text.wav")}, "text.wav: cannot be read as a sound file"},
        {"nothing to recognise on standard input", {"-"}, "standard input: cannot be read as a sound file"},
        {"nine channels", {path("nine.wav")}, "nine.wav: audio.channels is 9: There must be one to eight channels."},
        {"too slow", {path("slow.wav")}, "slow.wav: audio.sample_rate is 1000: "},
        {"no frames", {path("none.wav")}, "none.wav: holds no audio"},
        {"never closed",
         {path("unclosed.wav")},
         "unclosed.wav: the header promises 0 bytes of audio, but 256000 bytes follow"},
    };
    for (const Row& row : rows) {
        for (const char* command : {"vad", "segments", "analyze", "convert"}) {
            SCOPED_TRACE(std::string(command) + ": " + row.name);
            Arguments arguments{command};
            arguments.insert(arguments.end(), row.input.begin(), row.input.end());
            if (arguments[0] == "convert") arguments.push_back("-");
            const Outcome outcome = run_tool(arguments);
            EXPECT_EQ(outcome.exit_code, 1);
            EXPECT_EQ(outcome.out, "");
            EXPECT_TRUE(outcome.err.starts_with("audioengine: ")) << outcome.err;
            EXPECT_NE(outcome.err.find(row.error), std::string::npos) << outcome.err;
        }
    }
}

TEST(BadInput, AFileCutAnywhereIsTold) {
    const TemporaryFolder folder;
    const Bytes whole = read_bytes(kWoman);
    for (const std::size_t bytes :
         {std::size_t{45}, std::size_t{46}, std::size_t{1000}, std::size_t{32044}, whole.size() - 1}) {
        SCOPED_TRACE(bytes);
        write_bytes(folder.path("a.wav"), std::span(whole).first(bytes));
        const std::size_t frames = (bytes - 44) / 2;
        const Outcome outcome = run_tool({"vad", folder.path("a.wav")});
        EXPECT_EQ(outcome.exit_code, 1);
        if (frames == 0) {
            EXPECT_EQ(outcome.out, "");
        } else {  // what is there is still shown
            EXPECT_EQ(lines_of(outcome.out).size(), frames / 160 + 1);
        }
        const std::string expected = "a.wav: is cut short at byte " + std::to_string(bytes) +
                                     ": the header promises 256000 bytes of audio, " + std::to_string(bytes - 44) +
                                     " are there (" + std::to_string(frames) + " frames)";
        EXPECT_NE(outcome.err.find(expected), std::string::npos) << outcome.err;
        if (frames > 0) {
            const Outcome allowed = run_tool({"vad", folder.path("a.wav"), "--allow-damaged"});
            EXPECT_EQ(allowed.exit_code, 0);
            EXPECT_EQ(first_difference(allowed.out, outcome.out), "");
            EXPECT_NE(allowed.err.find("audioengine: warning: "), std::string::npos);
        }
    }
    for (std::size_t bytes = 1; bytes < 44; ++bytes) {  // inside the header
        SCOPED_TRACE(bytes);
        write_bytes(folder.path("a.wav"), std::span(whole).first(bytes));
        EXPECT_EQ(run_tool({"vad", folder.path("a.wav")}).exit_code, 1);
    }
}

TEST(BadInput, ACutFlacFileIsTold) {
    const TemporaryFolder folder;
    write_sound(folder.path("a.flac"), woman(), 16000, kFlac16);
    Bytes cut = read_bytes(folder.path("a.flac"));
    cut.resize(cut.size() / 2);
    write_bytes(folder.path("a.flac"), cut);
    const Outcome outcome = run_tool({"vad", folder.path("a.flac")});
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_NE(outcome.err.find("frame"), std::string::npos) << outcome.err;
    EXPECT_GT(lines_of(outcome.out).size(), 100U);
}

TEST(BadInput, RawBytesThatEndInsideAFrameAreTold) {
    const Bytes samples = to_bytes(noise(2000, 3000, 1), AudioFormat::FLOAT32);
    struct Row {
        const char* format;
        const char* channels;
        std::size_t bytes;
        const char* error;
    };
    const Row rows[] = {
        {"pcm16", "1", 2001, "byte 2000 begins a frame of 2 bytes, 1 of which is there"},
        {"pcm16", "2", 2002, "byte 2000 begins a frame of 4 bytes, 2 of which are there"},
        {"f32", "1", 2003, "byte 2000 begins a frame of 4 bytes, 3 of which are there"},
        {"ulaw", "3", 2000, "byte 1998 begins a frame of 3 bytes, 2 of which are there"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.error);
        const auto bytes = std::span(samples).first(row.bytes);
        const Arguments arguments{"vad", "-", "--raw", row.format, "--channels", row.channels};
        const Outcome outcome = run_tool(arguments, bytes);
        EXPECT_EQ(outcome.exit_code, 1);
        EXPECT_NE(outcome.err.find(std::string("standard input: ends inside a frame: ") + row.error), std::string::npos)
            << outcome.err;
    }
}

TEST(BadInput, AFileReadAsRawIsWarnedAbout) {
    const Outcome outcome = run_tool({"vad", kWoman, "--raw", "pcm16", "--rate", "16000"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(lines_of(outcome.out).size(), 801U);  // 22 frames of header, 128,000 of audio
    EXPECT_NE(outcome.err.find("warning: " + kWoman + ": starts like a sound file, yet is read as raw pcm16"),
              std::string::npos)
        << outcome.err;
}

TEST(BadInput, StreamedWavOfUnknownLengthIsWhole) {
    Bytes wav = read_bytes(kWoman);
    const std::string expected = run_tool({"vad", kWoman}).out;
    const TemporaryFolder folder;
    for (const std::uint8_t size :
         {std::uint8_t{0xFF}, std::uint8_t{0x7F}}) {  // what writers into a pipe put: 0xFFFFFFFF or 0x7FFFFFFF
        SCOPED_TRACE(int{size});
        for (const std::size_t at : {4U, 5U, 6U, 40U, 41U, 42U}) wav[at] = std::byte{0xFF};
        wav[7] = wav[43] = std::byte{size};
        write_bytes(folder.path("a.wav"), wav);
        for (const Outcome& outcome : {run_tool({"vad", folder.path("a.wav")}), run_tool({"vad", "-"}, wav)}) {
            EXPECT_EQ(outcome.exit_code, 0);
            EXPECT_EQ(outcome.err, "");
            EXPECT_EQ(first_difference(outcome.out, expected), "");
        }
    }
}

}  // namespace
}  // namespace audioengine::test
