#include "facade.h"

#include <new>
#include <utility>

#include "audioengine/metrics.h"

namespace audioengine::wasm {

// package/src/layout.ts reads these two structs from memory.
static_assert(sizeof(BlockResult) == 6 && offsetof(BlockResult, probability_q15) == 0 &&
              offsetof(BlockResult, level_dbfs_x100) == 2 && offsetof(BlockResult, state) == 4);
static_assert(sizeof(VadEvent) == 40 && offsetof(VadEvent, type) == 0 && offsetof(VadEvent, reason) == 1 &&
              offsetof(VadEvent, segment) == 4 && offsetof(VadEvent, at_ms) == 8 &&
              offsetof(VadEvent, onset_ms) == 16 && offsetof(VadEvent, padded_ms) == 24 &&
              offsetof(VadEvent, end_ms) == 32);

namespace {

double address_of(const void* pointer) noexcept {
    return static_cast<double>(reinterpret_cast<std::uintptr_t>(pointer));
}

}  // namespace

bool Area::reserve(std::size_t bytes) noexcept {
    if (bytes <= size_) return true;
    memory_.reset();  // first: the old and the new need not fit at the same time
    memory_.reset(new (std::nothrow) std::byte[bytes]);
    if (memory_) {
        size_ = bytes;
        return true;
    }
    memory_.reset(new (std::nothrow) std::byte[size_]);  // what was just given back
    if (!memory_) size_ = 0;
    return false;
}

bool Facade::reserve(std::size_t bytes) noexcept {
    const bool reserved = in_.reserve(bytes);
    words_[kInputAt] = address_of(in_.bytes().data());
    words_[kInputBytes] = static_cast<double>(in_.bytes().size());
    return reserved;
}

void Facade::begin_config() noexcept { settings_.begin(engine_ ? engine_->config() : in_force_); }

// ---- creation

template <class T>
Status Facade::keep(Result<T> made, std::optional<T>& as) noexcept {
    if (!made.ok()) {
        error_field_ = made.field();
        return made.status();
    }
    as.emplace(std::move(made).value());
    return Status::ok;
}

Status Facade::create(Object object) noexcept {
    const EngineConfig& config = settings_.chosen();
    const Result<bool> checked = check(config);
    error_field_ = checked.field();
    if (!checked.ok()) return checked.status();
    Status status = Status::ok;
    switch (object) {
        case Object::engine: status = create_engine(config); break;
        case Object::processor: status = keep(AudioProcessor::create(config.audio, config.mode), processor_); break;
        case Object::detector: status = create_detector(config); break;
        case Object::stream_buffer:
            status = keep(
                AudioStreamBuffer::create(config.stream_buffer.value_or(BufferConfig{}), config.audio, config.mode),
                own_buffer_);
            if (own_buffer_) buffer_ = &*own_buffer_;
            break;
        case Object::resampler: status = create_resampler(config); break;
    }
    if (status != Status::ok) return status;
    in_force_ = config;
    if (buffer_ != nullptr) describe_buffer();
    return out_.reserve(kMetricsJsonBytes + 1) ? Status::ok : Status::out_of_memory;
}

Status Facade::create_engine(const EngineConfig& config) noexcept {
    if (const Status status = keep(AudioEngine::create(config), engine_); status != Status::ok) return status;
    buffer_ = engine_->stream_buffer();
    words_[kMaxChunkBytes] = static_cast<double>(engine_->max_chunk_bytes());
    words_[kMaxOutputBytes] = static_cast<double>(engine_->max_output_bytes());
    words_[kOutputRateHz] = engine_->output_rate_hz();
    words_[kLatencyFrames] = engine_->latency_frames();
    words_[kMemoryBytes] = static_cast<double>(engine_->memory_bytes());
    if (reserve(engine_->max_chunk_bytes())) return Status::ok;
    error_field_ = "max_chunk_ms";
    return Status::out_of_memory;
}

Status Facade::create_detector(const EngineConfig& config) noexcept {
    const std::size_t samples = (std::size_t{config.max_chunk_ms} * config.audio.sample_rate + 999) / 1000;
    const Status status = keep(FastVADDetector::create(config.vad, config.audio, samples), detector_);
    if (status != Status::ok) return status;
    words_[kMaxChunkBytes] = static_cast<double>(samples * sizeof(std::int16_t));
    words_[kLatencyFrames] = detector_->latency_samples();
    words_[kMemoryBytes] = static_cast<double>(detector_->memory_bytes());
    show_levels();
    return reserve(samples * sizeof(std::int16_t)) ? Status::ok : Status::out_of_memory;
}

Status Facade::create_resampler(const EngineConfig& config) noexcept {
    const std::uint32_t to_rate_hz =
        config.output.sample_rate == 0 ? config.audio.sample_rate : config.output.sample_rate;
    const Status status = keep(Resampler::create(config.audio.sample_rate, to_rate_hz, config.mode), resampler_);
    if (status != Status::ok) return status;
    words_[kOutputRateHz] = to_rate_hz;
    words_[kLatencyFrames] = resampler_->latency_samples();
    words_[kMemoryBytes] = static_cast<double>(resampler_->memory_bytes());
    return Status::ok;
}

void Facade::describe_buffer() noexcept {
    words_[kCapacityFrames] = static_cast<double>(buffer_->capacity_frames());
    words_[kPrebufferFrames] = static_cast<double>(buffer_->prebuffer_frames());
    if (own_buffer_) words_[kMemoryBytes] = static_cast<double>(own_buffer_->memory_bytes());
}

Status Facade::configure_vad() noexcept {
    // The whole configuration is checked first: only `check` names the field.
    EngineConfig wanted = engine_ ? engine_->config() : in_force_;
    const VADType type = wanted.vad.type;
    wanted.vad = settings_.chosen().vad;
    const Result<bool> checked = check(wanted);
    error_field_ = checked.field();
    if (!checked.ok()) return checked.status();
    if (wanted.vad.type != type) {
        error_field_ = "vad.type";
        return Status::bad_vad_type;
    }
    if (engine_) return configure_engine(wanted.vad);
    detector_->configure(wanted.vad);
    in_force_ = wanted;
    show_levels();
    return Status::ok;
}

Status Facade::configure_engine(const VADConfig& vad) noexcept {
    const Status status = engine_->configure_vad(vad);
    // Two fields only can be legal and still refused: the pre-roll ring keeps its size.
    if (status == Status::bad_vad_duration) {
        error_field_ =
            vad.pre_buffer_ms > engine_->config().vad.pre_buffer_ms ? "vad.pre_buffer_ms" : "vad.speech_start_ms";
    }
    return status;
}

// ---- what a call gave

Status Facade::show(const PushResult& result, std::uint64_t blocks_decided) noexcept {
    words_[kStatus] = static_cast<double>(result.status);
    words_[kPosition] = static_cast<double>(result.position);
    words_[kState] = static_cast<double>(result.state);
    words_[kAudioAt] = address_of(result.audio.data());
    words_[kAudioBytes] = static_cast<double>(result.audio.size());
    words_[kBlocksAt] = address_of(result.blocks.data());
    words_[kBlockCount] = static_cast<double>(result.blocks.size());
    words_[kEventsAt] = address_of(result.events.data());
    words_[kEventCount] = static_cast<double>(result.events.size());
    words_[kFirstBlock] = static_cast<double>(blocks_decided - result.blocks.size());
    show_levels();
    return result.status;
}

void Facade::show_levels() noexcept {
    const EnergyDetector* energy = detector_ ? &detector_->energy() : nullptr;
    words_[kThresholdDbfsX100] =
        energy != nullptr ? energy->threshold_dbfs_x100() : engine_->metrics().threshold_dbfs_x100;
    words_[kNoiseFloorDbfsX100] =
        energy != nullptr ? energy->noise_floor_dbfs_x100() : engine_->metrics().noise_floor_dbfs_x100;
}

Status Facade::show(const FastVADDetector::Output& heard) noexcept {
    PushResult result;
    result.status = heard.status;
    result.state = heard.state;
    result.blocks = heard.blocks;
    result.events = heard.events;
    return show(result, detector_->blocks_decided());
}

/// What lies in the output area.
Status Facade::show(Status status, std::size_t audio_bytes, std::size_t position) noexcept {
    words_[kStatus] = static_cast<double>(status);
    words_[kPosition] = static_cast<double>(position);
    words_[kAudioAt] = address_of(out_.bytes().data());
    words_[kAudioBytes] = static_cast<double>(audio_bytes);
    return status;
}

void Facade::show(const RingView& ring) noexcept {
    words_[kRingFirstAt] = address_of(ring.first.data());
    words_[kRingFirstBytes] = static_cast<double>(ring.first.size());
    words_[kRingSecondAt] = address_of(ring.second.data());
    words_[kRingSecondBytes] = static_cast<double>(ring.second.size());
}

// ---- engine and detector

void Facade::record_elapsed() noexcept {
    const double ns = words_[kElapsedNs];
    if (ns > 0) engine_->record_processing_ns(static_cast<std::uint64_t>(ns < 1e15 ? ns : 1e15));
    words_[kElapsedNs] = 0;
}

Status Facade::push(std::size_t bytes, Use use) noexcept {
    record_elapsed();
    const std::span<const std::byte> chunk = input(bytes);
    PushResult result;
    switch (use) {
        case Use::push: result = engine_->push(chunk); break;
        case Use::process_audio: result = engine_->process_audio(chunk); break;
        case Use::process_vad_chunk: result = engine_->process_vad_chunk(chunk); break;
        case Use::prepare_for_playback: result = engine_->prepare_for_playback(chunk); break;
        case Use::add_to_stream_buffer: result = engine_->add_to_stream_buffer(chunk); break;
    }
    return show(result, engine_->metrics().blocks);
}

Status Facade::hear(std::size_t bytes) noexcept {
    const auto* samples = reinterpret_cast<const std::int16_t*>(in_.bytes().data());
    return show(detector_->process({samples, bytes / sizeof *samples}));
}

Status Facade::finish() noexcept {
    return engine_ ? show(engine_->finish(), engine_->metrics().blocks) : show(detector_->finish());
}

Status Facade::advance_time(std::uint32_t ms) noexcept {
    return engine_ ? show(engine_->advance_time(ms), engine_->metrics().blocks) : show(detector_->advance_time(ms));
}

void Facade::set_speech_probability(std::uint16_t probability_q15) noexcept {
    if (engine_) {
        (void)engine_->set_speech_probability(probability_q15);  // JavaScript has looked at the range
    } else {
        detector_->set_speech_probability(probability_q15);
    }
}

// ---- engine

void Facade::optimize(bool for_quality) noexcept {
    if (for_quality) {
        engine_->optimize_for_quality();
    } else {
        engine_->optimize_for_latency();
    }
}

Status Facade::snapshot(bool with_pre_buffer) noexcept {
    const auto audio = with_pre_buffer ? SnapshotAudio::with_pre_buffer : SnapshotAudio::without_pre_buffer;
    if (!out_.reserve(engine_->snapshot({}, audio).bytes)) return show(Status::out_of_memory, 0);
    const SnapshotResult result = engine_->snapshot(out_.bytes(), audio);
    return show(result.status, result.bytes);
}

Status Facade::restore(std::size_t bytes) noexcept {
    record_elapsed();
    const Status status = engine_->restore(input(bytes));
    PushResult now;
    now.status = status;
    now.state = engine_->metrics().vad_state;
    return show(now, engine_->metrics().blocks);
}

void Facade::pre_buffer() noexcept { show(engine_->pre_buffer()); }
void Facade::speech() noexcept { show(engine_->speech()); }

void Facade::findings() noexcept { words_[kFindings] = static_cast<double>(engine_->findings()); }

double Facade::finding_position(std::uint32_t set) const noexcept {
    return static_cast<double>(engine_->finding_position(static_cast<Finding>(set)));
}

const char* Facade::metrics_json() noexcept {
    record_elapsed();
    auto* const json = reinterpret_cast<char*>(out_.bytes().data());
    json[write_json(engine_->metrics(), {json, kMetricsJsonBytes})] = '\0';
    return json;
}

Status Facade::validate(std::size_t bytes, std::string_view format) noexcept {
    AudioFormat expected = AudioFormat::PCM16;
    const bool given = !format.empty();
    if (given && !parse(format, expected)) return show(Status::bad_format, 0);
    const std::span<const std::byte> message = input(bytes);
    const ValidationResult result = engine_ ? engine_->validate_audio(message)
                                    : given ? processor_->validate_format(message, expected)
                                            : processor_->validate_format(message);
    words_[kFindings] = static_cast<double>(result.findings);
    write_record(result.metadata, &words_[kRecord]);
    return show(result.status, 0, result.position);
}

void Facade::reset(bool buffer_only) noexcept {
    words_[kElapsedNs] = 0;
    if (engine_ && !buffer_only) engine_->reset();
    if (detector_) {
        detector_->reset();
        show_levels();
    }
    if (resampler_) resampler_->reset();
    if (buffer_ != nullptr && (buffer_only || own_buffer_)) buffer_->reset();
}

}  // namespace audioengine::wasm
