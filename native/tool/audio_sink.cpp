#include "audio_sink.h"

#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "failure.h"
#include "stream.h"

namespace audioengine::tool {
namespace {

// A WAV header counts its bytes in 32 bits; a little is left for the header itself.
constexpr std::uint64_t kMaxWavBytes = 0xFFFFFFFFU - 4096U;

int subtype_of(const OutputKind& kind) {
    if (kind.container == SF_FORMAT_OGG) return SF_FORMAT_VORBIS;
    switch (kind.format) {
        case AudioFormat::PCM16: return SF_FORMAT_PCM_16;
        case AudioFormat::G711_ULAW: return SF_FORMAT_ULAW;
        case AudioFormat::G711_ALAW: return SF_FORMAT_ALAW;
        case AudioFormat::FLOAT32: return SF_FORMAT_FLOAT;
    }
    return SF_FORMAT_PCM_16;
}

}  // namespace

OutputKind parse_output(const std::string& path, std::optional<AudioFormat> format) {
    struct Ending {
        const char* text;
        int container;
        AudioFormat format;
        bool any_format;
    };
    static constexpr Ending kEndings[] = {
        {".wav", SF_FORMAT_WAV, AudioFormat::PCM16, true},  {".flac", SF_FORMAT_FLAC, AudioFormat::PCM16, false},
        {".ogg", SF_FORMAT_OGG, AudioFormat::PCM16, false}, {".raw", 0, AudioFormat::PCM16, true},
        {".ul", 0, AudioFormat::G711_ULAW, false},          {".al", 0, AudioFormat::G711_ALAW, false},
    };
    if (path == "-") return {0, format.value_or(AudioFormat::PCM16)};
    std::string ending = std::filesystem::path(path).extension().string();
    for (char& letter : ending) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    for (const Ending& known : kEndings) {
        if (ending != known.text) continue;
        const AudioFormat chosen = format.value_or(known.format);
        if (chosen != known.format && !known.any_format) {
            throw UsageError(path + ": a " + known.text + " file takes --format " + name_of(known.format) + ", not " +
                             name_of(chosen));
        }
        return {known.container, chosen};
    }
    throw UsageError(path +
                     ": the ending must be .wav, .flac, .ogg, .raw, .ul or .al (or '-': raw to standard output)");
}

AudioSink::AudioSink(const std::string& path, const OutputKind& kind, std::uint32_t rate_hz) : kind_(kind) {
    if (path == "-") {
        if (isatty(STDOUT_FILENO) != 0) throw UsageError("standard output is a terminal; redirect it or name a file");
        return;
    }
    file_.emplace(path);
    if (kind_.container == 0) return;
    SF_INFO info{};
    info.samplerate = static_cast<int>(rate_hz);
    info.channels = 1;
    info.format = kind_.container | subtype_of(kind_);
    sound_.reset(sf_open_fd(file_->descriptor(), SFM_WRITE, &info, SF_FALSE));
    if (sound_ == nullptr) throw BadInput(path + ": cannot be written: " + sf_strerror(nullptr));
}

void AudioSink::write(std::span<const std::byte> bytes) {
    if (bytes.empty()) return;
    bytes_written_ += bytes.size();
    if (!file_) {
        std::fwrite(bytes.data(), 1, bytes.size(), stdout);
        if (std::ferror(stdout) != 0) finish_stdout();
        return;
    }
    if (sound_ == nullptr) {
        file_->write(bytes.data(), bytes.size());
        return;
    }
    if (kind_.container == SF_FORMAT_WAV && bytes_written_ > kMaxWavBytes) {
        throw BadInput(file_->path() + ": a .wav file ends at 4 GiB; choose .flac or .raw");
    }
    const bool as_short = kind_.format == AudioFormat::PCM16;
    const bool as_float = kind_.format == AudioFormat::FLOAT32;
    const auto samples = static_cast<sf_count_t>(bytes.size() / bytes_per_sample(kind_.format));
    // The engine's output buffer is aligned for its samples.
    const sf_count_t written =
        as_short   ? sf_write_short(sound_.get(), reinterpret_cast<const short*>(bytes.data()), samples)
        : as_float ? sf_write_float(sound_.get(), reinterpret_cast<const float*>(bytes.data()), samples)
                   : sf_write_raw(sound_.get(), bytes.data(), samples);
    if (written != samples) {
        throw BadInput(file_->path() + ": cannot be written: " + error_text(errno));
    }
}

void AudioSink::commit() {
    if (!file_) {
        finish_stdout();
        return;
    }
    if (sound_ != nullptr && sf_close(sound_.release()) != SF_ERR_NO_ERROR) {
        throw BadInput(file_->path() + ": cannot be written: " + error_text(errno));
    }
    file_->commit();
}

}  // namespace audioengine::tool
