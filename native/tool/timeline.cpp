#include "timeline.h"

namespace audioengine::tool {

void SpeechShare::add(const Segment& segment) {
    while (segment.end_ms > bin_ms_ * kMaxBins) {
        speech_ms_.resize((speech_ms_.size() + 1) / 2 * 2);
        for (std::size_t i = 0; i < speech_ms_.size() / 2; ++i) {
            speech_ms_[i] = speech_ms_[2 * i] + speech_ms_[2 * i + 1];
        }
        speech_ms_.resize(speech_ms_.size() / 2);
        bin_ms_ *= 2;
    }
    for (std::uint64_t from_ms = segment.start_ms; from_ms < segment.end_ms;) {
        const std::size_t bin = from_ms / bin_ms_;
        const std::uint64_t to_ms = std::min(segment.end_ms, (bin + 1) * bin_ms_);
        if (bin >= speech_ms_.size()) speech_ms_.resize(bin + 1);
        speech_ms_[bin] += to_ms - from_ms;
        from_ms = to_ms;
    }
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
    speech_.add(segment);
    if (first_segments_.size() < kMaxNumbered) first_segments_.push_back(segment);
}

}  // namespace audioengine::tool
