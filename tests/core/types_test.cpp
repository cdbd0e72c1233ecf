#include "audioengine/types.h"

#include <gtest/gtest.h>

#include <string>

namespace audioengine {
namespace {

static_assert(bytes_per_sample(AudioFormat::PCM16) == 2);
static_assert(bytes_per_sample(AudioFormat::G711_ULAW) == 1);
static_assert(bytes_per_sample(AudioFormat::G711_ALAW) == 1);
static_assert(bytes_per_sample(AudioFormat::FLOAT32) == 4);
static_assert(kBlockSamples * 1000 == kBlockRateHz * kBlockMs);

template <class Enumeration>
struct Row {
    const char* name;
    Enumeration value;
    bool is_written;  // the name that name_of gives
};

template <class Enumeration, std::size_t N>
void expect_names(const Row<Enumeration> (&rows)[N]) {
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        Enumeration value{};
        EXPECT_TRUE(parse(row.name, value));
        EXPECT_EQ(value, row.value);
        if (row.is_written) {
            EXPECT_STREQ(name_of(row.value), row.name);
        }
    }
    const auto first = rows[0].value;
    for (const std::string unknown :
         {"", "Realtime", "PCM16", " pcm16", "pcm16 ", "pcm", "energyx", "opus", "network"}) {
        SCOPED_TRACE(unknown);
        Enumeration value = first;
        EXPECT_FALSE(parse(unknown, value));
        EXPECT_EQ(value, first);
    }
    EXPECT_STREQ(name_of(static_cast<Enumeration>(200)), "");
}

TEST(Types, ModeNames) {
    expect_names<ProcessingMode>({{"realtime", ProcessingMode::REALTIME, true},
                                  {"balanced", ProcessingMode::BALANCED, true},
                                  {"quality", ProcessingMode::QUALITY, true}});
}

TEST(Types, DetectorNames) {
    expect_names<VADType>({{"energy", VADType::ENERGY_BASED, true},
                           {"energy_based", VADType::ENERGY_BASED, false},
                           {"external", VADType::EXTERNAL, true},
                           {"neural", VADType::NEURAL, true}});
}

TEST(Types, FormatNames) {
    expect_names<AudioFormat>({{"pcm16", AudioFormat::PCM16, true},
                               {"s16", AudioFormat::PCM16, false},
                               {"g711_ulaw", AudioFormat::G711_ULAW, true},
                               {"ulaw", AudioFormat::G711_ULAW, false},
                               {"mulaw", AudioFormat::G711_ULAW, false},
                               {"pcmu", AudioFormat::G711_ULAW, false},
                               {"g711_alaw", AudioFormat::G711_ALAW, true},
                               {"alaw", AudioFormat::G711_ALAW, false},
                               {"pcma", AudioFormat::G711_ALAW, false},
                               {"float32", AudioFormat::FLOAT32, true},
                               {"f32", AudioFormat::FLOAT32, false}});
}

TEST(Types, StateNames) {
    EXPECT_STREQ(name_of(VADState::SILENCE), "silence");
    EXPECT_STREQ(name_of(VADState::SPEECH_STARTING), "speech_starting");
    EXPECT_STREQ(name_of(VADState::SPEECH), "speech");
    EXPECT_STREQ(name_of(VADState::SPEECH_ENDING), "speech_ending");
    EXPECT_STREQ(name_of(static_cast<VADState>(200)), "");
}

}  // namespace
}  // namespace audioengine
