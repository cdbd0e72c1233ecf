#include "audioengine/segmenter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "reference/segmenter_reference.h"
#include "support/random.h"

namespace audioengine {
namespace {

// A script is one character a block: V voice, b between the thresholds, q quiet. The states it must give are one
// character a block too: . silence, s starting, S speech, e ending.
std::uint16_t probability_of(char block) {
    switch (block) {
        case 'V': return 20000;
        case 'b': return 14000;
        default: return 1000;
    }
}
char letter_of(VADState state) { return ".sSe"[static_cast<int>(state)]; }

/// "start 1 at 30 from 0 padded 0", "end 1 at 80 voice to 60 silence", "false at 20 from 10".
std::string describe(const VadEvent& event) {
    const auto number = [](std::uint64_t value) { return std::to_string(value); };
    switch (event.type) {
        case VadEventType::speech_start:
            return "start " + number(event.segment) + " at " + number(event.at_ms) + " from " + number(event.onset_ms) +
                   " padded " + number(event.padded_ms);
        case VadEventType::speech_end:
            return "end " + number(event.segment) + " at " + number(event.at_ms) + " voice to " + number(event.end_ms) +
                   " " + name_of(event.reason);
        case VadEventType::false_start: return "false at " + number(event.at_ms) + " from " + number(event.onset_ms);
    }
    return "?";
}

struct Heard {
    std::string states;
    std::vector<std::string> events;

