#include "audioengine/c.h"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "audioengine/engine.h"
#include "audioengine/prometheus.h"
#include "audioengine/version.h"
#include "make_array.h"

using audioengine::AudioEngine;
using audioengine::EngineConfig;
using audioengine::PushResult;
using audioengine::Status;

struct ae_engine {
    AudioEngine engine;
    std::unique_ptr<ae_event[]> events;
    std::unique_ptr<ae_block[]> blocks;
};

namespace {

/// An enumerator from its number. A number outside stays outside: `check` names the field.
template <class Enum>
Enum to_enum(std::uint32_t value) noexcept {
    return static_cast<Enum>(std::min<std::uint32_t>(value, 255));
}

audioengine::VADConfig to_vad_config(const ae_config& from) noexcept {
    audioengine::VADConfig vad;
    vad.type = to_enum<audioengine::VADType>(from.vad_type);
    vad.adaptive = from.vad_adaptive != 0;
    vad.energy_threshold = from.energy_threshold;
    vad.threshold = from.threshold;
    vad.exit_threshold = from.exit_threshold;
    vad.speech_start_ms = from.speech_start_ms;
    vad.speech_end_ms = from.speech_end_ms;
    vad.pre_buffer_ms = from.pre_buffer_ms;
    vad.max_speech_ms = from.max_speech_ms;
    vad.max_gap_ms = from.max_gap_ms;
    return vad;
}

EngineConfig to_engine_config(const ae_config& from) noexcept {
    EngineConfig config;
    config.mode = to_enum<audioengine::ProcessingMode>(from.mode);
    config.normalize = from.normalize != 0;
    config.latency_target_us = from.latency_target_us;
    config.max_chunk_ms = from.max_chunk_ms;
    config.audio.sample_rate = from.sample_rate;
    config.audio.channels = from.channels;
    config.audio.format = to_enum<audioengine::AudioFormat>(from.format);
    config.audio.chunk_duration_ms = from.chunk_duration_ms;
    config.audio.min_amplitude = from.min_amplitude;
    config.audio.max_amplitude = from.max_amplitude;
    config.output.sample_rate = from.output_sample_rate;
    config.output.format = to_enum<audioengine::AudioFormat>(from.output_format);
    config.vad = to_vad_config(from);
    if (from.stream_buffer != 0) {
        audioengine::BufferConfig& buffer = config.stream_buffer.emplace();
        buffer.max_duration_ms = from.buffer_max_duration_ms;
        buffer.max_size_bytes = from.buffer_max_size_bytes;
        buffer.overflow_strategy = to_enum<audioengine::OverflowStrategy>(from.buffer_overflow_strategy);
        buffer.underflow_strategy = to_enum<audioengine::UnderflowStrategy>(from.buffer_underflow_strategy);
        buffer.prebuffer_ms = from.buffer_prebuffer_ms;
    }
    return config;
}

std::span<const std::byte> as_span(const void* bytes, size_t length) noexcept {
    return {static_cast<const std::byte*>(bytes), length};
}

bool is_missing(const void* bytes, size_t length) noexcept { return bytes == nullptr && length > 0; }

/// The result in C's structs, in the engine's own memory.
ae_result to_c(ae_engine& engine, const PushResult& from) noexcept {
    for (std::size_t i = 0; i < from.events.size(); ++i) {
        const audioengine::VadEvent& event = from.events[i];
        engine.events[i] = {static_cast<std::uint32_t>(event.type),
                            static_cast<std::uint32_t>(event.reason),
                            event.segment,
                            0,
                            event.at_ms,
                            event.onset_ms,
                            event.padded_ms,
                            event.end_ms};
    }
    for (std::size_t i = 0; i < from.blocks.size(); ++i) {
        const audioengine::BlockResult& block = from.blocks[i];
        engine.blocks[i] = {block.probability_q15, block.level_dbfs_x100, static_cast<std::uint32_t>(block.state)};
    }
    ae_result result{};
    result.status = static_cast<ae_status>(from.status);
    result.state = static_cast<std::uint32_t>(from.state);
    result.position = from.position;
    result.audio_bytes = from.audio.size();
    result.event_count = from.events.size();
    result.block_count = from.blocks.size();
    if (result.audio_bytes > 0) result.audio = reinterpret_cast<const std::uint8_t*>(from.audio.data());
    if (result.event_count > 0) result.events = engine.events.get();
    if (result.block_count > 0) result.blocks = engine.blocks.get();
    return result;
}

template <class Result>
Result null_argument() noexcept {
    Result result{};
    result.status = AE_NULL_ARGUMENT;
    return result;
}

/// One of the calls that take audio.
template <class Call>
ae_result take(ae_engine* engine, const void* bytes, size_t length, Call call) noexcept {
    if (engine == nullptr || is_missing(bytes, length)) return null_argument<ae_result>();
    return to_c(*engine, (engine->engine.*call)(as_span(bytes, length)));
}

/// One of the calls that can not fail.
ae_status run(ae_engine* engine, void (AudioEngine::*call)() noexcept) noexcept {
    if (engine == nullptr) return AE_NULL_ARGUMENT;
    (engine->engine.*call)();
    return AE_OK;
}

/// All of it or, where there is no room, nothing; its length either way.
std::size_t copy_out(const audioengine::RingView& view, void* out, std::size_t capacity) {
    if (out != nullptr && view.size() <= capacity) {
        auto* to = static_cast<std::byte*>(out);
        to = std::copy(view.first.begin(), view.first.end(), to);
        std::copy(view.second.begin(), view.second.end(), to);
    }
    return view.size();
}

}  // namespace

