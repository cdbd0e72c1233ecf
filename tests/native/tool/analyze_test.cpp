// audioengine analyze: the report says what is in the file, as text, as JSON and as a picture.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "program.h"
#include "sound_files.h"
#include "support/recordings.h"

namespace audioengine::test {
namespace {

const std::string kWoman = AUDIOENGINE_TESTS_DIR "/support/recordings/librispeech_2691.wav";

nlohmann::json analyze(const std::string& file) {
    return nlohmann::json::parse(run_tool({"analyze", file, "--json"}).out);
}

TEST(Analyze, JsonDescribesTheRecording) {
    const auto json = analyze(kWoman);
    EXPECT_EQ(json["file"], kWoman);
    EXPECT_EQ(json["audio"]["container"], "WAV");
    EXPECT_EQ(json["audio"]["format"], "pcm16");
    EXPECT_EQ(json["audio"]["sample_rate"], 16000);
    EXPECT_EQ(json["audio"]["channels"], 1);
    EXPECT_EQ(json["audio"]["frames"], 128000);
    EXPECT_EQ(json["audio"]["duration_s"], 8.0);
    EXPECT_EQ(json["validation"]["ok"], true);
    EXPECT_EQ(json["validation"]["status"], "ok");
    EXPECT_EQ(json["findings"].size(), 0U);
    EXPECT_EQ(json["config"]["vad"]["speech_end_ms"], 500);
    EXPECT_EQ(json["metrics"]["vad"]["current_state"], "silence");

    // Peak and RMS, counted here.
    int peak = 0;
    double squares = 0;
    for (const std::int16_t sample : woman()) {
        peak = std::max(peak, std::abs(int{sample}));
        squares += static_cast<double>(sample) * sample;
    }
    EXPECT_NEAR(json["levels"]["peak_dbfs"].get<double>(), 20 * std::log10(peak / 32768.0), 0.02);
    EXPECT_NEAR(json["levels"]["rms_dbfs"].get<double>(),
                10 * std::log10(squares / static_cast<double>(woman().size())) - 20 * std::log10(32768.0), 0.02);

    // Its segments are those of `segments`.
    const auto segments = nlohmann::json::parse(run_tool({"segments", kWoman, "--format", "json"}).out)["segments"];
    ASSERT_EQ(json["speech"]["segments"].size(), segments.size());
    EXPECT_EQ(json["speech"]["segment_count"], segments.size());
    double seconds = 0;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        EXPECT_EQ(json["speech"]["segments"][i]["start"], segments[i]["start"]);
        EXPECT_EQ(json["speech"]["segments"][i]["end"], segments[i]["end"]);
        seconds += segments[i]["end"].get<double>() - segments[i]["start"].get<double>();
    }
    EXPECT_NEAR(json["speech"]["seconds"].get<double>(), seconds, 1e-9);
    EXPECT_NEAR(json["speech"]["share"].get<double>(), seconds / 8, 1e-4);
}

TEST(Analyze, TextHasALineForEverything) {
    const Outcome outcome = run_tool({"analyze", kWoman});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_EQ(outcome.err, "");
    for (const char* text : {"file      ", "audio     WAV, pcm16, 16000 Hz, 1 channel, 8.00 s (128000 frames)",
                             "valid     yes", "findings  none", "levels    peak ", "noise     floor ", "speech    ",
                             "timing    ", " x real time", "measured in this run on this machine"}) {
        EXPECT_NE(outcome.out.find(text), std::string::npos) << text << "\n" << outcome.out;
    }
}

TEST(Analyze, FindsWhatIsRemarkable) {
    const TemporaryFolder folder;
    const auto shifted = [](Samples samples, int offset) {
        for (std::int16_t& sample : samples) sample = clamp16(sample + offset);
        return samples;
    };
    struct Row {
        const char* name;
        Samples samples;
        std::vector<std::string> findings;
    };
    const Row rows[] = {
        {"good", noise(16000, 8000, 1), {}},
        {"clipped", shifted(tone(16000, 200, 16000, 32000), 0), {"near_clipping"}},
        {"DC", shifted(noise(16000, 8000, 1), 1000), {"dc_offset"}},
        {"silence", Samples(16000, 0), {"digital_silence"}},
        {"quiet", noise(16000, 100, 1), {"low_level"}},
        {"at full scale", Samples(16000, 32767), {"clipped", "near_clipping", "dc_offset"}},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        write_sound(folder.path("a.wav"), row.samples, 16000, kWav16);
        const Outcome text = run_tool({"analyze", folder.path("a.wav")});
        EXPECT_EQ(text.exit_code, 0);
        EXPECT_EQ(analyze(folder.path("a.wav"))["findings"].get<std::vector<std::string>>(), row.findings);
        for (const std::string& finding : row.findings) EXPECT_NE(text.out.find(finding + ": "), std::string::npos);
    }
}

TEST(Analyze, NotANumberIsFoundAndToldAndDoesNoHarm) {
    const TemporaryFolder folder;
    std::vector<float> samples(16000, 0.25F);
    samples[100] = std::nanf("");
    samples[200] = INFINITY;
    write_float_sound(folder.path("a.wav"), samples, 16000);
    const Outcome outcome = run_tool({"analyze", folder.path("a.wav"), "--json"});
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_NE(outcome.err.find("2 samples are NaN or infinite"), std::string::npos) << outcome.err;
    const auto json = nlohmann::json::parse(outcome.out);
    const auto findings = json["findings"].get<std::vector<std::string>>();
    EXPECT_NE(std::find(findings.begin(), findings.end(), "non_finite"), findings.end());
    EXPECT_EQ(json["audio"]["format"], "float32");
}

TEST(Analyze, JudgesRawBytes) {
    struct Row {
        const char* name;
        Bytes bytes;
        int exit_code;
        const char* status;
        std::size_t position;
    };
    const Bytes good = to_bytes(noise(24000, 8000, 1), AudioFormat::PCM16);
    Bytes odd = good;
    odd.push_back(std::byte{1});
    const Row rows[] = {
        {"whole", good, 0, "ok", 0},
        {"half a frame at the end", odd, 1, "truncated_frame", 48000},
        {"a WAV file", read_bytes(kWoman), 1, "unsupported_format", 0},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        const Outcome outcome = run_tool({"analyze", "-", "--raw", "pcm16", "--json"}, row.bytes);
        EXPECT_EQ(outcome.exit_code, row.exit_code) << outcome.err;
        const auto json = nlohmann::json::parse(outcome.out);
        EXPECT_EQ(json["file"], "standard input");
        EXPECT_EQ(json["validation"]["ok"], row.exit_code == 0);
        EXPECT_EQ(json["validation"]["status"], row.status);
        EXPECT_EQ(json["validation"]["position"], row.position);
        EXPECT_EQ(json["audio"]["sample_rate"], 24000);
    }
}

/// Every element is closed by its own name: well formed, as far as our own writer can go wrong.
bool well_formed(const std::string& xml) {
    std::vector<std::string> open;
    for (std::size_t at = xml.find('<'); at != std::string::npos; at = xml.find('<', at + 1)) {
        const std::size_t end = xml.find('>', at);
        if (end == std::string::npos) return false;
        std::string tag = xml.substr(at + 1, end - at - 1);
        if (tag.back() == '/') continue;
        const std::string name = tag.substr(0, tag.find_first_of(" \n"));
        if (name.front() != '/') {
            open.push_back(name);
        } else if (open.empty() || "/" + open.back() != name) {
            return false;
        } else {
            open.pop_back();
        }
    }
    return open.empty();
}

TEST(Analyze, PlotIsAWholePictureOfBoundedSize) {
    const TemporaryFolder folder;
    struct Row {
        const char* name;
        double seconds;
        std::uint32_t rate_hz;
    };
    const Row rows[] = {
        {"one sample", 0.0000625, 16000},      {"7 ms", 0.007, 8000}, {"1 s", 1, 16000},
        {"21 s, columns fold once", 21, 8000}, {"400 s", 400, 8000},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        const auto count = static_cast<std::size_t>(row.seconds * row.rate_hz);
        write_sound(folder.path("a.wav"), noise(std::max<std::size_t>(1, count), 3000, 1), row.rate_hz, kWav16);
        const Outcome outcome = run_tool({"analyze", folder.path("a.wav"), "--plot", folder.path("a.svg")});
        EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
        const Bytes bytes = read_bytes(folder.path("a.svg"));
        const std::string svg(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        EXPECT_TRUE(svg.starts_with("<svg "));
        EXPECT_TRUE(well_formed(svg));
        EXPECT_EQ(svg.find("nan"), std::string::npos);
        EXPECT_EQ(svg.find("inf"), std::string::npos);
        EXPECT_LT(svg.size(), 500000U);
    }
    EXPECT_EQ(folder.names(), (std::vector<std::string>{"a.svg", "a.wav"}));
}

TEST(Analyze, PlotEscapesTheFilesName) {
    const TemporaryFolder folder;
    const std::string file = folder.path("a&b<c>\".wav");
    write_sound(file, noise(16000, 3000, 1), 16000, kWav16);
    ASSERT_EQ(run_tool({"analyze", file, "--plot", folder.path("a.svg")}).exit_code, 0);
    const Bytes bytes = read_bytes(folder.path("a.svg"));
    const std::string svg(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    EXPECT_TRUE(well_formed(svg));
    EXPECT_NE(svg.find("a&amp;b&lt;c&gt;\".wav"), std::string::npos);
}

TEST(Analyze, PlotMarksEverySegment) {
    const TemporaryFolder folder;
    ASSERT_EQ(run_tool({"analyze", kWoman, "--plot", folder.path("a.svg")}).exit_code, 0);
    const Bytes bytes = read_bytes(folder.path("a.svg"));
    const std::string svg(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::size_t bars = 0;
    for (std::size_t at = svg.find("class=\"bar\""); at != std::string::npos; at = svg.find("class=\"bar\"", at + 1))
        ++bars;
    EXPECT_EQ(bars, analyze(kWoman)["speech"]["segment_count"].get<std::size_t>());
}

}  // namespace
}  // namespace audioengine::test
