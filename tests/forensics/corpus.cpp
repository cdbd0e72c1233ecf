// How often forensics finds each kind of wrong bytes, and how often it is wrong, on more than an hour of real audio.
//
//     forensics_corpus [--verbose] CLASS=FOLDER...     reads every sound file below the folders
//
// Honest: every file as it is, in every format, in chunks of 20 ms; any finding of forensics is a false alarm. Hits: from
// every second of every file each kind of wrong bytes is made and fed in chunks of 10 ms; it has to be found before 200 ms
// of audible material are over (a fault within: 200 ms after it; one law of G.711 for the other: 400 ms). Audible: 10 ms with an RMS of -50 dBFS or more.
// Fails with any false alarm, or with under 99 % of a kind in a class that has 100 trials of it.
//
// Left out, by rule and not by file: files of 8 bits and of more than two channels; `low_rate` on files with lossy
// compression, which leaves out the top of the spectrum where it is masked (then nothing is there: the finding is right).
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "audioengine/engine.h"
#include "audioengine/forensics.h"
#include "audioengine/pcm.h"
#include "audioengine/resampler.h"
#include "support/faults.h"
#include "support/generate.h"

namespace {

using namespace audioengine;
using test::base64;
using test::Bytes;
using test::config_of;
using test::held;
using test::names_of;
using test::Samples;
using test::swapped;

constexpr double kAudibleSquare = 32768.0 * 32768.0 * 1e-5;  // -50 dBFS

struct Sound {
    std::string name;
    std::uint32_t rate_hz = 0;
    std::uint32_t channels = 0;
    bool lossy = false;
    Samples samples;  // interleaved