const char* ae_version(void) { return audioengine::kVersion; }

const char* ae_status_name(ae_status status) {
    if (status == AE_BAD_STRUCT_SIZE) return "bad_struct_size";
    if (status == AE_NULL_ARGUMENT) return "null_argument";
    return audioengine::status_name(to_enum<Status>(status));
}

const char* ae_status_message(ae_status status) {
    if (status == AE_BAD_STRUCT_SIZE)
        return "The configuration must have been set up by ae_config_init of this version.";
    if (status == AE_NULL_ARGUMENT) return "A pointer must not be null, but for bytes of length 0.";
    return audioengine::status_message(to_enum<Status>(status));
}

void ae_config_init(ae_config* config) {
    if (config == nullptr) return;
    const EngineConfig from;
    const audioengine::BufferConfig buffer;
    *config = ae_config{};
    config->struct_size = sizeof(ae_config);
    config->mode = static_cast<std::uint32_t>(from.mode);
    config->normalize = from.normalize ? 1U : 0U;
    config->latency_target_us = from.latency_target_us;
    config->max_chunk_ms = from.max_chunk_ms;
    config->sample_rate = from.audio.sample_rate;
    config->channels = from.audio.channels;
    config->format = static_cast<std::uint32_t>(from.audio.format);
    config->chunk_duration_ms = from.audio.chunk_duration_ms;
    config->min_amplitude = from.audio.min_amplitude;
    config->max_amplitude = from.audio.max_amplitude;
    config->output_sample_rate = from.output.sample_rate;
    config->output_format = static_cast<std::uint32_t>(from.output.format);
    config->vad_type = static_cast<std::uint32_t>(from.vad.type);
    config->vad_adaptive = from.vad.adaptive ? 1U : 0U;
    config->energy_threshold = from.vad.energy_threshold;
    config->threshold = from.vad.threshold;
    config->exit_threshold = from.vad.exit_threshold;
    config->speech_start_ms = from.vad.speech_start_ms;
    config->speech_end_ms = from.vad.speech_end_ms;
    config->pre_buffer_ms = from.vad.pre_buffer_ms;
    config->max_speech_ms = from.vad.max_speech_ms;
    config->max_gap_ms = from.vad.max_gap_ms;
    config->buffer_max_duration_ms = buffer.max_duration_ms;
    config->buffer_max_size_bytes = buffer.max_size_bytes;
    config->buffer_overflow_strategy = static_cast<std::uint32_t>(buffer.overflow_strategy);
    config->buffer_underflow_strategy = static_cast<std::uint32_t>(buffer.underflow_strategy);
    config->buffer_prebuffer_ms = buffer.prebuffer_ms;
}

