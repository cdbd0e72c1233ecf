// The cut law over random configurations and inputs: what an engine hands out is a function of the bytes that came in,
// never of how they were cut, nor of where they lie in memory.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

#include "audioengine/engine.h"
#include "generators.h"
#include "support/run.h"

namespace audioengine {
namespace {

using test::any_config;
using test::any_input;
using test::Bytes;
using test::Output;

/// Pushed in pieces of random length, each copied to an address of random alignment.
Output run_in_pieces(AudioEngine& engine, std::span<const std::byte> input, test::Lcg random, std::uint32_t longest) {
    Output output;
    std::vector<std::byte> memory(longest + 16);
    while (!input.empty()) {
        const std::size_t length =
            std::min<std::size_t>({random.below(longest + 1), input.size(), engine.max_chunk_bytes()});
        const std::size_t offset = random.below(16);
        std::copy_n(input.begin(), length, memory.begin() + static_cast<std::ptrdiff_t>(offset));
        const PushResult result = engine.push(std::span(memory).subspan(offset, length));
        RC_ASSERT(result.ok());
        RC_ASSERT(result.audio.size() <= engine.max_output_bytes());
        output.add(result);
        input = input.subspan(length);
    }
    const PushResult last = engine.finish();
    RC_ASSERT(last.audio.size() <= engine.max_output_bytes());
    output.add(last);
    output.add_summary(engine);
    return output;
}

void assert_same(const Output& got, const Output& expected) {
    RC_ASSERT(got.audio == expected.audio);
    RC_ASSERT(test::serialise(got.blocks) == test::serialise(expected.blocks));
    RC_ASSERT(test::serialise(got.events) == test::serialise(expected.events));
    RC_ASSERT(got.summary == expected.summary);
}

TEST(EngineProperty, TheOutputDoesNotDependOnTheCut) {
    EXPECT_TRUE(rc::check([] {
        const EngineConfig config = any_config();
        RC_ASSERT(check(config).ok());
        const Bytes input = any_input(config);
        auto whole = AudioEngine::create(config);
        RC_ASSERT(whole.ok());
        const Output expected = test::run(whole.value(), input, test::Cut::all());

        auto pieces = AudioEngine::create(config);
        RC_ASSERT(pieces.ok());
        const test::Lcg random(*rc::gen::arbitrary<std::uint32_t>());
        const std::uint32_t longest = *rc::gen::element<std::uint32_t>(3, 100, 1000, 10000);
        assert_same(run_in_pieces(pieces.value(), input, random, longest), expected);
        pieces.value().reset();
        assert_same(run_in_pieces(pieces.value(), input, random, longest), expected);
    }));
}

TEST(EngineProperty, LengthsAndBlocksAreExact) {
    EXPECT_TRUE(rc::check([] {
        const EngineConfig config = any_config();
        const Bytes input = any_input(config);
        auto engine = AudioEngine::create(config);
        RC_ASSERT(engine.ok());
        const Output output = test::run(engine.value(), input, test::Cut::odd());
        const std::uint64_t frames = input.size() / (bytes_per_sample(config.audio.format) * config.audio.channels);
        const std::uint64_t rate = config.audio.sample_rate;
        const std::uint64_t to = engine.value().output_rate_hz();
        RC_ASSERT(output.audio.size() == (frames * to + rate - 1) / rate * bytes_per_sample(config.output.format));
        RC_ASSERT(output.blocks.size() == (frames * kBlockRateHz + rate - 1) / rate / kBlockSamples);
        RC_ASSERT(engine.value().metrics().input_frames == frames);
    }));
}

TEST(EngineProperty, ValidationNeverFailsOnQuality) {
    EXPECT_TRUE(rc::check([] {
        const EngineConfig config = any_config();
        const Bytes input = any_input(config);
        const ValidationResult result = validate(config.audio, input);
        const std::size_t frame_bytes = bytes_per_sample(config.audio.format) * config.audio.channels;
        if (input.empty())
            RC_ASSERT(result.status == Status::empty_input);
        else if (has(result.findings, kWrongFormat))  // a file, or bytes that look like another format
            RC_ASSERT(result.status == Status::unsupported_format && result.position < input.size());
        else if (input.size() % frame_bytes != 0)
            RC_ASSERT(result.status == Status::truncated_frame);
        else
            RC_ASSERT(result.ok());
    }));
}

}  // namespace
}  // namespace audioengine
