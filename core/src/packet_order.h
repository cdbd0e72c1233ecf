// Numbered packets back in order: a small window in which a packet waits for those that it overtook.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "audioengine/stream_buffer.h"

namespace audioengine {

class PacketOrder {
public:
    struct Settings {
        std::size_t window;            ///< Packets that may overtake one.
        std::uint32_t sequence_bits;   ///< Where numbers wrap.
        std::size_t max_packet_bytes;  ///< Length of a place.
        std::size_t start_bytes;       ///< How much waits at the start, so that the first packet is the lowest.
    };
    struct Counts {
        std::uint64_t packets = 0;
        std::uint64_t reordered = 0;
        std::uint64_t lost = 0;
        std::uint64_t late = 0;
        std::uint64_t duplicates = 0;
        std::uint64_t sequence_jumps = 0;
    };

    bool allocate(const Settings& settings) noexcept;

    /// `ok`, or why this packet must be refused.
    [[nodiscard]] Status judge(const Packet& packet) const noexcept;
    /// Counts and remembers a packet that was refused for `reason`.
    void refuse(const Packet& packet, Status reason) noexcept;
    /// Copies a packet that `judge` let pass. There must not be anything due.
    void accept(const Packet& packet) noexcept;
    /// How long the packet is that would be due once this one is accepted, if any.
    [[nodiscard]] std::optional<std::size_t> due_bytes_with(const Packet& packet) const noexcept;
    /// A number far off, but the successor of the last one that was.
    [[nodiscard]] bool confirms_jump(const Packet& packet) const noexcept;

    /// Whether it is the first packet's turn.
    [[nodiscard]] bool due() const noexcept;
    /// The first packet, and how many before it are given up with it. Only when not empty.
    [[nodiscard]] Packet front() const noexcept;
    [[nodiscard]] std::uint32_t lost_before_front() const noexcept;
    void pop() noexcept;

    /// Everything is due: nothing more is waited for.
    void flush() noexcept { flushing_ = true; }
    /// Forgets packets and numbers; the next packet is the first. Counts stay.
    void restart() noexcept;
    /// As newly allocated.
    void reset() noexcept;

    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }
    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

private:
    struct Place {
        std::uint32_t sequence = 0;
        std::optional<std::uint32_t> timestamp_frames;
        std::size_t size = 0;
        std::size_t at = 0;  // its bytes
    };
    [[nodiscard]] std::int32_t distance(std::uint32_t to, std::uint32_t from) const noexcept;
    [[nodiscard]] bool is_far(std::uint32_t sequence) const noexcept;
    [[nodiscard]] bool is_turn(std::size_t count, std::uint32_t first, std::size_t bytes) const noexcept;

    Settings settings_{};
    std::unique_ptr<std::byte[]> bytes_;
    std::unique_ptr<Place[]> places_;  // `count_` taken ones by number, then the free ones
    std::size_t count_ = 0;
    std::size_t waiting_bytes_ = 0;
    bool numbered_ = false;  // a packet has come: `next_` means something
    bool settled_ = false;   // a packet was handed out: `next_` is the next one
    bool flushing_ = false;
    std::uint32_t next_ = 0;
    std::uint32_t highest_ = 0;                // that has come
    std::uint64_t came_ = 0;                   // bit i: number `next_ - 1 - i` has come
    std::optional<std::uint32_t> after_jump_;  // the number that would confirm a jump
    Counts counts_;
};

}  // namespace audioengine
