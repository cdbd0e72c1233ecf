// AudioEngine::snapshot and restore (engine.h).
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "audioengine/engine.h"
#include "support/recordings.h"
#include "support/run.h"
#include "support/snapshots.h"

namespace audioengine {
namespace {

using test::Bytes;

struct Row {
    const char* name;
    EngineConfig config;
};

EngineConfig config_of(ProcessingMode mode, AudioFormat format, std::uint32_t rate, std::uint32_t channels,
                       std::uint32_t output_rate) {
    EngineConfig config;
    config.mode = mode;
    config.audio.format = format;
    config.audio.sample_rate = rate;
    config.audio.channels = channels;
    config.output.sample_rate = output_rate;
    return config;
}

EngineConfig neural() {
    EngineConfig config = config_of(ProcessingMode::REALTIME, AudioFormat::PCM16, 16000, 1, 0);
    config.vad.type = VADType::NEURAL;
    return config;
}

const Row kRows[] = {
    {"plain", config_of(ProcessingMode::REALTIME, AudioFormat::PCM16, 16000, 1, 0)},
    {"high_pass", config_of(ProcessingMode::BALANCED, AudioFormat::PCM16, 16000, 1, 24000)},
    {"steady_level", config_of(ProcessingMode::QUALITY, AudioFormat::PCM16, 44100, 2, 16000)},
    {"telephone", config_of(ProcessingMode::REALTIME, AudioFormat::G711_ULAW, 8000, 1, 24000)},
    {"float", config_of(ProcessingMode::QUALITY, AudioFormat::FLOAT32, 16000, 1, 0)},
    {"interpolated", config_of(ProcessingMode::QUALITY, AudioFormat::PCM16, 47999, 1, 16000)},
    {"neural", neural()},
};

AudioEngine engine(const EngineConfig& config) { return std::move(AudioEngine::create(config)).value(); }

Bytes input_of(const EngineConfig& config) { return test::to_bytes(test::man(), config.audio.format); }

Bytes snapshot_of(const AudioEngine& from, SnapshotAudio audio = SnapshotAudio::with_pre_buffer) {
    Bytes bytes(from.snapshot({}, audio).bytes);
    EXPECT_TRUE(from.snapshot(bytes, audio).ok());
    return bytes;
}

Bytes pre_buffer_of(const AudioEngine& from) {
    Bytes bytes;
    const RingView view = from.pre_buffer();
    test::append(bytes, view.first);
    test::append(bytes, view.second);
    return bytes;
}

std::string hash_of(const test::Output& output) {
    return test::hash_of(output.audio) + test::hash_of(test::serialise(output.blocks)) +
           test::hash_of(test::serialise(output.events)) + test::hash_of(output.summary);
}

class SnapshotTest : public testing::TestWithParam<Row> {};

TEST_P(SnapshotTest, StreamGoesOnWithTheSameBitsWhereverItIsCut) {
    const EngineConfig& config = GetParam().config;
    const Bytes input = input_of(config);
    const std::span<const std::byte> all(input);
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{1}, std::size_t{7777}, input.size() / 2 + 1, input.size()}) {
        AudioEngine first = engine(config);
        AudioEngine second = engine(config);
        (void)test::run(first, all.first(at), test::Cut::odd(), false);
        (void)test::run(second, all.last(at / 2), test::Cut::odd());  // whatever it has done before
        ASSERT_EQ(second.restore(snapshot_of(first)), Status::ok) << at;
        EXPECT_EQ(pre_buffer_of(second), pre_buffer_of(first)) << at;
        const std::string expected = hash_of(test::run(first, all.subspan(at), test::Cut::odd()));
        EXPECT_EQ(hash_of(test::run(second, all.subspan(at), test::Cut::all())), expected) << at;
    }
}

TEST_P(SnapshotTest, TakingItChangesNothing) {
    const Bytes input = input_of(GetParam().config);
    AudioEngine one = engine(GetParam().config);
    AudioEngine other = engine(GetParam().config);
    (void)test::run(one, std::span(input).first(30001), test::Cut::odd(), false);
    (void)test::run(other, std::span(input).first(30001), test::Cut::odd(), false);
    (void)snapshot_of(one);
    EXPECT_EQ(snapshot_of(one), snapshot_of(other));
}

TEST_P(SnapshotTest, EveryShorterLengthAndEveryChangedByteIsRefusedAndNothingChanges) {
    const Bytes input = input_of(GetParam().config);
    AudioEngine from = engine(GetParam().config);
    AudioEngine to = engine(GetParam().config);
    (void)test::run(from, std::span(input).first(30001), test::Cut::odd(), false);
    (void)test::run(to, std::span(input).first(999), test::Cut::odd(), false);
    const Bytes before = snapshot_of(to);
    Bytes snapshot = snapshot_of(from, SnapshotAudio::without_pre_buffer);
    for (std::size_t length = 0; length < snapshot.size(); ++length)
        EXPECT_NE(to.restore(std::span(snapshot).first(length)), Status::ok) << length;
    for (std::size_t i = 0; i < snapshot.size(); ++i) {
        snapshot[i] ^= std::byte{0x10};
        EXPECT_NE(to.restore(snapshot), Status::ok) << i;
        snapshot[i] ^= std::byte{0x10};
    }
    snapshot.push_back(std::byte{0});
    EXPECT_EQ(to.restore(snapshot), Status::bad_snapshot);
    EXPECT_EQ(snapshot_of(to), before);
}