    void add(const Segmenter::Step& step) {
        ASSERT_LE(step.event_count, 2U);
        for (std::uint32_t i = 0; i < step.event_count; ++i) events.push_back(describe(step.events[i]));
    }
};

Heard listen(Segmenter& segmenter, const std::string& script) {
    Heard heard;
    for (const char block : script) {
        const Segmenter::Step step = segmenter.process(probability_of(block));
        EXPECT_EQ(step.state, segmenter.state());
        heard.states += letter_of(step.state);
        heard.add(step);
    }
    return heard;
}

VADConfig quick() {
    VADConfig config;
    config.speech_start_ms = 30;
    config.speech_end_ms = 40;
    config.pre_buffer_ms = 20;
    return config;
}

struct Row {
    const char* name;
    std::string script;
    std::string states;
    std::vector<std::string> events;
};

TEST(Segmenter, EveryTransition) {
    const Row rows[] = {
        {"silence stays", "qqbbq", ".....", {}},
        {"silence to starting, given up at the first quiet block", "Vq", "s.", {"false at 20 from 0"}},
        {"starting stays between the thresholds", "Vbbb", "ssss", {}},
        {"starting is given up after twice its time", "Vbbbbbq", "sssss..", {"false at 60 from 0"}},
        {"a quiet block takes one back",
         "VVqVVV",
         "ssssS"
         "S",
         {"start 1 at 50 from 0 padded 0"}},
        {"two quiet blocks take both back", "VVqq", "sss.", {"false at 40 from 0"}},
        {"starting becomes speech", "VVV", "ssS", {"start 1 at 30 from 0 padded 0"}},
        {"the confirming block is the last it may be",
         "VqVqVV",
         "s.s.ss",
         {"false at 20 from 0", "false at 40 from 20"}},
        {"speech stays in voice and between", "VVVVbbV", "ssSSSSS", {"start 1 at 30 from 0 padded 0"}},
        {"ending comes back at once", "VVVqV", "ssSeS", {"start 1 at 30 from 0 padded 0"}},
        {"voice takes back two silent blocks", "VVVqqqVV", "ssSeeeeS", {"start 1 at 30 from 0 padded 0"}},
        {"ending stays between the thresholds", "VVVqbbb", "ssSeeee", {"start 1 at 30 from 0 padded 0"}},
        {"ending ends", "VVVVqqqq", "ssSSeee.", {"start 1 at 30 from 0 padded 0", "end 1 at 80 voice to 40 silence"}},
        {"a single voice block does not hold it",
         "VVVqqqVqqq",
         "ssSeeeeee.",
         {"start 1 at 30 from 0 padded 0", "end 1 at 100 voice to 70 silence"}},
        {"blocks between belong to speech, not to ending",
         "VVVbqbqqq",
         "ssSSeeee.",
         {"start 1 at 30 from 0 padded 0", "end 1 at 90 voice to 40 silence"}},
        {"padded reaches before the onset", "qqqqVVV", "....ssS", {"start 1 at 70 from 40 padded 20"}},
        {"padded stops at the beginning", "qVVV", ".ssS", {"start 1 at 40 from 10 padded 0"}},
        {"padded stops at the last segment's end",
         "VVVqqqqVVV",
         "ssSeee.ssS",
         {"start 1 at 30 from 0 padded 0", "end 1 at 70 voice to 30 silence", "start 2 at 100 from 70 padded 50"}},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        Segmenter segmenter(quick());
        const Heard heard = listen(segmenter, row.script);
        EXPECT_EQ(heard.states, row.states);
        EXPECT_EQ(heard.events, row.events);
    }
}

TEST(Segmenter, PaddedNeverReachesIntoThePreviousSegment) {
    VADConfig config = quick();
    config.pre_buffer_ms = 5000;
    Segmenter segmenter(config);
    const Heard heard = listen(segmenter, "VVVqqqqVVV");
    EXPECT_EQ(heard.events.back(), "start 2 at 100 from 70 padded 30");
}

TEST(Segmenter, ThresholdsHoldExactly) {
    VADConfig config = quick();
    config.speech_start_ms = 10;
    config.speech_end_ms = 10;
    config.threshold = 0.5F;
    config.exit_threshold = 0.25F;
    struct Step {
        std::uint16_t probability;
        char state;
    };
    Segmenter segmenter(config);
    for (const Step step :
         {Step{16383, '.'}, Step{16384, 'S'}, Step{8192, 'S'}, Step{8191, '.'}, Step{32768, 'S'}, Step{0, '.'}}) {
        EXPECT_EQ(letter_of(segmenter.process(step.probability).state), step.state) << step.probability;
    }
}

TEST(Segmenter, TheLongestSpeechIsCut) {
    VADConfig config = quick();
    config.max_speech_ms = 100;
    Segmenter segmenter(config);
    const Heard heard = listen(segmenter, "qVVVVVVVVVVVVqqqq");
    EXPECT_EQ(heard.states, ".ssSSSSSSSSSSeee.");
    EXPECT_EQ(heard.events,
              (std::vector<std::string>{"start 1 at 40 from 10 padded 0", "end 1 at 110 voice to 110 max_speech",
                                        "start 2 at 110 from 110 padded 110", "end 2 at 170 voice to 130 silence"}));
}

TEST(Segmenter, CutWhileEndingStartsNothingNew) {
    VADConfig config = quick();
    config.max_speech_ms = 100;
    Segmenter segmenter(config);
    const Heard heard = listen(segmenter, "VVVVVVVVqqqqq");
    EXPECT_EQ(heard.events,
              (std::vector<std::string>{"start 1 at 30 from 0 padded 0", "end 1 at 100 voice to 80 max_speech"}));
    EXPECT_EQ(heard.states, "ssSSSSSSe....");
}

TEST(Segmenter, ALimitShorterThanTheDebounceStaysWithinTwoEvents) {
    VADConfig config = quick();
    config.speech_start_ms = 300;
    config.max_speech_ms = 100;
    Segmenter segmenter(config);
    const Heard heard = listen(segmenter, std::string(200, 'V'));  // `add` checks the count
    EXPECT_FALSE(heard.events.empty());
}

TEST(Segmenter, AGapEndsASegmentAtItsLastVoice) {
    VADConfig config = quick();
    config.max_gap_ms = 200;
    Segmenter segmenter(config);
    listen(segmenter, "VVVVq");
    Heard heard;
    heard.add(segmenter.advance_time(199));
    EXPECT_TRUE(heard.events.empty());
    EXPECT_EQ(segmenter.state(), VADState::SPEECH_ENDING);
    heard.add(segmenter.advance_time(1));
    EXPECT_EQ(heard.events, std::vector<std::string>{"end 1 at 50 voice to 40 gap"});
    EXPECT_EQ(segmenter.state(), VADState::SILENCE);
    EXPECT_EQ(segmenter.now_ms(), 50U);  // the clock counts audio
}

TEST(Segmenter, AGapMakesAStartFalse) {
    VADConfig config = quick();
    config.max_gap_ms = 200;
    Segmenter segmenter(config);
    listen(segmenter, "V");
    Heard heard;
    heard.add(segmenter.advance_time(0xFFFFFFFFU));
    EXPECT_EQ(heard.events, std::vector<std::string>{"false at 10 from 0"});
    heard.add(segmenter.advance_time(0xFFFFFFFFU));  // the sum does not wrap, and nothing is open any more
    EXPECT_EQ(heard.events.size(), 1U);
}

TEST(Segmenter, ABlockBetweenStartsTheGapAgain) {
    VADConfig config = quick();
    config.max_gap_ms = 200;
    Segmenter segmenter(config);
    listen(segmenter, "VVV");
    segmenter.advance_time(150);
    listen(segmenter, "V");
    Heard heard;
    heard.add(segmenter.advance_time(150));
    EXPECT_TRUE(heard.events.empty());
}

TEST(Segmenter, GapsAreIgnoredWhenOff) {
    VADConfig config = quick();
    config.max_gap_ms = 0;
    Segmenter segmenter(config);
    listen(segmenter, "VVV");
    EXPECT_EQ(segmenter.advance_time(0xFFFFFFFFU).event_count, 0U);
    EXPECT_EQ(segmenter.state(), VADState::SPEECH);
}

TEST(Segmenter, FinishClosesWhatIsOpen) {
    struct FinishRow {
        const char* script;
        std::vector<std::string> events;
    };
    for (const FinishRow& row : {FinishRow{"qq", {}}, FinishRow{"VV", {"false at 20 from 0"}},
                                 FinishRow{"VVVV", {"end 1 at 40 voice to 40 end_of_stream"}},
                                 FinishRow{"VVVVqq", {"end 1 at 60 voice to 40 end_of_stream"}}}) {
        SCOPED_TRACE(row.script);
        Segmenter segmenter(quick());
        listen(segmenter, row.script);
        Heard heard;
        heard.add(segmenter.finish());
        EXPECT_EQ(heard.events, row.events);
        EXPECT_EQ(segmenter.state(), VADState::SILENCE);
    }
}

TEST(Segmenter, ConfigureHoldsFromTheNextBlockAndKeepsTheState) {
    Segmenter segmenter(quick());
    listen(segmenter, "VV");
    VADConfig slower = quick();
    slower.speech_start_ms = 50;
    segmenter.configure(slower);
    EXPECT_EQ(segmenter.state(), VADState::SPEECH_STARTING);
    EXPECT_EQ(listen(segmenter, "VVV").events, std::vector<std::string>{"start 1 at 50 from 0 padded 0"});
    VADConfig quicker = quick();
    quicker.speech_end_ms = 10;
    segmenter.configure(quicker);
    EXPECT_EQ(listen(segmenter, "q").events, std::vector<std::string>{"end 1 at 60 voice to 50 silence"});
}

TEST(Segmenter, ResetIsAsNew) {
    Segmenter segmenter(quick());
    const std::string script = "qVVVVqqqqVVVVVqVq";
    const Heard first = listen(segmenter, script);
    segmenter.reset();
    EXPECT_EQ(segmenter.now_ms(), 0U);
    const Heard again = listen(segmenter, script);
    EXPECT_EQ(again.states, first.states);
    EXPECT_EQ(again.events, first.events);
}

TEST(Segmenter, EventAndReasonNames) {
    EXPECT_STREQ(name_of(VadEventType::speech_start), "speech_start");
    EXPECT_STREQ(name_of(VadEventType::speech_end), "speech_end");
    EXPECT_STREQ(name_of(VadEventType::false_start), "false_start");
    EXPECT_STREQ(name_of(EndReason::none), "");
    EXPECT_STREQ(name_of(EndReason::silence), "silence");
    EXPECT_STREQ(name_of(EndReason::max_speech), "max_speech");
    EXPECT_STREQ(name_of(EndReason::gap), "gap");
    EXPECT_STREQ(name_of(EndReason::end_of_stream), "end_of_stream");
    EXPECT_STREQ(name_of(static_cast<VadEventType>(99)), "");
    EXPECT_STREQ(name_of(static_cast<EndReason>(99)), "");
}

/// A random but plausible stream: runs of one kind with odd blocks in between.
std::uint16_t random_probability(test::Lcg& random, std::uint16_t& level) {
    if (random.below(12) == 0) level = static_cast<std::uint16_t>(random.below(32769));
    if (random.below(8) == 0) return static_cast<std::uint16_t>(random.below(32769));
    return level;
}

VADConfig random_config(test::Lcg& random) {
    VADConfig config;
    config.threshold = static_cast<float>(random.below(1001)) / 1000.0F;
    config.exit_threshold =
        random.below(2) == 0 ? -1.0F : config.threshold * static_cast<float>(random.below(1001)) / 1000.0F;
    config.speech_start_ms = 10 + random.below(250);
    config.speech_end_ms = 10 + random.below(250);
    config.pre_buffer_ms = random.below(400);
    config.max_speech_ms = random.below(3) == 0 ? 100 + random.below(600) : 0;
    config.max_gap_ms = random.below(3) == 0 ? 0 : 100 + random.below(1000);
    return config;
}

bool same(const VadEvent& a, const VadEvent& b) {
    return a.type == b.type && a.reason == b.reason && a.segment == b.segment && a.at_ms == b.at_ms &&
           a.onset_ms == b.onset_ms && a.padded_ms == b.padded_ms && a.end_ms == b.end_ms;
}

void expect_same(const Segmenter::Step& step, const std::vector<VadEvent>& expected, VADState state) {
    ASSERT_EQ(step.event_count, expected.size());
    for (std::uint32_t i = 0; i < step.event_count; ++i) {
        ASSERT_TRUE(same(step.events[i], expected[i]))
            << describe(step.events[i]) << " but the twin: " << describe(expected[i]);
    }
    ASSERT_EQ(letter_of(step.state), letter_of(state));
}

TEST(Segmenter, EqualsItsSlowTwinStepByStep) {
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        test::Lcg random(seed);
        const VADConfig config = random_config(random);
        ASSERT_TRUE(check(config).ok());
        Segmenter segmenter(config);
        reference::Segmenter twin(config);
        std::uint16_t level = 0;
        for (int block = 0; block < 300; ++block) {
            SCOPED_TRACE("block " + std::to_string(block));
            if (random.below(20) == 0) {
                const std::uint32_t ms = random.below(600);
                const auto expected = twin.advance_time(ms);
                expect_same(segmenter.advance_time(ms), expected, twin.state);
            }
            const std::uint16_t probability = random_probability(random, level);
            const auto expected = twin.process(probability);
            expect_same(segmenter.process(probability), expected, twin.state);
            if (HasFatalFailure()) return;
        }
        const auto expected = twin.finish();
        expect_same(segmenter.finish(), expected, twin.state);
    }
}

TEST(Segmenter, SegmentsAndGapsAddUpToTheInput) {
    for (std::uint32_t seed = 1; seed <= 100; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        test::Lcg random(seed);
        const VADConfig config = random_config(random);
        Segmenter segmenter(config);
        std::vector<VadEvent> events;
        const auto collect = [&](const Segmenter::Step& step) {
            for (std::uint32_t i = 0; i < step.event_count; ++i) events.push_back(step.events[i]);
        };
        std::uint16_t level = 0;
        for (int block = 0; block < 1000; ++block) collect(segmenter.process(random_probability(random, level)));
        collect(segmenter.finish());

        std::uint64_t covered = 0;  // everything before it is in a segment or in a gap
        std::uint64_t total = 0;
        std::uint32_t segment = 0;
        bool open = false;
        for (const VadEvent& event : events) {
            ASSERT_EQ(event.onset_ms % 10, 0U);
            ASSERT_LE(event.onset_ms, event.at_ms);
            if (event.type == VadEventType::false_start) continue;
            if (event.type == VadEventType::speech_start) {
                ASSERT_FALSE(open);
                ASSERT_EQ(event.segment, ++segment);
                ASSERT_LE(covered, event.padded_ms);
                ASSERT_LE(event.padded_ms, event.onset_ms);
                total += event.onset_ms - covered;  // the gap before it
            } else {
                ASSERT_TRUE(open);
                ASSERT_EQ(event.segment, segment);
                ASSERT_LE(event.onset_ms, event.end_ms);
                ASSERT_LE(event.end_ms, event.at_ms);
                total += event.end_ms - event.onset_ms;
                covered = event.end_ms;
            }
            open = event.type == VadEventType::speech_start;
        }
        EXPECT_FALSE(open);
        total += segmenter.now_ms() - covered;
        EXPECT_EQ(total, 10000U);
    }
}

}  // namespace
}  // namespace audioengine
