// `audioengine vad`: one row for every 10 ms block.
#include <cstdio>

#include "commands.h"
#include "stream.h"

namespace audioengine::tool {

void run_vad(const VadOptions& options) {
    AudioSource source(options.input);
    AudioEngine engine = make_engine(source, options.config);
    const bool json = options.format == VadFormat::json;
    std::uint64_t index = 0;
    bool begun = false;
    run_stream(source, engine, [&](const PushResult& result) {
        if (!begun && options.format == VadFormat::tsv) std::puts("time\tscore\tstate\tlevel_dbfs");
        if (!begun && json) {
            std::printf("{\"file\": %s, \"block_ms\": %u, \"blocks\": [", json_text(source.name()).c_str(), kBlockMs);
        }
        begun = true;
        for (const BlockResult& block : result.blocks) {
            const double time = static_cast<double>(index * kBlockMs) / 1000;
            const double score = static_cast<double>(block.probability_q15) / kProbabilityOneQ15;
            const double level = block.level_dbfs_x100 / 100.0;
            switch (options.format) {
                case VadFormat::probabilities: std::printf("%.5f\n", score); break;
                case VadFormat::tsv:
                    std::printf("%.2f\t%.5f\t%s\t%.2f\n", time, score, name_of(block.state), level);
                    break;
                case VadFormat::json:
                    std::printf("%s\n  {\"time\": %.2f, \"score\": %.5f, \"state\": \"%s\", \"level_dbfs\": %.2f}",
                                index == 0 ? "" : ",", time, score, name_of(block.state), level);
                    break;
            }
            ++index;
        }
    });
    if (json) std::puts("\n]}");
    finish_stdout();
    report_damage(source, options.input);
}

}  // namespace audioengine::tool
