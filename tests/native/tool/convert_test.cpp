// audioengine convert: the right container and coding, exactly as long, whole or not at all.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "program.h"
#include "sound_files.h"
#include "support/recordings.h"

namespace audioengine::test {
namespace {

const std::string kMan = AUDIOENGINE_TESTS_DIR "/support/recordings/librispeech_1723.wav";

TEST(Convert, KeepsTheDurationExactly) {
    const TemporaryFolder folder;
    for (const std::uint32_t from : {8000U, 11025U, 16000U, 22050U, 44100U, 48000U}) {
        for (const std::uint32_t to : {8000U, 16000U, 24000U, 44100U, 48000U}) {
            for (const std::size_t frames : {std::size_t{1}, std::size_t{1000}, std::size_t{12347}}) {
                SCOPED_TRACE(std::to_string(frames) + " frames, " + std::to_string(from) + " to " + std::to_string(to));
                write_sound(folder.path("in.wav"), noise(frames, 3000, 1), from, kWav16);
                const Outcome outcome =
                    run_tool({"convert", folder.path("in.wav"), folder.path("out.wav"), "--rate", std::to_string(to)});
                ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
                const Sound sound = read_sound(folder.path("out.wav"));
                EXPECT_EQ(sound.info.samplerate, static_cast<int>(to));
                EXPECT_EQ(sound.info.frames, static_cast<sf_count_t>((frames * to + from - 1) / from));
            }
        }
    }
}

TEST(Convert, WritesWhatTheNameAndTheFormatSay) {
    const TemporaryFolder folder;
    struct Row {
        const char* name;
        const char* format;  // nullptr: not given
        int sound_format;
    };
    const Row rows[] = {
        {"a.wav", nullptr, SF_FORMAT_WAV | SF_FORMAT_PCM_16}, {"a.WAV", "pcm16", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
        {"b.wav", "ulaw", SF_FORMAT_WAV | SF_FORMAT_ULAW},    {"c.wav", "alaw", SF_FORMAT_WAV | SF_FORMAT_ALAW},
        {"d.wav", "f32", SF_FORMAT_WAV | SF_FORMAT_FLOAT},    {"a.flac", nullptr, SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
        {"a.ogg", nullptr, SF_FORMAT_OGG | SF_FORMAT_VORBIS},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        Arguments arguments{"convert", kMan, folder.path(row.name)};
        if (row.format != nullptr) arguments.insert(arguments.end(), {"--format", row.format});
        const Outcome outcome = run_tool(arguments);
        ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
        EXPECT_EQ(outcome.out + outcome.err, "");
        const Sound sound = read_sound(folder.path(row.name));
        EXPECT_EQ(sound.info.format, row.sound_format);
        EXPECT_EQ(sound.info.channels, 1);
        EXPECT_EQ(sound.info.samplerate, 16000);
        EXPECT_EQ(sound.info.frames, 128000);
    }
}

TEST(Convert, RawFilesAndStandardOutputHoldTheSameBytes) {
    const TemporaryFolder folder;
    struct Row {
        const char* file;
        const char* format;
        std::size_t bytes;
    };
    const Row rows[] = {
        {"a.raw", "pcm16", 256000}, {"b.raw", "ulaw", 128000}, {"c.raw", "f32", 512000},
        {"a.ul", "ulaw", 128000},   {"a.al", "alaw", 128000},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.file);
        ASSERT_EQ(run_tool({"convert", kMan, folder.path(row.file), "--format", row.format}).exit_code, 0);
        const Outcome piped = run_tool({"convert", kMan, "-", "--format", row.format});
        EXPECT_EQ(piped.exit_code, 0);
        EXPECT_EQ(piped.out.size(), row.bytes);
        EXPECT_TRUE(as_bytes(piped.out) == read_bytes(folder.path(row.file)));
    }
}

TEST(Convert, RealtimeModeChangesNothingButTheCoding) {
    const TemporaryFolder folder;
    for (const char* name : {"a.wav", "a.flac"}) {
        SCOPED_TRACE(name);
        ASSERT_EQ(run_tool({"convert", kMan, folder.path(name), "--mode", "realtime"}).exit_code, 0);
        EXPECT_TRUE(read_sound(folder.path(name)).samples == man());
    }
    // Raw in and raw out, in every coding: the encoder gives back what the reference encodes.
    for (const auto& [name, format] : {std::pair{"ulaw", AudioFormat::G711_ULAW},
                                       {"alaw", AudioFormat::G711_ALAW},
                                       {"f32", AudioFormat::FLOAT32},
                                       {"pcm16", AudioFormat::PCM16}}) {
        SCOPED_TRACE(name);
        const Outcome outcome = run_tool(
            {"convert", "-", "-", "--raw", "pcm16", "--raw-rate", "16000", "--format", name, "--mode", "realtime"},
            to_bytes(man(), AudioFormat::PCM16));
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        EXPECT_TRUE(as_bytes(outcome.out) == to_bytes(man(), format));
    }
}

TEST(Convert, ModesDiffer) {
    const std::string realtime = run_tool({"convert", kMan, "-", "--rate", "8000", "--mode", "realtime"}).out;
    const std::string balanced = run_tool({"convert", kMan, "-", "--rate", "8000", "--mode", "balanced"}).out;
    const std::string quality = run_tool({"convert", kMan, "-", "--rate", "8000", "--mode", "quality"}).out;
    const std::string plain =
        run_tool({"convert", kMan, "-", "--rate", "8000", "--mode", "quality", "--normalize", "false"}).out;
    EXPECT_TRUE(run_tool({"convert", kMan, "-", "--rate", "8000"}).out == balanced);
    EXPECT_TRUE(realtime != balanced);
    EXPECT_TRUE(balanced != quality);
    EXPECT_TRUE(quality != plain);
    for (const std::string& out : {realtime, balanced, quality, plain}) EXPECT_EQ(out.size(), 128000U);
}

TEST(Convert, ReplacesAFileInPlace) {
    const TemporaryFolder folder;
    write_sound(folder.path("a.wav"), noise(16000, 3000, 1), 16000, kWav16);
    ASSERT_EQ(run_tool({"convert", folder.path("a.wav"), folder.path("a.wav"), "--rate", "8000"}).exit_code, 0);
    EXPECT_EQ(read_sound(folder.path("a.wav")).info.frames, 8000);
    EXPECT_EQ(folder.names(), std::vector<std::string>{"a.wav"});
    // Through a symbolic link, which stays one.
    std::filesystem::create_symlink("a.wav", folder.path("link.wav"));
    ASSERT_EQ(run_tool({"convert", kMan, folder.path("link.wav")}).exit_code, 0);
    EXPECT_TRUE(std::filesystem::is_symlink(folder.path("link.wav")));
    EXPECT_EQ(read_sound(folder.path("a.wav")).info.frames, 128000);
}

TEST(Convert, NewFilesHaveTheUsualPermissions) {
    const TemporaryFolder folder;
    const mode_t mask = umask(0027);
    ASSERT_EQ(run_tool({"convert", kMan, folder.path("a.wav")}).exit_code, 0);
    umask(mask);
    EXPECT_EQ(std::filesystem::status(folder.path("a.wav")).permissions(), static_cast<std::filesystem::perms>(0640));
}

TEST(Convert, FailureLeavesTheOldFileAndNoOther) {
    const TemporaryFolder folder;
    const Bytes old = as_bytes("the old file");
    write_bytes(folder.path("out.wav"), old);
    write_bytes(folder.path("out.raw"), old);
    write_bytes(folder.path("out.flac"), old);
    Bytes cut = read_bytes(kMan);
    cut.resize(cut.size() / 2);
    write_bytes(folder.path("cut.wav"), cut);
    write_bytes(folder.path("text.wav"), as_bytes("no sound in here"));
    const std::vector<std::string> names = folder.names();
    struct Row {
        const char* name;
        Arguments arguments;
        int exit_code;
        const char* error;
    };
    const Row rows[] = {
        {"input missing", {"convert", folder.path("none.wav"), folder.path("out.wav")}, 1, "No such file"},
        {"input is text",
         {"convert", folder.path("text.wav"), folder.path("out.wav")},
         1,
         "cannot be read as a sound file"},
        {"input cut short", {"convert", folder.path("cut.wav"), folder.path("out.wav")}, 1, "is cut short at byte"},
        {"rate too high",
         {"convert", kMan, folder.path("out.wav"), "--rate", "300000"},
         2,
         "output.sample_rate is 300000"},
        {"FLAC takes no G.711",
         {"convert", kMan, folder.path("out.flac"), "--format", "ulaw"},
         2,
         "takes --format pcm16"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        const Outcome outcome = run_tool(row.arguments);
        EXPECT_EQ(outcome.exit_code, row.exit_code);
        EXPECT_NE(outcome.err.find(row.error), std::string::npos) << outcome.err;
        EXPECT_EQ(folder.names(), names);
    }
    // A full disk, as a limit on the size of files.
    for (const char* name : {"out.wav", "out.raw", "out.flac"}) {
        SCOPED_TRACE(name);
        Pipe err;
        Child child({"convert", kMan, folder.path(name)}, -1, -1, err.write_end, 8192);
        err.close_write();
        EXPECT_EQ(child.wait().exit_code, 1);
        EXPECT_EQ(folder.names(), names);
    }
    for (const char* name : {"out.wav", "out.raw", "out.flac"}) EXPECT_EQ(read_bytes(folder.path(name)), old);
}

TEST(Convert, WhatCannotBeWrittenIsTold) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder.path("folder.wav"));
    struct Row {
        const char* name;
        std::string out;
        int exit_code;
        const char* error;
    };
    const Row rows[] = {
        {"no such folder", folder.path("none/out.wav"), 1, "cannot be written: No such file or directory"},
        {"a folder", folder.path("folder.wav"), 1, "cannot be written: Is a directory"},
        {"unknown ending", folder.path("out.mp3"), 2, "the ending must be .wav, .flac, .ogg, .raw, .ul or .al"},
        {"no ending", folder.path("out"), 2, "the ending must be"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        const Outcome outcome = run_tool({"convert", kMan, row.out});
        EXPECT_EQ(outcome.exit_code, row.exit_code);
        EXPECT_NE(outcome.err.find(row.error), std::string::npos) << outcome.err;
        EXPECT_NE(outcome.err.find(row.out), std::string::npos) << outcome.err;
        EXPECT_EQ(folder.names(), std::vector<std::string>{"folder.wav"});
    }
}

TEST(Convert, DamagedInputIsTakenWhenAllowed) {
    const TemporaryFolder folder;
    Bytes cut = read_bytes(kMan);
    cut.resize(44 + 2 * 1000);
    write_bytes(folder.path("cut.wav"), cut);
    const Outcome outcome = run_tool({"convert", folder.path("cut.wav"), folder.path("out.wav"), "--allow-damaged"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_NE(outcome.err.find("warning: "), std::string::npos);
    EXPECT_EQ(read_sound(folder.path("out.wav")).info.frames, 1000);
}

TEST(Convert, AnInterruptedRunLeavesNothing) {
    for (const int signal_number : {SIGINT, SIGTERM, SIGHUP}) {
        SCOPED_TRACE(strsignal(signal_number));
        const TemporaryFolder folder;
        Pipe in;
        Child child({"convert", "-", folder.path("out.raw"), "--raw", "pcm16"}, in.read_end, -1, -1);
        in.close_read();
        // Once the temporary file is there, the run waits for more input.
        const Bytes bytes = to_bytes(noise(24000, 3000, 1), AudioFormat::PCM16);
        ASSERT_EQ(write(in.write_end, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
        while (folder.names().empty()) usleep(1000);
        kill(child.id(), signal_number);
        EXPECT_EQ(child.wait().signal, signal_number);
        EXPECT_EQ(folder.names(), std::vector<std::string>{});
    }
}

}  // namespace
}  // namespace audioengine::test
