// The tool in a pipeline: it answers while audio still comes, ends quietly when nobody listens, and its memory does not
// grow with the audio.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "program.h"
#include "sound_files.h"

namespace audioengine::test {
namespace {

const std::string kWoman = AUDIOENGINE_TESTS_DIR "/support/recordings/librispeech_2691.wav";

TEST(Stream, RowsComeWhileTheInputIsStillOpen) {
    Pipe in;
    Pipe out;
    Child child({"vad", "-", "--raw", "pcm16", "--rate", "16000", "--format", "probabilities"}, in.read_end,
                out.write_end, -1);
    in.close_read();
    out.close_write();
    const Bytes second = to_bytes(noise(16000, 3000, 1), AudioFormat::PCM16);
    ASSERT_EQ(write(in.write_end, second.data(), second.size()), static_cast<ssize_t>(second.size()));
    // 1 s is 100 blocks; no resampling at 16 kHz, so all of them are decided. Reading blocks until they come.
    std::string text;
    char part[256];
    while (lines_of(text).size() < 100) {
        const ssize_t count = read(out.read_end, part, sizeof part);
        ASSERT_GT(count, 0);
        text.append(part, static_cast<std::size_t>(count));
    }
    in.close_write();
    EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(Stream, EndsQuietlyWhenTheReaderHasGone) {
    for (const bool ignored : {false, true}) {  // some parents leave SIGPIPE ignored
        SCOPED_TRACE(ignored);
        std::signal(SIGPIPE, ignored ? SIG_IGN : SIG_DFL);
        Pipe out;
        Pipe err;
        out.close_read();  // before it starts: all it has to say would fit into the pipe
        Child child({"vad", kWoman}, -1, out.write_end, err.write_end);
        out.close_write();
        err.close_write();
        char text[256];
        EXPECT_EQ(read(err.read_end, text, sizeof text), 0);  // not a word
        EXPECT_EQ(child.wait().signal, SIGPIPE);
        std::signal(SIGPIPE, SIG_IGN);
    }
}

TEST(Stream, AFullStandardOutputIsTold) {
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    ASSERT_GE(full, 0);
    for (const Arguments& arguments : {Arguments{"vad", kWoman}, Arguments{"segments", kWoman},
                                       Arguments{"analyze", kWoman}, Arguments{"convert", kWoman, "-"}}) {
        SCOPED_TRACE(arguments[0]);
        Pipe err;
        Child child(arguments, -1, full, err.write_end);
        err.close_write();
        char text[256] = {};
        EXPECT_GT(read(err.read_end, text, sizeof text - 1), 0);
        EXPECT_EQ(child.wait().exit_code, 1);
        EXPECT_EQ(std::string(text), "audioengine: standard output: cannot be written: No space left on device\n");
    }
    close(full);
}

/// The most memory that a running program ever had since its start, from the kernel.
long peak_kib(pid_t id) {
    std::ifstream status("/proc/" + std::to_string(id) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
    }
    return -1;
}

/// The tool's peak memory once it has taken so many seconds of 8 kHz mu-law, with bursts of "speech".
long peak_kib_after(const Arguments& arguments, std::size_t seconds) {
    const Bytes piece = to_bytes(burst(4, 1, 2, 8000), AudioFormat::G711_ULAW);
    std::signal(SIGPIPE, SIG_IGN);
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    Pipe in;
    Child child(arguments, in.read_end, nowhere, -1);
    close(nowhere);
    in.close_read();
    for (std::size_t i = 0; i < seconds / 4; ++i) {
        EXPECT_EQ(write(in.write_end, piece.data(), piece.size()), static_cast<ssize_t>(piece.size()));
    }
    int waiting = 1;  // bytes that the tool has not read yet
    pollfd gone{in.write_end, 0, 0};
    while (waiting > 0 && poll(&gone, 1, 1) == 0) EXPECT_EQ(ioctl(in.write_end, FIONREAD, &waiting), 0);
    const long peak = peak_kib(child.id());
    in.close_write();
    EXPECT_EQ(child.wait().exit_code, 0);
    EXPECT_GT(peak, 0);
    return peak;
}

TEST(Stream, MemoryDoesNotGrowWithTheAudio) {
    const TemporaryFolder folder;
    const Arguments rows[] = {
        {"vad", "-", "--raw", "ulaw"},
        {"segments", "-", "--raw", "ulaw"},
        {"analyze", "-", "--raw", "ulaw", "--plot", folder.path("a.svg")},
        {"convert", "-", folder.path("a.flac"), "--raw", "ulaw", "--rate", "16000"},
    };
    for (const Arguments& arguments : rows) {
        SCOPED_TRACE(arguments[0]);
        // 380 s more are 3 MB of input, 6 MB decoded, 38,000 rows. Pages that happen to be touched differ by less than 1 MB.
        EXPECT_LT(peak_kib_after(arguments, 400) - peak_kib_after(arguments, 20), 1024);
    }
}

}  // namespace
}  // namespace audioengine::test
