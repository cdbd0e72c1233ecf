// AudioEngine::restore: genuine snapshots with a few changes, mostly under a repaired checksum, so that the search gets past it.
// Laws: what is refused leaves the engine as it was, and it goes on with the same bits; what is accepted is held exactly
// (a snapshot of it is accepted too and goes on with the same bits) and harms nothing, whatever comes then.
#include <utility>

#include "audioengine/engine.h"
#include "fuzz.h"
#include "support/digest.h"
#include "support/snapshots.h"

namespace audioengine::fuzz {
namespace {

using test::Output;

Bytes snapshot_of(const AudioEngine& engine, SnapshotAudio audio = SnapshotAudio::with_pre_buffer) {
    Bytes bytes(engine.snapshot({}, audio).bytes);
    demand(engine.snapshot(bytes, audio).ok(), "a snapshot fits into the bytes it asks for");
    return bytes;
}

/// Bytes that mean something else than what stood there before.
std::uint64_t read_value(Reader& reader) {
    constexpr std::uint64_t kOdd[] = {0,
                                      1,
                                      UINT64_MAX,
                                      std::uint64_t{1} << 32U,
                                      std::uint64_t{1} << 48U,
                                      (std::uint64_t{1} << 48U) + 1,
                                      std::uint64_t{1} << 62U,
                                      std::uint64_t{1} << 63U,
                                      0x7FFFFFFF,
                                      0xFFFFFFFF,
                                      0x7FF0000000000000,   // infinity
                                      0x7FF8000000000000,   // NaN
                                      0x41CDCD6500000000,   // 1e9
                                      0xC1CDCD6500000000,   // -1e9
                                      0x3FF0000000000000,   // 1.0
                                      0x0000000000000001};  // the smallest double
    return reader.flag() ? reader.pick(kOdd) : reader.number(1 + reader.below(8));
}

void change(Bytes& snapshot, Reader& reader) {
    const std::uint32_t what = reader.below(8);
    const std::size_t at = std::min<std::size_t>(snapshot.size(), reader.number(2));
    const auto place = snapshot.begin() + static_cast<std::ptrdiff_t>(at);
    if (what == 0) snapshot.resize(at);
    if (what == 1) snapshot.insert(place, reader.below(40), std::byte{0});
    if (what == 2)
        snapshot.erase(place,
                       place + static_cast<std::ptrdiff_t>(std::min<std::size_t>(snapshot.size() - at, reader.byte())));
    if (what < 3) return;
    const std::uint64_t value = read_value(reader);
    for (std::size_t i = 0; i < (what == 3 ? 1U : 8U) && at + i < snapshot.size(); ++i)
        snapshot[at + i] = static_cast<std::byte>((value >> (8 * i)) & 0xFFU);
}

/// Everything that can be done with a stream.
Output go_on(AudioEngine& engine, const Bytes& sound) {
    Output output;
    const auto add = [&](const PushResult& result) {
        demand(result.audio.size() <= engine.max_output_bytes(), "audio within max_output_bytes");
        demand(result.blocks.size() <= engine.max_blocks(), "blocks within max_blocks");
        demand(result.events.size() <= engine.max_events(), "events within max_events");
        demand(result.position <= sound.size(), "the position lies within");
        output.add(result);
    };
    (void)engine.push_all(sound, add);
    add(engine.advance_time(3000));
    engine.optimize_for_quality();
    (void)engine.push_all(sound, add);
    test::append(output.audio, engine.pre_buffer().first);
    test::append(output.audio, engine.pre_buffer().second);
    engine.optimize_for_latency();
    (void)engine.push_all(sound, add);
    add(engine.finish());
    char json[kMetricsJsonBytes];
    demand(write_json(engine.metrics(), json) > 0, "the metrics fit");
    output.add_summary(engine);
    return output;
}

void demand_same(const Output& one, const Output& other) {
    demand(one.audio == other.audio, "the same audio");
    demand(test::serialise(one.blocks) == test::serialise(other.blocks), "the same blocks");
    demand(test::serialise(one.events) == test::serialise(other.events), "the same events");
    demand(one.summary == other.summary, "the same counters");
}

AudioEngine copy_of(const AudioEngine& engine, const EngineConfig& config) {
    AudioEngine copy = AudioEngine::create(config).value();
    demand(copy.restore(snapshot_of(engine)) == Status::ok, "a genuine snapshot is good");
    return copy;
}

}  // namespace

void run(Reader& reader) {
    constexpr int kMostChanges = 6;
    EngineConfig config = read_engine_config(reader);
    config.stream_buffer.reset();
    auto created = AudioEngine::create(config);
    if (!created) return;
    const std::uint32_t frames = config.audio.sample_rate / 8;
    AudioEngine from = std::move(created).value();
    AudioEngine to = AudioEngine::create(config).value();
    const auto ignore = [](const PushResult&) {};
    (void)from.push_all(read_sound(reader, config.audio, frames), ignore);
    if (reader.flag()) (void)to.push_all(read_sound(reader, config.audio, frames), ignore);
    const Bytes sound = read_sound(reader, config.audio, frames);

    const std::uint32_t how = reader.byte();
    if (how / 2 % 3 == 1) from.optimize_for_latency();
    if (how / 2 % 3 == 2) from.optimize_for_quality();
    Bytes snapshot =
        snapshot_of(from, how % 2 != 0 ? SnapshotAudio::with_pre_buffer : SnapshotAudio::without_pre_buffer);
    const bool changed = !reader.empty();
    for (int i = 0; i < kMostChanges && !reader.empty(); ++i) change(snapshot, reader);
    if (reader.below(8) != 7) test::repair_snapshot(snapshot);

    AudioEngine untouched = copy_of(to, config);
    const Bytes before = snapshot_of(to);
    if (to.restore(snapshot) != Status::ok) {
        demand(snapshot_of(to) == before, "what is refused changes nothing");
    } else {
        untouched = copy_of(to, config);
        if (!changed && how % 2 != 0) untouched = std::move(from);
    }
    demand_same(go_on(to, sound), go_on(untouched, sound));
    to.reset();
    demand(to.push_all(sound, ignore) == Status::ok, "after reset, all is well");
}

}  // namespace audioengine::fuzz
