#include "stream.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <vector>

#include "config_fields.h"
#include "failure.h"
#include "progress.h"

namespace audioengine::tool {

AudioEngine make_engine(const AudioSource& source, EngineConfig config) {
    config.audio.format = source.audio().format;
    config.audio.sample_rate = source.audio().sample_rate;
    config.audio.channels = source.audio().channels;
    Result<AudioEngine> engine = AudioEngine::create(config);
    if (engine.ok()) return std::move(engine).value();
    const std::string reason = native::describe_config_error(config, engine.status(), engine.field());
    const bool of_file = !source.raw() && std::string_view(engine.field()).starts_with("audio.");
    if (of_file) throw BadInput(source.name() + ": " + reason);
    throw UsageError(reason);
}

void run_stream(AudioSource& source, AudioEngine& engine, const std::function<void(const PushResult&)>& take) {
    using Clock = std::chrono::steady_clock;
    const AudioConfig& audio = engine.config().audio;
    const std::size_t chunk_frames =
        std::max<std::size_t>(1, std::size_t{audio.sample_rate} * audio.chunk_duration_ms / 1000);
    std::vector<std::byte> chunk(chunk_frames * source.frame_bytes());
    Progress progress(source.total_frames());
    while (const std::size_t length = source.read(chunk)) {
        const std::span<const std::byte> bytes(chunk.data(), length);
        const bool first = engine.metrics().chunks == 0;
        if (first && source.raw() && is_container(bytes)) {
            warn(source.name() + ": starts like a sound file, yet is read as raw " + name_of(audio.format) +
                 "; leave out --raw to have it decoded");
        }
        const Clock::time_point begin = Clock::now();
        const PushResult result = engine.push(bytes);
        const auto duration = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin);
        if (!result.ok()) {
            throw BadInput(source.name() + ": byte " + std::to_string(engine.metrics().input_bytes + result.position) +
                           ": " + status_message(result.status));
        }
        engine.record_processing_ns(static_cast<std::uint64_t>(duration.count()));
        take(result);
        if (source.live()) std::fflush(stdout);
        progress.show(engine.metrics().input_frames);
    }
    progress.clear();
    if (engine.metrics().input_frames == 0) {
        throw BadInput(source.name() + ": " + (source.damage().empty() ? "holds no audio" : source.damage()));
    }
    take(engine.finish());
    if (const std::uint64_t count = engine.metrics().non_finite_samples) {
        warn(source.name() + ": " + std::to_string(count) +
             " samples are NaN or infinite; they were taken as silence or full scale");
    }
}

void report_damage(const AudioSource& source, const InputOptions& options) {
    if (source.damage().empty()) return;
    const std::string text = source.name() + ": " + source.damage();
    if (!options.allow_damaged) throw BadInput(text);
    warn(text);
}

void finish_stdout() {
    const bool failed_before = std::ferror(stdout) != 0;
    if (std::fflush(stdout) != 0 || failed_before) {
        throw BadInput(std::string("standard output: cannot be written: ") + error_text(errno));
    }
}

std::string json_text(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void warn(const std::string& text) { std::fprintf(stderr, "audioengine: warning: %s\n", text.c_str()); }

}  // namespace audioengine::tool
