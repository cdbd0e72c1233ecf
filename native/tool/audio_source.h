// Where audio comes from: a sound file, or raw bytes, from a file or from standard input. Never holds more than a chunk.
#pragma once

#include <sndfile.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "audioengine/config.h"

namespace audioengine::tool {

/// What the command line says about the input.
struct InputOptions {
    std::string file;                       ///< "-": standard input.
    std::optional<AudioFormat> raw;         ///< Set: the bytes are raw samples, not a sound file.
    std::optional<std::uint32_t> rate_hz;   ///< Raw only. Not set: 8000 for G.711, else 24000.
    std::optional<std::uint32_t> channels;  ///< Raw only. Not set: 1.
    bool allow_damaged = false;             ///< Take what can be read of a file that ends early.
};

class AudioSource {
public:
    /// Throws BadInput (file missing, unreadable, empty, not a sound file), UsageError (terminal, options that clash).
    explicit AudioSource(const InputOptions& options);
    AudioSource(const AudioSource&) = delete;
    AudioSource& operator=(const AudioSource&) = delete;
    ~AudioSource();

    /// For messages: the file as it was given, or "standard input".
    [[nodiscard]] const std::string& name() const { return name_; }
    /// "WAV", "FLAC", "raw" ...
    [[nodiscard]] const std::string& container() const { return container_; }
    [[nodiscard]] bool raw() const { return sound_ == nullptr; }
    /// Format, rate and channels of the bytes that `read` gives. 16-bit and 8-bit linear files come as PCM16, G.711
    /// files as their own bytes, everything else as FLOAT32.
    [[nodiscard]] const AudioConfig& audio() const { return audio_; }
    [[nodiscard]] std::size_t frame_bytes() const { return bytes_per_frame(audio_); }
    /// Not known for a pipe.
    [[nodiscard]] std::optional<std::uint64_t> total_frames() const { return total_frames_; }
    /// Somebody may wait for what is decided: the input is a pipe or a device.
    [[nodiscard]] bool live() const { return !regular_file_; }

    /// Fills `out`, whose size is a multiple of `frame_bytes()`, unless the end comes first. 0: the end.
    std::size_t read(std::span<std::byte> out);

    /// After the end: why the audio is not whole ("ends at frame 900 of 1000"), or "".
    [[nodiscard]] const std::string& damage() const { return damage_; }

private:
    struct CloseSound {
        void operator()(SNDFILE* sound) const { sf_close(sound); }
    };

    void open_sound_file();
    void open_raw(const InputOptions& options);
    void check_wav_length();
    std::size_t read_sound(std::span<std::byte> out);
    std::size_t read_raw(std::span<std::byte> out);
    void note_end();

    std::string name_;
    std::string container_ = "raw";
    AudioConfig audio_;
    int descriptor_ = -1;
    bool regular_file_ = false;
    std::uint64_t file_bytes_ = 0;
    std::unique_ptr<SNDFILE, CloseSound> sound_;
    bool own_bytes_ = false;  // G.711: the file's bytes pass through undecoded
    std::optional<std::uint64_t> total_frames_;
    std::uint64_t bytes_read_ = 0;
    bool ended_ = false;
    std::string damage_;
};

}  // namespace audioengine::tool
