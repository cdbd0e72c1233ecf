// One object of the core and the memory through which JavaScript uses it. No Embind here: bindings.cpp only names these calls.
//
// A call crosses the border with a number or two. Bytes go in through the input area, which JavaScript fills before the call;
// what the call gave lies in memory, and `words()` says where and how much. Names cross when an object is made.
//
// One Facade a WebAssembly instance, one object a Facade: it ends when its instance is dropped. Both areas only grow, and
// only when a call needs more than any before it, so on a stream nothing allocates after the first calls. JavaScript makes
// its views anew when the memory has grown.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "audioengine/engine.h"
#include "audioengine/processor.h"
#include "records.h"
#include "settings.h"

namespace audioengine::wasm {

/// What stands in `words()`. All are doubles, which hold addresses, counts and 53-bit numbers exactly. package/src/
/// layout.ts repeats this list; a test compares the two.
enum Word : std::uint32_t {
    // Of every call on a stream
    kStatus,              ///< Status as a number.
    kPosition,            ///< Byte of the chunk at which the status was found.
    kState,               ///< VADState after the call.
    kAudioAt,             ///< Address of the audio handed out ...
    kAudioBytes,          ///< ... and its length.
    kBlocksAt,            ///< Address of BlockResult[] ...
    kBlockCount,          ///< ... and how many.
    kEventsAt,            ///< Address of VadEvent[] ...
    kEventCount,          ///< ... and how many.
    kFirstBlock,          ///< Number of the first of these blocks, counted from the beginning of the stream.
    kThresholdDbfsX100,   ///< After the call, as in AudioMetrics ...
    kNoiseFloorDbfsX100,  ///< ... and the floor.
    // Of `pre_buffer`, `speech` and `peek`
    kRingFirstAt,
    kRingFirstBytes,
    kRingSecondAt,
    kRingSecondBytes,
    // Of calls on a stream buffer
    kStoredBytes,
    kDroppedBytes,
    kAccepted,     ///< 0 or 1.
    kFilledBytes,  ///< Of kAudioBytes, those that the underflow strategy made.
    kEndMarked,    ///< 0 or 1.
    kDurationMs,
    // Of `create`
    kMaxChunkBytes,  ///< That one `push` takes.
    kMaxOutputBytes,
    kOutputRateHz,
    kLatencyFrames,
    kMemoryBytes,  ///< Of the object.
    kCapacityFrames,
    kPrebufferFrames,
    // At any time
    kInputAt,     ///< Address of the input area ...
    kInputBytes,  ///< ... and its length.
    kFindings,    ///< Set of Finding bits, of `validate` and `findings`.
    // Written by JavaScript
    kElapsedNs,  ///< How long the last `push` took; recorded at the next call and set back to 0.
    kRecord      ///< The first number of a record (records.h). Names that JavaScript hands over stand here too.
};
inline constexpr std::size_t kWordCount = kRecord + kRecordCapacity;

/// What an instance holds.
enum class Object : std::uint32_t { engine, processor, detector, stream_buffer, resampler };

/// What an engine does with a chunk.
enum class Use : std::uint32_t { push, process_audio, process_vad_chunk, prepare_for_playback, add_to_stream_buffer };

/// Memory that grows to the largest size ever wanted.
class Area {
public:
    /// Afterwards at least so many bytes, of any content. False: no memory, the size stays.
    bool reserve(std::size_t bytes) noexcept;
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {memory_.get(), size_}; }

private:
    std::unique_ptr<std::byte[]> memory_;
    std::size_t size_ = 0;
};

class Facade {
public:
    /// Starts a new choice of settings: the defaults, or those in force once there is an object.
    void begin_config() noexcept;
    [[nodiscard]] Settings& settings() noexcept { return settings_; }

    /// Makes the object. Once only. After a failure `error_field` names the field.
    Status create(Object object) noexcept;
    /// Applies the chosen `vad.` fields to the running engine or detector.
    Status configure_vad() noexcept;
    [[nodiscard]] const char* error_field() const noexcept { return error_field_; }