ae_status ae_create(const ae_config* config, ae_engine** engine, const char** field) {
    if (engine == nullptr) return AE_NULL_ARGUMENT;
    *engine = nullptr;
    if (config == nullptr) return AE_NULL_ARGUMENT;
    if (field != nullptr) *field = "";
    if (config->struct_size != sizeof(ae_config)) return AE_BAD_STRUCT_SIZE;
    auto created = AudioEngine::create(to_engine_config(*config));
    if (!created) {
        if (field != nullptr) *field = created.field();
        return static_cast<ae_status>(created.status());
    }
    const std::size_t blocks = created.value().max_blocks();
    const std::size_t events = created.value().max_events();
    std::unique_ptr<ae_engine> made(new (std::nothrow)
                                        ae_engine{std::move(created).value(), audioengine::make_array<ae_event>(events),
                                                  audioengine::make_array<ae_block>(blocks)});
    if (!made || !made->events || !made->blocks) return static_cast<ae_status>(Status::out_of_memory);
    *engine = made.release();
    return AE_OK;
}

void ae_destroy(ae_engine* engine) { delete engine; }

ae_result ae_push(ae_engine* engine, const void* bytes, size_t length) {
    return take(engine, bytes, length, &AudioEngine::push);
}
ae_result ae_process_audio(ae_engine* engine, const void* bytes, size_t length) {
    return take(engine, bytes, length, &AudioEngine::process_audio);
}
ae_result ae_process_vad_chunk(ae_engine* engine, const void* bytes, size_t length) {
    return take(engine, bytes, length, &AudioEngine::process_vad_chunk);
}
ae_result ae_prepare_for_playback(ae_engine* engine, const void* bytes, size_t length) {
    return take(engine, bytes, length, &AudioEngine::prepare_for_playback);
}
ae_result ae_add_to_stream_buffer(ae_engine* engine, const void* bytes, size_t length) {
    return take(engine, bytes, length, &AudioEngine::add_to_stream_buffer);
}

ae_status ae_mark_end(ae_engine* engine) {
    if (engine == nullptr) return AE_NULL_ARGUMENT;
    audioengine::AudioStreamBuffer* const buffer = engine->engine.stream_buffer();
    if (buffer == nullptr) return static_cast<ae_status>(Status::no_stream_buffer);
    buffer->mark_end();
    return AE_OK;
}

ae_result ae_finish(ae_engine* engine) {
    if (engine == nullptr) return null_argument<ae_result>();
    return to_c(*engine, engine->engine.finish());
}
ae_result ae_advance_time(ae_engine* engine, uint32_t ms) {
    if (engine == nullptr) return null_argument<ae_result>();
    return to_c(*engine, engine->engine.advance_time(ms));
}

ae_status ae_set_speech_probability(ae_engine* engine, uint32_t probability_q15) {
    if (engine == nullptr) return AE_NULL_ARGUMENT;
    const auto probability = static_cast<std::uint16_t>(std::min<std::uint32_t>(probability_q15, UINT16_MAX));
    return static_cast<ae_status>(engine->engine.set_speech_probability(probability));
}

ae_status ae_reset(ae_engine* engine) { return run(engine, &AudioEngine::reset); }
ae_status ae_optimize_for_latency(ae_engine* engine) { return run(engine, &AudioEngine::optimize_for_latency); }
ae_status ae_optimize_for_quality(ae_engine* engine) { return run(engine, &AudioEngine::optimize_for_quality); }

ae_status ae_configure_vad(ae_engine* engine, const ae_config* config) {
    if (engine == nullptr || config == nullptr) return AE_NULL_ARGUMENT;
    if (config->struct_size != sizeof(ae_config)) return AE_BAD_STRUCT_SIZE;
    return static_cast<ae_status>(engine->engine.configure_vad(to_vad_config(*config)));
}

