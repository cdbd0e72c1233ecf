// AudioEngine::snapshot and restore: the list of everything a stream's future depends on.
//
// Layout, all little-endian: "AESN", version (4 bytes), length of the body (8), FNV-1a hash of the body (8); the body: what
// the engine was created for, the detector's settings, the state of every stage; what is left is the pre-buffer.
#include <algorithm>
#include <array>

#include "engine_impl.h"
#include "neural_detector_state.h"
#include "resampler_impl.h"
#include "state_archive.h"

namespace audioengine {

namespace {

constexpr std::uint64_t kMagicAndVersion = 0x00000004'4E534541;  // "AESN", 4
constexpr std::size_t kHeaderBytes = 24;

// Bounds that keep every later sum within 64 bits; no real stream comes near them.
constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 48U;
constexpr std::int64_t kMaxSum = std::int64_t{1} << 62U;
constexpr std::uint32_t kMaxCounterMs = 1U << 20U;
constexpr double kLoudestState = 1e9;
constexpr double kMaxGain = 100.0;
constexpr std::int64_t kMaxLevels = std::int64_t{1} << 27U;  // of 32 bands: more than 64 octaves each

std::uint64_t fnv1a(std::span<const std::byte> data) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325;
    for (const std::byte byte : data) hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001B3;
    return hash;
}

void settings(StateArchive& archive, VADConfig& config) noexcept {
    constexpr double kAnyNegative = -1e30;
    archive.whole(config.type);
    archive.real(config.energy_threshold, 0.0, 1.0);
    archive.whole(config.speech_start_ms);
    archive.whole(config.speech_end_ms);
    archive.whole(config.pre_buffer_ms);
    archive.whole(config.adaptive);
    archive.real(config.threshold, 0.0, 1.0);
    archive.real(config.exit_threshold, kAnyNegative, 1.0);
    archive.whole(config.max_speech_ms);
    archive.whole(config.max_gap_ms);
}

/// What can be changed while a stream runs.
struct Settings {
    ProcessingMode mode;
    VADConfig vad;
};

void settings(StateArchive& archive, Settings& live) noexcept {
    archive.whole(live.mode, static_cast<std::uint64_t>(ProcessingMode::QUALITY));
    settings(archive, live.vad);
}

/// What must be the same in the engine that goes on.
void identity(StateArchive& archive, const EngineConfig& config) noexcept {
    for (const std::uint64_t value :
         {std::uint64_t{config.normalize ? 1U : 0U}, std::uint64_t{config.audio.sample_rate},
          std::uint64_t{config.audio.channels}, static_cast<std::uint64_t>(config.audio.format),
          std::uint64_t{__builtin_bit_cast(std::uint32_t, config.audio.min_amplitude)},
          std::uint64_t{__builtin_bit_cast(std::uint32_t, config.audio.max_amplitude)},
          std::uint64_t{effective_output_rate_hz(config)}, static_cast<std::uint64_t>(config.output.format),
          static_cast<std::uint64_t>(config.vad.type)})
        archive.same(value);
}

}  // namespace

// One list a class. A writer and a checker leave the objects alone, a reader fills them.
struct StateAccess {
    static void resampler_impl(StateArchive& archive, Resampler::Impl& impl) noexcept {
        archive.whole(impl.finished);
        if (impl.copies()) return;
        archive.whole(impl.phase, impl.design.phases - 1);
        // Only what the coming outputs need; it moves to the front.
        const std::size_t least = impl.longest_before;
        const std::size_t oldest = archive.reads() ? 0 : impl.next - least;
        std::size_t count = impl.filled - oldest;
        archive.array(impl.history.get() + oldest, count, least, least + impl.longest_half);
        if (!archive.reads()) return;
        impl.filled = count;
        impl.next = least;
    }

    static void resampler(StateArchive& archive, Resampler& object) noexcept { resampler_impl(archive, *object.impl_); }

    static void high_pass(StateArchive& archive, HighPass& object) noexcept {
        archive.real(object.state1_, -kLoudestState, kLoudestState);
        archive.real(object.state2_, -kLoudestState, kLoudestState);
    }

    static void conditioner(StateArchive& archive, Conditioner& object) noexcept {
        high_pass(archive, object.high_pass_);
        if (object.stretch_samples_ == 0) return;
        archive.array(object.newer_.samples.get(), object.newer_.count, 0, object.stretch_samples_ - 1);
        archive.array(object.older_.samples.get(), object.older_.count, 0, object.stretch_samples_);
        for (auto* stretch : {&object.newer_, &object.older_}) archive.real(stretch->gain, 0.0, kMaxGain);
        archive.real(object.last_gain_, 0.0, kMaxGain);
        archive.real(object.steady_gain_, 1e-3, kMaxGain);
        archive.real(object.active_mean_square_, 0.0, 1e18);
        archive.whole(object.active_stretches_, kMaxCounterMs);
    }