    [[nodiscard]] Samples channel(std::uint32_t index) const {
        Samples out;
        for (std::size_t i = index; i < samples.size(); i += channels) out.push_back(samples[i]);
        return out;
    }
};

bool read_sound(const std::string& path, Sound& sound) {
    SF_INFO info{};
    SNDFILE* const file = sf_open(path.c_str(), SFM_READ, &info);
    if (file == nullptr) return false;
    sound.name = path;
    sound.rate_hz = static_cast<std::uint32_t>(info.samplerate);
    sound.channels = static_cast<std::uint32_t>(info.channels);
    sf_command(file, SFC_SET_CLIPPING, nullptr, SF_TRUE);
    std::vector<float> part(static_cast<std::size_t>(info.channels) * 4096);
    const int coding = info.format & SF_FORMAT_SUBMASK;
    const bool is_8_bit = coding == SF_FORMAT_PCM_S8 || coding == SF_FORMAT_PCM_U8;
    sound.lossy = coding > SF_FORMAT_PCM_32;
    for (;;) {
        Samples piece(part.size());
        sf_count_t got = 0;
        if (!sound.lossy) {
            got = sf_readf_short(file, piece.data(), 4096);
        } else {
            got = sf_readf_float(file, part.data(), 4096);
            float_to_s16(part, piece);
        }
        if (got <= 0) break;
        piece.resize(static_cast<std::size_t>(got) * sound.channels);
        sound.samples.insert(sound.samples.end(), piece.begin(), piece.end());
    }
    sf_close(file);
    return !is_8_bit && sound.rate_hz >= kMinSampleRateHz && sound.channels <= 2 && !sound.samples.empty();
}

std::vector<bool> audible_blocks(const Samples& mono, std::size_t block) {
    std::vector<bool> out;
    for (std::size_t at = 0; at + block <= mono.size(); at += block) {
        double sum = 0;
        for (std::size_t i = 0; i < block; ++i) sum += static_cast<double>(mono[at + i]) * mono[at + i];
        out.push_back(sum >= kAudibleSquare * static_cast<double>(block));
    }
    return out;
}

Samples resampled(const Samples& in, std::uint32_t from, std::uint32_t to) {
    auto resampler = Resampler::create(from, to, ProcessingMode::QUALITY).value();
    Samples out(resampler.max_output_samples(in.size()) + resampler.max_flush_samples());
    const std::size_t count = resampler.process(in, out).produced;
    const std::size_t rest = resampler.flush(std::span(out).subspan(count)).produced;
    out.resize(count + rest);
    return out;
}

Samples lines(const Samples& in, std::uint32_t times) {
    Samples out;
    for (std::uint64_t k = 0; k + times < in.size() * times; ++k) out.push_back(test::interpolated(in, k, 1, times));
    return out;
}
Bytes encoded(const Samples& samples, AudioFormat format) {
    Bytes out(samples.size() * bytes_per_sample(format));
    (void)encode_samples(format, samples, out);
    return out;
}

class Listener {
public:
    explicit Listener(const AudioConfig& config) : config_(config), forensics_(config) {}
    void add(std::span<const std::byte> bytes) {
        const std::size_t frame = bytes_per_frame(config_);
        carry_.insert(carry_.end(), bytes.begin(), bytes.end());
        const std::size_t whole = carry_.size() / frame * frame;
        decoded_.resize(whole / bytes_per_sample(config_.format));
        (void)decode_samples(config_.format, std::span(carry_).first(whole), decoded_);
        forensics_.add(std::span(carry_).first(whole), decoded_);
        carry_.erase(carry_.begin(), carry_.begin() + static_cast<std::ptrdiff_t>(whole));
    }
    [[nodiscard]] const Forensics& forensics() const { return forensics_; }

private:
    AudioConfig config_;
    Forensics forensics_;
    Bytes carry_;
    Samples decoded_;
};

struct Count {
    std::uint64_t hits = 0;
    std::uint64_t trials = 0;
    std::uint64_t other = 0;  // something else was found as well
};
std::map<std::string, std::map<std::string, Count>> counts;  // class, kind
std::map<std::string, double> honest_seconds;
std::map<std::string, std::map<std::string, int>> alarms;
int false_alarms = 0;
bool verbose = false;

/// `bytes` last as long as `audible` says, 10 ms each; counted from block `from`, when the fault is over.
void trial(const std::string& material, const std::string& kind, Finding expected, const AudioConfig& config,
           const Bytes& bytes, const std::vector<bool>& audible, std::size_t from = 0, std::size_t within = 20) {
    Listener listener(config);
    std::size_t heard = 0;
    bool found = false;
    for (std::size_t block = 0; block < audible.size() && heard < within && !found; ++block) {
        const std::size_t begin = bytes.size() * block / audible.size();
        const std::size_t end = bytes.size() * (block + 1) / audible.size();
        listener.add(std::span(bytes).subspan(begin, end - begin));
        if (block >= from && audible[block]) ++heard;
        found = has(listener.forensics().findings(), expected);
    }
    if (!found && heard < within) return;  // too little to hear
    Count& count = counts[material][kind];
    ++count.trials;
    count.hits += found ? 1 : 0;
    const auto other = static_cast<Finding>(static_cast<std::uint32_t>(listener.forensics().findings()) &
                                            ~static_cast<std::uint32_t>(expected));
    count.other += other != Finding::none ? 1 : 0;
    if (verbose && (other != Finding::none || !found))
        std::printf("   %s %s: %s%s\n", material.c_str(), kind.c_str(), found ? "" : "MISSED", names_of(other).c_str());
}

/// Everything that can go wrong with one second of mono sound.
void try_all(const std::string& material, const Samples& mono, std::uint32_t rate_hz) {
    const std::size_t block = rate_hz / 100;
    const auto audible = audible_blocks(mono, block);
    const auto pcm16 = config_of(AudioFormat::PCM16, rate_hz, 1);
    const auto ulaw = config_of(AudioFormat::G711_ULAW, rate_hz, 1);
    const auto alaw = config_of(AudioFormat::G711_ALAW, rate_hz, 1);
    const auto float32 = config_of(AudioFormat::FLOAT32, rate_hz, 1);
    const Bytes as_pcm = encoded(mono, AudioFormat::PCM16), as_ulaw = encoded(mono, AudioFormat::G711_ULAW);
    const Bytes as_alaw = encoded(mono, AudioFormat::G711_ALAW), as_float = encoded(mono, AudioFormat::FLOAT32);
    Bytes really_float;  // that never was 16 bit
    std::uint32_t state = 1;
    for (const auto sample : mono) {
        state = state * 1664525U + 1013904223U;
        test::append_float(
            really_float, (static_cast<float>(sample) + static_cast<float>(state >> 16U) / 65536.0F - 0.5F) / 32768.0F);
    }
    trial(material, "base64 as pcm16", Finding::text, pcm16, base64(as_pcm), audible);
    trial(material, "base64 as ulaw", Finding::text, ulaw, base64(as_ulaw), audible);
    trial(material, "swapped pcm16", Finding::byte_swapped, pcm16, swapped(as_pcm), audible);
    Bytes shifted = as_pcm;
    shifted.erase(shifted.begin());
    trial(material, "pcm16 off by one byte", Finding::byte_swapped, pcm16, shifted, audible);
    trial(material, "ulaw as pcm16", Finding::looks_ulaw, pcm16, as_ulaw, audible);
    trial(material, "alaw as pcm16", Finding::looks_alaw, pcm16, as_alaw, audible);
    trial(material, "float32 as pcm16", Finding::looks_float32, pcm16, really_float, audible);
    trial(material, "float32 of 16 bit as pcm16", Finding::looks_float32, pcm16, as_float, audible);
    trial(material, "pcm16 as ulaw", Finding::looks_pcm16, ulaw, as_pcm, audible);
    trial(material, "swapped pcm16 as ulaw", Finding::byte_swapped, ulaw, swapped(as_pcm), audible);
    trial(material, "pcm16 as alaw", Finding::looks_pcm16, alaw, as_pcm, audible);
    trial(material, "float32 as ulaw", Finding::looks_float32, ulaw, as_float, audible);
    trial(material, "pcm16 as float32", Finding::looks_pcm16, float32, as_pcm, audible);
    trial(material, "ulaw as float32", Finding::looks_ulaw, float32, as_ulaw, audible);
    trial(material, "alaw as ulaw, within 400 ms", Finding::looks_alaw, ulaw, as_alaw, audible, 0, 40);
    trial(material, "ulaw as alaw, within 400 ms", Finding::looks_ulaw, alaw, as_ulaw, audible, 0, 40);
    trial(material, "alaw as float32", Finding::looks_alaw, float32, as_alaw, audible);

    // Two channels: both alike; one silent.
    Samples both, left;
    for (const auto sample : mono) {
        both.insert(both.end(), {sample, sample});
        left.insert(left.end(), {sample, static_cast<std::int16_t>(sample / 300)});
    }
    trial(material, "two equal channels as mono", Finding::stereo_as_mono, pcm16, encoded(both, AudioFormat::PCM16),
          audible);
    trial(material, "left channel alone as mono", Finding::stereo_as_mono, pcm16, encoded(left, AudioFormat::PCM16),
          audible);

    // A lower rate: from half of it where twice would be more than 48 kHz.
    const bool halve = rate_hz > 24000;
    const Samples low = halve ? resampled(mono, rate_hz, rate_hz / 2) : mono;
    const std::uint32_t low_hz = halve ? rate_hz / 2 : rate_hz;
    for (const std::uint32_t times : {2U, 3U, 6U}) {
        const std::uint32_t to = low_hz * times;
        if (to > 48000) break;
        const auto config = config_of(AudioFormat::PCM16, to, 1);
        trial(material, "low rate, well resampled", Finding::low_rate, config,
              encoded(resampled(low, low_hz, to), AudioFormat::PCM16), audible);
        trial(material, "low rate, held", Finding::low_rate, config, encoded(held(low, times), AudioFormat::PCM16),
              audible);
        trial(material, "low rate, straight lines", Finding::low_rate, config,
              encoded(lines(low, times), AudioFormat::PCM16), audible);
    }

    // Faults within sound, after 300 ms.
    const std::size_t at = rate_hz * 3 / 10 + (static_cast<std::size_t>(mono[0]) & 63U);
    const std::size_t first = at / block;
    for (const std::uint32_t ms : {6U, 10U, 20U, 60U, 100U}) {
        const std::size_t length = rate_hz * ms / 1000;
        if (!audible[first - 1] || !audible[(at + length) / block + 1]) continue;
        Samples cut = mono;
        std::fill_n(cut.begin() + static_cast<std::ptrdiff_t>(at), length, std::int16_t{0});
        trial(material, "zero run", Finding::zero_run, pcm16, encoded(cut, AudioFormat::PCM16), audible,
              (at + length) / block);
    }
    for (const std::uint32_t ms : {5U, 10U, 20U, 40U, 60U, 100U, 200U}) {
        const std::size_t length = rate_hz * ms / 1000;
        bool sounds = true;
        for (std::size_t b = (at - length) / block; b <= at / block; ++b) sounds = sounds && audible[b];
        if (!sounds) continue;
        Samples again(mono.begin(), mono.begin() + static_cast<std::ptrdiff_t>(at));
        again.insert(again.end(), mono.begin() + static_cast<std::ptrdiff_t>(at - length), mono.end());
        again.resize(mono.size());
        auto then = audible_blocks(again, block);
        if (ms >= 20)
            trial(material, "repeated, in ulaw (20 ms and more)", Finding::repeated, ulaw,
                  encoded(again, AudioFormat::G711_ULAW), then, (at + length) / block);
        trial(material, "repeated", Finding::repeated, pcm16, encoded(again, AudioFormat::PCM16), then,
              (at + length) / block);
    }
}

void listen_honestly(const std::string& material, const Sound& sound) {
    for (const AudioFormat format :
         {AudioFormat::PCM16, AudioFormat::G711_ULAW, AudioFormat::G711_ALAW, AudioFormat::FLOAT32}) {
        const auto config = config_of(format, sound.rate_hz, sound.channels);
        Listener listener(config);
        const Bytes bytes = encoded(sound.samples, format);
        const std::size_t chunk = bytes_per_frame(config) * sound.rate_hz / 50;
        for (std::size_t at = 0; at < bytes.size(); at += chunk)
            listener.add(std::span(bytes).subspan(at, std::min(chunk, bytes.size() - at)));
        for (std::uint32_t i = 0; i < kFindingCount; ++i) {
            const auto one = static_cast<Finding>(1U << i);
            if (!has(listener.forensics().findings(), one) || (sound.lossy && one == Finding::low_rate)) continue;
            ++false_alarms;
            ++alarms[material][std::string(finding_name(i)) + " in " + name_of(format)];
            if (verbose)
                std::printf("   ALARM %s %s %s at %.2f s\n", finding_name(i), name_of(format), sound.name.c_str(),
                            static_cast<double>(listener.forensics().position(one)) /
                                static_cast<double>(bytes_per_frame(config)) / sound.rate_hz);
        }
    }
    honest_seconds[material] += static_cast<double>(sound.samples.size()) / sound.channels / sound.rate_hz;
}

void read_class(const std::string& material, const std::string& folder) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    for (const auto& path : files) {
        Sound sound;
        if (!read_sound(path, sound)) continue;
        listen_honestly(material, sound);
        const Samples mono = sound.channel(0);
        const std::size_t second = sound.rate_hz;
        for (std::size_t at = 0; at + second <= mono.size(); at += second) {
            const auto part = [](const Samples& all, std::size_t from, std::size_t count) {
                const auto begin = all.begin() + static_cast<std::ptrdiff_t>(from);
                return Samples(begin, begin + static_cast<std::ptrdiff_t>(count));
            };
            const Samples here = part(mono, at, second);
            try_all(material, here, sound.rate_hz);
            if (sound.channels != 2) continue;
            const Bytes both = encoded(part(sound.samples, 2 * at, 2 * second), AudioFormat::PCM16);
            trial(material, "stereo as mono", Finding::stereo_as_mono, config_of(AudioFormat::PCM16, sound.rate_hz, 1),
                  both, audible_blocks(here, second / 100));
        }
    }
}

