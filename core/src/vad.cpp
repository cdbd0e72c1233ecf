#include "audioengine/vad.h"

#include <algorithm>

#include "make_array.h"

namespace audioengine {

namespace {

/// Input that is resampled at once, however long the chunk: what waits for its block needs no more room.
constexpr std::size_t kSliceSamples = 480;

}  // namespace

FastVADDetector::FastVADDetector(const VADConfig& config, const AudioConfig& audio, Resampler resampler,
                                 std::size_t max_samples) noexcept
    : type_(config.type),
      min_amplitude_(audio.min_amplitude),
      resampler_(std::move(resampler)),
      energy_(config, audio.min_amplitude),
      segmenter_(config),
      max_samples_(max_samples),
      pending_capacity_(room_for(std::min(max_samples, kSliceSamples))),
      block_capacity_(room_for(max_samples) / kBlockSamples + 1),  // and one that waited
      event_capacity_(2 * (block_capacity_ + 1)) {}

Result<FastVADDetector> FastVADDetector::create(const VADConfig& config, const AudioConfig& audio,
                                                std::size_t max_samples) noexcept {
    if (const auto checked = check(config); !checked) return {checked.status(), checked.field()};
    auto resampler = Resampler::create(audio.sample_rate, kBlockRateHz, ProcessingMode::REALTIME);
    if (!resampler) return {resampler.status(), resampler.field()};
    FastVADDetector detector(config, audio, std::move(resampler).value(), max_samples);
    if (config.type == VADType::NEURAL) {
        auto neural = NeuralDetector::create();
        if (!neural) return neural.status();
        detector.neural_ = std::move(neural).value();
    }
    detector.pending_ = make_array<std::int16_t>(detector.pending_capacity_);
    detector.blocks_ = make_array<BlockResult>(detector.block_capacity_);
    detector.events_ = make_array<VadEvent>(detector.event_capacity_);
    if (!detector.pending_ || !detector.blocks_ || !detector.events_) return Status::out_of_memory;
    return detector;
}

/// What waited, and what so many more samples give, or the end.
std::size_t FastVADDetector::room_for(std::size_t samples) const noexcept {
    return kBlockSamples + std::max(resampler_.max_output_samples(samples), resampler_.max_flush_samples());
}

void FastVADDetector::begin_output() noexcept {
    block_count_ = 0;
    event_count_ = 0;
}

FastVADDetector::Output FastVADDetector::output(Status status) const noexcept {
    return {status, segmenter_.state(), {blocks_.get(), block_count_}, {events_.get(), event_count_}};
}

FastVADDetector::Output FastVADDetector::process(std::span<const std::int16_t> mono) noexcept {
    begin_output();
    if (finished_) return output(Status::stream_finished);
    if (mono.size() > max_samples_) return output(Status::chunk_too_large);
    while (!mono.empty()) {
        const auto slice = mono.first(std::min(mono.size(), kSliceSamples));
        const std::span<std::int16_t> rest(pending_.get() + pending_count_, pending_capacity_ - pending_count_);
        pending_count_ += resampler_.process(slice, rest).produced;  // there is room, and no end yet
        hear_ready_blocks();
        mono = mono.subspan(slice.size());
    }
    return output(Status::ok);
}

FastVADDetector::Output FastVADDetector::advance_time(std::uint32_t ms) noexcept {
    begin_output();
    if (finished_) return output(Status::stream_finished);
    take(segmenter_.advance_time(ms));
    return output(Status::ok);
}

FastVADDetector::Output FastVADDetector::finish() noexcept {
    begin_output();
    if (finished_) return output(Status::stream_finished);
    const auto flushed =
        resampler_.flush(std::span(pending_.get() + pending_count_, pending_capacity_ - pending_count_));
    pending_count_ += flushed.produced;
    hear_ready_blocks();
    if (waits_) {  // nothing follows the last block
        constexpr std::array<std::int16_t, kBlockSamples> kSilence{};
        decide(neural_.process(kSilence), waiting_level_dbfs_x100_);
        waits_ = false;
    }
    take(segmenter_.finish());
    finished_ = true;
    return output(flushed.status);
}

void FastVADDetector::hear(std::span<const std::int16_t, kBlockSamples> block) noexcept {
    const auto heard = energy_.process(block);
    if (type_ != VADType::NEURAL) {
        decide(type_ == VADType::EXTERNAL ? external_q15_ : heard.probability_q15, heard.level_dbfs_x100);
        return;
    }
    const std::uint16_t probability_q15 = neural_.process(block);  // of the block before
    if (waits_) decide(probability_q15, waiting_level_dbfs_x100_);
    waits_ = true;
    waiting_level_dbfs_x100_ = heard.level_dbfs_x100;
}

void FastVADDetector::decide(std::uint16_t probability_q15, std::int16_t level_dbfs_x100) noexcept {
    take(segmenter_.process(probability_q15));
    blocks_[block_count_++] = {probability_q15, level_dbfs_x100, segmenter_.state()};
    ++blocks_decided_;
}

void FastVADDetector::hear_ready_blocks() noexcept {
    std::size_t at = 0;
    for (; at + kBlockSamples <= pending_count_; at += kBlockSamples)
        hear(std::span<const std::int16_t, kBlockSamples>(pending_.get() + at, kBlockSamples));
    pending_count_ -= at;
    std::copy_n(pending_.get() + at, pending_count_, pending_.get());
}

void FastVADDetector::take(const Segmenter::Step& step) noexcept {
    for (std::uint32_t i = 0; i < step.event_count; ++i) events_[event_count_++] = step.events[i];
}

void FastVADDetector::configure(const VADConfig& config) noexcept {
    energy_.configure(config, min_amplitude_);
    segmenter_.configure(config);
}

void FastVADDetector::reset() noexcept {
    resampler_.reset();
    energy_.reset();
    if (type_ == VADType::NEURAL) neural_.reset();
    waits_ = false;
    waiting_level_dbfs_x100_ = 0;
    segmenter_.reset();
    external_q15_ = 0;
    blocks_decided_ = 0;
    finished_ = false;
    pending_count_ = 0;
    begin_output();
}

std::uint32_t FastVADDetector::look_ahead_blocks() const noexcept {
    return type_ == VADType::NEURAL ? NeuralDetector::kLookAheadBlocks : 0;
}

std::uint32_t FastVADDetector::latency_samples() const noexcept {
    // A rate without whole samples per block: the sample that completes it counts.
    const std::uint64_t looked_ahead = std::uint64_t{look_ahead_blocks()} * kBlockMs * resampler_.from_rate_hz();
    return resampler_.latency_samples() + static_cast<std::uint32_t>((looked_ahead + 999) / 1000);
}

std::size_t FastVADDetector::memory_bytes() const noexcept {
    const std::size_t parts = sizeof resampler_ + sizeof neural_;
    return sizeof *this - parts + resampler_.memory_bytes() + neural_.memory_bytes() +
           pending_capacity_ * sizeof(std::int16_t) + block_capacity_ * sizeof(BlockResult) +
           event_capacity_ * sizeof(VadEvent);
}

}  // namespace audioengine
