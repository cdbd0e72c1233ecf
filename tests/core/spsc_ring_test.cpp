// One thread plays both roles here; two threads are in native/threads_test.cpp.
#include "audioengine/spsc_ring.h"

#include <gtest/gtest.h>

#include <deque>
#include <utility>
#include <vector>

#include "support/bytes.h"
#include "support/random.h"

namespace audioengine {
namespace {

using test::Bytes;

SpscRing make(std::size_t bytes) {
    auto result = SpscRing::create(bytes);
    EXPECT_TRUE(result.ok());
    return std::move(result).value();
}

Bytes counting(std::size_t count, unsigned from = 0) {
    Bytes bytes(count);
    for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::byte>((from + i) & 0xFF);
    return bytes;
}

Bytes joined(const RingView& view) {
    Bytes bytes;
    test::append(bytes, view.first);
    test::append(bytes, view.second);
    return bytes;
}

TEST(SpscRing, TheCapacityIsTheNextPowerOfTwo) {
    const std::pair<std::size_t, std::size_t> rows[] = {{1, 1},      {2, 2},       {3, 4},
                                                        {960, 1024}, {1024, 1024}, {1025, 2048}};
    for (const auto& [asked, given] : rows) {
        const SpscRing ring = make(asked);
        EXPECT_EQ(ring.capacity(), given);
        EXPECT_GE(ring.memory_bytes(), given + sizeof(SpscRing));
    }
}

TEST(SpscRing, BadSizesAreRefused) {
    EXPECT_EQ(SpscRing::create(0).status(), Status::bad_buffer_size);
    EXPECT_EQ(SpscRing::create((std::size_t{1} << 30U) + 1).status(), Status::bad_buffer_size);
}

TEST(SpscRing, AFullRingTakesTheFirstPart) {
    SpscRing ring = make(8);
    EXPECT_EQ(ring.writable(), 8U);
    EXPECT_EQ(ring.readable(), 0U);
    EXPECT_EQ(ring.write(counting(5)), 5U);
    EXPECT_EQ(ring.write(counting(5, 5)), 3U);
    EXPECT_EQ(ring.write(counting(1)), 0U);
    EXPECT_EQ(ring.writable(), 0U);
    EXPECT_EQ(ring.readable(), 8U);
    Bytes out(20);
    EXPECT_EQ(ring.read(out), 8U);
    out.resize(8);
    EXPECT_EQ(out, counting(8));
    EXPECT_EQ(ring.read(out), 0U);
}

TEST(SpscRing, WriteAllTearsNothing) {
    SpscRing ring = make(8);
    EXPECT_TRUE(ring.write_all(counting(6)));
    EXPECT_FALSE(ring.write_all(counting(3)));
    EXPECT_EQ(ring.readable(), 6U);
    EXPECT_TRUE(ring.write_all(counting(2, 6)));
    EXPECT_FALSE(ring.write_all(counting(1)));
    EXPECT_TRUE(ring.write_all({}));
    EXPECT_FALSE(ring.write_all(counting(9))) << "more than there will ever be room for";
    Bytes out(8);
    EXPECT_EQ(ring.read(out), 8U);
    EXPECT_EQ(out, counting(8));
}

TEST(SpscRing, PeekAndSkip) {
    SpscRing ring = make(8);
    EXPECT_EQ(ring.peek().size(), 0U);
    EXPECT_EQ(ring.write(counting(6)), 6U);
    EXPECT_EQ(ring.skip(5), 5U);
    EXPECT_EQ(ring.write(counting(6, 6)), 6U);
    const RingView view = ring.peek();
    EXPECT_EQ(view.first.size(), 3U);
    EXPECT_EQ(view.second.size(), 4U);
    EXPECT_EQ(joined(view), counting(7, 5));
    EXPECT_EQ(ring.skip(100), 7U) << "at most what is there";
    EXPECT_EQ(ring.skip(1), 0U);
}

TEST(SpscRing, NothingOfNothing) {
    SpscRing ring = make(4);
    EXPECT_EQ(ring.write({}), 0U);
    EXPECT_EQ(ring.read({}), 0U);
    EXPECT_EQ(ring.skip(0), 0U);
}

TEST(SpscRing, MovingTakesEverythingAlong) {
    SpscRing first = make(8);
    EXPECT_EQ(first.write(counting(6)), 6U);
    EXPECT_EQ(first.skip(2), 2U);
    SpscRing second = std::move(first);
    EXPECT_EQ(joined(second.peek()), counting(4, 2));
    EXPECT_EQ(second.write(counting(9)), 4U);
    SpscRing third = make(2);
    third = std::move(second);
    EXPECT_EQ(third.capacity(), 8U);
    EXPECT_EQ(third.readable(), 8U);
}

TEST(SpscRing, EqualsAQueue) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        test::Lcg random(seed);
        SpscRing ring = make(1 + random.below(300));
        std::deque<std::byte> queue;
        unsigned next = 0;
        for (int step = 0; step < 2000; ++step) {
            const std::size_t count = random.below(200);
            const std::size_t room = ring.capacity() - queue.size();
            Bytes bytes = counting(count, next);
            switch (random.below(6)) {
                case 0:
                case 1:
                case 2: {
                    const bool whole = random.below(2) == 0;
                    const std::size_t expected = whole && count > room ? 0 : std::min(count, room);
                    const std::size_t written = whole ? (ring.write_all(bytes) ? count : 0) : ring.write(bytes);
                    ASSERT_EQ(written, expected);
                    queue.insert(queue.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(written));
                    next += static_cast<unsigned>(written);
                    break;
                }
                case 3:
                case 4: {
                    const std::size_t expected = std::min(count, queue.size());
                    ASSERT_EQ(ring.read(bytes), expected);
                    bytes.resize(expected);
                    ASSERT_EQ(bytes, Bytes(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(expected)));
                    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(expected));
                    break;
                }
                default: {
                    ASSERT_EQ(joined(ring.peek()), Bytes(queue.begin(), queue.end()));
                    const std::size_t expected = std::min(count, queue.size());
                    ASSERT_EQ(ring.skip(count), expected);
                    queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(expected));
                }
            }
            ASSERT_EQ(ring.readable(), queue.size());
            ASSERT_EQ(ring.writable(), ring.capacity() - queue.size());
        }
    }
}

}  // namespace
}  // namespace audioengine
