// The C interface: any calls in any order on three engines, with null for every pointer, next to the same calls on C++ engines.
// Laws: both give the same; null is answered as c.h says and changes nothing; pointers in results are null exactly when their count
// is 0; a failed create leaves no engine and names the field; nothing is written beyond the capacity.
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "audioengine/c.h"
#include "audioengine/engine.h"
#include "fuzz.h"

namespace audioengine::fuzz {
namespace {

constexpr std::byte kUntouched{0xA7};

ae_config to_c(const EngineConfig& from) {
    ae_config config;
    ae_config_init(&config);
    config.mode = static_cast<std::uint32_t>(from.mode);
    config.normalize = from.normalize ? 1 : 0;
    config.latency_target_us = from.latency_target_us;
    config.max_chunk_ms = from.max_chunk_ms;
    config.sample_rate = from.audio.sample_rate;
    config.channels = from.audio.channels;
    config.format = static_cast<std::uint32_t>(from.audio.format);
    config.chunk_duration_ms = from.audio.chunk_duration_ms;
    config.min_amplitude = from.audio.min_amplitude;
    config.max_amplitude = from.audio.max_amplitude;
    config.output_sample_rate = from.output.sample_rate;
    config.output_format = static_cast<std::uint32_t>(from.output.format);
    config.vad_type = static_cast<std::uint32_t>(from.vad.type);
    config.vad_adaptive = from.vad.adaptive ? 1 : 0;
    config.energy_threshold = from.vad.energy_threshold;
    config.threshold = from.vad.threshold;
    config.exit_threshold = from.vad.exit_threshold;
    config.speech_start_ms = from.vad.speech_start_ms;
    config.speech_end_ms = from.vad.speech_end_ms;
    config.pre_buffer_ms = from.vad.pre_buffer_ms;
    config.max_speech_ms = from.vad.max_speech_ms;
    config.max_gap_ms = from.vad.max_gap_ms;
    if (!from.stream_buffer) return config;
    config.stream_buffer = 1;
    config.buffer_max_duration_ms = from.stream_buffer->max_duration_ms;
    config.buffer_max_size_bytes = from.stream_buffer->max_size_bytes;
    config.buffer_overflow_strategy = static_cast<std::uint32_t>(from.stream_buffer->overflow_strategy);
    config.buffer_underflow_strategy = static_cast<std::uint32_t>(from.stream_buffer->underflow_strategy);
    config.buffer_prebuffer_ms = from.stream_buffer->prebuffer_ms;
    return config;
}

/// What the C interface can say, too.
EngineConfig read_c_config(Reader& reader) {
    EngineConfig config = read_engine_config(reader);
    config.audio.bit_depth = 0;
    if (!config.stream_buffer) return config;
    BufferConfig buffer;
    buffer.max_duration_ms = config.stream_buffer->max_duration_ms;
    buffer.max_size_bytes = config.stream_buffer->max_size_bytes;
    buffer.overflow_strategy = config.stream_buffer->overflow_strategy;
    buffer.underflow_strategy = config.stream_buffer->underflow_strategy;
    buffer.prebuffer_ms = config.stream_buffer->prebuffer_ms;
    config.stream_buffer = buffer;
    return config;
}

void demand_same(const ae_result& c, const PushResult& cpp) {
    demand(c.status == static_cast<ae_status>(cpp.status) && c.position == cpp.position, "the same status");
    demand(c.state == static_cast<std::uint32_t>(cpp.state), "the same state");
    demand(
        c.audio_bytes == cpp.audio.size() && c.event_count == cpp.events.size() && c.block_count == cpp.blocks.size(),
        "as much");
    demand((c.audio == nullptr) == (c.audio_bytes == 0), "no audio, no pointer");
    demand((c.events == nullptr) == (c.event_count == 0), "no events, no pointer");
    demand((c.blocks == nullptr) == (c.block_count == 0), "no blocks, no pointer");
    demand(c.audio_bytes == 0 || std::memcmp(c.audio, cpp.audio.data(), c.audio_bytes) == 0, "the same audio");
    for (std::size_t i = 0; i < c.event_count; ++i) {
        const ae_event& event = c.events[i];
        const VadEvent& other = cpp.events[i];
        demand(event.type == static_cast<std::uint32_t>(other.type) && event.segment == other.segment &&
                   event.reason == static_cast<std::uint32_t>(other.reason) && event.reserved == 0 &&
                   event.at_ms == other.at_ms && event.onset_ms == other.onset_ms &&
                   event.padded_ms == other.padded_ms && event.end_ms == other.end_ms,
               "the same events");
    }
    for (std::size_t i = 0; i < c.block_count; ++i) {
        demand(c.blocks[i].probability_q15 == cpp.blocks[i].probability_q15 &&
                   c.blocks[i].level_dbfs_x100 == cpp.blocks[i].level_dbfs_x100 &&
                   c.blocks[i].state == static_cast<std::uint32_t>(cpp.blocks[i].state),
               "the same blocks");
    }
}

/// One engine, and the same in C++.
struct Slot {
    Slot() = default;
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() { ae_destroy(c); }

