#include "audioengine/engine.h"

#include <algorithm>
#include <new>

#include "audioengine/pcm.h"
#include "engine_impl.h"
#include "level.h"
#include "make_array.h"

namespace audioengine {

namespace {

constexpr std::size_t kDecodeSamples = 256;
std::size_t frames_of(std::uint32_t ms, std::uint32_t rate_hz) noexcept {
    return static_cast<std::size_t>((std::uint64_t{ms} * rate_hz + 999) / 1000);
}

bool is_speech(VADState state) noexcept { return state == VADState::SPEECH || state == VADState::SPEECH_ENDING; }

}  // namespace

bool AudioEngine::Impl::allocate_buffers() noexcept {
    const AudioConfig& in = config.audio;
    const bool resamples = resampler.from_rate_hz() != resampler.to_rate_hz();
    const bool encodes = config.output.format != AudioFormat::PCM16;
    frame_bytes = bytes_per_frame(in);
    max_chunk_bytes = frames_of(config.max_chunk_ms, in.sample_rate) * frame_bytes;
    const std::size_t max_samples = max_chunk_bytes / frame_bytes + 1;  // a carried part can complete a frame
    mono_capacity = conditioner.head_samples() + max_samples;
    output_capacity =
        std::max(resampler.max_output_samples(mono_capacity),
                 resampler.max_output_samples(conditioner.head_samples()) + resampler.max_flush_samples());
    reach_at_create_ms = pre_buffer_reach_ms(config.vad);
    // Besides what a chunk can push out: the detector's own delay and the rest of a block.
    const std::uint32_t behind_ms = (2 + vad.look_ahead_blocks()) * kBlockMs;
    const std::size_t ring_frames = frames_of(reach_at_create_ms + behind_ms, in.sample_rate) + max_samples;

    if (buffer) {
        buffered_bytes = frames_of(std::min(in.chunk_duration_ms, config.max_chunk_ms), in.sample_rate) * frame_bytes;
        buffered = make_array<std::byte>(buffered_bytes);
    }
    mono = make_array<std::int16_t>(mono_capacity);
    if (in.channels > 1) interleaved = make_array<std::int16_t>(kDecodeSamples * in.channels);
    if (resamples) resampled = make_array<std::int16_t>(output_capacity);
    if (encodes) encoded = make_array<std::byte>(output_capacity * bytes_per_sample(config.output.format));
    return mono && (in.channels == 1 || interleaved) && (!resamples || resampled) && (!encodes || encoded) &&
           (!buffer || buffered) && ring.allocate(ring_frames * frame_bytes);
}

std::size_t AudioEngine::Impl::memory_bytes() const noexcept {
    const std::size_t interleaved_samples = interleaved ? kDecodeSamples * config.audio.channels : 0;
    const std::size_t samples = mono_capacity + interleaved_samples + (resampled ? output_capacity : 0);
    const std::size_t encoded_bytes = encoded ? output_capacity * bytes_per_sample(config.output.format) : 0;
    return sizeof(AudioEngine) + sizeof(Impl) - sizeof vad - sizeof conditioner - sizeof resampler +
           vad.memory_bytes() + conditioner.memory_bytes() + resampler.memory_bytes() + samples * sizeof(std::int16_t) +
           encoded_bytes + ring.capacity() + buffered_bytes + (buffer ? buffer->memory_bytes() - sizeof *buffer : 0);
}

/// The state of a stream that has not begun. `reset` and `create` end here.
void AudioEngine::Impl::start() noexcept {
    metrics = AudioMetrics{};
    ring.clear();
    intake = {};
    vad_intake = {};
    signature_bytes = 0;
    mono_count = 0;
    segment_padded_ms = 0;
    speech_from_ms = 0;
    speech_to_ms = 0;
    sticky = Finding::none;
    forensics.reset();
    finished = false;
    metrics.memory_bytes = memory_bytes();
    if (buffer) metrics.stream_buffer = buffer->stats();
    metrics.chunk_duration_ms = config.audio.chunk_duration_ms;
    metrics.mode = config.mode;
    metrics.input_format = config.audio.format;
    metrics.input_rate_hz = config.audio.sample_rate;
    metrics.output_format = config.output.format;
    metrics.output_rate_hz = resampler.to_rate_hz();
    stepper = ModeStepper{};
    stepper.set_target(std::uint64_t{config.latency_target_us} * 1000);
    describe_detector();
}

/// What follows from a state that was just read: the ring up to the stream's position, and the metrics that are not counted.
void AudioEngine::Impl::take_over(std::span<const std::byte> ring_bytes, std::uint64_t ring_position) noexcept {
    ring.restart_at(ring_position - std::min<std::uint64_t>(ring_position, ring_bytes.size()));
    ring.write(ring_bytes);
    speech_from_ms = speech_to_ms;
    describe_detector();
}

void AudioEngine::Impl::describe_detector() noexcept {
    metrics.vad_state = vad.state();
    metrics.noise_floor_dbfs_x100 = vad.energy().noise_floor_dbfs_x100();
    metrics.threshold_dbfs_x100 = vad.energy().threshold_dbfs_x100();
}

PushResult AudioEngine::Impl::refuse(Status status, std::size_t position) noexcept {
    ++metrics.rejected_chunks;
    speech_from_ms = speech_to_ms;
    PushResult result;
    result.status = status;
    result.position = position;
    result.state = vad.state();
    return result;
}

Status AudioEngine::Impl::admit(std::size_t chunk_bytes) const noexcept {
    if (finished) return Status::stream_finished;
    return chunk_bytes > max_chunk_bytes ? Status::chunk_too_large : Status::ok;
}

PushResult AudioEngine::Impl::push(std::span<const std::byte> chunk, Use use, bool condition) noexcept {
    if (const Status status = admit(chunk.size()); status != Status::ok)
        return refuse(status, status == Status::chunk_too_large ? max_chunk_bytes : 0);
    FrameCarry& from = use.convert ? intake : vad_intake;
    if (use.convert) {
        ++metrics.chunks;
        metrics.input_bytes += chunk.size();
        look_for_signature(chunk);
    }
    mono_count = 0;
    speech_from_ms = speech_to_ms;
    from.cut(chunk, frame_bytes, [&](std::span<const std::byte> frames) { take_frames(frames, use); });
    if (use.convert && from.count > 0) ++metrics.split_frames;

    PushResult result;
    result.state = vad.state();
    if (use.hear) report(result, vad.process(decoded()));  // before anything that changes the level
    if (use.convert) result.audio = convert(condition);
    metrics.output_bytes += result.audio.size();
    return result;
}

PushResult AudioEngine::Impl::push_through_buffer(std::span<const std::byte> audio) noexcept {
    if (!buffer) return refuse(Status::no_stream_buffer, 0);
    if (finished) return refuse(Status::stream_finished, 0);
    const AddResult added = buffer->add_audio(audio);
    PushResult result;
    result.state = vad.state();
    const bool whole = buffer->get_available_bytes() >= buffered_bytes || buffer->end_marked();
    const bool ready = buffer->state() == BufferState::PLAYING && whole;
    if (added.status != Status::ok) {
        result = refuse(added.status, 0);
    } else if (!ready) {
        result.status = Status::not_ready;
    } else {
        const ChunkResult chunk = buffer->get_chunk({buffered.get(), buffered_bytes});
        result = push(std::span<const std::byte>(buffered.get(), chunk.size()), {true, true}, true);
    }
    metrics.record_stream_buffer(buffer->stats());
    return result;
}

/// What is in the mono buffer, through the rest of the pipeline.
std::span<const std::byte> AudioEngine::Impl::convert(bool condition) noexcept {
    const std::span<std::int16_t> room(mono.get(), mono_capacity);
    std::span<const std::int16_t> samples = decoded();
    if (condition) samples = room.first(conditioner.process(samples, room));
    if (!resampled) return encode(samples);
    const auto converted = resampler.process(samples, std::span(resampled.get(), output_capacity));
    return encode({resampled.get(), converted.produced});
}

PushResult AudioEngine::Impl::finish() noexcept {
    if (const Status status = admit(0); status != Status::ok) return refuse(status, 0);
    finished = true;
    forensics.finish();
    if (intake.count > 0 || vad_intake.count > 0) sticky = sticky | Finding::trailing_bytes;
    PushResult result;
    report(result, vad.finish());
    const std::span<std::int16_t> room(mono.get(), mono_capacity);
    std::span<const std::int16_t> samples = room.first(conditioner.flush(room));
    if (resampled) {
        const std::span<std::int16_t> out(resampled.get(), output_capacity);
        const std::size_t count = resampler.process(samples, out).produced;
        const std::size_t rest = resampler.flush(out.subspan(count)).produced;
        samples = out.first(count + rest);
    }
    result.audio = encode(samples);
    metrics.output_bytes += result.audio.size();
    return result;
}

/// The stream's first bytes tell whether somebody sends a file; they may come one at a time.
void AudioEngine::Impl::look_for_signature(std::span<const std::byte> chunk) noexcept {
    if (signature_bytes == kSignatureBytes) return;
    const std::size_t count = std::min(chunk.size(), kSignatureBytes - signature_bytes);
    std::copy_n(chunk.begin(), count, signature.begin() + static_cast<std::ptrdiff_t>(signature_bytes));
    signature_bytes += count;
    if (signature_bytes == kSignatureBytes && is_container(signature)) sticky = sticky | Finding::container;
}

void AudioEngine::Impl::take_frames(std::span<const std::byte> frames, Use use) noexcept {
    const std::uint32_t channels = config.audio.channels;
    const std::int32_t near_clip = level::near_clip_level(config.audio);
    if (use.hear) ring.write(frames);
    for (std::span<const std::byte> rest = frames; !rest.empty();) {
        const auto piece = rest.first(std::min(rest.size(), kDecodeSamples * frame_bytes));
        const std::size_t count = piece.size() / frame_bytes;
        std::int16_t* const mixed = mono.get() + conditioner.head_samples() + mono_count;
        const std::span<std::int16_t> samples(channels == 1 ? mixed : interleaved.get(), count * channels);
        const std::size_t not_finite = decode_samples(config.audio.format, piece, samples);
        if (use.convert) {
            metrics.non_finite_samples += not_finite;
            metrics.level.add(samples, near_clip);
            forensics.add(piece, samples);
        }
        if (channels > 1) downmix(samples, channels, {mixed, count});
        mono_count += count;
        rest = rest.subspan(piece.size());
    }
    if (use.convert) metrics.input_frames += frames.size() / frame_bytes;
}

std::span<const std::byte> AudioEngine::Impl::encode(std::span<const std::int16_t> samples) noexcept {
    if (!encoded) return std::as_bytes(samples);
    const std::size_t capacity = output_capacity * bytes_per_sample(config.output.format);
    return {encoded.get(), encode_samples(config.output.format, samples, {encoded.get(), capacity})};
}

void AudioEngine::Impl::enter(VADState state) noexcept {
    if (state == metrics.vad_state) return;
    ++metrics.transitions_to[static_cast<std::size_t>(state)];
    metrics.vad_state = state;
}

void AudioEngine::Impl::report(PushResult& result, const FastVADDetector::Output& heard) noexcept {
    extend_speech(heard, is_speech(metrics.vad_state));  // the state before this call
    result.status = heard.status;
    result.state = heard.state;
    result.events = heard.events;
    result.blocks = heard.blocks;
    metrics.blocks += heard.blocks.size();
    for (const BlockResult& block : heard.blocks) {
        metrics.speech_blocks += is_speech(block.state) ? 1U : 0U;
        enter(block.state);
    }
    enter(heard.state);  // a gap and the end change it without a block
    for (const VadEvent& event : heard.events) {
        if (event.type == VadEventType::false_start) ++metrics.false_starts;
        if (event.reason == EndReason::gap) ++metrics.gap_ends;
        if (event.type != VadEventType::speech_start) continue;
        ++metrics.segments;
        segment_padded_ms = event.padded_ms;
    }
    describe_detector();
}

void AudioEngine::Impl::set_mode(ProcessingMode mode) noexcept {
    if (mode == config.mode) return;
    config.mode = mode;
    conditioner.set_mode(mode);
    resampler.set_mode(mode);
    metrics.mode = mode;
}

RingView AudioEngine::Impl::pre_buffer() const noexcept {
    if (!is_speech(vad.state())) return {};
    const auto [first, second] = ring.from(byte_at(segment_padded_ms));
    return {first, second};
}

/// Goes on where the last call ended, or begins where a segment does; what the hangover of the previous one has already
/// given is not given again. `open`: a segment was, before this call.
void AudioEngine::Impl::extend_speech(const FastVADDetector::Output& heard, bool open) noexcept {
    speech_from_ms = speech_to_ms;
    for (const VadEvent& event : heard.events) {
        if (event.type == VadEventType::false_start) continue;
        const bool starts = event.type == VadEventType::speech_start;
        const bool nothing_yet = speech_from_ms == speech_to_ms;
        if (starts && !open && nothing_yet) speech_from_ms = std::max(speech_to_ms, event.padded_ms);
        open = starts;
        speech_to_ms = std::max(speech_from_ms, event.at_ms);
    }
    if (open) speech_to_ms = std::max(speech_from_ms, vad.blocks_decided() * kBlockMs);
}

RingView AudioEngine::Impl::speech() const noexcept {
    const std::uint64_t begin = byte_at(speech_from_ms);
    const auto [first, second] = ring.from(begin);
    const auto count = static_cast<std::size_t>(byte_at(speech_to_ms) - begin);
    const std::size_t in_first = std::min(count, first.size());
    return {first.first(in_first), second.first(std::min(count - in_first, second.size()))};
}

AudioEngine::AudioEngine(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
AudioEngine::AudioEngine(AudioEngine&&) noexcept = default;
AudioEngine& AudioEngine::operator=(AudioEngine&&) noexcept = default;
AudioEngine::~AudioEngine() = default;

Result<AudioEngine> AudioEngine::create(const EngineConfig& config) noexcept {
    if (const auto checked = check(config); !checked) return {checked.status(), checked.field()};
    const AudioConfig& in = config.audio;
    const std::size_t max_samples = frames_of(config.max_chunk_ms, in.sample_rate) + 1;
    auto vad = FastVADDetector::create(config.vad, in, max_samples);
    if (!vad) return {vad.status(), vad.field()};
    auto conditioner = Conditioner::create(in.sample_rate, config.mode, config.normalize);
    if (!conditioner) return {conditioner.status(), conditioner.field()};
    auto resampler = Resampler::create_switchable(in.sample_rate, effective_output_rate_hz(config), config.mode);
    if (!resampler) return {resampler.status(), resampler.field()};

    std::unique_ptr<Impl> impl(new (std::nothrow) Impl(config, std::move(vad).value(), std::move(conditioner).value(),
                                                       std::move(resampler).value()));
    if (impl && config.stream_buffer) {
        auto buffer = AudioStreamBuffer::create(*config.stream_buffer, in, config.mode);
        if (!buffer) return {buffer.status(), buffer.field()};
        impl->buffer.emplace(std::move(buffer).value());
    }
    if (!impl || !impl->allocate_buffers()) return Status::out_of_memory;
    impl->start();
    return AudioEngine(std::move(impl));
}

PushResult AudioEngine::push(std::span<const std::byte> chunk) noexcept {
    return impl_->push(chunk, {true, true}, true);
}
PushResult AudioEngine::process_audio(std::span<const std::byte> chunk) noexcept {
    return impl_->push(chunk, {true, false}, true);
}
PushResult AudioEngine::process_vad_chunk(std::span<const std::byte> chunk) noexcept {
    return impl_->push(chunk, {false, true}, false);
}
PushResult AudioEngine::prepare_for_playback(std::span<const std::byte> chunk) noexcept {
    return impl_->push(chunk, {true, false}, false);
}
PushResult AudioEngine::finish() noexcept { return impl_->finish(); }

PushResult AudioEngine::advance_time(std::uint32_t ms) noexcept {
    if (const Status status = impl_->admit(0); status != Status::ok) return impl_->refuse(status, 0);
    PushResult result;
    impl_->report(result, impl_->vad.advance_time(ms));
    return result;
}

PushResult AudioEngine::add_to_stream_buffer(std::span<const std::byte> audio) noexcept {
    return impl_->push_through_buffer(audio);
}

AudioStreamBuffer* AudioEngine::stream_buffer() noexcept { return impl_->buffer ? &*impl_->buffer : nullptr; }

Status AudioEngine::set_speech_probability(std::uint16_t probability_q15) noexcept {
    if (probability_q15 > kProbabilityOneQ15) return Status::bad_threshold;
    impl_->vad.set_speech_probability(probability_q15);
    return Status::ok;
}

void AudioEngine::optimize_for_latency() noexcept { impl_->set_mode(ProcessingMode::REALTIME); }
void AudioEngine::optimize_for_quality() noexcept { impl_->set_mode(ProcessingMode::QUALITY); }

ValidationResult AudioEngine::validate_audio(std::span<const std::byte> bytes) const noexcept {
    return validate(impl_->config.audio, bytes);
}

Status AudioEngine::configure_vad(const VADConfig& config) noexcept {
    if (const auto checked = check(config); !checked) return checked.status();
    if (config.type != impl_->config.vad.type) return Status::bad_vad_type;
    if (pre_buffer_reach_ms(config) > impl_->reach_at_create_ms) return Status::bad_vad_duration;
    impl_->config.vad = config;
    impl_->vad.configure(config);
    impl_->describe_detector();
    return Status::ok;
}

void AudioEngine::reset() noexcept {
    impl_->vad.reset();
    impl_->conditioner.reset();
    impl_->resampler.reset();
    if (impl_->buffer) impl_->buffer->reset();
    impl_->start();
}

RingView AudioEngine::pre_buffer() const noexcept { return impl_->pre_buffer(); }
RingView AudioEngine::speech() const noexcept { return impl_->speech(); }
const AudioMetrics& AudioEngine::metrics() const noexcept { return impl_->metrics; }

void AudioEngine::record_processing_ns(std::uint64_t ns) noexcept {
    impl_->metrics.record_processing_ns(ns);
    impl_->set_mode(impl_->stepper.next(impl_->config.mode, ns));
}

void AudioEngine::record_buffer_pool(const BufferPoolStats& stats) noexcept { impl_->metrics.buffer_pool = stats; }

Finding AudioEngine::findings() const noexcept {
    const Finding found =
        impl_->sticky | impl_->forensics.findings() | impl_->metrics.level.findings(impl_->config.audio.min_amplitude);
    return impl_->metrics.non_finite_samples > 0 ? found | Finding::non_finite : found;
}

std::uint64_t AudioEngine::finding_position(Finding any) const noexcept { return impl_->forensics.position(any); }

const EngineConfig& AudioEngine::config() const noexcept { return impl_->config; }
std::uint32_t AudioEngine::output_rate_hz() const noexcept { return impl_->resampler.to_rate_hz(); }
std::size_t AudioEngine::max_chunk_bytes() const noexcept { return impl_->max_chunk_bytes; }
std::size_t AudioEngine::max_output_bytes() const noexcept {
    return impl_->output_capacity * bytes_per_sample(impl_->config.output.format);
}
std::size_t AudioEngine::max_blocks() const noexcept { return impl_->vad.max_blocks(); }
std::size_t AudioEngine::max_events() const noexcept { return impl_->vad.max_events(); }
std::uint32_t AudioEngine::latency_frames() const noexcept {
    return impl_->conditioner.latency_samples() + impl_->resampler.latency_samples();
}
std::size_t AudioEngine::memory_bytes() const noexcept { return impl_->memory_bytes(); }

}  // namespace audioengine
