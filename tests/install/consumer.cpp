// A user of the installed library. Prints the version and what 20 ms of silence are.
#include <audioengine/audioengine.h>

#include <cstdio>
#include <vector>

int main() {
    auto engine = audioengine::AudioEngine::create({});
    if (!engine) return 1;
    const std::vector<std::byte> chunk(960);
    const auto result = engine.value().push(chunk);
    std::printf("%s %s\n", audioengine::kVersion, audioengine::name_of(result.state));
    return result.ok() ? 0 : 1;
}
