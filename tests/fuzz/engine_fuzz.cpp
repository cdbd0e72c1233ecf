// AudioEngine: any configuration, any calls in any order. Two engines get the same stream; one in whole chunks, with calls
// that must be refused in between, the other in pieces, or by the separate calls, and moved into a new engine by snapshot
// now and then. Laws: both give the same at every step; what is refused changes nothing; `reset` equals new; nothing exceeds what was
// promised.
#include <array>
#include <optional>
#include <utility>

#include "audioengine/engine.h"
#include "fuzz.h"
#include "support/digest.h"

namespace audioengine::fuzz {
namespace {

using test::Output;

constexpr std::size_t kMostTested = 1U << 20U;  // bytes that a chunk too long may need

Bytes snapshot_of(const AudioEngine& engine) {
    Bytes bytes(engine.snapshot({}).bytes);
    demand(engine.snapshot(bytes).ok(), "a snapshot fits into the bytes it asks for");
    return bytes;
}

void demand_bounds(const AudioEngine& engine, const PushResult& result) {
    demand(result.audio.size() <= engine.max_output_bytes(), "audio within max_output_bytes");
    demand(result.audio.size() % bytes_per_sample(engine.config().output.format) == 0, "whole samples");
    demand(result.blocks.size() <= engine.max_blocks(), "blocks within max_blocks");
    demand(result.events.size() <= engine.max_events(), "events within max_events");
    for (const BlockResult& block : result.blocks) {
        demand(block.probability_q15 <= kProbabilityOneQ15, "a probability is at most one");
        demand(block.level_dbfs_x100 >= -12000 && block.level_dbfs_x100 <= 0, "a level is -120 to 0 dB");
    }
    for (const VadEvent& event : result.events)
        demand(event.padded_ms <= event.onset_ms && event.onset_ms <= event.at_ms, "padding, onset, decision");
    demand(result.ok() || (result.audio.empty() && result.blocks.empty() && result.events.empty()),
           "what is refused gives nothing");
}

void demand_same(const Output& one, const Output& other) {
    demand(one.audio == other.audio, "the same audio");
    demand(test::serialise(one.blocks) == test::serialise(other.blocks), "the same blocks");
    demand(test::serialise(one.events) == test::serialise(other.events), "the same events");
}

Bytes joined(const RingView& view) {
    Bytes bytes(view.first.begin(), view.first.end());
    test::append(bytes, view.second);
    return bytes;
}

/// The same stream through two engines.
class Twins {
public:
    Twins(Reader& reader, const EngineConfig& config, AudioEngine whole, AudioEngine pieces)
        : reader_(reader),
          config_(config),
          whole_(std::move(whole)),
          pieces_(std::move(pieces)),
          separate_(!config.stream_buffer && reader.flag()) {
        if (config.stream_buffer)
            jitter_.emplace(AudioStreamBuffer::create(*config.stream_buffer, config.audio, config.mode).value());
    }

    void step() {
        using Step = void (Twins::*)();
        constexpr Step kSteps[] = {&Twins::push,          &Twins::push,     &Twins::push,         &Twins::push,
                                   &Twins::play,          &Twins::time,     &Twins::probability,  &Twins::configure,
                                   &Twins::mode,          &Twins::duration, &Twins::move,         &Twins::refused,
                                   &Twins::refused,       &Twins::restart,  &Twins::finish,       &Twins::look,
                                   &Twins::stream_buffer, &Twins::push,     &Twins::stream_buffer};
        (this->*reader_.pick(kSteps))();
        Output one;
        Output other;
        one.add_summary(whole_);
        other.add_summary(pieces_);
        demand(one.summary == other.summary, "the same counters");
        demand(joined(whole_.pre_buffer()) == joined(pieces_.pre_buffer()), "the same pre-buffer");
    }

    /// At the end: after `reset` the engine is as new.
    void demand_reset_equals_new() {
        whole_.reset();
        EngineConfig config = config_;
        config.mode = whole_.config().mode;  // these two stay
        AudioEngine fresh = AudioEngine::create(config).value();
        demand(fresh.configure_vad(whole_.config().vad) == Status::ok, "settings in force are good settings");
        demand(snapshot_of(whole_) == snapshot_of(fresh), "reset equals new");
        pieces_ = std::move(fresh);
        if (jitter_) jitter_->reset();
        push();
        finish();
    }

private:
    /// Up to an eighth of a second.
    Bytes sound() { return read_sound(reader_, config_.audio, config_.audio.sample_rate / 8); }

