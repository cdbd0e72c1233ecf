// Voice activity detection: from mono audio of any rate to one decision per 10 ms block.
//
// FastVADDetector resamples to 16 kHz (always with the REALTIME filter, so that decisions do not depend on the
// processing mode), cuts blocks of 160 samples, asks the detector for a probability and lets the Segmenter decide.
// Decisions are integers, or floats in a fixed order: the same bits on every machine, however the audio was cut.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "audioengine/config.h"
#include "audioengine/neural_detector.h"
#include "audioengine/resampler.h"
#include "audioengine/result.h"
#include "audioengine/segmenter.h"

namespace audioengine {

/// Level of each block against a threshold.
///
/// `adaptive == false`: probability is 0.5 or more exactly when the block's RMS (DC included) reaches `energy_threshold`.
/// `adaptive == true`: DC is removed; the threshold stands 9 dB over the noise floor, never under `min_amplitude`, and
/// starts at `energy_threshold`. The floor is the smallest 80 ms average of the last 10 s (after R. Martin, "Noise
/// Power Spectral Density Estimation Based on Optimal Smoothing and Minimum Statistics", 2001, in its simplest form),
/// so speech does not raise it and no calibration pause is needed.
/// Either way the probability is 0.5 + 0.5 d / (|d| + 6 dB), d being the level over the threshold in dB.
class EnergyDetector {
public:
    /// The configurations must have passed `check`.
    EnergyDetector(const VADConfig& config, float min_amplitude) noexcept;

    struct Output {
        std::uint16_t probability_q15;  ///< 0 to 32768.
        std::int16_t level_dbfs_x100;   ///< RMS of the block (adaptive: without DC), hundredths of a dB, -12000 to 0.
    };
    Output process(std::span<const std::int16_t, kBlockSamples> block) noexcept;

    void configure(const VADConfig& config, float min_amplitude) noexcept;
    void reset() noexcept;

    /// In hundredths of a dB: the noise floor (-12000 until the first 80 ms have passed), and the threshold in force.
    [[nodiscard]] std::int32_t noise_floor_dbfs_x100() const noexcept;
    [[nodiscard]] std::int32_t threshold_dbfs_x100() const noexcept;

private:
    friend struct StateAccess;  // snapshot

    static constexpr std::uint32_t kBlocksPerAverage = 8;    // 80 ms
    static constexpr std::uint32_t kAveragesPerWindow = 16;  // 1.28 s
    static constexpr std::uint32_t kWindows = 8;             // 10.24 s

    void track_floor(std::uint64_t energy) noexcept;

    bool adaptive_ = true;
    std::uint64_t fixed_energy_ = 0;  // sum of squares of a block at energy_threshold
    std::int32_t fixed_dbfs_x100_ = 0;
    std::int32_t lowest_dbfs_x100_ = 0;  // min_amplitude

    std::uint64_t average_sum_ = 0;
    std::uint32_t average_blocks_ = 0;
    std::uint32_t window_averages_ = 0;
    std::uint32_t window_index_ = 0;
    std::array<std::uint64_t, kWindows> window_minimum_{};
    std::uint64_t floor_energy_ = 0;  // sum of squares of kBlocksPerAverage blocks; 0: not known yet
};

/// What was decided about one block.
struct BlockResult {
    std::uint16_t probability_q15 = 0;
    std::int16_t level_dbfs_x100 = 0;
    VADState state = VADState::SILENCE;  ///< After this block.
};

class FastVADDetector {
public:
    /// `audio.sample_rate` is the rate of the mono samples to come. `max_samples` is the most that one `process` takes.
    static Result<FastVADDetector> create(const VADConfig& config, const AudioConfig& audio,
                                          std::size_t max_samples) noexcept;

    /// Everything decided in one call. The spans hold until the next call.
    struct [[nodiscard]] Output {
        Status status = Status::ok;  ///< `chunk_too_large`: nothing was consumed. `stream_finished`.
        VADState state = VADState::SILENCE;
        std::span<const BlockResult> blocks;  ///< One for each block that became complete, in order.
        std::span<const VadEvent> events;
    };

    /// Takes up to `max_samples` mono samples.
    Output process(std::span<const std::int16_t> mono) noexcept;
    /// See Segmenter::advance_time.
    Output advance_time(std::uint32_t ms) noexcept;
    /// Decides the blocks that waited for the resampler, drops an incomplete one, closes an open segment.
    Output finish() noexcept;

    /// See AudioEngine::set_speech_probability.
    void set_speech_probability(std::uint16_t probability_q15) noexcept { external_q15_ = probability_q15; }

    /// Live: holds from the next block, keeps floor, state and audio. `check` must have accepted it. `type` stays what it was
    /// at `create`.
    void configure(const VADConfig& config) noexcept;
    void reset() noexcept;

    [[nodiscard]] VADState state() const noexcept { return segmenter_.state(); }
    [[nodiscard]] std::uint64_t blocks_decided() const noexcept { return blocks_decided_; }
    [[nodiscard]] const EnergyDetector& energy() const noexcept { return energy_; }
    /// The most of each that one call hands out.
    [[nodiscard]] std::size_t max_blocks() const noexcept { return block_capacity_; }
    [[nodiscard]] std::size_t max_events() const noexcept { return event_capacity_; }
    /// Input samples from a block's end to its decision: the resampler's, and the look-ahead of a NEURAL detector.
    [[nodiscard]] std::uint32_t latency_samples() const noexcept;
    /// Blocks that a decision waits for beyond its own.
    [[nodiscard]] std::uint32_t look_ahead_blocks() const noexcept;
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

private:
    friend struct StateAccess;

    FastVADDetector(const VADConfig& config, const AudioConfig& audio, Resampler resampler,
                    std::size_t max_samples) noexcept;
    void hear(std::span<const std::int16_t, kBlockSamples> block) noexcept;
    void decide(std::uint16_t probability_q15, std::int16_t level_dbfs_x100) noexcept;
    void hear_ready_blocks() noexcept;
    void take(const Segmenter::Step& step) noexcept;
    [[nodiscard]] std::size_t room_for(std::size_t samples) const noexcept;
    void begin_output() noexcept;
    [[nodiscard]] Output output(Status status) const noexcept;

    VADType type_ = VADType::ENERGY_BASED;
    std::uint16_t external_q15_ = 0;
    float min_amplitude_ = 0;
    Resampler resampler_;
    EnergyDetector energy_;  // whatever the type: the level and the floor are its
    NeuralDetector neural_;  // empty for the other types
    bool waits_ = false;     // a block was heard and is not decided yet: NEURAL only
    std::int16_t waiting_level_dbfs_x100_ = 0;
    Segmenter segmenter_;
    std::size_t max_samples_ = 0;
    std::uint64_t blocks_decided_ = 0;
    bool finished_ = false;

    std::size_t pending_capacity_ = 0;
    std::unique_ptr<std::int16_t[]> pending_;  // 16 kHz samples: an incomplete block, then what was just resampled
    std::size_t pending_count_ = 0;
    std::size_t block_capacity_ = 0;
    std::unique_ptr<BlockResult[]> blocks_;
    std::size_t block_count_ = 0;
    std::size_t event_capacity_ = 0;
    std::unique_ptr<VadEvent[]> events_;
    std::size_t event_count_ = 0;
};

}  // namespace audioengine
