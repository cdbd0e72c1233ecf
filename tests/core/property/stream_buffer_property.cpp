// Laws of the stream buffer over random configurations and inputs; RapidCheck shrinks what breaks one.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

#include "audioengine/stream_buffer.h"
#include "support/bytes.h"
#include "support/generate.h"
#include "support/stream_buffer_counts.h"

namespace audioengine {
namespace {

using test::Bytes;

AudioConfig any_audio() {
    AudioConfig audio;
    audio.sample_rate = *rc::gen::element<std::uint32_t>(8000, 11025, 16000, 48000);
    audio.channels = *rc::gen::inRange<std::uint32_t>(1, 4);
    audio.format =
        *rc::gen::element(AudioFormat::PCM16, AudioFormat::G711_ULAW, AudioFormat::G711_ALAW, AudioFormat::FLOAT32);
    return audio;
}

BufferConfig any_config() {
    BufferConfig config;
    config.max_duration_ms = *rc::gen::inRange<std::uint32_t>(1, 60);
    config.overflow_strategy = *rc::gen::element(OverflowStrategy::drop_oldest, OverflowStrategy::drop_newest);
    config.underflow_strategy = *rc::gen::element(UnderflowStrategy::silence, UnderflowStrategy::repeat);
    config.prebuffer_ms = *rc::gen::inRange<std::uint32_t>(0, config.max_duration_ms + 1);
    config.repeat_ms = *rc::gen::inRange<std::uint32_t>(0, 80);
    config.fade_ms = *rc::gen::inRange<std::uint32_t>(0, 10);
    config.reorder_packets = *rc::gen::inRange<std::uint32_t>(0, 6);
    return config;
}

Bytes any_sound(std::size_t frames, const AudioConfig& audio) {
    const auto seed = *rc::gen::inRange<std::uint32_t>(0, 1000);
    return test::to_bytes(test::noise(frames * audio.channels, 20000, seed), audio.format);
}

void expect_balance(const AudioStreamBuffer& buffer) {
    const BufferStats s = buffer.stats();
    RC_ASSERT(test::balances(s));
    RC_ASSERT(s.available_frames <= buffer.capacity_frames());
    RC_ASSERT(s.high_water_frames <= buffer.capacity_frames());
}

/// Hands everything over in pieces of any length, none included.
template <class Take>
void in_pieces(std::size_t total, bool whole, Take&& take) {
    for (std::size_t at = 0; at < total;) {
        const std::size_t any = whole ? total : *rc::gen::inRange<std::size_t>(0, 700);
        const std::size_t length = std::min(any, total - at);
        take(at, length);
        at += length;
    }
}

/// Alternating bursts in and out, the same in frames whatever the cuts.
Bytes played(const BufferConfig& config, const AudioConfig& audio, const std::vector<Bytes>& bursts,
             const std::vector<std::size_t>& reads, bool whole) {
    AudioStreamBuffer buffer = AudioStreamBuffer::create(config, audio).value();
    Bytes out;
    for (std::size_t i = 0; i < bursts.size(); ++i) {
        in_pieces(bursts[i].size(), whole, [&](std::size_t at, std::size_t length) {
            static_cast<void>(buffer.add_audio(std::span(bursts[i]).subspan(at, length)));
            expect_balance(buffer);
        });
        if (i + 1 == bursts.size()) buffer.mark_end();
        const std::size_t frame_bytes = bytes_per_sample(audio.format) * audio.channels;
        in_pieces(reads[i], whole, [&](std::size_t, std::size_t frames) {
            Bytes chunk(frames * frame_bytes);
            static_cast<void>(buffer.get_chunk(chunk));
            test::append(out, chunk);
            expect_balance(buffer);
        });
    }
    return out;
}

TEST(StreamBufferProperty, WhatIsHeardDoesNotDependOnTheCuts) {
    const bool ok = rc::check("output does not depend on the cuts", [] {
        const AudioConfig audio = any_audio();
        const BufferConfig config = any_config();
        std::vector<Bytes> bursts;
        std::vector<std::size_t> reads;
        const auto count = *rc::gen::inRange<std::size_t>(1, 5);
        for (std::size_t i = 0; i < count; ++i) {
            bursts.push_back(any_sound(*rc::gen::inRange<std::size_t>(0, 1500), audio));
            reads.push_back(*rc::gen::inRange<std::size_t>(0, 1500));
        }
        RC_ASSERT(played(config, audio, bursts, reads, true) == played(config, audio, bursts, reads, false));
    });
    EXPECT_TRUE(ok);
}

TEST(StreamBufferProperty, PacketsComeOutInOrderAndEveryOneIsAccountedFor) {
    const bool ok = rc::check("an increasing sequence, and lost is what is missing in it", [] {
        BufferConfig config;
        config.fade_ms = 0;
        config.max_duration_ms = 1000;
        config.prebuffer_ms = *rc::gen::inRange<std::uint32_t>(0, 20);
        config.reorder_packets = *rc::gen::inRange<std::uint32_t>(0, 9);
        config.sequence_bits = *rc::gen::element<std::uint32_t>(16, 32);
        AudioConfig audio;
        audio.sample_rate = 8000;
        AudioStreamBuffer buffer = AudioStreamBuffer::create(config, audio).value();
        const auto first = *rc::gen::arbitrary<std::uint32_t>();
        const auto arrivals = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 60));
        // A packet's one frame is its number.
        std::size_t taken = 0;
        for (const std::uint32_t number : arrivals) {
            const Bytes frame = test::to_bytes(test::Samples{static_cast<std::int16_t>(number)}, AudioFormat::PCM16);
            const AddResult result = buffer.add_packet({first + number, {}, frame});
            taken += result ? 1U : 0U;
            RC_ASSERT(buffer.stats().waiting_frames <= config.reorder_packets);
        }
        buffer.mark_end();
        Bytes out(2 * arrivals.size() + 2);
        const ChunkResult chunk = buffer.get_chunk(out);
        const test::Samples numbers = test::pcm16_samples(std::span(out).first(chunk.size()));
        const BufferStats stats = buffer.stats();
        RC_ASSERT(numbers.size() == taken);
        RC_ASSERT(taken + stats.late + stats.duplicates == arrivals.size());
        RC_ASSERT(std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>()) == numbers.end());
        if (!numbers.empty()) {
            const auto span = static_cast<std::size_t>(numbers.back() - numbers.front() + 1);
            RC_ASSERT(stats.lost == span - numbers.size());
        }
    });
    EXPECT_TRUE(ok);
}

}  // namespace
}  // namespace audioengine
