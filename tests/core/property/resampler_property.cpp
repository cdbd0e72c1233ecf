// The resampler over random rates, modes, changes of the mode and cuts: in pieces as in one, and exactly as many samples as there is time.
#include "audioengine/resampler.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

#include "generators.h"

namespace audioengine {
namespace {

using test::Samples;

ProcessingMode any_mode() {
    return *rc::gen::element(ProcessingMode::REALTIME, ProcessingMode::BALANCED, ProcessingMode::QUALITY);
}

/// Samples, and the mode from then on.
struct Stretch {
    Samples samples;
    ProcessingMode next;
};

void append(Samples& out, Resampler::Counts counts, const Samples& room) {
    RC_ASSERT(counts.status == Status::ok);
    out.insert(out.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(counts.produced));
}

Samples resampled(Resampler& resampler, const std::vector<Stretch>& stretches, std::size_t longest) {
    Samples out;
    Samples room(resampler.max_output_samples(longest));
    test::Lcg random(static_cast<std::uint32_t>(longest));
    for (const Stretch& stretch : stretches) {
        for (std::span<const std::int16_t> rest = stretch.samples; !rest.empty();) {
            const std::size_t piece = longest < 2000 ? random.below(static_cast<std::uint32_t>(longest) + 1) : longest;
            const auto now = rest.first(std::min(piece, rest.size()));
            append(out, resampler.process(now, room), room);
            rest = rest.subspan(now.size());
        }
        resampler.set_mode(stretch.next);
    }
    room.resize(resampler.max_flush_samples());
    append(out, resampler.flush(room), room);
    return out;
}

TEST(ResamplerProperty, CutAnywhereAndSwitchedItGivesTheSameAndTheExactCount) {
    EXPECT_TRUE(rc::check([] {
        const std::uint32_t from = test::any_rate();
        const std::uint32_t to = test::any_rate();
        const ProcessingMode mode = any_mode();
        const bool switchable = *rc::gen::arbitrary<bool>();
        std::vector<Stretch> stretches;
        std::uint64_t count = 0;
        for (std::size_t i = *rc::gen::inRange<std::size_t>(0, 4); i > 0; --i) {
            const auto samples = *rc::gen::inRange<std::size_t>(0, 1500);
            stretches.push_back({test::noise(samples, 32767, *rc::gen::arbitrary<std::uint32_t>()), any_mode()});
            count += samples;
        }
        const auto create = [&] {
            return std::move(switchable ? Resampler::create_switchable(from, to, mode)
                                        : Resampler::create(from, to, mode))
                .value();
        };
        Resampler whole = create();
        const Samples expected = resampled(whole, stretches, 2000);
        RC_ASSERT(expected.size() == (count * to + from - 1) / from);
        Resampler pieces = create();
        RC_ASSERT(resampled(pieces, stretches, *rc::gen::element<std::size_t>(1, 7, 100, 999)) == expected);
        pieces.reset();
        pieces.set_mode(mode);
        RC_ASSERT(resampled(pieces, stretches, 333) == expected);
    }));
}

}  // namespace
}  // namespace audioengine