    /// Adds to `output`; true unless refused.
    static bool add(Output& output, const AudioEngine& engine, const PushResult& result) {
        demand_bounds(engine, result);
        output.add(result);
        return result.ok();
    }
    template <class Call>
    void both(Call call) {
        Output one;
        Output other;
        const bool ok = add(one, whole_, call(whole_));
        demand(add(other, pieces_, call(pieces_)) == ok, "both take it, or none");
        demand_same(one, other);
    }
    /// The whole through one engine by `take_whole`, the pieces of it through the other by `take_piece`.
    template <class Whole, class Piece>
    void compare(View bytes, Whole take_whole, Piece take_piece) {
        Output one;
        Output other;
        bool ok = true;
        for (View rest = bytes; ok && !rest.empty();) {
            const View chunk = rest.first(std::min(rest.size(), whole_.max_chunk_bytes()));
            ok = add(one, whole_, take_whole(chunk));
            rest = rest.subspan(chunk.size());
        }
        const std::uint32_t seed = reader_.byte();
        in_pieces(bytes, seed, pieces_.max_chunk_bytes(),
                  [&](View piece) { demand(take_piece(other, piece) == ok, "both take it, or none"); });
        demand_same(one, other);
    }

    void push() {
        compare(
            sound(), [&](View chunk) { return whole_.push(chunk); },
            [&](Output& output, View piece) {
                if (!separate_) return add(output, pieces_, pieces_.push(piece));
                const bool heard = add(output, pieces_, pieces_.process_vad_chunk(piece));
                demand(add(output, pieces_, pieces_.process_audio(piece)) == heard, "both halves, or none");
                return heard;
            });
    }
    void play() {
        if (separate_) return;  // part of a frame in one place would be whole in the other
        compare(
            sound(), [&](View chunk) { return whole_.prepare_for_playback(chunk); },
            [&](Output& output, View piece) { return add(output, pieces_, pieces_.prepare_for_playback(piece)); });
    }
    void time() {
        const std::uint32_t ms = reader_.flag() ? reader_.byte() * 8 : reader_.word();
        both([ms](AudioEngine& engine) { return engine.advance_time(ms); });
    }
    void probability() {
        const auto q15 = static_cast<std::uint16_t>(reader_.byte() * 129);
        const Status status = whole_.set_speech_probability(q15);
        demand((status == Status::ok) == (q15 <= kProbabilityOneQ15), "a probability is at most one");
        if (status == Status::ok) demand(pieces_.set_speech_probability(q15) == Status::ok, "both take it");
    }
    void configure() {
        VADConfig vad = read_vad_config(reader_, read_wild(reader_));
        vad.type = reader_.below(16) == 15 ? VADType::EXTERNAL : config_.vad.type;
        const Status status = whole_.configure_vad(vad);
        if (status == Status::ok) demand(pieces_.configure_vad(vad) == Status::ok, "both take it");
        if (!check(vad)) demand(status == check(vad).status(), "as check says");
    }
    void mode() {
        const bool quality = reader_.flag();
        for (AudioEngine* engine : {&whole_, &pieces_})
            quality ? engine->optimize_for_quality() : engine->optimize_for_latency();
    }
    void duration() {
        const std::uint64_t ns = reader_.number(reader_.below(9));
        for (std::uint32_t times = 1 + reader_.below(3) * 100; times > 0; --times) {
            whole_.record_processing_ns(ns);
            pieces_.record_processing_ns(ns);
        }
        recorded_ = true;
    }
    /// The stream goes on in another engine, whatever that has done before.
    void move() {
        if (recorded_ && config_.latency_target_us != 0) return;  // the times are not in a snapshot
        AudioEngine next = AudioEngine::create(config_).value();
        if (reader_.flag()) {
            const Bytes other = sound();
            (void)next.push_all(other, [](const PushResult&) {});
        }
        demand(next.restore(snapshot_of(pieces_)) == Status::ok, "a genuine snapshot is good");
        demand(snapshot_of(next) == snapshot_of(pieces_), "restored is as before");
        pieces_ = std::move(next);
    }
    /// Only to one of them.
    void refused() {
        if (whole_.max_chunk_bytes() < kMostTested) {
            const Bytes too_long(whole_.max_chunk_bytes() + 1);
            const PushResult result = whole_.push(too_long);
            demand(result.status == (finished_ ? Status::stream_finished : Status::chunk_too_large), "too long");
            demand(finished_ || result.position == whole_.max_chunk_bytes(), "where it became too long");
            demand_bounds(whole_, result);
        }
        const Bytes before = snapshot_of(whole_);
        demand(whole_.restore(reader_.bytes(reader_.byte())) != Status::ok, "garbage is no snapshot");
        demand(whole_.restore(View(before).first(before.size() - 1)) == Status::bad_snapshot, "truncated");
        if (!config_.stream_buffer) demand(!add_to_buffer({}).ok(), "no stream buffer");
        if (!config_.stream_buffer) demand(whole_.stream_buffer() == nullptr, "none to hand out");
    }
    void restart() {
        whole_.reset();
        pieces_.reset();
        if (jitter_) jitter_->reset();
        recorded_ = finished_ = false;
    }
    void finish() {
        both([](AudioEngine& engine) { return engine.finish(); });
        finished_ = true;
        demand(whole_.finish().status == Status::stream_finished, "once");
        demand(pieces_.finish().status == Status::stream_finished, "once");
    }
    void look() {
        const Bytes before = snapshot_of(whole_);
        const Bytes bytes = sound();
        const ValidationResult valid = whole_.validate_audio(bytes);
        demand(valid.position <= bytes.size(), "the position lies within");
        std::array<char, kMetricsJsonBytes> json{};
        demand(write_json(whole_.metrics(), json) > 0, "the metrics fit");
        (void)write_json(whole_.metrics(), std::span(json).first(reader_.byte()));
        demand(whole_.findings() == pieces_.findings(), "the same findings");
        demand(whole_.latency_frames() == pieces_.latency_frames(), "the same delay");
        demand(whole_.memory_bytes() == pieces_.memory_bytes(), "the same memory");
        demand(snapshot_of(whole_) == before, "looking changes nothing");
    }

