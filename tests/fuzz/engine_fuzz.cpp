// Any bytes as configuration, stream, cuts, message and snapshot. Laws: nothing crashes; the cut never changes what comes
// out; a foreign or broken snapshot leaves the engine as it was; a good one goes on with the same bits.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "audioengine/engine.h"

namespace {

using namespace audioengine;

using Bytes = std::span<const std::byte>;

void demand(bool law) {
    if (!law) std::abort();
}

// Takes the first bytes of the input one by one; zeros when there are none left.
class Reader {
public:
    explicit Reader(Bytes bytes) : bytes_(bytes) {}
    std::uint32_t next() {
        if (bytes_.empty()) return 0;
        const auto value = std::to_integer<std::uint32_t>(bytes_.front());
        bytes_ = bytes_.subspan(1);
        return value;
    }
    Bytes rest() const { return bytes_; }

private:
    Bytes bytes_;
};

EngineConfig read_config(Reader& reader) {
    constexpr std::uint32_t kRatesHz[] = {0, 8000, 16000, 22050, 24000, 44100, 48000, 192000, 4000, 11025, 12345, 3999};
    EngineConfig config;
    config.mode = static_cast<ProcessingMode>(reader.next() % 3);
    config.audio.format = static_cast<AudioFormat>(reader.next() % 4);
    config.audio.sample_rate = kRatesHz[reader.next() % std::size(kRatesHz)];
    config.audio.channels = reader.next() % 10;
    config.output.format = static_cast<AudioFormat>(reader.next() % 4);
    config.output.sample_rate = kRatesHz[reader.next() % std::size(kRatesHz)];
    config.vad.adaptive = reader.next() % 2 == 0;
    config.vad.speech_start_ms = reader.next();
    config.vad.speech_end_ms = reader.next();
    config.vad.pre_buffer_ms = reader.next();
    config.vad.max_speech_ms = reader.next() * 2;
    config.max_chunk_ms = reader.next();
    return config;
}

// Everything that came out.
struct Output {
    std::vector<std::byte> audio;
    std::vector<std::uint64_t> decisions;

    void add(const PushResult& result) {
        demand(result.ok());
        audio.insert(audio.end(), result.audio.begin(), result.audio.end());
        for (const auto& block : result.blocks) {
            decisions.insert(decisions.end(), {block.probability_q15, static_cast<std::uint16_t>(block.level_dbfs_x100),
                                               static_cast<std::uint64_t>(block.state)});
        }
        for (const auto& event : result.events) {
            decisions.insert(decisions.end(),
                             {static_cast<std::uint64_t>(event.type), static_cast<std::uint64_t>(event.reason),
                              event.segment, event.at_ms, event.onset_ms, event.padded_ms, event.end_ms});
        }
    }
    bool operator==(const Output&) const = default;
};

void push_all(AudioEngine& engine, Bytes stream, Output& output) {
    demand(engine.push_all(stream, [&](const PushResult& result) { output.add(result); }) == Status::ok);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Reader reader(std::as_bytes(std::span(data, size)));
    const EngineConfig config = read_config(reader);
    auto created = AudioEngine::create(config);
    if (!created) {
        demand(*created.field() != '\0');  // whoever gave the configuration learns which field it was
        return 0;
    }
    AudioEngine engine = std::move(created).value();
    const std::size_t first_cut = reader.next() * 3;
    const std::size_t second_cut = reader.next() * 5;
    const Bytes stream = reader.rest();

    static_cast<void>(engine.validate_audio(stream));

    Output whole;
    push_all(engine, stream, whole);
    engine.reset();

    Output cut;
    const std::size_t a = first_cut < stream.size() ? first_cut : stream.size();
    const std::size_t b = second_cut < stream.size() - a ? second_cut : stream.size() - a;
    push_all(engine, stream.first(a), cut);
    push_all(engine, stream.subspan(a, b), cut);

    // Not a snapshot: refused, and the engine goes on as if nothing had been.
    demand(engine.restore(stream) != Status::ok);
    // The engine moves into another one.
    std::vector<std::byte> snapshot(engine.snapshot({}).bytes);
    demand(engine.snapshot(snapshot).ok());
    AudioEngine other = AudioEngine::create(config).value();
    demand(other.restore(snapshot) == Status::ok);
    push_all(other, stream.subspan(a + b), cut);
    demand(cut == whole);

    // The same to the end of the stream.
    push_all(engine, stream.subspan(a + b), cut);
    Output end_here;
    Output end_there;
    end_here.add(engine.finish());
    end_there.add(other.finish());
    demand(end_here == end_there);
    return 0;
}
