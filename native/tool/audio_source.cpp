#include "audio_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "failure.h"

namespace audioengine::tool {
namespace {

// libsndfile gives samples in the machine's order, the engine takes little-endian.
static_assert(std::endian::native == std::endian::little);

// Programs that write WAV to a pipe can't know the length and put the largest number they dare.
constexpr std::uint64_t kUnknownLengthBytes = 0x7FFF0000;

std::uint32_t little_endian_32(const unsigned char* bytes) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
}

std::string container_name(int format) {
    SF_FORMAT_INFO info{};
    info.format = format & SF_FORMAT_TYPEMASK;
    if (sf_command(nullptr, SFC_GET_FORMAT_INFO, &info, sizeof info) != 0 || info.name == nullptr) return "sound file";
    const std::string name = info.name;  // "WAV (Microsoft)"
    return name.substr(0, name.find(" ("));
}

AudioFormat format_of(int sound_format) {
    switch (sound_format & SF_FORMAT_SUBMASK) {
        case SF_FORMAT_PCM_16:
        case SF_FORMAT_PCM_S8:
        case SF_FORMAT_PCM_U8: return AudioFormat::PCM16;
        case SF_FORMAT_ULAW: return AudioFormat::G711_ULAW;
        case SF_FORMAT_ALAW: return AudioFormat::G711_ALAW;
        default: return AudioFormat::FLOAT32;
    }
}

}  // namespace

AudioSource::AudioSource(const InputOptions& options) {
    const bool standard_input = options.file == "-";
    name_ = standard_input ? "standard input" : options.file;
    if (standard_input) {
        if (isatty(STDIN_FILENO) != 0) {
            throw UsageError("standard input is a terminal; pipe audio into it, or name a file");
        }
        descriptor_ = dup(STDIN_FILENO);
    } else {
        descriptor_ = open(options.file.c_str(), O_RDONLY | O_CLOEXEC);
    }
    struct stat status {};
    if (descriptor_ < 0 || fstat(descriptor_, &status) != 0) {
        throw BadInput(name_ + ": cannot be opened: " + error_text(errno));
    }
    if (S_ISDIR(status.st_mode)) throw BadInput(name_ + ": is a directory, not a sound file");
    regular_file_ = S_ISREG(status.st_mode);
    file_bytes_ = regular_file_ ? static_cast<std::uint64_t>(status.st_size) : 0;
    if (regular_file_ && file_bytes_ == 0) throw BadInput(name_ + ": is empty (0 bytes)");

    if (options.raw) {
        open_raw(options);
    } else {
        if (options.rate_hz || options.channels) {
            throw UsageError("a raw rate or channel count needs --raw; a sound file says its own");
        }
        open_sound_file();
    }
}

AudioSource::~AudioSource() {
    sound_.reset();
    if (descriptor_ >= 0) close(descriptor_);
}

void AudioSource::open_raw(const InputOptions& options) {
    const AudioFormat format = *options.raw;
    const bool telephone = is_g711(format);
    audio_.format = format;
    audio_.sample_rate = options.rate_hz.value_or(telephone ? 8000 : 24000);
    audio_.channels = options.channels.value_or(1);
    if (regular_file_ && audio_.channels > 0) total_frames_ = file_bytes_ / frame_bytes();
}

void AudioSource::open_sound_file() {
    SF_INFO info{};
    sound_.reset(sf_open_fd(descriptor_, SFM_READ, &info, SF_FALSE));
    if (sound_ == nullptr) {
        std::string reason = sf_strerror(nullptr);
        while (!reason.empty() && (reason.back() == '.' || reason.back() == '\n')) reason.pop_back();
        throw BadInput(name_ + ": cannot be read as a sound file: " + reason +
                       (regular_file_ ? "" : " (from a pipe, WAV, AU and Ogg can be read)") +
                       ". For raw bytes say how they are coded: --raw pcm16, ulaw, alaw or f32");
    }
    container_ = container_name(info.format);
    audio_.format = format_of(info.format);
    audio_.sample_rate = static_cast<std::uint32_t>(info.samplerate);
    audio_.channels = static_cast<std::uint32_t>(info.channels);
    own_bytes_ = is_g711(audio_.format);

    const auto frames = static_cast<std::uint64_t>(info.frames);
    const bool length_known =
        info.frames < SF_COUNT_MAX && (regular_file_ || frames * frame_bytes() < kUnknownLengthBytes);
    if (length_known) total_frames_ = frames;
    if (regular_file_) check_wav_length();
}

