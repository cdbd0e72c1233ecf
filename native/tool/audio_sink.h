// Where converted audio goes: a sound file by the name's ending, raw bytes in a file, or raw bytes on standard output.
#pragma once

#include <sndfile.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "audioengine/types.h"
#include "new_file.h"

namespace audioengine::tool {

/// What an output name means. `parse_output` fills it.
struct OutputKind {
    int container = 0;  ///< SF_FORMAT_WAV, SF_FORMAT_FLAC, SF_FORMAT_OGG; 0: raw bytes.
    AudioFormat format = AudioFormat::PCM16;
};

/// `.wav .flac .ogg .raw .ul .al` or "-". Throws UsageError for another ending, or a format that it can't hold.
OutputKind parse_output(const std::string& path, std::optional<AudioFormat> format);

/// Mono. The file appears when `commit` succeeds, and not before.
class AudioSink {
public:
    AudioSink(const std::string& path, const OutputKind& kind, std::uint32_t rate_hz);

    /// Whole samples in the format of `kind`. Throws BadInput.
    void write(std::span<const std::byte> bytes);
    void commit();

private:
    struct CloseSound {
        void operator()(SNDFILE* sound) const { sf_close(sound); }
    };

    OutputKind kind_;
    std::optional<NewFile> file_;  // none: standard output
    std::unique_ptr<SNDFILE, CloseSound> sound_;
    std::uint64_t bytes_written_ = 0;
};

}  // namespace audioengine::tool
