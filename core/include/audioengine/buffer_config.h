// What can be chosen about an AudioStreamBuffer (stream_buffer.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "audioengine/result.h"

namespace audioengine {

/// What gives way when new audio does not fit into the limit.
enum class OverflowStrategy : std::uint8_t {
    drop_oldest,  ///< Queued frames, the oldest first.
    drop_newest,  ///< The frames that do not fit; the answer is false.
    error,        ///< Nothing: `buffer_full`, and nothing is stored.
};

/// What a reader gets when the queue is too short while playing.
enum class UnderflowStrategy : std::uint8_t {
    silence,  ///< A fade out and silence.
    repeat,   ///< The last audio again (backwards, so that nothing jumps), fading over `repeat_ms`; then silence.
    error,    ///< `buffer_empty`, and nothing is taken.
};

/// Of `prebuffer_ms`: as the processing mode says.
inline constexpr std::uint32_t kPrebufferByMode = UINT32_MAX;

struct BufferConfig {
    std::size_t max_size_bytes = 1024 * 1024;  ///< The limit: this, one frame to 1 GiB,
    std::uint32_t max_duration_ms = 5000;      ///< or this, 1 to 600000; whichever is reached first.
    OverflowStrategy overflow_strategy = OverflowStrategy::drop_oldest;
    UnderflowStrategy underflow_strategy = UnderflowStrategy::silence;
    bool pre_allocate = true;  ///< Also touch all memory at `create`, so that no first use waits for a page.
    bool use_circular = true;  ///< Accepted, without effect: it is always a ring.
    bool zero_copy = true;     ///< Accepted, without effect: `get_chunk` copies, `peek` does not.
    /// Start-up depth, up to the limit. By mode: REALTIME 0, BALANCED 60, QUALITY 200, or the limit if that is less.
    std::uint32_t prebuffer_ms = kPrebufferByMode;
    std::uint32_t repeat_ms = 60;       ///< 0 to 1000. More than 60 is heard as an echo.
    std::uint32_t fade_ms = 5;          ///< 0 to 100; 0: cut hard.
    std::uint32_t reorder_packets = 0;  ///< How many later packets may overtake one, 0 to 64. Takes memory for so many
                                        ///< packets and one more.
    std::uint32_t max_packet_ms = 200;  ///< The longest packet, 1 to 1000.
    std::uint32_t sequence_bits = 32;   ///< Where sequence numbers wrap: 32 or 16 (RTP).
};

/// The first broken rule, with the field's name ("buffer.repeat_ms"); the value `true` when there is none.
Result<bool> check(const BufferConfig& config) noexcept;

/// "drop_oldest", "drop_newest", "error"; "silence", "repeat", "error"; "" for a value outside the enumeration.
const char* name_of(OverflowStrategy strategy) noexcept;
const char* name_of(UnderflowStrategy strategy) noexcept;
/// Reads a name, exact lower case. False and `out` untouched when unknown.
[[nodiscard]] bool parse(std::string_view name, OverflowStrategy& out) noexcept;
[[nodiscard]] bool parse(std::string_view name, UnderflowStrategy& out) noexcept;

}  // namespace audioengine
