#include "timeline.h"

namespace audioengine::tool {
namespace {
constexpr std::size_t kMaxSegments = 1000;
}

void Timeline::add_samples(std::span<const std::int16_t> mono) {
    for (const std::int16_t sample : mono) wave_.add({sample, sample});
    samples_ += mono.size();
}

void Timeline::add_block(const BlockResult& block, std::int32_t threshold_dbfs_x100) {
    score_q15_.add(RangeColumn::of(block.probability_q15));
    level_dbfs_x100_.add(RangeColumn::of(block.level_dbfs_x100));
    threshold_dbfs_x100_.add(RangeColumn::of(threshold_dbfs_x100));
}

void Timeline::add_segment(const Segment& segment) {
    segments_.push_back(segment);
    while (segments_.size() > kMaxSegments) {
        std::size_t kept = 0;
        for (std::size_t i = 1; i < segments_.size(); ++i) {
            if (segments_[i].start_ms - segments_[kept].end_ms < merge_gap_ms_) {
                segments_[kept].end_ms = segments_[i].end_ms;
            } else {
                segments_[++kept] = segments_[i];
            }
        }
        segments_.resize(kept + 1);
        merge_gap_ms_ *= 2;
    }
}

}  // namespace audioengine::tool
