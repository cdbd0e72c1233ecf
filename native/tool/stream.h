// One run: the whole source through one AudioEngine, in chunks of 20 ms.
#pragma once

#include <functional>

#include "audio_source.h"
#include "audioengine/engine.h"

namespace audioengine::tool {

/// Makes the engine for the source. `config` must have passed `check_config`; its `audio` format, rate and channels are
/// replaced by the source's. Throws BadInput when the engine does not take a file's rate or channels, UsageError when
/// they came from the command line.
AudioEngine make_engine(const AudioSource& source, EngineConfig config);

/// Feeds everything, then `finish`. `take` sees the result of each call. Warns on standard error about bytes that look
/// like a file though they are read as raw, and about samples that are not finite. Throws BadInput when there is no audio.
void run_stream(AudioSource& source, AudioEngine& engine, const std::function<void(const PushResult&)>& take);

/// After the output is complete: throws BadInput if the source was damaged, or only warns if that was allowed.
void report_damage(const AudioSource& source, const InputOptions& options);

/// Flushes standard output. Throws BadInput when something could not be written.
void finish_stdout();

/// The text as a JSON string, quotes included. Bytes that are not UTF-8 (file names) are replaced.
std::string json_text(const std::string& text);

/// "audioengine: warning: ..." on standard error.
void warn(const std::string& text);

}  // namespace audioengine::tool
