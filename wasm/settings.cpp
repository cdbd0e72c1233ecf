#include "settings.h"

#include <cstddef>
#include <type_traits>
#include <utility>

#include "audioengine/segmenter.h"
#include "audioengine/status.h"
#include "audioengine/stream_buffer.h"
#include "audioengine/validate.h"
#include "records.h"

namespace audioengine::wasm {

namespace {

enum class Kind : std::uint8_t { count, size, real, flag, presence, mode, format, vad_type, overflow, underflow };

constexpr Kind kind_of(const std::uint32_t*) { return Kind::count; }
constexpr Kind kind_of(const std::size_t*) { return Kind::size; }
constexpr Kind kind_of(const float*) { return Kind::real; }
constexpr Kind kind_of(const bool*) { return Kind::flag; }
constexpr Kind kind_of(const ProcessingMode*) { return Kind::mode; }
constexpr Kind kind_of(const AudioFormat*) { return Kind::format; }
constexpr Kind kind_of(const VADType*) { return Kind::vad_type; }
constexpr Kind kind_of(const OverflowStrategy*) { return Kind::overflow; }
constexpr Kind kind_of(const UnderflowStrategy*) { return Kind::underflow; }

struct Field {
    const char* name;
    Status status;  // for a value that the field's type can't hold
    Kind kind;
    void* (*in)(EngineConfig& config);
};

template <class T>
T& value_of(T& value) {
    return value;
}
template <class T>
T& value_of(std::optional<T>& value) {
    if (!value) value.emplace();
    return *value;
}

template <auto Member>
constexpr Field field(const char* name, Status status) {
    using T = std::remove_reference_t<decltype(std::declval<EngineConfig&>().*Member)>;
    return {name, status, kind_of(static_cast<T*>(nullptr)), [](EngineConfig& c) -> void* { return &(c.*Member); }};
}
template <auto Struct, auto Member>
constexpr Field field(const char* name, Status status) {
    using T = std::remove_reference_t<decltype(value_of(std::declval<EngineConfig&>().*Struct).*Member)>;
    return {name, status, kind_of(static_cast<T*>(nullptr)),
            [](EngineConfig& c) -> void* { return &(value_of(c.*Struct).*Member); }};
}

using E = EngineConfig;
using A = AudioConfig;
using O = OutputConfig;
using V = VADConfig;
using B = BufferConfig;

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
    {"stream_buffer", Status::ok, Kind::presence, nullptr},
    field<&E::stream_buffer, &B::max_size_bytes>("buffer.max_size_bytes", Status::bad_buffer_size),
    field<&E::stream_buffer, &B::max_duration_ms>("buffer.max_duration_ms", Status::bad_buffer_duration),
    field<&E::stream_buffer, &B::overflow_strategy>("buffer.overflow_strategy", Status::bad_strategy),
    field<&E::stream_buffer, &B::underflow_strategy>("buffer.underflow_strategy", Status::bad_strategy),
    field<&E::stream_buffer, &B::pre_allocate>("buffer.pre_allocate", Status::ok),
    field<&E::stream_buffer, &B::use_circular>("buffer.use_circular", Status::ok),
    field<&E::stream_buffer, &B::zero_copy>("buffer.zero_copy", Status::ok),
    field<&E::stream_buffer, &B::prebuffer_ms>("buffer.prebuffer_ms", Status::bad_buffer_duration),
    field<&E::stream_buffer, &B::repeat_ms>("buffer.repeat_ms", Status::bad_buffer_duration),
    field<&E::stream_buffer, &B::fade_ms>("buffer.fade_ms", Status::bad_buffer_duration),
    field<&E::stream_buffer, &B::reorder_packets>("buffer.reorder_packets", Status::bad_reorder_window),
    field<&E::stream_buffer, &B::max_packet_ms>("buffer.max_packet_ms", Status::bad_buffer_duration),
    field<&E::stream_buffer, &B::sequence_bits>("buffer.sequence_bits", Status::bad_reorder_window),
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

const char* Settings::field_name(std::uint32_t field) noexcept {
    return field < kFieldCount ? kFields[field].name : "";
}

std::int32_t Settings::field_list(std::uint32_t field) noexcept {
    switch (kFields[field].kind) {
        case Kind::flag:
        case Kind::presence: return kIsBool;
        case Kind::mode: return static_cast<std::int32_t>(NameList::mode);
        case Kind::format: return static_cast<std::int32_t>(NameList::format);
        case Kind::vad_type: return static_cast<std::int32_t>(NameList::vad_type);
        case Kind::overflow: return static_cast<std::int32_t>(NameList::overflow_strategy);
        case Kind::underflow: return static_cast<std::int32_t>(NameList::underflow_strategy);
        default: return kIsNumber;
    }
}

std::int32_t Settings::set(std::uint32_t field, double value) noexcept {
    const Field& known = kFields[field];
    if (known.kind == Kind::presence) {
        if (value != 0 && value != 1) return kNotABool;
        if (value == 0) chosen_.stream_buffer.reset();
        if (value == 1) (void)value_of(chosen_.stream_buffer);
        return answer(true, known.status);
    }
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
    if (!whole || (known.kind != Kind::count && known.kind != Kind::size)) return answer(false, known.status);
    const auto number = static_cast<std::uint32_t>(value);
    if (known.kind == Kind::size) {
        *static_cast<std::size_t*>(member) = number;
    } else {
        *static_cast<std::uint32_t*>(member) = number;
    }
    return answer(true, known.status);
}

std::int32_t Settings::set_name(std::uint32_t field, std::string_view name) noexcept {
    const Field& known = kFields[field];
    const auto read = [&](auto* member) { return answer(parse(name, *member), known.status); };
    void* member = known.kind == Kind::presence ? nullptr : known.in(chosen_);
    switch (known.kind) {
        case Kind::mode: return read(static_cast<ProcessingMode*>(member));
        case Kind::format: return read(static_cast<AudioFormat*>(member));
        case Kind::vad_type: return read(static_cast<VADType*>(member));
        case Kind::overflow: return read(static_cast<OverflowStrategy*>(member));
        case Kind::underflow: return read(static_cast<UnderflowStrategy*>(member));
        default: return answer(false, known.status);
    }
}

double Settings::get(std::uint32_t field) const noexcept {
    const Field& known = kFields[field];
    if (known.kind == Kind::presence) return chosen_.stream_buffer ? 1 : 0;
    EngineConfig config = chosen_;  // a copy, in which a field of a missing buffer may be made up
    const void* member = known.in(config);
    switch (known.kind) {
        case Kind::count: return *static_cast<const std::uint32_t*>(member);
        case Kind::size: return static_cast<double>(*static_cast<const std::size_t*>(member));
        case Kind::real: return static_cast<double>(*static_cast<const float*>(member));
        case Kind::flag: return *static_cast<const bool*>(member) ? 1 : 0;
        default: return *static_cast<const std::uint8_t*>(member);  // the enumerations
    }
}

const char* name_in(NameList list, std::uint32_t index) noexcept {
    switch (list) {
        case NameList::status: return index < 256 ? status_name(static_cast<Status>(index)) : "";
        case NameList::state: return name_at<VADState>(index);
        case NameList::event_type: return name_at<VadEventType>(index);
        case NameList::end_reason: return name_at<EndReason>(index);
        case NameList::finding: return finding_name(index);
        case NameList::format: return name_at<AudioFormat>(index);
        case NameList::mode: return name_at<ProcessingMode>(index);
        case NameList::vad_type: return name_at<VADType>(index);
        case NameList::overflow_strategy: return name_at<OverflowStrategy>(index);
        case NameList::underflow_strategy: return name_at<UnderflowStrategy>(index);
        case NameList::buffer_state: return name_at<BufferState>(index);
        case NameList::metadata: return metadata_name(index);
        case NameList::buffer_stats: return buffer_stats_name(index);
    }
    return "";
}

}  // namespace audioengine::wasm
