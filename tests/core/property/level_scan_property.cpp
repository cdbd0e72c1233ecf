// The level scan of any samples in any pieces is the slow scan of the whole.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "generators.h"
#include "reference/level_scan_reference.h"

namespace audioengine {
namespace {

TEST(LevelScanProperty, PiecesAddUpToTheWhole) {
    EXPECT_TRUE(rc::check([] {
        // Runs of one value, so that full scale comes in rows, and across the borders of pieces.
        test::Samples samples;
        for (std::size_t runs = *rc::gen::inRange<std::size_t>(0, 30); runs > 0; --runs) {
            const auto value = *rc::gen::oneOf(rc::gen::element<std::int16_t>(0, 32767, -32768, 32766, -32767),
                                               rc::gen::arbitrary<std::int16_t>());
            samples.insert(samples.end(), *rc::gen::inRange<std::size_t>(1, 300), value);
        }
        const auto near_clip_level = *rc::gen::inRange<std::int32_t>(1, 32769);
        LevelScan scan;
        for (std::span<const std::int16_t> rest = samples; !rest.empty();) {
            const auto piece = rest.first(std::min(rest.size(), *rc::gen::inRange<std::size_t>(0, 700)));
            scan.add(piece, near_clip_level);
            rest = rest.subspan(piece.size());
        }
        RC_ASSERT(reference::numbers_of(scan) == reference::numbers_of(reference::scan(samples, near_clip_level)));
    }));
}

}  // namespace
}  // namespace audioengine
