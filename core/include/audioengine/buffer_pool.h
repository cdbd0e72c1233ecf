// Blocks of memory of one size, allocated once and lent out again and again.
//
//     auto pool = audioengine::BufferPool::create({.block_bytes = 960, .blocks = 8}).value();
//     if (auto lease = pool.take()) use(lease.bytes());           // goes back by itself
//     hand_over(std::move(lease).to_remote());                    // may be given back on another thread
//
// One thread owns a pool: it creates it, takes blocks and gives leases back, for the price of a list operation. Another
// thread may only give back, and only what `to_remote` made for it: lock-free, onto a list that the owner takes over as
// a whole (so that no block can be mistaken for another, the ABA problem). The pool must outlive all leases.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "audioengine/result.h"

namespace audioengine {

/// What `take` does when every block is lent out.
enum class ExhaustionPolicy : std::uint8_t {
    fail,      ///< Answers with an empty lease. For audio callbacks and worklets.
    allocate,  ///< Allocates another block, counted; it then belongs to the pool.
};

struct BufferPoolConfig {
    std::size_t block_bytes = 4096;  ///< 1 byte and more.
    std::size_t blocks = 16;         ///< 1 and more; all of them together at most 1 GiB.
    ExhaustionPolicy exhaustion = ExhaustionPolicy::allocate;
};

struct BufferPoolStats {
    std::uint64_t blocks = 0;      ///< That belong to the pool.
    std::uint64_t in_use = 0;      ///< Lent out.
    std::uint64_t high_water = 0;  ///< The most that were out at once, with those that another thread had given back
                                   ///< but the owner not yet needed.
    std::uint64_t taken = 0;       ///< Leases given.
    std::uint64_t exhausted = 0;   ///< Times that no block was free.
    std::uint64_t allocated = 0;   ///< Blocks added because of that.
    std::uint64_t memory_bytes = 0;
};

class BufferPool {
    struct Block {
        Block* next;
    };
    struct State {
        Block* refill() noexcept;
        void collect() noexcept;
        [[nodiscard]] Block* allocate_block() noexcept;
        void give_back(Block* block) noexcept {
            block->next = free;
            free = block;
            --stats.in_use;
        }
        void give_back_remote(Block* block) noexcept {
            block->next = returned.load(std::memory_order_relaxed);
            while (!returned.compare_exchange_weak(block->next, block, std::memory_order_release,
                                                   std::memory_order_relaxed)) {
            }
        }
        ~State();

        struct Extra;  // a block allocated later

        // Read by every thread, written by none.
        BufferPoolConfig config;
        std::size_t stride = 0;  // from block to block
        std::unique_ptr<std::byte[]> memory;
        // Of the owner.
        alignas(64) Block* free = nullptr;
        Extra* extras = nullptr;
        BufferPoolStats stats;
        // What other threads gave back.
        alignas(64) std::atomic<Block*> returned{nullptr};
    };

public:
    /// A block on loan, or none. Goes back at the end of its life: a `Lease` on the owner's thread, a `RemoteLease` on
    /// any thread (used by one at a time).
    template <bool kRemote>
    class BasicLease {
    public:
        BasicLease() noexcept = default;
        BasicLease(BasicLease&& other) noexcept : state_(other.state_), block_(std::exchange(other.block_, nullptr)) {}
        BasicLease& operator=(BasicLease&& other) noexcept {
            if (this == &other) return *this;
            give_back();
            state_ = other.state_;
            block_ = std::exchange(other.block_, nullptr);
            return *this;
        }
        ~BasicLease() { give_back(); }

        explicit operator bool() const noexcept { return block_ != nullptr; }

        /// The block, aligned to 64 bytes, holding whatever was in it; empty without one.
        [[nodiscard]] std::span<std::byte> bytes() const noexcept {
            if (block_ == nullptr) return {};
            return {reinterpret_cast<std::byte*>(block_), state_->config.block_bytes};
        }

        /// Gives the block back now. Same thread as the end of its life; without a block, nothing.
        void give_back() noexcept {
            if (block_ == nullptr) return;
            if constexpr (kRemote) {
                state_->give_back_remote(std::exchange(block_, nullptr));
            } else {
                state_->give_back(std::exchange(block_, nullptr));
            }
        }

        /// Owner's thread. The same loan for another thread: it leaves the owner's hands here.
        [[nodiscard]] BasicLease<true> to_remote() && noexcept {
            return BasicLease<true>(state_, std::exchange(block_, nullptr));
        }

    private:
        friend class BufferPool;
        template <bool>
        friend class BasicLease;
        BasicLease(State* state, Block* block) noexcept : state_(state), block_(block) {}
        State* state_ = nullptr;
        Block* block_ = nullptr;
    };
    using Lease = BasicLease<false>;
    using RemoteLease = BasicLease<true>;

    /// Allocates everything. Errors: `bad_buffer_size`, `bad_strategy`, `out_of_memory`; the field is named.
    static Result<BufferPool> create(const BufferPoolConfig& config = {}) noexcept;

    /// Owner's thread. Lends a block; none when exhausted.
    [[nodiscard]] Lease take() noexcept {
        Block* block = state_->free != nullptr ? state_->free : state_->refill();
        if (block == nullptr) return {};
        state_->free = block->next;
        BufferPoolStats& stats = state_->stats;
        ++stats.taken;
        if (++stats.in_use > stats.high_water) stats.high_water = stats.in_use;
        return Lease(state_.get(), block);
    }

    /// Owner's thread. Counters, after fetching what other threads gave back.
    [[nodiscard]] BufferPoolStats stats() noexcept;
    [[nodiscard]] BufferPoolStats metrics() noexcept { return stats(); }

    /// Any thread.
    [[nodiscard]] std::size_t block_bytes() const noexcept { return state_->config.block_bytes; }

private:
    explicit BufferPool(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
    std::unique_ptr<State> state_;  // leases point to it, so the pool itself may move
};

}  // namespace audioengine
