#include "audioengine/c.h"

#include <algorithm>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "audioengine/engine.h"
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
    config.vad.type = to_enum<audioengine::VADType>(from.vad_type);
    config.vad.adaptive = from.vad_adaptive != 0;
    config.vad.energy_threshold = from.energy_threshold;
    config.vad.threshold = from.threshold;
    config.vad.exit_threshold = from.exit_threshold;
    config.vad.speech_start_ms = from.speech_start_ms;
    config.vad.speech_end_ms = from.speech_end_ms;
    config.vad.pre_buffer_ms = from.pre_buffer_ms;
    config.vad.max_speech_ms = from.max_speech_ms;
    config.vad.max_gap_ms = from.max_gap_ms;
    return config;
}

std::span<const std::byte> as_span(const void* bytes, size_t length) noexcept {
    return {static_cast<const std::byte*>(bytes), length};
}

/// The same in C's structs, in the engine's own memory.
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

}  // namespace

const char* ae_version(void) { return audioengine::kVersion; }

const char* ae_status_name(ae_status status) {
    if (status == AE_BAD_STRUCT_SIZE) return "bad_struct_size";
    return audioengine::status_name(to_enum<Status>(status));
}

const char* ae_status_message(ae_status status) {
    if (status == AE_BAD_STRUCT_SIZE)
        return "The configuration must have been set up by ae_config_init of this version.";
    return audioengine::status_message(to_enum<Status>(status));
}

void ae_config_init(ae_config* config) {
    const EngineConfig from;
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
}

ae_status ae_create(const ae_config* config, ae_engine** engine, const char** field) {
    *engine = nullptr;
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
    return to_c(*engine, engine->engine.push(as_span(bytes, length)));
}
ae_result ae_finish(ae_engine* engine) { return to_c(*engine, engine->engine.finish()); }
ae_result ae_advance_time(ae_engine* engine, uint32_t ms) { return to_c(*engine, engine->engine.advance_time(ms)); }

ae_status ae_set_speech_probability(ae_engine* engine, uint32_t probability_q15) {
    const auto probability = static_cast<std::uint16_t>(std::min<std::uint32_t>(probability_q15, UINT16_MAX));
    return static_cast<ae_status>(engine->engine.set_speech_probability(probability));
}

void ae_reset(ae_engine* engine) { engine->engine.reset(); }
size_t ae_max_chunk_bytes(const ae_engine* engine) { return engine->engine.max_chunk_bytes(); }
uint32_t ae_output_rate_hz(const ae_engine* engine) { return engine->engine.output_rate_hz(); }

size_t ae_memory_bytes(const ae_engine* engine) {
    return sizeof(ae_engine) - sizeof(AudioEngine) + engine->engine.memory_bytes() +
           engine->engine.max_events() * sizeof(ae_event) + engine->engine.max_blocks() * sizeof(ae_block);
}

size_t ae_pre_buffer(const ae_engine* engine, void* out, size_t capacity) {
    const audioengine::RingView view = engine->engine.pre_buffer();
    if (view.size() <= capacity) {
        auto* to = static_cast<std::byte*>(out);
        to = std::copy(view.first.begin(), view.first.end(), to);
        std::copy(view.second.begin(), view.second.end(), to);
    }
    return view.size();
}

void ae_record_processing_ns(ae_engine* engine, uint64_t ns) { engine->engine.record_processing_ns(ns); }

size_t ae_metrics_json(const ae_engine* engine, char* out, size_t capacity) {
    if (capacity == 0) return 0;
    const std::size_t length = audioengine::write_json(engine->engine.metrics(), {out, capacity - 1});
    out[length] = '\0';
    return length;
}

size_t ae_snapshot(const ae_engine* engine, void* out, size_t capacity, int with_pre_buffer) {
    using audioengine::SnapshotAudio;
    const auto audio = with_pre_buffer != 0 ? SnapshotAudio::with_pre_buffer : SnapshotAudio::without_pre_buffer;
    return engine->engine.snapshot({static_cast<std::byte*>(out), capacity}, audio).bytes;
}

ae_status ae_restore(ae_engine* engine, const void* snapshot, size_t length) {
    return static_cast<ae_status>(engine->engine.restore(as_span(snapshot, length)));
}
