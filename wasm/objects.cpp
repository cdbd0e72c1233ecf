// The Facade's calls on a processor, a stream buffer, a resampler.
#include <algorithm>

#include "facade.h"

namespace audioengine::wasm {

// ---- processor

Status Facade::process_message(std::size_t bytes, bool enhance, bool normalize) noexcept {
    if (!out_.reserve(bytes)) return show(Status::out_of_memory, 0);
    AudioMetadata metadata;
    const auto written = processor_->process_quality(input(bytes), out_.bytes(), enhance, normalize, &metadata);
    write_record(metadata, &words_[kRecord]);
    return show(written.status, written.bytes, written.position);
}

void Facade::analyze(std::size_t bytes, bool detailed) noexcept {
    write_record(processor_->analyze_audio(input(bytes), detailed), &words_[kRecord]);
}

Status Facade::resample_message(std::size_t bytes, std::uint32_t from_rate_hz, std::uint32_t to_rate_hz) noexcept {
    // Checked here too: the length of the result depends on them.
    if (!is_sample_rate(from_rate_hz) || !is_sample_rate(to_rate_hz)) return show(Status::bad_sample_rate, 0);
    if (!out_.reserve(AudioProcessor::resampled_bytes(bytes, from_rate_hz, to_rate_hz)))
        return show(Status::out_of_memory, 0);
    const auto written = AudioProcessor::resample(input(bytes), from_rate_hz, to_rate_hz, out_.bytes());
    return show(written.status, written.bytes, written.position);
}

Status Facade::ensure_mono(std::size_t bytes, std::uint32_t channels) noexcept {
    if (!out_.reserve(bytes)) return show(Status::out_of_memory, 0);
    const auto written = AudioProcessor::ensure_mono(input(bytes), channels, out_.bytes());
    return show(written.status, written.bytes, written.position);
}

// ---- stream buffer

void Facade::show(const AddResult& added) noexcept {
    words_[kStoredBytes] = static_cast<double>(added.stored_bytes);
    words_[kDroppedBytes] = static_cast<double>(added.dropped_bytes);
    words_[kAccepted] = added.accepted ? 1 : 0;
}

Status Facade::add_audio(std::size_t bytes) noexcept {
    const AddResult added = buffer_->add_audio(input(bytes));
    show(added);
    return added.status;
}

Status Facade::add_packet(std::size_t bytes, std::uint32_t sequence, double timestamp_frames) noexcept {
    Packet packet;
    packet.sequence = sequence;
    packet.bytes = input(bytes);
    if (timestamp_frames >= 0) packet.timestamp_frames = static_cast<std::uint32_t>(timestamp_frames);
    const AddResult added = buffer_->add_packet(packet);
    show(added);
    return added.status;
}

Status Facade::get_chunk(std::size_t bytes) noexcept {
    if (!out_.reserve(bytes)) return show(Status::out_of_memory, 0);
    const ChunkResult chunk = buffer_->get_chunk(out_.bytes().first(bytes));
    words_[kFilledBytes] = static_cast<double>(chunk.filled_bytes);
    return show(chunk.status, chunk.size());
}

void Facade::peek() noexcept { show(buffer_->peek()); }
void Facade::mark_end() noexcept { buffer_->mark_end(); }
void Facade::clear() noexcept { buffer_->clear(); }

void Facade::stats() noexcept {
    write_record(buffer_->stats(), &words_[kRecord]);
    words_[kEndMarked] = buffer_->end_marked() ? 1 : 0;
    words_[kDurationMs] = buffer_->get_duration_ms();
}

// ---- resampler

template <class Sample>
Status Facade::convert(std::size_t bytes, bool last) noexcept {
    const std::size_t count = bytes / sizeof(Sample);
    const std::size_t room = last ? resampler_->max_flush_samples() : resampler_->max_output_samples(count);
    if (!out_.reserve(room * sizeof(Sample))) return show(Status::out_of_memory, 0);
    const std::span<Sample> out(reinterpret_cast<Sample*>(out_.bytes().data()), room);
    const std::span<const Sample> in(reinterpret_cast<const Sample*>(in_.bytes().data()), count);
    const Resampler::Counts counts = last ? resampler_->flush(out) : resampler_->process(in, out);
    return show(counts.status, counts.produced * sizeof(Sample));
}

Status Facade::resample(std::size_t bytes, bool is_float) noexcept {
    return is_float ? convert<float>(bytes, false) : convert<std::int16_t>(bytes, false);
}

Status Facade::flush(bool is_float) noexcept {
    return is_float ? convert<float>(0, true) : convert<std::int16_t>(0, true);
}

}  // namespace audioengine::wasm
