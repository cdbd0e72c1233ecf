// A stream of any configuration, cut at any byte and carried on in another engine, gives the same bits.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "audioengine/engine.h"
#include "generators.h"
#include "support/run.h"

namespace audioengine {
namespace {

using test::Bytes;
using test::Output;

AudioEngine engine(const EngineConfig& config) { return std::move(AudioEngine::create(config)).value(); }

TEST(SnapshotProperty, AStreamGoesOnElsewhereFromAnyByte) {
    EXPECT_TRUE(rc::check([] {
        const EngineConfig config = test::any_config();
        const Bytes input = test::any_input(config);
        const auto at = *rc::gen::inRange<std::size_t>(0, input.size() + 1);
        const auto audio = *rc::gen::element(SnapshotAudio::with_pre_buffer, SnapshotAudio::without_pre_buffer);
        AudioEngine stays = engine(config);
        AudioEngine goes_on = engine(config);
        (void)test::run(stays, std::span(input).first(at), test::Cut::odd(), false);
        if (*rc::gen::arbitrary<bool>()) (void)test::run(goes_on, test::any_input(config), test::Cut::all());

        Bytes snapshot(stays.snapshot({}, audio).bytes);
        RC_ASSERT(stays.snapshot(snapshot, audio).ok());
        RC_ASSERT(goes_on.restore(snapshot) == Status::ok);
        Bytes again(goes_on.snapshot({}, audio).bytes);
        RC_ASSERT(goes_on.snapshot(again, audio).ok());
        RC_ASSERT(again == snapshot);

        const Output expected = test::run(stays, std::span(input).subspan(at), test::Cut::odd());
        const Output got = test::run(goes_on, std::span(input).subspan(at), test::Cut::all());
        RC_ASSERT(got.audio == expected.audio);
        RC_ASSERT(test::serialise(got.blocks) == test::serialise(expected.blocks));
        RC_ASSERT(test::serialise(got.events) == test::serialise(expected.events));
        RC_ASSERT(got.summary == expected.summary);
    }));
}

}  // namespace
}  // namespace audioengine