    static void energy(StateArchive& archive, EnergyDetector& object) noexcept {
        archive.whole(object.average_sum_, kMaxCount);
        archive.whole(object.average_blocks_, EnergyDetector::kBlocksPerAverage - 1);
        archive.whole(object.window_averages_, EnergyDetector::kAveragesPerWindow - 1);
        archive.whole(object.window_index_, EnergyDetector::kWindows - 1);
        for (auto& minimum : object.window_minimum_) archive.whole(minimum, kMaxCount);
        archive.whole(object.floor_energy_, kMaxCount);
    }

    static void segmenter(StateArchive& archive, Segmenter& object) noexcept {
        archive.whole(object.state_, static_cast<std::uint64_t>(VADState::SPEECH_ENDING));
        archive.whole(object.counter_ms_, kMaxCounterMs);
        archive.whole(object.gap_ms_);
        archive.whole(object.segment_);
        archive.whole(object.now_ms_, kMaxCount);
        archive.whole(object.onset_ms_, kMaxCount);
        archive.whole(object.padded_ms_, kMaxCount);
        archive.whole(object.voice_end_ms_, kMaxCount);
        archive.whole(object.previous_end_ms_, kMaxCount);
    }

    static void neural(StateArchive& archive, NeuralDetector& object) noexcept {
        NeuralDetector::State& state = *object.state_;
        archive.all(state.features.recent_);
        archive.all(state.features.slow_);
        archive.number(state.features.reference_, kMaxLevels);
        archive.whole(state.features.reference_blocks_, SpeechFeatures::kReferenceBlocks);
        archive.all(state.network.window_);
        archive.all(state.network.state_);
    }

    static void detector(StateArchive& archive, FastVADDetector& object) noexcept {
        resampler(archive, object.resampler_);
        energy(archive, object.energy_);
        if (object.type_ == VADType::NEURAL) {
            neural(archive, object.neural_);
            archive.whole(object.waits_);
            std::int64_t level = object.waiting_level_dbfs_x100_;
            archive.number(level, 12000);
            object.waiting_level_dbfs_x100_ = static_cast<std::int16_t>(level);
        }
        segmenter(archive, object.segmenter_);
        archive.whole(object.external_q15_, kProbabilityOneQ15);
        archive.whole(object.blocks_decided_, kMaxCount);
        archive.whole(object.finished_);
        archive.array(object.pending_.get(), object.pending_count_, 0, kBlockSamples - 1);
    }

    static void level(StateArchive& archive, LevelScan& level) noexcept {
        archive.whole(level.samples, kMaxCount);
        archive.whole(level.sum_squares);
        archive.number(level.sum, kMaxSum);
        archive.whole(level.peak, 32768);
        archive.whole(level.zeros, kMaxCount);
        archive.whole(level.full_scale, kMaxCount);
        archive.whole(level.near_clip, kMaxCount);
        archive.whole(level.full_scale_run);
        archive.whole(level.longest_full_scale_run);
    }

    static void metrics(StateArchive& archive, AudioMetrics& metrics) noexcept {
        for (auto* count : {&metrics.chunks, &metrics.rejected_chunks, &metrics.input_bytes, &metrics.input_frames,
                            &metrics.output_bytes, &metrics.split_frames, &metrics.non_finite_samples, &metrics.blocks,
                            &metrics.speech_blocks, &metrics.segments, &metrics.false_starts, &metrics.gap_ends})
            archive.whole(*count, kMaxCount);
        for (auto& count : metrics.transitions_to) archive.whole(count, kMaxCount);
        level(archive, metrics.level);
    }

    static void windows(StateArchive& archive, Forensics::Windows& windows) noexcept {
        archive.whole(windows.at, windows.length - 1);
        archive.whole(windows.skip, Forensics::kTrustedStride);
        archive.whole(windows.trusted, Forensics::kTrustedWindows);
    }

    static void repetition(StateArchive& archive, Forensics::Repetition& repetition) noexcept {
        archive.whole(repetition.lag, UINT16_MAX);
        archive.whole(repetition.hits, kMaxCounterMs);
        archive.whole(repetition.misses, kMaxCounterMs);
        archive.whole(repetition.missed, kMaxCount);
        archive.whole(repetition.first, kMaxCount);
        archive.whole(repetition.last, kMaxCount);
    }

    static void silence(StateArchive& archive, Forensics::Silence& silence, std::uint32_t block) noexcept {
        archive.whole(silence.block_at, block - 1);
        for (auto* loudest : {&silence.now, &silence.before}) {
            archive.whole(loudest->peak);
            archive.whole(loudest->bits);
        }
        archive.whole(silence.zero_blocks, kMaxCount);
        archive.whole(silence.blocks, kMaxCount);
        archive.whole(silence.first, kMaxCount);
    }