    /// Makes the input area at least so long. False: no memory; it stays as it was, but may lie elsewhere.
    bool reserve(std::size_t bytes) noexcept;

    /// A name that JavaScript has written where records begin.
    [[nodiscard]] std::string_view name(std::size_t length) const noexcept {
        return {reinterpret_cast<const char*>(&words_[kRecord]), length};
    }

    // All that follow fill `words()`. `bytes` are the first of the input area. Only after a successful `create`, and only
    // those of the object that is there.

    // Engine
    Status push(std::size_t bytes, Use use) noexcept;
    void optimize(bool for_quality) noexcept;
    Status snapshot(bool with_pre_buffer) noexcept;  ///< Audio: the snapshot.
    Status restore(std::size_t bytes) noexcept;
    void pre_buffer() noexcept;
    void speech() noexcept;
    void findings() noexcept;
    [[nodiscard]] double finding_position(std::uint32_t set) const noexcept;
    [[nodiscard]] const char* metrics_json() noexcept;

    // Detector
    Status hear(std::size_t bytes) noexcept;

    // Engine and detector
    Status finish() noexcept;
    Status advance_time(std::uint32_t ms) noexcept;
    void set_speech_probability(std::uint16_t probability_q15) noexcept;

    // Engine and processor: judges a message, of the configured format if `format` is "".
    Status validate(std::size_t bytes, std::string_view format) noexcept;

    // Processor. Audio: the result.
    Status process_message(std::size_t bytes, bool enhance, bool normalize) noexcept;
    void analyze(std::size_t bytes, bool detailed) noexcept;
    Status resample_message(std::size_t bytes, std::uint32_t from_rate_hz, std::uint32_t to_rate_hz) noexcept;
    Status ensure_mono(std::size_t bytes, std::uint32_t channels) noexcept;

    // Stream buffer, an engine's too
    Status add_audio(std::size_t bytes) noexcept;
    Status add_packet(std::size_t bytes, std::uint32_t sequence,
                      double timestamp_frames) noexcept;  ///< Negative: none.
    Status get_chunk(std::size_t bytes) noexcept;
    void peek() noexcept;
    void mark_end() noexcept;
    void clear() noexcept;
    void stats() noexcept;

    // Resampler. Samples are float or 16-bit; audio: the result.
    Status resample(std::size_t bytes, bool is_float) noexcept;
    Status flush(bool is_float) noexcept;

    /// The object as newly created. `buffer_only`: an engine's stream buffer.
    void reset(bool buffer_only) noexcept;

    [[nodiscard]] const double* words() const noexcept { return words_.data(); }

private:
    Status create_engine(const EngineConfig& config) noexcept;
    Status create_detector(const EngineConfig& config) noexcept;
    Status create_resampler(const EngineConfig& config) noexcept;
    void describe_buffer() noexcept;
    template <class T>
    Status keep(Result<T> made, std::optional<T>& as) noexcept;
    Status configure_engine(const VADConfig& vad) noexcept;
    Status show(const PushResult& result, std::uint64_t blocks_decided) noexcept;
    Status show(const FastVADDetector::Output& heard) noexcept;
    Status show(Status status, std::size_t audio_bytes, std::size_t position = 0) noexcept;
    void show_levels() noexcept;
    void show(const RingView& ring) noexcept;
    void show(const AddResult& added) noexcept;
    template <class Sample>
    Status convert(std::size_t bytes, bool last) noexcept;
    void record_elapsed() noexcept;
    [[nodiscard]] std::span<const std::byte> input(std::size_t bytes) const noexcept {
        return in_.bytes().first(bytes);
    }

    Settings settings_;
    EngineConfig in_force_;
    const char* error_field_ = "";
    std::optional<AudioEngine> engine_;
    std::optional<AudioProcessor> processor_;
    std::optional<FastVADDetector> detector_;
    std::optional<AudioStreamBuffer> own_buffer_;
    AudioStreamBuffer* buffer_ = nullptr;  ///< The own one, or the engine's.
    std::optional<Resampler> resampler_;
    Area in_;
    Area out_;
    std::array<double, kWordCount> words_{};
};

}  // namespace audioengine::wasm
