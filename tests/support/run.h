// Runs a whole stream through an engine in chunks.
#pragma once

#include <cstddef>
#include <span>

#include "audioengine/engine.h"
#include "support/cuts.h"
#include "support/digest.h"

namespace audioengine::test {

/// Pushes everything, cut as said (longer chunks than the engine takes by `push_all`), then finishes.
inline Output run(AudioEngine& engine, std::span<const std::byte> input, Cut cut, bool finish = true) {
    Output output;
    const AudioConfig& audio = engine.config().audio;
    const std::size_t frame_bytes = bytes_per_frame(audio);
    while (!input.empty()) {
        const std::size_t length = cut.next(frame_bytes, input.size());
        const Status status =
            engine.push_all(input.first(length), [&](const PushResult& result) { output.add(result); });
        if (status != Status::ok) {
            std::fprintf(stderr, "push answered %s\n", status_name(status));
            std::abort();
        }
        input = input.subspan(length);
    }
    if (finish) output.add(engine.finish());
    output.add_summary(engine);
    return output;
}

}  // namespace audioengine::test