    static void forensics(StateArchive& archive, Forensics& object) noexcept {
        archive.whole(object.found_, (1U << kFindingCount) - 1);
        archive.all(object.scores_);
        archive.all(object.positions_);
        archive.number(object.law_score_, kMaxCounterMs);
        archive.whole(object.last_edge_, Forensics::kProbe);
        archive.whole(object.is_doubtful_);
        archive.whole(object.bytes_, kMaxCount);
        archive.whole(object.frames_, kMaxCount);
        for (auto* each : {&object.byte_windows_, &object.sample_windows_}) windows(archive, *each);
        archive.all(object.byte_probe_);
        archive.all(object.sample_probe_);
        archive.all(object.tail_);
        archive.all(object.anchors_);
        repetition(archive, object.repetition_);
        silence(archive, object.silence_, object.silence_block());
        archive.all(object.mp3_.header);
        archive.whole(object.mp3_.have, object.mp3_.header.size() - 1);
        archive.whole(object.mp3_.frames, kMaxCounterMs);
        archive.whole(object.mp3_.at, kMaxCount);
        archive.whole(object.mp3_.possible);
    }

    /// Everything but the pre-buffer and the settings.
    template <class Impl>  // whose name is private
    static void engine(StateArchive& archive, Impl& impl) noexcept {
        detector(archive, impl.vad);
        conditioner(archive, impl.conditioner);
        resampler(archive, impl.resampler);
        metrics(archive, impl.metrics);
        for (auto* intake : {&impl.intake, &impl.vad_intake})
            archive.array(intake->held.data(), intake->count, 0, impl.frame_bytes - 1);
        archive.array(impl.signature.data(), impl.signature_bytes, 0, kSignatureBytes);
        archive.whole(impl.segment_padded_ms, kMaxCount);
        archive.whole(impl.speech_to_ms, kMaxCount);
        archive.whole(impl.sticky, (1U << kFindingCount) - 1);
        forensics(archive, impl.forensics);
        archive.whole(impl.finished);
    }
};

namespace {

/// The part of the ring that later calls can ask for.
RingView kept_audio(const ByteRing& ring, SnapshotAudio audio) noexcept {
    if (audio == SnapshotAudio::without_pre_buffer) return {};
    const auto [first, second] = ring.from(0);
    return {first, second};
}

}  // namespace

SnapshotResult AudioEngine::snapshot(std::span<std::byte> out, SnapshotAudio audio) const noexcept {
    Impl& impl = *impl_;  // a writer changes nothing
    const bool has_room = out.size() >= kHeaderBytes;
    StateArchive body(has_room ? out.subspan(kHeaderBytes) : std::span<std::byte>{});
    identity(body, impl.config);
    Settings live{impl.config.mode, impl.config.vad};
    settings(body, live);
    StateAccess::engine(body, impl);
    std::uint64_t position = impl.ring.position();
    body.whole(position);
    const RingView kept = kept_audio(impl.ring, audio);
    body.write(kept.first);
    body.write(kept.second);

    const std::size_t total = kHeaderBytes + body.length();
    if (out.size() < total) return {Status::output_too_small, total};
    StateArchive header(out.first(kHeaderBytes));
    header.same(kMagicAndVersion);
    header.same(body.length());
    header.same(fnv1a(out.subspan(kHeaderBytes, body.length())));
    return {Status::ok, total};
}

Status AudioEngine::restore(std::span<const std::byte> snapshot) noexcept {
    Impl& impl = *impl_;
    if (snapshot.size() < kHeaderBytes) return Status::bad_snapshot;
    const std::span<const std::byte> body = snapshot.subspan(kHeaderBytes);
    StateArchive header(StateArchive::Pass::read, snapshot);
    header.same(kMagicAndVersion);
    if (!header.same()) return Status::foreign_snapshot;
    header.same(body.size());
    header.same(fnv1a(body));
    if (!header.same()) return Status::bad_snapshot;

    StateArchive reader(StateArchive::Pass::read, body);
    identity(reader, impl.config);
    if (!reader.good()) return Status::bad_snapshot;
    if (!reader.same()) return Status::foreign_snapshot;
    Settings live{impl.config.mode, impl.config.vad};
    settings(reader, live);
    if (!reader.good() || !check(live.vad) || live.vad.type != impl.config.vad.type) return Status::bad_snapshot;
    if (pre_buffer_reach_ms(live.vad) > impl.reach_at_create_ms) return Status::foreign_snapshot;

    // The state and the ring are checked to the end before any of it is taken over.
    const std::span<const std::byte> state = body.subspan(reader.length());
    StateArchive checker(StateArchive::Pass::check, state);
    StateAccess::engine(checker, impl);
    std::uint64_t position = 0;
    checker.whole(position, kMaxCount);
    const auto kept = state.subspan(checker.length());
    if (!checker.good() || kept.size() > impl.ring.capacity() || kept.size() % impl.frame_bytes != 0)
        return Status::bad_snapshot;

    impl.set_mode(live.mode);  // first: a change of mode touches the state
    StateAccess::engine(reader, impl);
    reader.whole(position, kMaxCount);
    impl.config.vad = live.vad;
    impl.vad.configure(live.vad);
    impl.take_over(kept, position);
    return Status::ok;
}

}  // namespace audioengine
