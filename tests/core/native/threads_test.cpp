// What two threads may do at once. Built with the thread sanitizer where no other one is on.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "audioengine/buffer_pool.h"
#include "audioengine/shared_metrics.h"
#include "audioengine/spsc_ring.h"
#include "support/random.h"

namespace audioengine {
namespace {

/// Byte number i of an endless stream that no shift of itself resembles.
std::byte byte_at(std::uint64_t i) { return static_cast<std::byte>((i * 0x9E3779B97F4A7C15U) >> 56U); }

TEST(Threads, WhatOneSideWritesTheOtherReads) {
    constexpr std::uint64_t kTotal = 2000000;
    SpscRing ring = SpscRing::create(1000).value();
    std::thread producer([&] {
        test::Lcg random(1);
        std::vector<std::byte> chunk(2000);
        for (std::uint64_t sent = 0; sent < kTotal;) {
            const std::size_t count = std::min<std::uint64_t>(random.below(1500), kTotal - sent);
            for (std::size_t i = 0; i < count; ++i) chunk[i] = byte_at(sent + i);
            const std::span<const std::byte> bytes = std::span(chunk).first(count);
            const bool whole = random.below(2) == 0;
            const std::size_t written = whole ? (ring.write_all(bytes) ? count : 0) : ring.write(bytes);
            sent += written;
            if (written == 0) std::this_thread::yield();
        }
    });
    test::Lcg random(2);
    std::vector<std::byte> out(2000);
    std::uint64_t wrong = 0;
    for (std::uint64_t got = 0; got < kTotal;) {
        std::size_t count = 0;
        if (random.below(2) == 0) {
            count = ring.read(std::span(out).first(random.below(1500)));
            for (std::size_t i = 0; i < count; ++i) wrong += out[i] != byte_at(got + i) ? 1U : 0U;
        } else {
            const RingView view = ring.peek();
            for (const std::byte byte : view.first) wrong += byte != byte_at(got + count++) ? 1U : 0U;
            for (const std::byte byte : view.second) wrong += byte != byte_at(got + count++) ? 1U : 0U;
            EXPECT_EQ(ring.skip(count), count);
        }
        got += count;
        if (count == 0) std::this_thread::yield();
    }
    producer.join();
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(ring.readable(), 0U);
    EXPECT_EQ(ring.writable(), ring.capacity());
}

TEST(Threads, BlocksComeBackFromOtherThreads) {
    constexpr std::size_t kThreads = 3;
    constexpr std::uint64_t kLoans = 30000;
    BufferPool pool =
        BufferPool::create({.block_bytes = 100, .blocks = 8, .exhaustion = ExhaustionPolicy::fail}).value();
    // A mailbox of one loan for each thread.
    struct Mailbox {
        BufferPool::RemoteLease lease;
        std::atomic<bool> full{false};
    };
    Mailbox mailboxes[kThreads];
    std::atomic<std::uint64_t> wrong{0};
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (Mailbox& mailbox : mailboxes) {
        threads.emplace_back([&] {
            while (true) {
                const bool last = done.load(std::memory_order_acquire);
                if (mailbox.full.load(std::memory_order_acquire)) {
                    BufferPool::RemoteLease lease = std::move(mailbox.lease);
                    mailbox.full.store(false, std::memory_order_release);
                    const auto bytes = lease.bytes();
                    for (const std::byte byte : bytes) wrong += byte != bytes[0] ? 1U : 0U;
                    bytes[0] = std::byte{0xEE};  // a block that is lent twice would show it
                } else if (last) {
                    return;
                } else {
                    std::this_thread::yield();
                }
            }
        });
    }
    test::Lcg random(3);
    for (std::uint64_t loan = 0; loan < kLoans;) {
        auto lease = pool.take();
        if (!lease) {
            std::this_thread::yield();
            continue;
        }
        ++loan;
        std::memset(lease.bytes().data(), static_cast<int>(loan & 0xFFU), lease.bytes().size());
        if (random.below(4) == 0) continue;  // some come back right here
        Mailbox& mailbox = mailboxes[random.below(kThreads)];
        while (mailbox.full.load(std::memory_order_acquire)) std::this_thread::yield();
        mailbox.lease = std::move(lease).to_remote();
        mailbox.full.store(true, std::memory_order_release);
    }
    done.store(true, std::memory_order_release);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong.load(), 0U);
    const BufferPoolStats stats = pool.stats();
    EXPECT_EQ(stats.in_use, 0U);
    EXPECT_EQ(stats.taken, kLoans);
    EXPECT_LE(stats.high_water, 8U);
}

TEST(Threads, ReadersSeeWholeCopiesInOrder) {
    // Every counter of the copy number n is n: a torn copy has two different ones, a stale one goes back.
    constexpr std::uint64_t kCopies = 30000;
    SharedMetrics shared;
    std::atomic<std::uint64_t> wrong{0};
    std::atomic<std::uint64_t> copies{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i) {
        readers.emplace_back([&] {
            AudioMetrics metrics;
            for (std::uint64_t last = 0; last < kCopies;) {
                if (!shared.read(metrics)) continue;
                const std::uint64_t n = metrics.chunks;
                bool whole = n >= last && metrics.memory_bytes == n && metrics.stream_buffer.has_value();
                for (const std::uint64_t count : metrics.processing_counts) whole = whole && count == n;
                whole = whole && metrics.stream_buffer->memory_bytes == n && metrics.level.samples == n;
                wrong += whole ? 0U : 1U;
                last = n;
                ++copies;
            }
        });
    }
    AudioMetrics metrics;
    metrics.stream_buffer.emplace();
    for (std::uint64_t n = 1; n <= kCopies; ++n) {
        metrics.chunks = metrics.memory_bytes = metrics.level.samples = metrics.stream_buffer->memory_bytes = n;
        metrics.processing_counts.fill(n);
        shared.publish(metrics);
        if (n % 64 == 0) std::this_thread::yield();
    }
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(wrong.load(), 0U);
    EXPECT_GE(copies.load(), 2U);
    EXPECT_EQ(shared.published(), kCopies);
}

}  // namespace
}  // namespace audioengine