    /// Through the engine's own buffer, or through one of our own and then a push.
    void stream_buffer() {
        if (!jitter_) return;
        AudioStreamBuffer& own = *whole_.stream_buffer();
        const std::uint32_t what = reader_.below(12);
        if (what == 0) own.mark_end(), jitter_->mark_end();
        if (what == 1) own.clear(), jitter_->clear();
        if (what < 2) return;
        const Bytes bytes = what == 2 ? Bytes{} : sound();
        if (what == 3) {
            const Packet packet{reader_.below(12), {}, bytes};
            demand(own.add_packet(packet).status == jitter_->add_packet(packet).status, "the same packets");
            return;
        }
        (void)add_to_buffer(bytes);
    }
    PushResult add_to_buffer(View bytes) {
        const PushResult result = whole_.add_to_stream_buffer(bytes);
        if (!jitter_ || result.status == Status::stream_finished) return result;
        Output one;
        Output other;
        add(one, whole_, result);
        demand(add_by_hand(bytes, other) == result.status, "the same status");
        demand_same(one, other);
        demand(whole_.metrics().stream_buffer->read_frames == jitter_->stats().read_frames, "the same counters");
        return result;
    }
    Status add_by_hand(View bytes, Output& output) {
        const AudioConfig& audio = config_.audio;
        const std::uint64_t ms = std::min(audio.chunk_duration_ms, config_.max_chunk_ms);
        const auto frames = static_cast<std::size_t>((ms * audio.sample_rate + 999) / 1000);
        Bytes chunk(frames * bytes_per_sample(audio.format) * audio.channels);
        const AddResult added = bytes.empty() ? AddResult{} : jitter_->add_audio(bytes);
        if (added.status != Status::ok) return added.status;
        const bool enough = jitter_->get_available_bytes() >= chunk.size() || jitter_->end_marked();
        if (jitter_->state() != BufferState::PLAYING || !enough) return Status::not_ready;
        const ChunkResult taken = jitter_->get_chunk(chunk);
        const PushResult result = pieces_.push(View(chunk).first(taken.size()));
        add(output, pieces_, result);
        return result.status;
    }

    Reader& reader_;
    EngineConfig config_;
    AudioEngine whole_;
    AudioEngine pieces_;
    std::optional<AudioStreamBuffer> jitter_;
    bool separate_;
    bool recorded_ = false;
    bool finished_ = false;
};

}  // namespace

void run(Reader& reader) {
    constexpr int kMostSteps = 40;
    const EngineConfig config = read_engine_config(reader);
    const auto checked = check(config);
    auto created = AudioEngine::create(config);
    if (!created) {
        demand(checked.status() == created.status() || checked.ok(), "create says what check says");
        demand(*created.field() != '\0', "whoever gave the configuration learns which field it was");
        return;
    }
    demand(checked.ok(), "create takes what check takes");
    Twins twins(reader, config, std::move(created).value(), AudioEngine::create(config).value());
    for (int step = 0; step < kMostSteps && !reader.empty(); ++step) twins.step();
    twins.demand_reset_equals_new();
}

}  // namespace audioengine::fuzz
