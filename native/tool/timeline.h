// The course of a whole stream in a fixed amount of memory, for plotting: when a row of columns is full, neighbours are
// merged and each column covers twice the time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "audioengine/vad.h"

namespace audioengine::tool {

/// At most `kMaxColumns` columns of `units_per_column()` units each; the last may cover fewer. `Column` needs `merge`.
template <class Column>
class FoldingRow {
public:
    static constexpr std::size_t kMaxColumns = 2048;

    void add(const Column& unit) {
        if (units_ % units_per_column_ == 0) {
            if (columns_.size() == kMaxColumns) fold();
        }
        if (units_ % units_per_column_ == 0) {
            columns_.push_back(unit);
        } else {
            columns_.back().merge(unit);
        }
        ++units_;
    }
    [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
    [[nodiscard]] std::uint64_t units_per_column() const { return units_per_column_; }

private:
    void fold() {
        for (std::size_t i = 0; i < kMaxColumns / 2; ++i) {
            columns_[i] = columns_[2 * i];
            columns_[i].merge(columns_[2 * i + 1]);
        }
        columns_.resize(kMaxColumns / 2);
        units_per_column_ *= 2;
    }

    std::vector<Column> columns_;
    std::uint64_t units_ = 0;
    std::uint64_t units_per_column_ = 1;
};

struct WaveColumn {
    std::int16_t low = 0;
    std::int16_t high = 0;
    void merge(const WaveColumn& other) {
        low = std::min(low, other.low);
        high = std::max(high, other.high);
    }
};

/// Lowest, highest and sum of one quantity over a column.
struct RangeColumn {
    std::int32_t low = 0;
    std::int32_t high = 0;
    std::int64_t sum = 0;
    std::uint32_t count = 0;
    static RangeColumn of(std::int32_t value) { return {value, value, value, 1}; }
    void merge(const RangeColumn& other) {
        low = std::min(low, other.low);
        high = std::max(high, other.high);
        sum += other.sum;
        count += other.count;
    }
    [[nodiscard]] double mean() const { return static_cast<double>(sum) / count; }
};

struct Segment {
    std::uint64_t start_ms = 0;
    std::uint64_t end_ms = 0;
};

/// How much of each stretch of time lies in segments. At most `kMaxBins` bins of `bin_ms()`; they double as time goes on.
class SpeechShare {
public:
    static constexpr std::size_t kMaxBins = 2048;

    /// Segments come in order and do not overlap.
    void add(const Segment& segment);
    [[nodiscard]] std::uint64_t bin_ms() const { return bin_ms_; }
    [[nodiscard]] std::size_t bins() const { return speech_ms_.size(); }
    /// 0 to 1.
    [[nodiscard]] double share(std::size_t bin) const {
        return static_cast<double>(speech_ms_[bin]) / static_cast<double>(bin_ms_);
    }

private:
    std::vector<std::uint64_t> speech_ms_;
    std::uint64_t bin_ms_ = kBlockMs;
};

class Timeline {
public:
    void add_samples(std::span<const std::int16_t> mono);
    /// `threshold_dbfs_x100` is the detector's level threshold after the block.
    void add_block(const BlockResult& block, std::int32_t threshold_dbfs_x100);
    void add_segment(const Segment& segment);

    [[nodiscard]] const FoldingRow<WaveColumn>& wave() const { return wave_; }
    [[nodiscard]] const FoldingRow<RangeColumn>& score_q15() const { return score_q15_; }
    [[nodiscard]] const FoldingRow<RangeColumn>& level_dbfs_x100() const { return level_dbfs_x100_; }
    [[nodiscard]] const FoldingRow<RangeColumn>& threshold_dbfs_x100() const { return threshold_dbfs_x100_; }
    [[nodiscard]] const SpeechShare& speech() const { return speech_; }
    /// The first `kMaxNumbered` segments, to be numbered.
    [[nodiscard]] const std::vector<Segment>& first_segments() const { return first_segments_; }
    [[nodiscard]] std::uint64_t samples() const { return samples_; }

private:
    static constexpr std::size_t kMaxNumbered = 100;

    FoldingRow<WaveColumn> wave_;
    FoldingRow<RangeColumn> score_q15_;
    FoldingRow<RangeColumn> level_dbfs_x100_;
    FoldingRow<RangeColumn> threshold_dbfs_x100_;
    SpeechShare speech_;
    std::vector<Segment> first_segments_;
    std::uint64_t samples_ = 0;
};

}  // namespace audioengine::tool