    EngineConfig config;
    ae_engine* c = nullptr;
    std::optional<AudioEngine> cpp;
};

class Calls {
public:
    explicit Calls(Reader& reader) : reader_(reader) {}

    void step() {
        Slot& slot = slots_[reader_.below(3)];
        if (slot.c == nullptr) return create(slot);
        using Step = void (Calls::*)(Slot&);
        constexpr Step kSteps[] = {&Calls::push,   &Calls::push,       &Calls::push,      &Calls::push,
                                   &Calls::finish, &Calls::time,       &Calls::tell,      &Calls::reset,
                                   &Calls::copy,   &Calls::pre_buffer, &Calls::metrics,   &Calls::garbage,
                                   &Calls::names,  &Calls::destroy,    &Calls::look,      &Calls::nothing,
                                   &Calls::buffer, &Calls::configure,  &Calls::prometheus};
        (this->*reader_.pick(kSteps))(slot);
    }

private:
    // All are entries of one table.
    // NOLINTBEGIN(readability-convert-member-functions-to-static)
    void create(Slot& slot) {
        slot.config = read_c_config(reader_);
        ae_config config = to_c(slot.config);
        const char* field = nullptr;
        const bool asks = reader_.flag();
        if (reader_.below(16) == 15) config.struct_size = reader_.byte();
        slot.c = reinterpret_cast<ae_engine*>(&config);  // must not survive a failure
        const ae_status status = ae_create(&config, &slot.c, asks ? &field : nullptr);
        demand((status == AE_OK) == (slot.c != nullptr), "an engine, or a status");
        if (config.struct_size != sizeof config) {
            demand(status == AE_BAD_STRUCT_SIZE, "another size, another version");
            return;
        }
        auto twin = AudioEngine::create(slot.config);
        demand(status == static_cast<ae_status>(twin.status()), "the same status");
        if (asks) demand(std::string_view(field) == twin.field(), "the same field");
        if (twin) slot.cpp.emplace(std::move(twin).value());
    }
    void destroy(Slot& slot) {
        ae_destroy(std::exchange(slot.c, nullptr));
        slot.cpp.reset();
        ae_destroy(nullptr);
    }
    void push(Slot& slot) {
        const Bytes bytes = sound(slot);
        const void* const data = bytes.empty() && reader_.flag() ? nullptr : bytes.data();
        const std::uint32_t how = reader_.below(8);
        if (how == 0) {
            demand_same(ae_process_audio(slot.c, data, bytes.size()), slot.cpp->process_audio(bytes));
        } else if (how == 1) {
            demand_same(ae_process_vad_chunk(slot.c, data, bytes.size()), slot.cpp->process_vad_chunk(bytes));
        } else if (how == 2) {
            demand_same(ae_prepare_for_playback(slot.c, data, bytes.size()), slot.cpp->prepare_for_playback(bytes));
        } else {
            demand_same(ae_push(slot.c, data, bytes.size()), slot.cpp->push(bytes));
        }
    }
    void buffer(Slot& slot) {
        const Bytes bytes = sound(slot);
        demand_same(ae_add_to_stream_buffer(slot.c, bytes.data(), bytes.size()), slot.cpp->add_to_stream_buffer(bytes));
        if (reader_.below(4) != 3) return;
        AudioStreamBuffer* const own = slot.cpp->stream_buffer();
        demand((ae_mark_end(slot.c) == AE_OK) == (own != nullptr), "only with a buffer");
        if (own != nullptr) own->mark_end();
    }
    void configure(Slot& slot) {
        EngineConfig config = slot.config;
        config.vad = read_vad_config(reader_, read_wild(reader_));
        config.vad.type = reader_.below(16) == 15 ? VADType::EXTERNAL : slot.config.vad.type;
        const ae_config c = to_c(config);
        demand(ae_configure_vad(slot.c, &c) == static_cast<ae_status>(slot.cpp->configure_vad(config.vad)),
               "the same status");
        const std::uint32_t mode = reader_.below(3);
        if (mode == 1) (void)ae_optimize_for_latency(slot.c), slot.cpp->optimize_for_latency();
        if (mode == 2) (void)ae_optimize_for_quality(slot.c), slot.cpp->optimize_for_quality();
    }
    /// Every call without an engine, and without the bytes.
    void nothing(Slot& slot) {
        for (const auto call :
             {ae_push, ae_process_audio, ae_process_vad_chunk, ae_prepare_for_playback, ae_add_to_stream_buffer}) {
            demand(call(nullptr, nullptr, 0).status == AE_NULL_ARGUMENT, "no engine");
            demand(call(slot.c, nullptr, 1 + reader_.byte()).status == AE_NULL_ARGUMENT, "no bytes");
        }
        for (const auto call : {ae_mark_end, ae_reset, ae_optimize_for_latency, ae_optimize_for_quality})
            demand(call(nullptr) == AE_NULL_ARGUMENT, "no engine");
        for (const auto call : {ae_max_chunk_bytes, ae_memory_bytes}) demand(call(nullptr) == 0, "no engine");
        for (const auto call : {ae_output_rate_hz, ae_latency_frames, ae_findings})
            demand(call(nullptr) == 0, "no engine");
        const ae_config config = to_c(slot.config);
        demand(ae_create(&config, nullptr, nullptr) == AE_NULL_ARGUMENT, "nowhere to put it");
        ae_engine* none = slot.c;
        demand(ae_create(nullptr, &none, nullptr) == AE_NULL_ARGUMENT && none == nullptr, "no configuration");
        demand(ae_configure_vad(nullptr, &config) == AE_NULL_ARGUMENT, "no engine");
        demand(ae_configure_vad(slot.c, nullptr) == AE_NULL_ARGUMENT, "no configuration");
        demand(ae_validate_audio(nullptr, nullptr, 0).status == AE_NULL_ARGUMENT, "no engine");
        demand(ae_validate_audio(slot.c, nullptr, 1).status == AE_NULL_ARGUMENT, "no bytes");
        demand(ae_finish(nullptr).status == AE_NULL_ARGUMENT, "no engine");
        demand(ae_advance_time(nullptr, 1).status == AE_NULL_ARGUMENT, "no engine");
        demand(ae_set_speech_probability(nullptr, 1) == AE_NULL_ARGUMENT, "no engine");
        demand(ae_record_processing_ns(nullptr, 1) == AE_NULL_ARGUMENT, "no engine");
        demand(ae_restore(nullptr, nullptr, 0) == AE_NULL_ARGUMENT, "no engine");
        char text[8];
        demand(ae_pre_buffer(nullptr, text, sizeof text) == 0, "no engine");
        demand(ae_metrics_json(nullptr, text, sizeof text) == 0, "no engine");
        demand(ae_metrics_prometheus(nullptr, nullptr, 0, text, sizeof text) == 0, "no engine");
        demand(ae_snapshot(nullptr, text, sizeof text, 1) == 0, "no engine");
        ae_config_init(nullptr);
    }
    Bytes sound(const Slot& slot) { return read_sound(reader_, slot.config.audio, slot.config.audio.sample_rate / 8); }
    void finish(Slot& slot) { demand_same(ae_finish(slot.c), slot.cpp->finish()); }
    void time(Slot& slot) {
        const std::uint32_t ms = reader_.flag() ? reader_.word() : reader_.byte() * 4;
        demand_same(ae_advance_time(slot.c, ms), slot.cpp->advance_time(ms));
    }
    void tell(Slot& slot) {
        const std::uint64_t ns = reader_.number(8);
        ae_record_processing_ns(slot.c, ns);
        slot.cpp->record_processing_ns(ns);
        const std::uint32_t q15 = reader_.flag() ? reader_.word() : reader_.below(32769);
        const ae_status status = ae_set_speech_probability(slot.c, q15);
        demand((status == AE_OK) == (q15 <= kProbabilityOneQ15), "a probability is at most one");
        if (status == AE_OK) (void)slot.cpp->set_speech_probability(static_cast<std::uint16_t>(q15));
    }
    void reset(Slot& slot) {
        ae_reset(slot.c);
        slot.cpp->reset();
    }
    /// Into one of the slots, which may be this one or have another configuration.
    void copy(Slot& slot) {
        const int whole = reader_.flag() ? static_cast<int>(reader_.byte()) : 0;
        const std::size_t needed = ae_snapshot(slot.c, nullptr, 0, whole);
        Bytes bytes(needed + 8, kUntouched);
        const std::size_t capacity = reader_.flag() ? needed : needed - 1 - reader_.below(40);
        demand(ae_snapshot(slot.c, bytes.data(), capacity, whole) == needed, "every time as long");
        demand(bytes[needed] == kUntouched, "nothing beyond the capacity");
        Bytes expected(needed);
        const auto audio = whole != 0 ? SnapshotAudio::with_pre_buffer : SnapshotAudio::without_pre_buffer;
        demand(slot.cpp->snapshot(expected, audio).bytes == needed, "as long as in C++");
        if (capacity == needed) demand(std::memcmp(bytes.data(), expected.data(), needed) == 0, "the same snapshot");
        Slot& other = slots_[reader_.below(3)];
        if (other.c == nullptr) return;
        const Status status = other.cpp->restore(expected);
        demand(ae_restore(other.c, expected.data(), needed) == static_cast<ae_status>(status), "the same status");
    }
    void garbage(Slot& slot) {
        const View garbage = reader_.bytes(reader_.byte());
        demand(ae_restore(slot.c, garbage.data(), garbage.size()) != AE_OK, "garbage is no snapshot");
        demand(ae_restore(slot.c, nullptr, 0) != AE_OK, "nothing is no snapshot");
    }
    void pre_buffer(Slot& slot) {
        const RingView view = slot.cpp->pre_buffer();
        const std::size_t needed = ae_pre_buffer(slot.c, nullptr, 0);
        demand(needed == view.size(), "as much as in C++");
        Bytes bytes(needed + 8, kUntouched);
        demand(ae_pre_buffer(slot.c, bytes.data(), needed) == needed, "every time as much");
        demand(std::equal(view.first.begin(), view.first.end(), bytes.begin()), "the same bytes");
        demand(bytes[needed] == kUntouched, "nothing beyond the capacity");
        if (needed == 0) return;
        Bytes less(needed, kUntouched);
        demand(ae_pre_buffer(slot.c, less.data(), needed - 1) == needed, "too little room");
        demand(less == Bytes(needed, kUntouched), "copies nothing");
    }
    void metrics(Slot& slot) {
        std::array<char, kMetricsJsonBytes + 1> own{};
        const std::size_t length = write_json(slot.cpp->metrics(), own);
        std::array<char, kMetricsJsonBytes + 1> json{};
        json.fill('#');
        const std::size_t capacity = reader_.below(kMetricsJsonBytes + 1);
        const std::size_t written = ae_metrics_json(slot.c, json.data(), capacity);
        demand(written == (capacity > length ? length : 0), "all of it, or nothing");
        demand(json[capacity] == '#', "nothing beyond the capacity");
        if (capacity > 0) demand(json[written] == '\0', "a terminating zero");
        demand(ae_metrics_json(slot.c, nullptr, reader_.byte()) == 0, "into nothing, nothing");
    }
    void prometheus(Slot& slot) {
        const View given = reader_.bytes(reader_.below(24));
        std::array<std::string, 17> texts;
        std::array<ae_label, 17> labels{};
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const std::size_t at = std::min(i, given.size());
            texts[i].assign(reinterpret_cast<const char*>(given.data()) + at, given.size() - at);
            labels[i] = {i % 2 == 0 ? "process" : texts[i].c_str(),
                         reader_.below(32) == 31 ? nullptr : texts[i].c_str()};
        }
        const std::size_t count = reader_.below(4) == 3 ? reader_.below(18) : reader_.below(2);
        const std::size_t needed = ae_metrics_prometheus(slot.c, labels.data(), count, nullptr, 0);
        const std::size_t capacity = reader_.flag() ? needed + 1 : reader_.below(2048);
        std::string text(capacity + 1, '#');
        demand(ae_metrics_prometheus(slot.c, labels.data(), count, text.data(), capacity) == needed,
               "every time as long");
        demand(text[capacity] == '#', "nothing beyond the capacity");
        if (needed > 0 && capacity > needed) demand(std::strlen(text.c_str()) == needed, "all of it, and a zero");
        demand(count <= 16 || needed == 0, "at most 16 labels");
    }
    void names(Slot&) {
        const ae_status status = reader_.flag() ? reader_.word() : reader_.byte();
        demand(ae_status_name(status) != nullptr && *ae_status_name(status) != '\0', "every number has a name");
        demand(ae_status_message(status) != nullptr && *ae_status_message(status) != '\0', "and a sentence");
        demand((*ae_finding_name(status) != '\0') == (status < kFindingCount), "and every finding");
    }
    void look(Slot& slot) {
        demand(ae_max_chunk_bytes(slot.c) == slot.cpp->max_chunk_bytes(), "the same longest chunk");
        demand(ae_output_rate_hz(slot.c) == slot.cpp->output_rate_hz(), "the same rate");
        demand(ae_latency_frames(slot.c) == slot.cpp->latency_frames(), "the same delay");
        demand(ae_memory_bytes(slot.c) > slot.cpp->memory_bytes(), "all the memory and its own");
        demand(ae_findings(slot.c) == static_cast<std::uint32_t>(slot.cpp->findings()), "the same findings");
        const Bytes bytes = sound(slot);
        const ae_validation c = ae_validate_audio(slot.c, bytes.data(), bytes.size());
        const ValidationResult cpp = slot.cpp->validate_audio(bytes);
        demand(c.status == static_cast<ae_status>(cpp.status) && c.position == cpp.position, "the same judgement");
        demand(c.findings == static_cast<std::uint32_t>(cpp.findings), "the same findings");
        demand(c.frames == cpp.metadata.frames && c.peak_dbfs_x100 == cpp.metadata.peak_dbfs_x100, "the same data");
    }

    // NOLINTEND(readability-convert-member-functions-to-static)

    Reader& reader_;
    std::array<Slot, 3> slots_;
};

}  // namespace

void run(Reader& reader) {
    constexpr int kMostSteps = 40;
    Calls calls(reader);
    for (int step = 0; step < kMostSteps && !reader.empty(); ++step) calls.step();
}

}  // namespace audioengine::fuzz
