// Resampler: any rates and modes, any cuts, changes of the mode. Laws: in pieces as in one; 16 bits are the rounded floats;
// exactly ceil(n * to / from) samples; too little room consumes nothing; `reset` equals new.
#include <cmath>
#include <utility>

#include "audioengine/pcm.h"
#include "audioengine/resampler.h"
#include "fuzz.h"

namespace audioengine::fuzz {
namespace {

/// A stretch of input, and the mode that follows it.
struct Stretch {
    std::vector<std::int16_t> samples;
    bool switches = false;
    ProcessingMode mode = ProcessingMode::REALTIME;
};

template <class Sample>
class Stream {
public:
    explicit Stream(Resampler& resampler) : resampler_(resampler) {}

    void process(std::span<const Sample> in) {
        std::vector<Sample> room(resampler_.max_output_samples(in.size()));
        const auto counts = resampler_.process(in, room);
        demand(counts.status == Status::ok && counts.produced <= room.size(), "within what was promised");
        out.insert(out.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(counts.produced));
    }
    void flush() {
        std::vector<Sample> room(resampler_.max_flush_samples());
        const auto counts = resampler_.flush(room);
        demand(counts.status == Status::ok && counts.produced <= room.size(), "within what was promised");
        out.insert(out.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(counts.produced));
        demand(resampler_.flush(std::span(room)).status == Status::stream_finished, "once");
        demand(resampler_.process(std::span<const Sample>{}, room).status == Status::stream_finished, "after the end");
    }
    /// What has no room changes nothing.
    void refuse(std::span<const Sample> in) {
        const std::size_t most = resampler_.max_output_samples(in.size());
        if (most == 0) return;
        std::vector<Sample> room(most - 1, Sample{77});
        const auto counts = resampler_.process(in, room);
        demand(counts.status == Status::output_too_small && counts.produced == 0, "one sample short");
        demand(std::count(room.begin(), room.end(), Sample{77}) == static_cast<std::ptrdiff_t>(room.size()),
               "unwritten");
    }

    std::vector<Sample> out;

private:
    Resampler& resampler_;
};

std::vector<std::int16_t> run_whole(Resampler& resampler, const std::vector<Stretch>& stretches) {
    Stream<std::int16_t> stream(resampler);
    for (const Stretch& stretch : stretches) {
        stream.refuse(stretch.samples);
        stream.process(stretch.samples);
        if (stretch.switches) resampler.set_mode(stretch.mode);
    }
    stream.flush();
    return stream.out;
}

std::vector<std::int16_t> run_pieces(Resampler& resampler, const std::vector<Stretch>& stretches, std::uint32_t seed) {
    Stream<std::int16_t> stream(resampler);
    for (const Stretch& stretch : stretches) {
        test::Lcg random(seed);
        const std::uint32_t longest = 1 + random.below(300);
        for (std::span<const std::int16_t> rest = stretch.samples; !rest.empty();) {
            const std::size_t length = std::min<std::size_t>(rest.size(), random.below(longest + 1));
            stream.process(rest.first(length));
            rest = rest.subspan(length);
        }
        if (stretch.switches) resampler.set_mode(stretch.mode);
    }
    stream.flush();
    return stream.out;
}

/// The floats, rounded here: half to even, clamped.
std::vector<std::int16_t> run_floats(Resampler& resampler, const std::vector<Stretch>& stretches) {
    Stream<float> stream(resampler);
    for (const Stretch& stretch : stretches) {
        const std::vector<float> samples(stretch.samples.begin(), stretch.samples.end());
        stream.process(samples);
        if (stretch.switches) resampler.set_mode(stretch.mode);
    }
    stream.flush();
    std::vector<std::int16_t> rounded;
    for (const float sample : stream.out)
        rounded.push_back(static_cast<std::int16_t>(std::nearbyint(std::clamp(sample, -32768.0F, 32767.0F))));
    return rounded;
}

}  // namespace

void run(Reader& reader) {
    const bool wild = read_wild(reader);
    const std::uint32_t from = read_rate_hz(reader, wild);
    const std::uint32_t to = read_rate_hz(reader, wild);
    const ProcessingMode mode = read_mode(reader, wild);
    const bool switchable = reader.flag();
    const std::uint32_t seed = reader.byte();
    const auto create = [&] {
        return switchable ? Resampler::create_switchable(from, to, mode) : Resampler::create(from, to, mode);
    };
    auto created = create();
    if (!created) {
        demand(*created.field() != '\0', "whoever gave the rates learns which it was");
        return;
    }
    demand(is_sample_rate(from) && is_sample_rate(to), "create takes what it says");

    std::vector<Stretch> stretches;
    std::uint64_t count = 0;
    for (int i = 0; i < 3 && !reader.empty(); ++i) {
        AudioConfig plain;
        Stretch stretch{test::pcm16_samples(read_sound(reader, plain, 1500))};
        stretch.switches = reader.below(4) == 3;
        stretch.mode = read_mode(reader, false);
        count += stretch.samples.size();
        stretches.push_back(std::move(stretch));
    }
    const std::vector<std::int16_t> whole = run_whole(created.value(), stretches);
    demand(whole.size() == (count * to + from - 1) / from, "exactly so many samples");
    Resampler other = create().value();
    demand(run_pieces(other, stretches, seed) == whole, "in pieces as in one");
    const bool switched = std::any_of(stretches.begin(), stretches.end(), [](const Stretch& s) { return s.switches; });
    other.reset();
    if (switched) other.set_mode(mode);
    demand(run_floats(other, stretches) == whole, "16 bits are the rounded floats, and reset equals new");
}

}  // namespace audioengine::fuzz
