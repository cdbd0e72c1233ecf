// Blocks of memory of one size, allocated once and lent out again and again.
//
//     auto pool = audioengine::BufferPool::create({.block_bytes = 960, .blocks = 8}).value();
//     if (auto lease = pool.take()) use(lease.bytes());                   // goes back by itself
//     hand_over(std::move(lease).to_remote());                            // may end on another thread
//
// One thread owns a pool: it creates it, takes blocks and gives leases back, for the price of a list operation. Only a
// RemoteLease may be given back by another thread: lock-free, onto a list that the owner empties as a whole (so no block
// can be mistaken for another, the ABA problem). The pool must outlive all leases; its memory only ever grows.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "audioengine/result.h"

namespace audioengine {

/// What `take` does when every block is lent out.
enum class ExhaustionPolicy : std::uint8_t {
    fail,      ///< Answers with an empty lease. For audio callbacks and worklets.
    allocate,  ///< Allocates another block, counted, which then belongs to the pool.
};

struct BufferPoolConfig {
    std::size_t block_bytes = 4096;  ///< 1 byte to 1 GiB.
    std::size_t blocks = 16;         ///< 1 and more; all of them together at most 1 GiB.
    ExhaustionPolicy exhaustion = ExhaustionPolicy::allocate;
};

struct BufferPoolStats {
    std::uint64_t blocks = 0;      ///< That belong to the pool.
    std::uint64_t in_use = 0;      ///< Lent out.
    std::uint64_t high_water = 0;  ///< The most that were lent out at once, including blocks on their way back.
    std::uint64_t taken = 0;       ///< Leases given.
    std::uint64_t exhausted = 0;   ///< Times that no block was free.
    std::uint64_t allocated = 0;   ///< Blocks added because of that.
    std::uint64_t memory_bytes = 0;
};

class BufferPool {
    struct Block;
    struct State;

public:
    class RemoteLease;

    /// A block on loan; or nothing. Owner's thread.
    class Lease {
    public:
        Lease() noexcept = default;
        Lease(Lease&& other) noexcept
            : state_(std::exchange(other.state_, nullptr)), block_(std::exchange(other.block_, nullptr)) {}
        Lease& operator=(Lease&& other) noexcept {
            std::swap(state_, other.state_);
            std::swap(block_, other.block_);
            if (this != &other) other.give_back();
            return *this;
        }
        ~Lease() { give_back(); }

        explicit operator bool() const noexcept { return block_ != nullptr; }
        /// The block, aligned to 64 bytes, with whatever was in it; empty without one.
        [[nodiscard]] std::span<std::byte> bytes() const noexcept;
        /// Gives the block back before its time. Owner's thread.
        void give_back() noexcept;
        /// The same loan, to be given back on any thread. Owner's thread.
        RemoteLease to_remote() && noexcept { return RemoteLease(std::move(*this)); }

    private:
        friend class BufferPool;
        Lease(State* state, Block* block) noexcept : state_(state), block_(block) {}
        State* state_ = nullptr;
        Block* block_ = nullptr;
    };

    /// A block on loan that any one thread at a time may hold and give back.
    class RemoteLease {
    public:
        RemoteLease() noexcept = default;
        RemoteLease(RemoteLease&& other) noexcept
            : state_(std::exchange(other.state_, nullptr)), block_(std::exchange(other.block_, nullptr)) {}
        RemoteLease& operator=(RemoteLease&& other) noexcept {
            std::swap(state_, other.state_);
            std::swap(block_, other.block_);
            if (this != &other) other.give_back_remote();
            return *this;
        }
        ~RemoteLease() { give_back_remote(); }

        explicit operator bool() const noexcept { return block_ != nullptr; }
        [[nodiscard]] std::span<std::byte> bytes() const noexcept;
        /// Gives the block back before its time. Any thread; lock-free.
        void give_back_remote() noexcept;

    private:
        friend class Lease;
        explicit RemoteLease(Lease&& lease) noexcept
            : state_(std::exchange(lease.state_, nullptr)), block_(std::exchange(lease.block_, nullptr)) {}
        State* state_ = nullptr;
        Block* block_ = nullptr;
    };

    /// Allocates everything. Errors: `bad_buffer_size`, `bad_strategy`, with the field.
    static Result<BufferPool> create(const BufferPoolConfig& config = {}) noexcept;

    BufferPool(BufferPool&&) noexcept;  // leases stay valid
    BufferPool& operator=(BufferPool&&) noexcept;
    ~BufferPool();

    /// Lends a block. Empty when exhausted (or out of memory). Owner's thread.
    [[nodiscard]] Lease take() noexcept;

    /// Counters. Fetches what other threads gave back first. Owner's thread.
    [[nodiscard]] BufferPoolStats stats() noexcept;
    [[nodiscard]] BufferPoolStats metrics() noexcept { return stats(); }
    [[nodiscard]] std::size_t block_bytes() const noexcept;

private:
    explicit BufferPool(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace audioengine
