// Metrics for other threads: the engine's thread publishes a copy, any thread reads the last one whole.
//
//     audioengine::SharedMetrics shared;                              // outlives both threads' use of it
//     shared.publish(engine.metrics());                               // the engine's thread, as often as it likes
//     audioengine::AudioMetrics metrics;
//     if (shared.read(metrics)) show(metrics);                        // any thread
//
// A sequence lock (H.-J. Boehm, "Can seqlocks get along with programming language memory models?", 2012) over atomic
// words: the writer never waits, whatever the readers do; a reader that was overtaken tries again. Works in WebAssembly
// with and without threads.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "audioengine/metrics.h"

namespace audioengine {

/// The last published value of a type whose bytes may be copied. Not movable: other threads know where it is.
template <class Value>
class SharedCopy {
    static_assert(std::is_trivially_copyable_v<Value>, "its bytes are copied");

public:
    static constexpr std::uint32_t kAttempts = 100;

    SharedCopy() noexcept = default;
    SharedCopy(const SharedCopy&) = delete;
    SharedCopy& operator=(const SharedCopy&) = delete;

    /// One thread, always the same (or handed over in order). Wait-free: one copy of the value.
    void publish(const Value& value) noexcept {
        const auto* const from = reinterpret_cast<const std::byte*>(&value);
        const std::size_t version = version_.load(std::memory_order_relaxed);
        version_.store(version + 1, std::memory_order_relaxed);  // odd: being written
        for (std::size_t i = 0; i < kWords; ++i) {
            Word word = 0;
            std::memcpy(&word, from + i * sizeof(Word), length_of(i));
            // A reader that sees this word also sees the odd version when it looks again.
            words_[i].store(word, std::memory_order_release);
        }
        version_.store(version + 2, std::memory_order_release);
    }

    /// Any thread. Copies the last published value into `out`. False, and `out` untouched: nothing was published yet, or
    /// in each of `attempts` attempts the writer was at work.
    [[nodiscard]] bool read(Value& out, std::uint32_t attempts = kAttempts) const noexcept {
        std::array<Word, kWords> copy;
        for (; attempts > 0; --attempts) {
            const std::size_t before = version_.load(std::memory_order_acquire);
            if (before == 0) return false;
            if (before % 2 != 0) continue;
            for (std::size_t i = 0; i < kWords; ++i) copy[i] = words_[i].load(std::memory_order_acquire);
            if (version_.load(std::memory_order_relaxed) != before) continue;
            std::memcpy(static_cast<void*>(&out), copy.data(), sizeof(Value));
            return true;
        }
        return false;
    }

    /// Any thread. How often a value was published (half of a counter that wraps).
    [[nodiscard]] std::size_t published() const noexcept { return version_.load(std::memory_order_acquire) / 2; }

private:
    using Word = std::size_t;  // what every machine stores in one piece
    static_assert(std::atomic<Word>::is_always_lock_free);
    static constexpr std::size_t kWords = (sizeof(Value) + sizeof(Word) - 1) / sizeof(Word);
    static constexpr std::size_t length_of(std::size_t word) noexcept {
        const std::size_t rest = sizeof(Value) - word * sizeof(Word);
        return rest < sizeof(Word) ? rest : sizeof(Word);
    }

    std::atomic<std::size_t> version_{0};
    std::array<std::atomic<Word>, kWords> words_{};
};

using SharedMetrics = SharedCopy<AudioMetrics>;

}  // namespace audioengine
