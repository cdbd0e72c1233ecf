// `audioengine convert`: another rate, coding or container; mono, the same duration.
#include "audio_sink.h"
#include "commands.h"
#include "stream.h"

namespace audioengine::tool {

void run_convert(const ConvertOptions& options) {
    const OutputKind kind = parse_output(options.output, options.format);
    EngineConfig config = options.config;
    config.output.format = kind.format;
    config.output.sample_rate = options.rate_hz;

    AudioSource source(options.input);
    AudioEngine engine = make_engine(source, config);
    AudioSink sink(options.output, kind, engine.output_rate_hz());
    run_stream(source, engine, [&](const PushResult& result) { sink.write(result.audio); });
    report_damage(source, options.input);
    sink.commit();
}

}  // namespace audioengine::tool
