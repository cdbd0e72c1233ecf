// Nothing allocates after `create`: every allocation of this program is counted, natively also those of malloc itself.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "audioengine/buffer_pool.h"
#include "audioengine/engine.h"
#include "audioengine/spsc_ring.h"
#include "audioengine/stream_buffer.h"
#include "support/bytes.h"
#include "support/recordings.h"

#ifdef __has_feature
#define AUDIOENGINE_HAS_ASAN __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define AUDIOENGINE_HAS_ASAN 1
#else
#define AUDIOENGINE_HAS_ASAN 0
#endif

namespace {

std::size_t allocations = 0;        // and releases: neither belongs into the audio path
std::size_t fail_after = SIZE_MAX;  // how many allocations may still succeed

void* counted(std::size_t size) {
    ++allocations;
    if (fail_after == 0) return nullptr;
    if (fail_after != SIZE_MAX) --fail_after;
    return std::malloc(size == 0 ? 1 : size);
}

void* counted_or_end(std::size_t size) {
    void* memory = counted(size);
    if (memory == nullptr) std::abort();
    return memory;
}

void* counted_aligned(std::size_t size, std::align_val_t alignment) {
    ++allocations;
    if (fail_after == 0) return nullptr;
    if (fail_after != SIZE_MAX) --fail_after;
    const auto step = static_cast<std::size_t>(alignment);
    return std::aligned_alloc(step, (size + step - 1) / step * step);
}

void released(void* memory) {
    if (memory != nullptr) ++allocations;
    std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return counted_or_end(size); }
void* operator new[](std::size_t size) { return counted_or_end(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return counted_aligned(size, alignment); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return counted_aligned(size, alignment); }
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return counted_aligned(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
    return counted_aligned(size, alignment);
}
void operator delete(void* memory) noexcept { released(memory); }
void operator delete[](void* memory) noexcept { released(memory); }
void operator delete(void* memory, std::size_t) noexcept { released(memory); }
void operator delete[](void* memory, std::size_t) noexcept { released(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { released(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { released(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { released(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { released(memory); }

// glibc's malloc under our own name counts what C code would take. With the address sanitizer malloc is its own.
#if defined(__GLIBC__) && !AUDIOENGINE_HAS_ASAN
constexpr bool kCountsMalloc = true;
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* malloc(std::size_t size) {
    ++allocations;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    ++allocations;
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    ++allocations;
    return __libc_realloc(memory, size);
}
}
#else
constexpr bool kCountsMalloc = false;
#endif

namespace audioengine {
namespace {

template <class Call>
std::size_t allocations_in(Call&& call) {
    const std::size_t before = allocations;
    call();
    return allocations - before;
}

struct Row {
    const char* name;
    std::uint32_t rate;
    std::uint32_t channels;
    AudioFormat format;
    ProcessingMode mode;
    std::uint32_t output_rate;
    AudioFormat output_format;
    VADType detector = VADType::ENERGY_BASED;
};

constexpr Row kRows[] = {
    {"plain", 24000, 1, AudioFormat::PCM16, ProcessingMode::REALTIME, 0, AudioFormat::PCM16},
    {"telephone", 8000, 1, AudioFormat::G711_ULAW, ProcessingMode::BALANCED, 24000, AudioFormat::PCM16},
    {"stereo float", 48000, 2, AudioFormat::FLOAT32, ProcessingMode::QUALITY, 16000, AudioFormat::G711_ALAW},
    {"odd rates", 44056, 3, AudioFormat::PCM16, ProcessingMode::QUALITY, 47999, AudioFormat::FLOAT32},
    {"neural", 16000, 1, AudioFormat::PCM16, ProcessingMode::REALTIME, 0, AudioFormat::PCM16, VADType::NEURAL},
};

EngineConfig config_of(const Row& row) {
    EngineConfig config;
    config.mode = row.mode;
    config.audio.sample_rate = row.rate;
    config.audio.channels = row.channels;
    config.audio.format = row.format;
    config.output.sample_rate = row.output_rate;
    config.output.format = row.output_format;
    config.vad.type = row.detector;
    config.vad.speech_end_ms = 100;
    return config;
}

test::Bytes speech_for(const Row& row) {
    test::Samples samples;
    for (std::size_t k = 0; k < row.rate * 3; ++k) {
        for (std::uint32_t channel = 0; channel < row.channels; ++channel) {
            samples.push_back(test::interpolated(test::woman(), k, test::kRecordingRateHz, row.rate));
        }
    }
    return test::to_bytes(samples, row.format);
}

TEST(Allocation, TheCounterCounts) {
    // One new and one delete; and the malloc within, where it is counted.
    EXPECT_EQ(allocations_in([] { ::operator delete(::operator new(4)); }), kCountsMalloc ? 3U : 2U);
    EXPECT_GE(allocations_in([] { static_cast<void>(AudioEngine::create({}).ok()); }), 5U);
}

TEST(Allocation, NothingAllocatesAfterCreate) {
    for (const Row& row : kRows) {
        SCOPED_TRACE(row.name);
        const test::Bytes input = speech_for(row);
        const EngineConfig config = config_of(row);
        AudioEngine engine = AudioEngine::create(config).value();
        AudioEngine other = AudioEngine::create({}).value();
        std::vector<std::byte> snapshot(2 * engine.memory_bytes());
        std::array<char, kMetricsJsonBytes> json{};
        VADConfig slower = config.vad;
        slower.speech_end_ms = 700;

        std::size_t events = 0;
        std::size_t bytes = 0;
        Status status = Status::ok;
        const auto push_everything = [&] {
            // Odd lengths, the longest chunk, too long ones, nothing.
            std::size_t length = 1;
            for (std::size_t at = 0; at < input.size(); length = length * 3 % 4099) {
                const std::size_t take = std::min({length, input.size() - at, engine.max_chunk_bytes()});
                const PushResult result = engine.push(std::span(input).subspan(at, take));
                if (!result.ok()) status = result.status;
                events += result.events.size();
                bytes += result.audio.size() + engine.pre_buffer().size();
                at += take;
            }
        };
        EXPECT_EQ(allocations_in(push_everything), 0U);
        EXPECT_EQ(status, Status::ok);
        EXPECT_GE(events, 2U);
        EXPECT_GT(bytes, 0U);

        EXPECT_EQ(
            allocations_in([&] { status = engine.push(std::span(input).first(engine.max_chunk_bytes() + 1)).status; }),
            0U);
        EXPECT_EQ(status, Status::chunk_too_large);
        EXPECT_EQ(allocations_in([&] {
                      status = engine.push_all(input, [&](const PushResult& result) { bytes += result.audio.size(); });
                  }),
                  0U);
        EXPECT_EQ(allocations_in([&] { static_cast<void>(engine.validate_audio(input)); }), 0U);
        EXPECT_EQ(allocations_in([&] { status = engine.configure_vad(slower); }), 0U);
        EXPECT_EQ(status, Status::ok);
        EXPECT_EQ(allocations_in([&] { static_cast<void>(engine.advance_time(5000)); }), 0U);
        EXPECT_EQ(allocations_in([&] { engine.record_processing_ns(12345); }), 0U);
        EXPECT_EQ(allocations_in([&] { bytes += write_json(engine.metrics(), json); }), 0U);
        EXPECT_EQ(allocations_in([&] { static_cast<void>(engine.findings()); }), 0U);
        EXPECT_EQ(allocations_in([&] {
                      const SnapshotResult taken = engine.snapshot(snapshot);
                      bytes = taken.bytes;
                      status = taken.status;
                  }),
                  0U);
        EXPECT_EQ(status, Status::ok);
        EXPECT_EQ(allocations_in([&] { status = engine.restore(std::span(snapshot).first(bytes)); }), 0U);
        EXPECT_EQ(status, Status::ok);
        EXPECT_EQ(allocations_in([&] { status = engine.finish().status; }), 0U);
        EXPECT_EQ(status, Status::ok);
        EXPECT_EQ(allocations_in([&] { engine.reset(); }), 0U);
        EXPECT_EQ(allocations_in(push_everything), 0U);

        // Moving hands the memory on. Assigning releases what the target had, and only that.
        EXPECT_EQ(allocations_in([&] {
                      AudioEngine moved = std::move(engine);
                      status = moved.push(std::span(input).first(64)).status;
                      engine = std::move(moved);
                  }),
                  0U);
        EXPECT_EQ(status, Status::ok);
        EXPECT_GT(allocations_in([&] { other = std::move(engine); }), 0U);
        EXPECT_EQ(allocations_in([&] { status = other.push(std::span(input).first(64)).status; }), 0U);
        EXPECT_EQ(status, Status::ok);
    }
}

TEST(Allocation, BuffersAllocateNothingAfterCreate) {
    for (const auto overflow :
         {OverflowStrategy::drop_oldest, OverflowStrategy::drop_newest, OverflowStrategy::error}) {
        for (const auto underflow : {UnderflowStrategy::silence, UnderflowStrategy::repeat, UnderflowStrategy::error}) {
            SCOPED_TRACE(std::string(name_of(overflow)) + ", " + name_of(underflow));
            BufferConfig config;
            config.max_duration_ms = 100;
            config.overflow_strategy = overflow;
            config.underflow_strategy = underflow;
            config.reorder_packets = 4;
            AudioStreamBuffer buffer = AudioStreamBuffer::create(config).value();
            const test::Bytes audio(4999, std::byte{7});
            std::vector<std::byte> out(960);
            std::uint64_t taken = 0;
            const auto use = [&] {
                for (std::uint32_t i = 0; i < 100; ++i) {
                    static_cast<void>(buffer.add_audio(std::span(audio).first(i * 49)));
                    taken += buffer.get_chunk(out).size() + buffer.peek().size();
                }
                buffer.mark_end();
                taken += buffer.stats().read_frames;
                buffer.clear();
                for (std::uint32_t i = 0; i < 300; ++i) {  // swapped, lost, double, far off
                    const std::uint32_t number = i % 7 == 0 ? i ^ 1U : (i % 50 == 0 ? i * 10000 : i);
                    static_cast<void>(buffer.add_packet({number, number * 480, std::span(audio).first(960)}));
                    if (i % 3 != 0) taken += buffer.get_chunk(out).size();
                }
                buffer.reset();
            };
            EXPECT_EQ(allocations_in(use), 0U);
            EXPECT_GT(taken, 0U);
        }
    }
}

TEST(Allocation, APoolAllocatesWhenItIsExhaustedAndMayOnly) {
    for (const auto policy : {ExhaustionPolicy::fail, ExhaustionPolicy::allocate}) {
        BufferPool pool = BufferPool::create({960, 2, policy}).value();
        const auto use = [&](std::size_t leases) {
            std::array<BufferPool::Lease, 4> held;
            for (std::size_t i = 0; i < leases; ++i) held[i] = pool.take();
            std::move(held[0]).to_remote().give_back();
            static_cast<void>(pool.stats());
        };
        EXPECT_EQ(allocations_in([&] { use(2); }), 0U);
        EXPECT_EQ(allocations_in([&] { use(4); }) == 0, policy == ExhaustionPolicy::fail);
        EXPECT_EQ(allocations_in([&] { use(4); }), 0U) << "what it allocated stays";
        EXPECT_EQ(pool.stats().allocated, policy == ExhaustionPolicy::fail ? 0U : 2U);
    }
}

TEST(Allocation, ARingAllocatesNothingAfterCreate) {
    SpscRing ring = SpscRing::create(1000).value();
    std::array<std::byte, 700> bytes{};
    std::size_t moved = 0;
    EXPECT_EQ(allocations_in([&] {
                  for (int i = 0; i < 50; ++i) {
                      moved += ring.write(bytes) + ring.read(std::span(bytes).first(500));
                      moved += ring.write_all(bytes) ? 1U : 0U;
                      moved += ring.skip(ring.peek().size() / 2);
                  }
              }),
              0U);
    EXPECT_GT(moved, 0U);
}

TEST(Allocation, BuffersAnswerOutOfMemoryWhereverItRunsOut) {
    const auto outlast = [](auto create) {
        std::size_t allowed = 0;
        for (; allowed < 100; ++allowed) {
            fail_after = allowed;
            const Status status = create();
            fail_after = SIZE_MAX;
            if (status == Status::ok) break;
            EXPECT_EQ(status, Status::out_of_memory) << allowed;
        }
        return allowed;
    };
    EXPECT_EQ(outlast([] { return AudioStreamBuffer::create({}).status(); }), 8U);
    EXPECT_EQ(outlast([] { return BufferPool::create({}).status(); }), 2U);
    EXPECT_EQ(outlast([] { return SpscRing::create(100).status(); }), 1U);

    BufferPool pool = BufferPool::create({64, 1, ExhaustionPolicy::allocate}).value();
    const BufferPool::Lease only = pool.take();
    fail_after = 0;
    const BufferPool::Lease none = pool.take();
    fail_after = SIZE_MAX;
    EXPECT_FALSE(none);
    EXPECT_TRUE(pool.take());
}

TEST(Allocation, RefusingAConfigurationAllocatesNothing) {
    EngineConfig config;
    config.audio.channels = 0;
    EXPECT_EQ(allocations_in([&] { static_cast<void>(AudioEngine::create(config).ok()); }), 0U);
}

TEST(Allocation, CreateAnswersOutOfMemoryWhereverItRunsOut) {
    for (const Row& row : kRows) {
        SCOPED_TRACE(row.name);
        std::size_t allowed = 0;
        for (;; ++allowed) {
            fail_after = allowed;
            const auto result = AudioEngine::create(config_of(row));
            fail_after = SIZE_MAX;
            if (result.ok()) break;
            ASSERT_EQ(result.status(), Status::out_of_memory) << allowed;
            ASSERT_LT(allowed, 100U);
        }
        EXPECT_GE(allowed, 5U);
    }
}

TEST(Allocation, MemoryBytesIsWhatCreateTook) {
    for (const Row& row : kRows) {
        SCOPED_TRACE(row.name);
        const AudioEngine engine = AudioEngine::create(config_of(row)).value();
        EXPECT_GT(engine.memory_bytes(), engine.max_chunk_bytes());
        EXPECT_LT(engine.memory_bytes(), 2U * 1024 * 1024);
    }
}

}  // namespace
}  // namespace audioengine
