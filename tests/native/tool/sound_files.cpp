#include "sound_files.h"

#include <cstdio>
#include <cstdlib>

namespace audioengine::test {
namespace {

SNDFILE* open_sound(const std::string& path, int mode, SF_INFO& info) {
    SNDFILE* file = sf_open(path.c_str(), mode, &info);
    if (file == nullptr) {
        std::fprintf(stderr, "%s: %s\n", path.c_str(), sf_strerror(nullptr));
        std::abort();
    }
    return file;
}

}  // namespace

void write_sound(const std::string& path, const Samples& samples, std::uint32_t rate_hz, int format, int channels) {
    SF_INFO info{};
    info.samplerate = static_cast<int>(rate_hz);
    info.channels = channels;
    info.format = format;
    SNDFILE* file = open_sound(path, SFM_WRITE, info);
    sf_command(file, SFC_SET_SCALE_INT_FLOAT_WRITE, nullptr, SF_TRUE);  // full scale is 1.0 in a float file
    sf_write_short(file, samples.data(), static_cast<sf_count_t>(samples.size()));
    sf_close(file);
}

void write_float_sound(const std::string& path, const std::vector<float>& samples, std::uint32_t rate_hz) {
    SF_INFO info{};
    info.samplerate = static_cast<int>(rate_hz);
    info.channels = 1;
    info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
    SNDFILE* file = open_sound(path, SFM_WRITE, info);
    sf_write_float(file, samples.data(), static_cast<sf_count_t>(samples.size()));
    sf_close(file);
}

Sound read_sound(const std::string& path) {
    Sound sound;
    SNDFILE* file = open_sound(path, SFM_READ, sound.info);
    sound.samples.resize(static_cast<std::size_t>(sound.info.frames * sound.info.channels));
    const sf_count_t count = sf_read_short(file, sound.samples.data(), static_cast<sf_count_t>(sound.samples.size()));
    sound.samples.resize(static_cast<std::size_t>(count));
    sf_close(file);
    return sound;
}

Samples burst(double seconds, double start_s, double end_s, std::uint32_t rate_hz) {
    const auto at = [&](double time) { return static_cast<std::size_t>(time * rate_hz); };
    Samples samples = noise(at(seconds), 30, 1);
    const Samples loud = noise(at(end_s) - at(start_s), 8000, 2);
    std::copy(loud.begin(), loud.end(), samples.begin() + static_cast<std::ptrdiff_t>(at(start_s)));
    return samples;
}

}  // namespace audioengine::test
