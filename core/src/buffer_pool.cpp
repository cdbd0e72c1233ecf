#include "audioengine/buffer_pool.h"

namespace audioengine {

namespace {

constexpr std::size_t kAlignment = 64;  // a cache line: two blocks never share one
constexpr std::size_t kMaxBytes = std::size_t{1} << 30U;

std::byte* aligned(std::byte* at) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(at);
    return at + (kAlignment - address % kAlignment) % kAlignment;
}

}  // namespace

struct BufferPool::State::Extra {
    Extra* next;
};

Result<BufferPool> BufferPool::create(const BufferPoolConfig& config) noexcept {
    if (config.block_bytes == 0 || config.block_bytes > kMaxBytes) return {Status::bad_buffer_size, "pool.block_bytes"};
    if (config.exhaustion != ExhaustionPolicy::fail && config.exhaustion != ExhaustionPolicy::allocate)
        return {Status::bad_strategy, "pool.exhaustion"};
    const std::size_t stride = (config.block_bytes + kAlignment - 1) / kAlignment * kAlignment;
    if (config.blocks == 0 || config.blocks > kMaxBytes / stride) return {Status::bad_buffer_size, "pool.blocks"};

    std::unique_ptr<State> state(new (std::nothrow) State);
    if (!state) return Status::out_of_memory;
    state->memory.reset(new (std::nothrow) std::byte[config.blocks * stride + kAlignment]());  // touched now, not later
    if (!state->memory) return Status::out_of_memory;
    state->config = config;
    state->stride = stride;
    std::byte* const first = aligned(state->memory.get());
    for (std::size_t i = config.blocks; i > 0; --i) state->free = new (first + (i - 1) * stride) Block{state->free};
    state->stats.blocks = config.blocks;
    state->stats.memory_bytes = sizeof(BufferPool) + sizeof(State) + config.blocks * stride + kAlignment;
    return BufferPool(std::move(state));
}

BufferPool::State::~State() {
    while (extras != nullptr) {
        auto* const raw = reinterpret_cast<std::byte*>(std::exchange(extras, extras->next));
        delete[] raw;
    }
}

// The free list is empty: what others gave back, or a new block, as the policy says.
BufferPool::Block* BufferPool::State::refill() noexcept {
    collect();
    if (free != nullptr) return free;
    ++stats.exhausted;
    return config.exhaustion == ExhaustionPolicy::allocate ? allocate_block() : nullptr;
}

void BufferPool::State::collect() noexcept {
    Block* block = returned.exchange(nullptr, std::memory_order_acquire);
    while (block != nullptr) give_back(std::exchange(block, block->next));
}

BufferPool::Block* BufferPool::State::allocate_block() noexcept {
    const std::size_t bytes = sizeof(Extra) + kAlignment + stride;
    auto* const raw = new (std::nothrow) std::byte[bytes];
    if (raw == nullptr) return nullptr;
    extras = new (raw) Extra{extras};
    ++stats.allocated;
    ++stats.blocks;
    stats.memory_bytes += bytes;
    return new (aligned(raw + sizeof(Extra))) Block{nullptr};
}

BufferPoolStats BufferPool::stats() noexcept {
    state_->collect();
    return state_->stats;
}

}  // namespace audioengine
