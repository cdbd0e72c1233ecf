// The segmenter against its slow twin, over random settings (changed on the way) and probabilities.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

#include "audioengine/segmenter.h"
#include "reference/segmenter_reference.h"

namespace audioengine {
namespace {

VADConfig any_vad() {
    VADConfig vad;
    vad.threshold = static_cast<float>(*rc::gen::inRange(0, 1001)) / 1000.0F;
    vad.exit_threshold =
        *rc::gen::arbitrary<bool>() ? -1.0F : vad.threshold * static_cast<float>(*rc::gen::inRange(0, 1001)) / 1000.0F;
    vad.speech_start_ms = *rc::gen::inRange<std::uint32_t>(10, 300);
    vad.speech_end_ms = *rc::gen::inRange<std::uint32_t>(10, 300);
    vad.pre_buffer_ms = *rc::gen::inRange<std::uint32_t>(0, 5001);
    vad.max_speech_ms = *rc::gen::oneOf(rc::gen::just<std::uint32_t>(0), rc::gen::inRange<std::uint32_t>(100, 800));
    vad.max_gap_ms = *rc::gen::oneOf(rc::gen::just<std::uint32_t>(0), rc::gen::inRange<std::uint32_t>(100, 800));
    return vad;
}

/// Runs of one probability, so that states are reached, with single odd blocks among them.
std::vector<std::uint16_t> any_probabilities() {
    std::vector<std::uint16_t> probabilities;
    const auto runs = *rc::gen::container<std::vector<std::pair<std::uint16_t, std::uint8_t>>>(
        rc::gen::pair(rc::gen::inRange<std::uint16_t>(0, 32769), rc::gen::inRange<std::uint8_t>(1, 40)));
    for (const auto& [probability, length] : runs) probabilities.insert(probabilities.end(), length, probability);
    return probabilities;
}

bool same(const VadEvent& a, const VadEvent& b) {
    return a.type == b.type && a.reason == b.reason && a.segment == b.segment && a.at_ms == b.at_ms &&
           a.onset_ms == b.onset_ms && a.padded_ms == b.padded_ms && a.end_ms == b.end_ms;
}

void assert_same(const Segmenter::Step& step, const std::vector<VadEvent>& expected, VADState state) {
    RC_ASSERT(step.state == state);
    RC_ASSERT(step.event_count == expected.size());
    for (std::uint32_t i = 0; i < step.event_count; ++i) RC_ASSERT(same(step.events[i], expected[i]));
}

TEST(SegmenterProperty, EqualsItsSlowTwin) {
    EXPECT_TRUE(rc::check([] {
        const VADConfig config = any_vad();
        RC_ASSERT(check(config).ok());
        Segmenter segmenter(config);
        reference::Segmenter twin(config);
        for (const std::uint16_t probability : any_probabilities()) {
            const auto expected = twin.process(probability);
            assert_same(segmenter.process(probability), expected, twin.state);
            if (probability % 16 == 0) {
                const std::uint32_t ms = probability / 40U;
                const auto after_gap = twin.advance_time(ms);
                assert_same(segmenter.advance_time(ms), after_gap, twin.state);
            }
        }
        const auto expected = twin.finish();
        assert_same(segmenter.finish(), expected, twin.state);
    }));
}

}  // namespace
}  // namespace audioengine