ae_validation ae_validate_audio(const ae_engine* engine, const void* bytes, size_t length) {
    if (engine == nullptr || is_missing(bytes, length)) return null_argument<ae_validation>();
    const audioengine::ValidationResult from = engine->engine.validate_audio(as_span(bytes, length));
    return {.status = static_cast<ae_status>(from.status),
            .findings = static_cast<std::uint32_t>(from.findings),
            .position = from.position,
            .frames = from.metadata.frames,
            .duration_us = from.metadata.duration_us,
            .peak_dbfs_x100 = from.metadata.peak_dbfs_x100,
            .rms_dbfs_x100 = from.metadata.rms_dbfs_x100,
            .dc_ppm = from.metadata.dc_ppm,
            .clipped_ppm = from.metadata.clipped_ppm,
            .zero_ppm = from.metadata.zero_ppm,
            .crest_db_x100 = from.metadata.crest_db_x100};
}

size_t ae_max_chunk_bytes(const ae_engine* engine) { return engine == nullptr ? 0 : engine->engine.max_chunk_bytes(); }
uint32_t ae_output_rate_hz(const ae_engine* engine) { return engine == nullptr ? 0 : engine->engine.output_rate_hz(); }
uint32_t ae_latency_frames(const ae_engine* engine) { return engine == nullptr ? 0 : engine->engine.latency_frames(); }

size_t ae_memory_bytes(const ae_engine* engine) {
    if (engine == nullptr) return 0;
    return sizeof(ae_engine) - sizeof(AudioEngine) + engine->engine.memory_bytes() +
           engine->engine.max_events() * sizeof(ae_event) + engine->engine.max_blocks() * sizeof(ae_block);
}

size_t ae_pre_buffer(const ae_engine* engine, void* out, size_t capacity) {
    return engine == nullptr ? 0 : copy_out(engine->engine.pre_buffer(), out, capacity);
}

size_t ae_speech(const ae_engine* engine, void* out, size_t capacity) {
    return engine == nullptr ? 0 : copy_out(engine->engine.speech(), out, capacity);
}

uint32_t ae_findings(const ae_engine* engine) {
    return engine == nullptr ? 0 : static_cast<std::uint32_t>(engine->engine.findings());
}
const char* ae_finding_name(uint32_t bit) { return audioengine::finding_name(bit); }

ae_status ae_record_processing_ns(ae_engine* engine, uint64_t ns) {
    if (engine == nullptr) return AE_NULL_ARGUMENT;
    engine->engine.record_processing_ns(ns);
    return AE_OK;
}

size_t ae_metrics_json(const ae_engine* engine, char* out, size_t capacity) {
    if (engine == nullptr || out == nullptr || capacity == 0) return 0;
    const std::size_t length = audioengine::write_json(engine->engine.metrics(), {out, capacity - 1});
    out[length] = '\0';
    return length;
}

size_t ae_metrics_prometheus(const ae_engine* engine, const ae_label* labels, size_t count, char* out,
                             size_t capacity) {
    using audioengine::MetricsLabel;
    constexpr std::size_t kMostLabels = 16;
    if (engine == nullptr || is_missing(labels, count) || count > kMostLabels) return 0;
    std::array<MetricsLabel, kMostLabels> own;
    for (std::size_t i = 0; i < count; ++i) {
        if (labels[i].name == nullptr || labels[i].value == nullptr) return 0;
        own[i] = {labels[i].name, labels[i].value};
    }
    const std::span<const MetricsLabel> all(own.data(), count);
    audioengine::MetricsTotals totals;
    totals.add_open(engine->engine.metrics());
    const std::size_t length = write_prometheus(totals, all, {});
    if (out == nullptr || length == 0 || length >= capacity) return length;
    (void)write_prometheus(totals, all, {out, length});
    out[length] = '\0';
    return length;
}

size_t ae_snapshot(const ae_engine* engine, void* out, size_t capacity, int with_pre_buffer) {
    using audioengine::SnapshotAudio;
    if (engine == nullptr) return 0;
    const auto audio = with_pre_buffer != 0 ? SnapshotAudio::with_pre_buffer : SnapshotAudio::without_pre_buffer;
    return engine->engine.snapshot({static_cast<std::byte*>(out), out == nullptr ? 0 : capacity}, audio).bytes;
}

ae_status ae_restore(ae_engine* engine, const void* snapshot, size_t length) {
    if (engine == nullptr || is_missing(snapshot, length)) return AE_NULL_ARGUMENT;
    return static_cast<ae_status>(engine->engine.restore(as_span(snapshot, length)));
}
