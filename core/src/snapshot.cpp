// AudioEngine::snapshot and restore: the list of everything a stream's future depends on.
//
// Layout, all little-endian: "AESN", version (4 bytes), length of the body (8), FNV-1a hash of the body (8); the body: what
// the engine was created for, the detector's settings, the state of every stage, the pre-buffer.
#include <algorithm>
#include <array>

#include "engine_impl.h"
#include "resampler_impl.h"
#include "state_archive.h"

namespace audioengine {

namespace {

constexpr std::uint64_t kMagicAndVersion = 0x00000003'4E534541;  // "AESN", 3
constexpr std::size_t kHeaderBytes = 24;

// Bounds that keep every later sum within 64 bits; no real stream comes near them.
constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 48U;
constexpr std::int64_t kMaxSum = std::int64_t{1} << 62U;
constexpr std::uint32_t kMaxCounterMs = 1U << 20U;
constexpr double kLoudestState = 1e9;
constexpr double kMaxGain = 100.0;

std::uint64_t fnv1a(std::span<const std::byte> data) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325;
    for (const std::byte byte : data) hash = (hash ^ static_cast<std::uint64_t>(byte)) * 0x100000001B3;
    return hash;
}

std::uint64_t word_at(std::span<const std::byte> bytes, std::size_t at) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof word);
    return word;
}

template <class Archive>
void share(Archive& archive, float& value, double low) noexcept {
    auto wide = static_cast<double>(value);
    archive.real(wide, low, 1.0);
    value = static_cast<float>(wide);
}

template <class Archive>
void settings(Archive& archive, VADConfig& config) noexcept {
    constexpr double kAnyNegative = -1e30;
    archive.whole(config.type);
    share(archive, config.energy_threshold, 0.0);
    archive.whole(config.speech_start_ms);
    archive.whole(config.speech_end_ms);
    archive.whole(config.pre_buffer_ms);
    archive.whole(config.adaptive);
    share(archive, config.threshold, 0.0);
    share(archive, config.exit_threshold, kAnyNegative);
    archive.whole(config.max_speech_ms);
    archive.whole(config.max_gap_ms);
}

/// What can be changed while a stream runs.
struct Settings {
    ProcessingMode mode;
    VADConfig vad;
};

template <class Archive>
void settings(Archive& archive, Settings& live) noexcept {
    archive.whole(live.mode, static_cast<std::uint64_t>(ProcessingMode::QUALITY));
    settings(archive, live.vad);
}

/// What must be the same in the engine that goes on.
void identity(StateWriter& writer, const EngineConfig& config) noexcept {
    writer.whole(config.normalize);
    writer.whole(config.audio.sample_rate);
    writer.whole(config.audio.channels);
    writer.whole(config.audio.format);
    writer.real(static_cast<double>(config.audio.min_amplitude), 0, 1);
    writer.real(static_cast<double>(config.audio.max_amplitude), 0, 1);
    writer.whole(effective_output_rate_hz(config));
    writer.whole(config.output.format);
    writer.whole(config.vad.type);
}
constexpr std::size_t kMostIdentityBytes = 128;

}  // namespace

// One list a class. The writer comes with const objects, the checker leaves them alone, the reader fills them.
struct StateAccess {
    template <class Archive, class Impl>
    static void resampler_impl(Archive& archive, Impl& impl) noexcept {
        archive.whole(impl.finished);
        if (impl.copies()) return;
        archive.whole(impl.phase, impl.design.phases - 1);
        // Only what the coming outputs need; it moves to the front.
        const std::size_t least = impl.longest_before;
        const std::size_t most = least + impl.longest_half;
        if constexpr (std::is_same_v<Archive, StateReader>) {
            archive.array(impl.history.get(), impl.filled, least, most);
            impl.next = least;
        } else {
            const std::size_t oldest = impl.next - least;
            archive.array(impl.history.get() + oldest, impl.filled - oldest, least, most);
        }
    }

    template <class Archive, class Object>
    static void resampler(Archive& archive, Object& object) noexcept {
        resampler_impl(archive, *object.impl_);
    }

    template <class Archive, class Object>
    static void high_pass(Archive& archive, Object& object) noexcept {
        archive.real(object.state1_, -kLoudestState, kLoudestState);
        archive.real(object.state2_, -kLoudestState, kLoudestState);
    }

