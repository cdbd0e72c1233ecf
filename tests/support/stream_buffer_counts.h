// A stream buffer's counters under their names, for comparing it with its slow twin.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "audioengine/stream_buffer.h"
#include "reference/stream_buffer_reference.h"

namespace audioengine::test {

using Counts = std::vector<std::pair<std::string_view, std::uint64_t>>;

/// All but those that are known from `create` on.
inline Counts counts_of(const BufferStats& stats) {
    return {{"added_frames", stats.added_frames},
            {"gap_frames", stats.gap_frames},
            {"read_frames", stats.read_frames},
            {"dropped_frames", stats.dropped_frames},
            {"cleared_frames", stats.cleared_frames},
            {"filled_frames", stats.filled_frames},
            {"refused_calls", stats.refused_calls},
            {"overflows", stats.overflows},
            {"underflows", stats.underflows},
            {"partial_bytes", stats.partial_bytes},
            {"packets", stats.packets},
            {"reordered", stats.reordered},
            {"lost", stats.lost},
            {"late", stats.late},
            {"duplicates", stats.duplicates},
            {"sequence_jumps", stats.sequence_jumps},
            {"available_frames", stats.available_frames},
            {"waiting_frames", stats.waiting_frames},
            {"high_water_frames", stats.high_water_frames},
            {"state", static_cast<std::uint64_t>(stats.state)}};
}

inline Counts counts_of(const reference::StreamBuffer& twin) {
    BufferStats stats = twin.counts;
    stats.added_frames += twin.waiting_frames();
    stats.available_frames = twin.queue.size();
    stats.waiting_frames = twin.waiting_frames();
    stats.state = twin.state;
    return counts_of(stats);
}

/// added + gap == read + dropped + cleared + available + waiting
inline bool balances(const BufferStats& stats) {
    return stats.added_frames + stats.gap_frames == stats.read_frames + stats.dropped_frames + stats.cleared_frames +
                                                        stats.available_frames + stats.waiting_frames;
}

}  // namespace audioengine::test
