#include "facade.h"

#include <new>
#include <type_traits>
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

constexpr std::size_t kHeadroomBytes = 16384;

double address_of(const void* pointer) noexcept {
    return static_cast<double>(reinterpret_cast<std::uintptr_t>(pointer));
}

enum class Kind : std::uint8_t { count, real, flag, mode, format, vad_type };

constexpr Kind kind_of(const std::uint32_t*) { return Kind::count; }
constexpr Kind kind_of(const float*) { return Kind::real; }
constexpr Kind kind_of(const bool*) { return Kind::flag; }
constexpr Kind kind_of(const ProcessingMode*) { return Kind::mode; }
constexpr Kind kind_of(const AudioFormat*) { return Kind::format; }
constexpr Kind kind_of(const VADType*) { return Kind::vad_type; }

struct Field {
    const char* name;
    Status status;  // for a value that the field's type can't hold
    Kind kind;
    void* (*in)(EngineConfig& config);
};

template <auto Member>
constexpr Field field(const char* name, Status status) {
    using T = std::remove_reference_t<decltype(std::declval<EngineConfig&>().*Member)>;
    return {name, status, kind_of(static_cast<T*>(nullptr)), [](EngineConfig& c) -> void* { return &(c.*Member); }};
}
template <auto Struct, auto Member>
constexpr Field field(const char* name, Status status) {
    using T = std::remove_reference_t<decltype((std::declval<EngineConfig&>().*Struct).*Member)>;
    return {name, status, kind_of(static_cast<T*>(nullptr)),
            [](EngineConfig& c) -> void* { return &((c.*Struct).*Member); }};
}

using E = EngineConfig;
using A = AudioConfig;
using O = OutputConfig;
using V = VADConfig;

constexpr Field kFields[] = {
    field<&E::mode>("mode", Status::bad_mode),
    field<&E::normalize>("normalize", Status::ok),
    field<&E::audio, &A::sample_rate>("audio.sample_rate", Status::bad_sample_rate),
    field<&E::audio, &A::channels>("audio.channels", Status::bad_channels),
    field<&E::audio, &A::bit_depth>("audio.bit_depth", Status::bad_bit_depth),
    field<&E::audio, &A::format>("audio.format", Status::bad_format),
    field<&E::audio, &A::chunk_duration_ms>("audio.chunk_duration_ms", Status::bad_chunk_duration),
    field<&E::audio, &A::min_amplitude>("audio.min_amplitude", Status::bad_amplitude),
    field<&E::audio, &A::max_amplitude>("audio.max_amplitude", Status::bad_amplitude),
    field<&E::output, &O::sample_rate>("output.sample_rate", Status::bad_sample_rate),
    field<&E::output, &O::format>("output.format", Status::bad_format),
    field<&E::vad, &V::type>("vad.type", Status::bad_vad_type),
    field<&E::vad, &V::energy_threshold>("vad.energy_threshold", Status::bad_threshold),
    field<&E::vad, &V::speech_start_ms>("vad.speech_start_ms", Status::bad_vad_duration),
    field<&E::vad, &V::speech_end_ms>("vad.speech_end_ms", Status::bad_vad_duration),
    field<&E::vad, &V::pre_buffer_ms>("vad.pre_buffer_ms", Status::bad_vad_duration),
    field<&E::vad, &V::adaptive>("vad.adaptive", Status::ok),
    field<&E::vad, &V::threshold>("vad.threshold", Status::bad_threshold),
    field<&E::vad, &V::exit_threshold>("vad.exit_threshold", Status::bad_threshold),
    field<&E::vad, &V::max_speech_ms>("vad.max_speech_ms", Status::bad_vad_duration),
    field<&E::vad, &V::max_gap_ms>("vad.max_gap_ms", Status::bad_vad_duration),
    field<&E::max_chunk_ms>("max_chunk_ms", Status::bad_chunk_duration),
    field<&E::latency_target_us>("latency_target_us", Status::bad_chunk_duration),
};
constexpr std::uint32_t kFieldCount = sizeof kFields / sizeof kFields[0];

std::int32_t answer(bool holds, Status otherwise) noexcept {
    return static_cast<std::int32_t>(holds ? Status::ok : otherwise);
}

template <class Enum>
const char* name_at(std::uint32_t index) noexcept {
    return index < 256 ? name_of(static_cast<Enum>(index)) : "";
}

}  // namespace

void Facade::begin_config() noexcept { chosen_ = engine_ ? engine_->config() : EngineConfig{}; }