    template <class Archive, class Object>
    static void conditioner(Archive& archive, Object& object) noexcept {
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

    template <class Archive, class Object>
    static void energy(Archive& archive, Object& object) noexcept {
        archive.whole(object.average_sum_, kMaxCount);
        archive.whole(object.average_blocks_, EnergyDetector::kBlocksPerAverage - 1);
        archive.whole(object.window_averages_, EnergyDetector::kAveragesPerWindow - 1);
        archive.whole(object.window_index_, EnergyDetector::kWindows - 1);
        for (auto& minimum : object.window_minimum_) archive.whole(minimum, kMaxCount);
        archive.whole(object.floor_energy_, kMaxCount);
    }

    template <class Archive, class Object>
    static void segmenter(Archive& archive, Object& object) noexcept {
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

    template <class Archive, class Object>
    static void detector(Archive& archive, Object& object) noexcept {
        resampler(archive, object.resampler_);
        energy(archive, object.energy_);
        segmenter(archive, object.segmenter_);
        archive.whole(object.external_q15_, kProbabilityOneQ15);
        archive.whole(object.blocks_decided_, kMaxCount);
        archive.whole(object.finished_);
        archive.array(object.pending_.get(), object.pending_count_, 0, kBlockSamples - 1);
    }

    template <class Archive, class Level>
    static void level(Archive& archive, Level& level) noexcept {
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

    template <class Archive, class Metrics>
    static void metrics(Archive& archive, Metrics& metrics) noexcept {
        for (auto* count : {&metrics.chunks, &metrics.rejected_chunks, &metrics.input_bytes, &metrics.input_frames,
                            &metrics.output_bytes, &metrics.split_frames, &metrics.non_finite_samples, &metrics.blocks,
                            &metrics.speech_blocks, &metrics.segments, &metrics.false_starts, &metrics.gap_ends})
            archive.whole(*count, kMaxCount);
        for (auto& count : metrics.transitions_to) archive.whole(count, kMaxCount);
        level(archive, metrics.level);
    }

    template <class Archive, class Windows>
    static void windows(Archive& archive, Windows& windows) noexcept {
        archive.whole(windows.at, windows.length - 1);
        archive.whole(windows.skip, Forensics::kTrustedStride);
        archive.whole(windows.trusted, Forensics::kTrustedWindows);
    }

    /// A whole array. The count only satisfies the archive.
    template <class Archive, class Array>
    static void all(Archive& archive, Array& array) noexcept {
        std::size_t count = array.size();
        archive.array(array.data(), count, array.size(), array.size());
    }

    template <class Archive, class Repetition>
    static void repetition(Archive& archive, Repetition& repetition) noexcept {
        archive.whole(repetition.lag, UINT16_MAX);
        archive.whole(repetition.hits, kMaxCounterMs);
        archive.whole(repetition.misses, kMaxCounterMs);
        archive.whole(repetition.missed, kMaxCount);
        archive.whole(repetition.first, kMaxCount);
        archive.whole(repetition.last, kMaxCount);
    }

    template <class Archive, class Silence>
    static void silence(Archive& archive, Silence& silence, std::uint32_t block) noexcept {
        archive.whole(silence.block_at, block - 1);
        for (auto* loudest : {&silence.now, &silence.before}) {
            archive.whole(loudest->peak);
            archive.whole(loudest->bits);
        }
        archive.whole(silence.zero_blocks, kMaxCount);
        archive.whole(silence.blocks, kMaxCount);
        archive.whole(silence.first, kMaxCount);
    }

    template <class Archive, class Object>
    static void forensics(Archive& archive, Object& object) noexcept {
        archive.whole(object.found_, (1U << kFindingCount) - 1);
        all(archive, object.scores_);
        all(archive, object.positions_);
        archive.number(object.law_score_, kMaxCounterMs);
        archive.whole(object.last_edge_, Forensics::kProbe);
        archive.whole(object.is_doubtful_);
        archive.whole(object.bytes_, kMaxCount);
        archive.whole(object.frames_, kMaxCount);
        for (auto* each : {&object.byte_windows_, &object.sample_windows_}) windows(archive, *each);
        all(archive, object.byte_probe_);
        all(archive, object.sample_probe_);
        all(archive, object.tail_);
        all(archive, object.anchors_);
        repetition(archive, object.repetition_);
        silence(archive, object.silence_, object.silence_block());
        all(archive, object.mp3_.header);
        archive.whole(object.mp3_.have, object.mp3_.header.size() - 1);
        archive.whole(object.mp3_.frames, kMaxCounterMs);
        archive.whole(object.mp3_.at, kMaxCount);
        archive.whole(object.mp3_.possible);
    }

    /// Everything but the pre-buffer and the settings.
    template <class Archive, class Impl>
    static void engine(Archive& archive, Impl& impl) noexcept {
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
    const Impl& impl = *impl_;
    const bool has_room = out.size() >= kHeaderBytes;
    StateWriter body(has_room ? out.subspan(kHeaderBytes) : std::span<std::byte>{});
    identity(body, impl.config);
    Settings live{impl.config.mode, impl.config.vad};
    settings(body, live);
    StateAccess::engine(body, impl);
    body.whole(impl.ring.position());
    const RingView kept = kept_audio(impl.ring, audio);
    const std::uint64_t kept_bytes = kept.size();
    body.whole(kept_bytes);
    body.bytes(kept.first);
    body.bytes(kept.second);

    const std::size_t total = kHeaderBytes + body.length();
    if (out.size() < total) return {Status::output_too_small, total};
    StateWriter header(out.first(kHeaderBytes));
    header.whole(kMagicAndVersion);
    header.whole(body.length());
    header.whole(fnv1a(out.subspan(kHeaderBytes, body.length())));
    return {Status::ok, total};
}

Status AudioEngine::restore(std::span<const std::byte> snapshot) noexcept {
    Impl& impl = *impl_;
    if (snapshot.size() < kHeaderBytes) return Status::bad_snapshot;
    if (word_at(snapshot, 0) != kMagicAndVersion) return Status::foreign_snapshot;
    std::span<const std::byte> body = snapshot.subspan(kHeaderBytes);
    if (word_at(snapshot, 8) != body.size() || word_at(snapshot, 16) != fnv1a(body)) return Status::bad_snapshot;

    std::array<std::byte, kMostIdentityBytes> buffer{};
    StateWriter identity_writer(buffer);
    identity(identity_writer, impl.config);
    const auto own = std::span<const std::byte>(buffer).first(identity_writer.length());
    if (body.size() < own.size()) return Status::bad_snapshot;
    if (!std::equal(own.begin(), own.end(), body.begin())) return Status::foreign_snapshot;
    body = body.subspan(own.size());

    // Settings, then state, then the ring: each is measured, checked, and only when all are good taken over.
    Settings live{impl.config.mode, impl.config.vad};
    StateWriter settings_size({});
    settings(settings_size, live);
    if (body.size() < settings_size.length()) return Status::bad_snapshot;
    const auto settings_bytes = body.first(settings_size.length());
    body = body.subspan(settings_size.length());
    StateChecker settings_checker(settings_bytes);
    settings(settings_checker, live);
    if (!settings_checker.complete()) return Status::bad_snapshot;
    StateReader settings_reader(settings_bytes);
    settings(settings_reader, live);
    if (!check(live.vad) || live.vad.type != impl.config.vad.type) return Status::bad_snapshot;
    if (pre_buffer_reach_ms(live.vad) > impl.reach_at_create_ms) return Status::foreign_snapshot;

    StateChecker checker(body);
    StateAccess::engine(checker, impl);
    std::uint64_t ring_position = 0;
    checker.whole(ring_position, kMaxCount);
    const auto ring_bytes = checker.tail(impl.ring.capacity());
    if (!checker.complete() || ring_bytes.size() % impl.frame_bytes != 0) return Status::bad_snapshot;

    impl.set_mode(live.mode);  // first: a change of mode touches the state
    StateReader reader(body);
    StateAccess::engine(reader, impl);
    reader.whole(ring_position);
    impl.config.vad = live.vad;
    impl.vad.configure(live.vad);
    impl.take_over(ring_bytes, ring_position);
    return Status::ok;
}

}  // namespace audioengine
