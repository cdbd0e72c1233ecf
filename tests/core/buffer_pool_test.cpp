// One thread here; the way back from another is in native/threads_test.cpp.
#include "audioengine/buffer_pool.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "support/random.h"

namespace audioengine {
namespace {

BufferPool make(const BufferPoolConfig& config) {
    auto result = BufferPool::create(config);
    EXPECT_TRUE(result.ok());
    return std::move(result).value();
}

void fill(std::span<std::byte> bytes, std::byte with) { std::fill(bytes.begin(), bytes.end(), with); }
bool holds(std::span<const std::byte> bytes, std::byte what) {
    return std::all_of(bytes.begin(), bytes.end(), [&](std::byte byte) { return byte == what; });
}

TEST(BufferPool, BadConfigurationsAreNamed) {
    struct BadRow {
        const char* field;
        Status status;
        BufferPoolConfig config;
    };
    const std::size_t gib = std::size_t{1} << 30U;
    const BadRow rows[] = {
        {"pool.block_bytes", Status::bad_buffer_size, {0, 1, ExhaustionPolicy::fail}},
        {"pool.block_bytes", Status::bad_buffer_size, {gib + 1, 1, ExhaustionPolicy::fail}},
        {"pool.blocks", Status::bad_buffer_size, {64, 0, ExhaustionPolicy::fail}},
        {"pool.blocks", Status::bad_buffer_size, {64, gib / 64 + 1, ExhaustionPolicy::fail}},
        {"pool.blocks", Status::bad_buffer_size, {1, SIZE_MAX, ExhaustionPolicy::fail}},
        {"pool.exhaustion", Status::bad_strategy, {64, 1, static_cast<ExhaustionPolicy>(2)}},
    };
    for (const BadRow& row : rows) {
        SCOPED_TRACE(row.field);
        const auto result = BufferPool::create(row.config);
        ASSERT_FALSE(result.ok());
        EXPECT_EQ(result.status(), row.status);
        EXPECT_STREQ(result.field(), row.field);
    }
}

TEST(BufferPool, BlocksAreWholeApartAndAligned) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{63}, std::size_t{64}, std::size_t{960}}) {
        SCOPED_TRACE(size);
        BufferPool pool = make({size, 5, ExhaustionPolicy::allocate});
        EXPECT_EQ(pool.block_bytes(), size);
        std::vector<BufferPool::Lease> leases;
        for (unsigned i = 0; i < 8; ++i) {  // three more than there are
            leases.push_back(pool.take());
            ASSERT_TRUE(leases.back());
            ASSERT_EQ(leases.back().bytes().size(), size);
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(leases.back().bytes().data()) % 64, 0U);
            fill(leases.back().bytes(), static_cast<std::byte>(i));
        }
        for (unsigned i = 0; i < 8; ++i) EXPECT_TRUE(holds(leases[i].bytes(), static_cast<std::byte>(i)));
    }
}

TEST(BufferPool, AnExhaustedPoolFails) {
    BufferPool pool = make({100, 2, ExhaustionPolicy::fail});
    BufferPool::Lease first = pool.take();
    const BufferPool::Lease second = pool.take();
    const BufferPool::Lease third = pool.take();
    EXPECT_FALSE(third);
    EXPECT_TRUE(third.bytes().empty());
    first.give_back();
    EXPECT_FALSE(first);
    EXPECT_TRUE(pool.take());
    const BufferPoolStats stats = pool.stats();
    EXPECT_EQ(stats.blocks, 2U);
    EXPECT_EQ(stats.in_use, 1U);
    EXPECT_EQ(stats.high_water, 2U);
    EXPECT_EQ(stats.taken, 3U);
    EXPECT_EQ(stats.exhausted, 1U);
    EXPECT_EQ(stats.allocated, 0U);
}

TEST(BufferPool, OrAllocatesWhichIsCounted) {
    BufferPool pool = make({100, 2, ExhaustionPolicy::allocate});
    const std::uint64_t before = pool.stats().memory_bytes;
    {
        const BufferPool::Lease leases[] = {pool.take(), pool.take(), pool.take()};
        EXPECT_TRUE(leases[2]);
        EXPECT_EQ(pool.stats().in_use, 3U);
    }
    const BufferPoolStats stats = pool.metrics();
    EXPECT_EQ(stats.in_use, 0U);
    EXPECT_EQ(stats.high_water, 3U);
    EXPECT_EQ(stats.exhausted, 1U);
    EXPECT_EQ(stats.allocated, 1U);
    EXPECT_EQ(stats.blocks, 3U);
    EXPECT_GE(stats.memory_bytes, before + 100);
    const BufferPool::Lease again[] = {pool.take(), pool.take(), pool.take()};
    EXPECT_TRUE(again[2]);
    EXPECT_EQ(pool.stats().allocated, 1U) << "the block stayed";
}