/// True when every rate is good enough.
bool report() {
    bool good = false_alarms == 0;
    for (const auto& [material, kinds] : counts) {
        std::printf("%s, %.1f minutes of honest audio\n", material.c_str(), honest_seconds[material] / 60);
        for (const auto& [what, count] : alarms[material])
            std::printf("    FALSE ALARM  %-32s %d files\n", what.c_str(), count);
        for (const auto& [kind, count] : kinds) {
            const bool enough = count.hits * 100 >= count.trials * 99;
            good = good && (enough || count.trials < 100);
            std::printf("    %-36s %6.2f %% of %llu%s\n", kind.c_str(),
                        100.0 * static_cast<double>(count.hits) / static_cast<double>(count.trials),
                        static_cast<unsigned long long>(count.trials),
                        enough ? "" : (count.trials < 100 ? "  (few)" : "  TOO FEW FOUND"));
        }
    }
    return good;
}

}  // namespace

int main(int argc, char** argv) {
    double seconds = 0;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--verbose") {
            verbose = true;
            continue;
        }
        const std::size_t equals = argument.find('=');
        read_class(argument.substr(0, equals), argument.substr(equals + 1));
    }
    const bool good = report();
    for (const auto& [material, some] : honest_seconds) seconds += some;
    std::printf("%.1f minutes of honest audio, %d false alarms\n", seconds / 60, false_alarms);
    return good ? 0 : 1;
}