const char* Facade::field_name(std::uint32_t field) noexcept { return field < kFieldCount ? kFields[field].name : ""; }

std::int32_t Facade::field_list(std::uint32_t field) noexcept {
    switch (kFields[field].kind) {
        case Kind::flag: return kIsBool;
        case Kind::mode: return static_cast<std::int32_t>(NameList::mode);
        case Kind::format: return static_cast<std::int32_t>(NameList::format);
        case Kind::vad_type: return static_cast<std::int32_t>(NameList::vad_type);
        default: return kIsNumber;
    }
}

std::int32_t Facade::set(std::uint32_t field, double value) noexcept {
    const Field& known = kFields[field];
    void* member = known.in(chosen_);
    if (known.kind == Kind::flag) {
        if (value != 0 && value != 1) return kNotABool;
        *static_cast<bool*>(member) = value == 1;
        return answer(true, known.status);
    }
    if (known.kind == Kind::real) {
        // `create` rejects what is not finite; a double beyond float's range must not become undefined behaviour first.
        *static_cast<float*>(member) = value > -1e30 && value < 1e30 ? static_cast<float>(value) : __builtin_nanf("");
        return answer(true, known.status);
    }
    const bool whole =
        value >= 0 && value <= 4294967295.0 && value == static_cast<double>(static_cast<std::uint32_t>(value));
    if (!whole || known.kind != Kind::count) return answer(false, known.status);
    *static_cast<std::uint32_t*>(member) = static_cast<std::uint32_t>(value);
    return answer(true, known.status);
}

std::int32_t Facade::set_name(std::uint32_t field, std::string_view name) noexcept {
    const Field& known = kFields[field];
    void* member = known.in(chosen_);
    switch (known.kind) {
        case Kind::mode: return answer(parse(name, *static_cast<ProcessingMode*>(member)), known.status);
        case Kind::format: return answer(parse(name, *static_cast<AudioFormat*>(member)), known.status);
        case Kind::vad_type: return answer(parse(name, *static_cast<VADType*>(member)), known.status);
        default: return answer(false, known.status);
    }
}

double Facade::get(std::uint32_t field) const noexcept {
    EngineConfig config = chosen_;
    const void* member = kFields[field].in(config);
    switch (kFields[field].kind) {
        case Kind::count: return *static_cast<const std::uint32_t*>(member);
        case Kind::real: return static_cast<double>(*static_cast<const float*>(member));
        case Kind::flag: return *static_cast<const bool*>(member) ? 1 : 0;
        default: return *static_cast<const std::uint8_t*>(member);  // the enumerations
    }
}

Status Facade::create() noexcept {
    Result<AudioEngine> made = AudioEngine::create(chosen_);
    if (!made.ok()) {
        error_field_ = made.field();
        return made.status();
    }
    const std::size_t input_bytes = made.value().max_chunk_bytes();
    input_.reset(new (std::nothrow) std::byte[input_bytes]);
    if (!input_) {
        error_field_ = "max_chunk_ms";
        return Status::out_of_memory;
    }
    // Strings that later calls return need a little memory for a moment. It is found free then, so that the memory never
    // grows under JavaScript's views.
    const std::unique_ptr<std::byte[]> headroom(new (std::nothrow) std::byte[kHeadroomBytes]);
    if (!headroom) return Status::out_of_memory;
    engine_.emplace(std::move(made).value());
    words_[kInputAt] = address_of(input_.get());
    words_[kInputBytes] = static_cast<double>(input_bytes);
    words_[kMaxOutputBytes] = static_cast<double>(engine_->max_output_bytes());
    words_[kOutputRateHz] = engine_->output_rate_hz();
    words_[kLatencyFrames] = engine_->latency_frames();
    words_[kMemoryBytes] = static_cast<double>(engine_->memory_bytes());
    return Status::ok;
}

Status Facade::configure_vad() noexcept {
    // The whole configuration is checked first: only `check` names the field.
    EngineConfig wanted = engine_->config();
    wanted.vad = chosen_.vad;
    const Result<bool> checked = check(wanted);
    error_field_ = checked.field();
    if (!checked.ok()) return checked.status();
    const Status status = engine_->configure_vad(wanted.vad);
    // Two fields only can be legal and still refused: the pre-roll ring keeps its size.
    if (status == Status::bad_vad_duration) {
        error_field_ = wanted.vad.pre_buffer_ms > engine_->config().vad.pre_buffer_ms ? "vad.pre_buffer_ms"
                                                                                      : "vad.speech_start_ms";
    } else if (status == Status::bad_vad_type) {
        error_field_ = "vad.type";
    }
    return status;
}