TEST(BufferPool, ALeaseMoves) {
    BufferPool pool = make({64, 2, ExhaustionPolicy::fail});
    BufferPool::Lease first = pool.take();
    const std::byte* const where = first.bytes().data();
    BufferPool::Lease second = std::move(first);
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): that is the question
    EXPECT_EQ(second.bytes().data(), where);
    BufferPool::Lease third = pool.take();
    third = std::move(second);  // gives its own block back
    EXPECT_EQ(third.bytes().data(), where);
    EXPECT_EQ(pool.stats().in_use, 1U);
    BufferPool::Lease& itself = third;
    third = std::move(itself);
    EXPECT_TRUE(third);
    third = BufferPool::Lease();
    EXPECT_EQ(pool.stats().in_use, 0U);
    third.give_back();  // without a block, nothing
    EXPECT_EQ(pool.stats().in_use, 0U);
}

TEST(BufferPool, LeasesOutliveAMoveOfThePool) {
    BufferPool pool = make({64, 1, ExhaustionPolicy::fail});
    BufferPool::Lease lease = pool.take();
    BufferPool moved = std::move(pool);
    lease.give_back();
    EXPECT_EQ(moved.stats().in_use, 0U);
    EXPECT_TRUE(moved.take());
}

TEST(BufferPool, ARemoteLeaseComesBackWhenItIsNeeded) {
    BufferPool pool = make({64, 1, ExhaustionPolicy::fail});
    BufferPool::Lease lease = pool.take();
    const std::byte* const where = lease.bytes().data();
    BufferPool::RemoteLease remote = std::move(lease).to_remote();
    EXPECT_FALSE(lease);  // NOLINT(bugprone-use-after-move): that is the question
    EXPECT_EQ(remote.bytes().data(), where);
    EXPECT_FALSE(pool.take()) << "still out";
    remote.give_back();
    EXPECT_FALSE(remote);
    EXPECT_TRUE(pool.take()) << "fetched";
    std::move(lease).to_remote().give_back();  // of nothing, nothing
    EXPECT_EQ(pool.stats().in_use, 0U);
    EXPECT_EQ(pool.stats().exhausted, 1U);
}

TEST(BufferPool, NoBlockIsEverLentTwice) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        test::Lcg random(seed);
        const auto policy = random.below(2) == 0 ? ExhaustionPolicy::fail : ExhaustionPolicy::allocate;
        const std::size_t blocks = 1 + random.below(8);
        BufferPool pool = make({8 + random.below(100), blocks, policy});
        std::vector<BufferPool::Lease> leases;
        std::vector<BufferPool::RemoteLease> remotes;
        std::uint64_t high_water = 0;
        for (int step = 0; step < 1000; ++step) {
            const auto pick = [&](std::size_t size) { return static_cast<std::ptrdiff_t>(random.next() % size); };
            switch (random.below(5)) {
                case 0:
                case 1:
                    if (leases.size() + remotes.size() > 20) break;
                    if (auto lease = pool.take()) {
                        leases.push_back(std::move(lease));
                    } else {
                        ASSERT_EQ(policy, ExhaustionPolicy::fail);
                        ASSERT_EQ(leases.size() + remotes.size(), blocks);
                    }
                    break;
                case 2:
                    if (!leases.empty()) leases.erase(leases.begin() + pick(leases.size()));
                    break;
                case 3:
                    if (leases.empty()) break;
                    remotes.push_back(std::move(leases.back()).to_remote());
                    leases.pop_back();
                    break;
                default:
                    if (!remotes.empty()) remotes.erase(remotes.begin() + pick(remotes.size()));
            }
            std::set<const std::byte*> lent;
            for (const auto& lease : leases) lent.insert(lease.bytes().data());
            for (const auto& lease : remotes) lent.insert(lease.bytes().data());
            ASSERT_EQ(lent.size(), leases.size() + remotes.size());
            ASSERT_EQ(pool.stats().in_use, lent.size());
            high_water = std::max<std::uint64_t>(high_water, lent.size());
        }
        EXPECT_EQ(pool.stats().high_water, high_water);
    }
}

}  // namespace
}  // namespace audioengine