TEST_P(SnapshotTest, WithoutPreBufferIsAtMost8KiB) {
    const Bytes input = input_of(GetParam().config);
    AudioEngine one = engine(GetParam().config);
    for (std::size_t at = 0; at + 1501 < input.size(); at += 1501) {
        ASSERT_TRUE(one.push(std::span(input).subspan(at, 1501)).ok());
        EXPECT_LE(one.snapshot({}, SnapshotAudio::without_pre_buffer).bytes, 8192U);
    }
}

INSTANTIATE_TEST_SUITE_P(Rows, SnapshotTest, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

// A value that no stream can reach is refused even under a right checksum: whoever can store snapshots can compute it.
TEST(Snapshot, ImpossibleValuesUnderARightChecksumNeverHarm) {
    const EngineConfig config = config_of(ProcessingMode::QUALITY, AudioFormat::PCM16, 24000, 1, 16000);
    const Bytes input = input_of(config);
    AudioEngine from = engine(config);
    (void)test::run(from, std::span(input).first(50001), test::Cut::odd(), false);
    const Bytes good = snapshot_of(from, SnapshotAudio::without_pre_buffer);
    int refused = 0;
    for (std::size_t i = test::kSnapshotHeaderBytes; i < good.size(); ++i) {
        Bytes changed = good;
        changed[i] = std::byte{0xFF};
        test::repair_snapshot(changed);
        AudioEngine to = engine(config);
        if (to.restore(changed) != Status::ok) {
            ++refused;
        } else {
            (void)test::run(to, std::span(input).first(9601), test::Cut::odd());  // the sanitizers watch
        }
    }
    EXPECT_GT(refused, 100);
}

TEST(Snapshot, LiveSettingsComeAlong) {
    EngineConfig config;
    AudioEngine from = engine(config);
    AudioEngine to = engine(config);
    VADConfig live = config.vad;
    live.speech_end_ms = 900;
    live.adaptive = false;
    ASSERT_EQ(from.configure_vad(live), Status::ok);
    ASSERT_EQ(to.restore(snapshot_of(from)), Status::ok);
    EXPECT_EQ(to.config().vad.speech_end_ms, 900U);
    EXPECT_FALSE(to.config().vad.adaptive);
}

TEST(Snapshot, AChangedModeComesAlong) {
    EngineConfig config;
    config.audio.sample_rate = 16000;
    config.output.sample_rate = 24000;
    AudioEngine from = AudioEngine::create(config).value();
    AudioEngine to = AudioEngine::create(config).value();
    const Bytes input = test::to_bytes(test::woman(), AudioFormat::PCM16);
    const auto chunk = std::span(input).first(6400);
    for (const bool for_quality : {true, false}) {
        if (for_quality) {
            from.optimize_for_quality();
        } else {
            from.optimize_for_latency();
        }
        (void)from.push(chunk);
        ASSERT_EQ(to.restore(snapshot_of(from)), Status::ok);
        EXPECT_EQ(to.config().mode, from.config().mode);
        for (int i = 0; i < 5; ++i) {
            const auto next = std::span(input).subspan(6400 * (static_cast<std::size_t>(i) + 1), 6400);
            const auto expected = from.push(next).audio;
            const auto got = to.push(next).audio;
            EXPECT_TRUE(std::equal(got.begin(), got.end(), expected.begin(), expected.end())) << i;
        }
    }
}

TEST(Snapshot, AnotherConfigurationOrVersionIsForeign) {
    const AudioEngine from = engine(kRows[0].config);
    for (const Row& row : kRows) {
        if (&row == &kRows[0]) continue;
        AudioEngine to = engine(row.config);
        EXPECT_EQ(to.restore(snapshot_of(from)), Status::foreign_snapshot) << row.name;
    }
    AudioEngine same = engine(kRows[0].config);
    Bytes other = snapshot_of(from);
    ASSERT_EQ(same.restore(other), Status::ok);
    for (const int version : {1, 2, 3, 5, 255}) {
        other[4] = static_cast<std::byte>(version);
        EXPECT_EQ(same.restore(other), Status::foreign_snapshot) << version;
    }
}

TEST(Snapshot, TooSmallABufferIsToldTheSize) {
    const AudioEngine from = engine({});
    const SnapshotResult asked = from.snapshot({});
    EXPECT_EQ(asked.status, Status::output_too_small);
    Bytes bytes(asked.bytes - 1);
    EXPECT_EQ(from.snapshot(bytes).status, Status::output_too_small);
    bytes.resize(asked.bytes);
    EXPECT_TRUE(from.snapshot(bytes).ok());
}

TEST(Snapshot, AFinishedStreamStaysFinished) {
    AudioEngine from = engine({});
    AudioEngine to = engine({});
    (void)from.finish();
    ASSERT_EQ(to.restore(snapshot_of(from)), Status::ok);
    EXPECT_EQ(to.push({}).status, Status::stream_finished);
}

}  // namespace
}  // namespace audioengine
