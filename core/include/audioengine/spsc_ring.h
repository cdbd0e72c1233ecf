// A ring of bytes between two threads: one producer, one consumer, wait-free on both sides.
// Nothing else in the core is used by two threads at once (but a BufferPool's way back for blocks).
//
// Every call takes a bounded number of steps, whatever the other side does; nothing blocks, spins or allocates. What the
// producer wrote is read whole and in order.
//
//     auto ring = audioengine::SpscRing::create(960 * 10).value();    // before the threads start
//     ring.write_all(chunk);                                          // the producer, for example an audio callback
//     const std::size_t got = ring.read(out);                         // the consumer
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "audioengine/result.h"
#include "audioengine/ring_view.h"

namespace audioengine {

class SpscRing {
public:
    /// A ring for at least `min_bytes`, 1 to 1 GiB; the capacity is the next power of two. Error: `bad_buffer_size`.
    static Result<SpscRing> create(std::size_t min_bytes) noexcept {
        constexpr std::size_t kMaxBytes = std::size_t{1} << 30U;
        if (min_bytes == 0 || min_bytes > kMaxBytes) return {Status::bad_buffer_size, "min_bytes"};
        std::size_t capacity = 1;
        while (capacity < min_bytes) capacity *= 2;
        SpscRing ring;
        ring.bytes_.reset(new (std::nothrow) std::byte[capacity]());  // touched now, not by the first write
        if (!ring.bytes_) return Status::out_of_memory;
        ring.capacity_ = capacity;
        return ring;
    }

    /// Moving: only while no other thread uses either ring.
    SpscRing(SpscRing&& other) noexcept { take(other); }
    SpscRing& operator=(SpscRing&& other) noexcept {
        if (this != &other) take(other);
        return *this;
    }

    /// Producer. Writes as much as fits and returns how many bytes: all of them, or the first part.
    std::size_t write(std::span<const std::byte> data) noexcept {
        const std::size_t at = producer_.position.load(std::memory_order_relaxed);
        const std::size_t count = std::min(data.size(), room(at, data.size()));
        copy_in(at, data.first(count));
        producer_.position.store(at + count, std::memory_order_release);
        return count;
    }

    /// Producer. Writes everything or nothing, so that no frame is torn.
    bool write_all(std::span<const std::byte> data) noexcept {
        const std::size_t at = producer_.position.load(std::memory_order_relaxed);
        if (room(at, data.size()) < data.size()) return false;
        copy_in(at, data);
        producer_.position.store(at + data.size(), std::memory_order_release);
        return true;
    }

    /// Producer. How much fits at least; more once the consumer has read.
    [[nodiscard]] std::size_t writable() noexcept {
        return room(producer_.position.load(std::memory_order_relaxed), capacity_);
    }

    /// Consumer. Reads what is there, at most `out.size()` bytes, and returns how many.
    std::size_t read(std::span<std::byte> out) noexcept {
        const std::size_t at = consumer_.position.load(std::memory_order_relaxed);
        const std::size_t count = std::min(out.size(), filled(at, out.size()));
        copy_out(at, out.first(count));
        consumer_.position.store(at + count, std::memory_order_release);
        return count;
    }

    /// Consumer. How much can be read at least; more once the producer has written.
    [[nodiscard]] std::size_t readable() noexcept {
        return filled(consumer_.position.load(std::memory_order_relaxed), capacity_);
    }

    /// Consumer. Everything readable, without taking it. Holds until the consumer's next `read` or `skip`.
    [[nodiscard]] RingView peek() noexcept {
        const std::size_t at = consumer_.position.load(std::memory_order_relaxed);
        const std::size_t count = filled(at, capacity_);
        const std::size_t before_wrap = std::min(count, capacity_ - offset(at));
        return {{bytes_.get() + offset(at), before_wrap}, {bytes_.get(), count - before_wrap}};
    }

    /// Consumer. Takes bytes without copying them, at most what is readable; returns how many.
    std::size_t skip(std::size_t bytes) noexcept {
        const std::size_t at = consumer_.position.load(std::memory_order_relaxed);
        const std::size_t count = std::min(bytes, filled(at, bytes));
        consumer_.position.store(at + count, std::memory_order_release);
        return count;
    }

    /// Any thread.
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    /// Any thread.
    [[nodiscard]] std::size_t memory_bytes() const noexcept { return sizeof(SpscRing) + capacity_; }

private:
    /// What one side owns: where it stands (it alone writes it), and where it last saw the other side. On cache lines of
    /// its own, two of them, for processors fetch lines in pairs.
    struct alignas(128) Side {
        std::atomic<std::size_t> position{0};  // counts bytes and wraps with the type; the capacity divides its range
        std::size_t other_seen = 0;
        void take(Side& other) noexcept {
            position.store(other.position.exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
            other_seen = std::exchange(other.other_seen, 0);
        }
    };

    SpscRing() noexcept = default;
    void take(SpscRing& other) noexcept {
        bytes_ = std::move(other.bytes_);
        capacity_ = std::exchange(other.capacity_, 0);
        producer_.take(other.producer_);
        consumer_.take(other.consumer_);
    }

    [[nodiscard]] std::size_t offset(std::size_t position) const noexcept { return position & (capacity_ - 1); }

    // The other side's position is fetched only when the one last seen does not promise enough.
    std::size_t room(std::size_t at, std::size_t wanted) noexcept {
        if (capacity_ - (at - producer_.other_seen) < wanted)
            producer_.other_seen = consumer_.position.load(std::memory_order_acquire);
        return capacity_ - (at - producer_.other_seen);
    }
    std::size_t filled(std::size_t at, std::size_t wanted) noexcept {
        if (consumer_.other_seen - at < wanted)
            consumer_.other_seen = producer_.position.load(std::memory_order_acquire);
        return consumer_.other_seen - at;
    }

    void copy_in(std::size_t at, std::span<const std::byte> data) noexcept {
        const std::size_t before_wrap = std::min(data.size(), capacity_ - offset(at));
        copy(bytes_.get() + offset(at), data.data(), before_wrap);
        copy(bytes_.get(), data.data() + before_wrap, data.size() - before_wrap);
    }
    void copy_out(std::size_t at, std::span<std::byte> out) const noexcept {
        const std::size_t before_wrap = std::min(out.size(), capacity_ - offset(at));
        copy(out.data(), bytes_.get() + offset(at), before_wrap);
        copy(out.data() + before_wrap, bytes_.get(), out.size() - before_wrap);
    }
    static void copy(std::byte* to, const std::byte* from, std::size_t count) noexcept {
        if (count != 0) std::memcpy(to, from, count);  // of nothing, the pointers may be null
    }

    std::unique_ptr<std::byte[]> bytes_;
    std::size_t capacity_ = 0;
    Side producer_;
    Side consumer_;
};

}  // namespace audioengine