void Facade::show(const PushResult& result) noexcept {
    words_[kStatus] = static_cast<double>(result.status);
    words_[kPosition] = static_cast<double>(result.position);
    words_[kState] = static_cast<double>(result.state);
    words_[kAudioAt] = address_of(result.audio.data());
    words_[kAudioBytes] = static_cast<double>(result.audio.size());
    words_[kBlocksAt] = address_of(result.blocks.data());
    words_[kBlockCount] = static_cast<double>(result.blocks.size());
    words_[kEventsAt] = address_of(result.events.data());
    words_[kEventCount] = static_cast<double>(result.events.size());
    words_[kFirstBlock] = static_cast<double>(blocks_);
    blocks_ += result.blocks.size();
    words_[kThresholdDbfsX100] = engine_->metrics().threshold_dbfs_x100;
    words_[kNoiseFloorDbfsX100] = engine_->metrics().noise_floor_dbfs_x100;
}

void Facade::record_elapsed() noexcept {
    const double ns = words_[kElapsedNs];
    if (ns > 0) engine_->record_processing_ns(static_cast<std::uint64_t>(ns < 1e15 ? ns : 1e15));
    words_[kElapsedNs] = 0;
}

Status Facade::push(std::size_t bytes) noexcept {
    record_elapsed();
    // More than the input area holds is the engine's own error; it does not look at the bytes then.
    const PushResult result = engine_->push({input_.get(), bytes});
    show(result);
    return result.status;
}

Status Facade::finish() noexcept {
    const PushResult result = engine_->finish();
    show(result);
    return result.status;
}

Status Facade::advance_time(std::uint32_t ms) noexcept {
    const PushResult result = engine_->advance_time(ms);
    show(result);
    return result.status;
}

Status Facade::set_speech_probability(std::uint16_t probability_q15) noexcept {
    return engine_->set_speech_probability(probability_q15);
}

void Facade::reset() noexcept {
    words_[kElapsedNs] = 0;
    blocks_ = 0;
    engine_->reset();
}

void Facade::pre_buffer() noexcept {
    const RingView ring = engine_->pre_buffer();
    words_[kRingFirstAt] = address_of(ring.first.data());
    words_[kRingFirstBytes] = static_cast<double>(ring.first.size());
    words_[kRingSecondAt] = address_of(ring.second.data());
    words_[kRingSecondBytes] = static_cast<double>(ring.second.size());
}

void Facade::findings() noexcept { words_[kFindings] = static_cast<double>(engine_->findings()); }

std::string Facade::metrics_json() noexcept {
    record_elapsed();
    std::string json(kMetricsJsonBytes, '\0');
    json.resize(write_json(engine_->metrics(), json));
    return json;
}

std::uintptr_t Facade::reserve_message(std::size_t bytes) noexcept {
    message_.reset(new (std::nothrow) std::byte[bytes]);
    message_bytes_ = message_ ? bytes : 0;
    return reinterpret_cast<std::uintptr_t>(message_.get());
}

Status Facade::validate() noexcept {
    const ValidationResult result = engine_->validate_audio({message_.get(), message_bytes_});
    message_.reset();
    words_[kPosition] = static_cast<double>(result.position);
    words_[kFindings] = static_cast<double>(result.findings);
    words_[kFrames] = static_cast<double>(result.metadata.frames);
    words_[kDurationUs] = static_cast<double>(result.metadata.duration_us);
    words_[kPeakDbfsX100] = result.metadata.peak_dbfs_x100;
    words_[kRmsDbfsX100] = result.metadata.rms_dbfs_x100;
    words_[kDcPpm] = result.metadata.dc_ppm;
    words_[kClippedPpm] = result.metadata.clipped_ppm;
    words_[kZeroPpm] = result.metadata.zero_ppm;
    return result.status;
}

const char* Facade::name(NameList list, std::uint32_t index) noexcept {
    switch (list) {
        case NameList::status: return index < 256 ? status_name(static_cast<Status>(index)) : "";
        case NameList::state: return name_at<VADState>(index);
        case NameList::event_type: return name_at<VadEventType>(index);
        case NameList::end_reason: return name_at<EndReason>(index);
        case NameList::finding: return finding_name(index);
        case NameList::format: return name_at<AudioFormat>(index);
        case NameList::mode: return name_at<ProcessingMode>(index);
        case NameList::vad_type: return name_at<VADType>(index);
    }
    return "";
}

}  // namespace audioengine::wasm
