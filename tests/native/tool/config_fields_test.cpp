// The table of fields by name: complete, unique, and each field can be set, read back and told wrong.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "config_fields.h"

namespace audioengine::native {
namespace {

/// How many members an aggregate has: the most values it can be made from.
struct Anything {
    template <class T>
    operator T() const {
        return {};
    }
};
template <class T, std::size_t... Index>
constexpr bool makes(std::index_sequence<Index...>) {
    return requires { T{(void(Index), Anything{})...}; };
}
template <class T, std::size_t Count = 0>
constexpr std::size_t members() {
    if constexpr (makes<T>(std::make_index_sequence<Count + 1>{})) {
        return members<T, Count + 1>();
    } else {
        return Count;
    }
}

TEST(ConfigFields, TheTableHasEveryFieldOfTheStructs) {
    std::size_t engine = 0;
    std::size_t audio = 0;
    std::size_t output = 0;
    std::size_t vad = 0;
    for (const ConfigField& field : config_fields()) {
        const std::string path = field.path;
        ++(path.starts_with("audio.")    ? audio
           : path.starts_with("output.") ? output
           : path.starts_with("vad.")    ? vad
                                         : engine);
    }
    EXPECT_EQ(engine, members<EngineConfig>() -
                          4);  // audio, output and vad are structs of their own; stream_buffer is left out
    EXPECT_EQ(audio, members<AudioConfig>());
    EXPECT_EQ(output, members<OutputConfig>());
    EXPECT_EQ(vad, members<VADConfig>());
}

TEST(ConfigFields, NamesAreUniqueAndFound) {
    std::set<std::string> seen;
    for (const ConfigField& field : config_fields()) {
        SCOPED_TRACE(field.path);
        EXPECT_TRUE(seen.insert(field.name).second);
        EXPECT_EQ(find_field(field.name), &field);
        EXPECT_EQ(find_field(field.path), &field);
        EXPECT_NE(std::string(field.help), "");
    }
    EXPECT_NE(find_field("speech-start-ms"), nullptr);
    EXPECT_EQ(find_field("speech_start"), nullptr);
    EXPECT_EQ(find_field(""), nullptr);
}

TEST(ConfigFields, WhatIsReadCanBeSet) {
    const EngineConfig standard;
    for (const ConfigField& field : config_fields()) {
        SCOPED_TRACE(field.path);
        const auto value = field.get(standard);
        const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
        EngineConfig config;
        std::string error;
        EXPECT_TRUE(set_field(config, field.path, text, error)) << error;
        EXPECT_EQ(to_json(config), to_json(standard));
    }
}

TEST(ConfigFields, EachSetsItsOwnFieldOnly) {
    for (const ConfigField& field : config_fields()) {
        SCOPED_TRACE(field.path);
        const std::string kind = field.placeholder();
        const std::string value = kind == "N"            ? "77"
                                  : kind == "X"          ? "0.25"
                                  : kind == "true|false" ? "false"
                                                         : kind.substr(kind.rfind('|') + 1);  // the last name
        EngineConfig config;
        std::string error;
        ASSERT_TRUE(set_field(config, field.name, value, error)) << error;
        std::size_t different = 0;
        for (const ConfigField& other : config_fields()) {
            if (other.get(config) != other.get(EngineConfig{})) ++different;
        }
        EXPECT_EQ(different, 1U);
        EXPECT_NE(field.get(config), field.get(EngineConfig{}));
    }
}

TEST(ConfigFields, BadTextIsToldAndChangesNothing) {
    struct Row {
        const char* name;
        const char* value;
        const char* error;
    };
    const Row rows[] = {
        {"speech_end_ms", "soon", "speech_end_ms: 'soon' is not a whole number"},
        {"speech_end_ms", "", "speech_end_ms: '' is not a whole number"},
        {"speech_end_ms", "-1", "speech_end_ms: '-1' is not a whole number"},
        {"speech_end_ms", "5.5", "speech_end_ms: '5.5' is not a whole number"},
        {"speech_end_ms", "4294967296", "speech_end_ms: '4294967296' is not a whole number"},
        {"speech_end_ms", "500ms", "speech_end_ms: '500ms' is not a whole number"},
        {"threshold", "half", "threshold: 'half' is not a number"},
        {"threshold", "nan", "threshold: 'nan' is not a number"},
        {"threshold", "inf", "threshold: 'inf' is not a number"},
        {"threshold", "0.5 ", "threshold: '0.5 ' is not a number"},
        {"adaptive", "maybe", "adaptive: 'maybe' is not true or false"},
        {"mode", "fast", "mode: 'fast' is not one of realtime, balanced, quality"},
        {"vad.type", "magic", "vad: 'magic' is not one of energy, external, neural"},
        {"output_format", "mp3", "output_format: 'mp3' is not one of pcm16, g711_ulaw, g711_alaw, float32"},
        {"volume", "1", "there is no field 'volume'"},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(std::string(row.name) + "=" + row.value);
        EngineConfig config;
        std::string error;
        EXPECT_FALSE(set_field(config, row.name, row.value, error));
        EXPECT_EQ(error, row.error);
        EXPECT_EQ(to_json(config), to_json(EngineConfig{}));
    }
}

TEST(ConfigFields, CheckNamesTheFieldItsValueAndTheRule) {
    EngineConfig config;
    std::string error;
    EXPECT_TRUE(check_config(config, error));
    EXPECT_EQ(error, "");
    config.vad.speech_start_ms = 5;
    EXPECT_FALSE(check_config(config, error));
    EXPECT_EQ(error, std::string("vad.speech_start_ms is 5: ") + status_message(Status::bad_vad_duration));
}

TEST(ConfigFields, JsonHasShortNumbersAndTheStructsShape) {
    const auto json = to_json(EngineConfig{});
    EXPECT_EQ(json["vad"]["energy_threshold"].dump(), "0.02");
    EXPECT_EQ(json["audio"]["min_amplitude"].dump(), "0.01");
    EXPECT_EQ(json["audio"]["sample_rate"], 24000);
    EXPECT_EQ(json["vad"]["type"], "energy");
    EXPECT_EQ(json["vad"]["adaptive"], true);
    EXPECT_EQ(json["mode"], "balanced");
}

}  // namespace
}  // namespace audioengine::native