// libsndfile quietly shortens a WAV file whose header promises more than is there. Here that is damage.
void AudioSource::check_wav_length() {
    std::array<unsigned char, 12> riff{};
    if (pread(descriptor_, riff.data(), riff.size(), 0) != static_cast<ssize_t>(riff.size())) return;
    if (std::memcmp(riff.data(), "RIFF", 4) != 0 || std::memcmp(riff.data() + 8, "WAVE", 4) != 0) return;
    std::uint64_t at = riff.size();
    std::array<unsigned char, 8> head{};
    while (pread(descriptor_, head.data(), head.size(), static_cast<off_t>(at)) == static_cast<ssize_t>(head.size())) {
        const std::uint64_t bytes = little_endian_32(head.data() + 4);
        at += head.size();
        if (std::memcmp(head.data(), "data", 4) != 0) {
            at += bytes + (bytes & 1U);  // chunks are padded to even lengths
            continue;
        }
        const std::uint64_t there = file_bytes_ - at;
        if (bytes == 0 && there > 0) {
            damage_ = "the header promises 0 bytes of audio, but " + std::to_string(there) +
                      " bytes follow it from byte " + std::to_string(at) + " (a recording that was never closed?)";
        } else if (bytes > there && bytes < kUnknownLengthBytes) {
            damage_ = "is cut short at byte " + std::to_string(file_bytes_) + ": the header promises " +
                      std::to_string(bytes) + " bytes of audio, " + std::to_string(there) + " are there (" +
                      std::to_string(*total_frames_) + " frames)";
        }
        return;
    }
}

std::size_t AudioSource::read(std::span<std::byte> out) {
    if (ended_) return 0;
    const std::size_t count = raw() ? read_raw(out) : read_sound(out);
    bytes_read_ += count;
    if (count < out.size()) note_end();
    return count;
}

std::size_t AudioSource::read_raw(std::span<std::byte> out) {
    std::size_t filled = 0;
    while (filled < out.size()) {
        const ssize_t count = ::read(descriptor_, out.data() + filled, out.size() - filled);
        if (count == 0) break;
        if (count > 0) {
            filled += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            damage_ = std::string("cannot be read at byte ") + std::to_string(bytes_read_ + filled) + ": " +
                      error_text(errno);
            break;
        }
    }
    return filled;
}

std::size_t AudioSource::read_sound(std::span<std::byte> out) {
    const auto frames = static_cast<sf_count_t>(out.size() / frame_bytes());
    if (own_bytes_) {
        const sf_count_t bytes = sf_read_raw(sound_.get(), out.data(), static_cast<sf_count_t>(out.size()));
        return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
    }
    // The buffers of this program come from std::vector<std::byte>, aligned for any sample.
    const sf_count_t count = audio_.format == AudioFormat::PCM16
                                 ? sf_readf_short(sound_.get(), reinterpret_cast<short*>(out.data()), frames)
                                 : sf_readf_float(sound_.get(), reinterpret_cast<float*>(out.data()), frames);
    return count > 0 ? static_cast<std::size_t>(count) * frame_bytes() : 0;
}

void AudioSource::note_end() {
    ended_ = true;
    const std::uint64_t frames = bytes_read_ / frame_bytes();
    if (!damage_.empty()) return;
    if (raw()) {
        const std::uint64_t rest = bytes_read_ % frame_bytes();
        if (rest != 0) {
            damage_ = "ends inside a frame: byte " + std::to_string(bytes_read_ - rest) + " begins a frame of " +
                      std::to_string(frame_bytes()) + " bytes, " + std::to_string(rest) + " of which " +
                      (rest == 1 ? "is" : "are") + " there";
        }
    } else if (sf_error(sound_.get()) != SF_ERR_NO_ERROR) {
        damage_ = "cannot be decoded from frame " + std::to_string(frames) + " on: " + sf_strerror(sound_.get());
    } else if (total_frames_ && frames < *total_frames_) {
        damage_ = "is cut short: the header promises " + std::to_string(*total_frames_) + " frames, " +
                  std::to_string(frames) + " are there";
    }
}

}  // namespace audioengine::tool
