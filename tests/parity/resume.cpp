// One half of a stream, so that the other half can run in another process or build; resume.mjs puts them together.
//
//     resume cut SCENARIO BYTES          runs the first BYTES of the input, prints the snapshot as hex
//     resume run SCENARIO BYTES FILE     goes on from the snapshot (hex) in FILE, prints the hashes of the rest
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "audioengine/engine.h"
#include "parity/scenario.h"
#include "support/recordings.h"
#include "support/run.h"

namespace {

using namespace audioengine;

[[noreturn]] void stop(const char* why) {
    std::fprintf(stderr, "resume: %s\n", why);
    std::exit(2);
}

parity::Scenario scenario_named(const char* name) {
    for (const auto& scenario : parity::read_scenarios(AUDIOENGINE_TESTS_DIR "/parity/scenarios.txt")) {
        if (scenario.name == name) return scenario;
    }
    stop("no such scenario");
}

test::Bytes read_hex(const char* path) {
    const auto text = test::read_file(path);
    test::Bytes bytes;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        const char digits[3] = {static_cast<char>(text[i]), static_cast<char>(text[i + 1]), '\0'};
        bytes.push_back(static_cast<std::byte>(std::strtoul(digits, nullptr, 16)));
    }
    return bytes;
}

void cut(AudioEngine& engine, std::span<const std::byte> first) {
    (void)test::run(engine, first, test::Cut::odd(), false);
    test::Bytes snapshot(engine.snapshot({}).bytes);
    if (!engine.snapshot(snapshot).ok()) stop("snapshot");
    for (const std::byte byte : snapshot) std::printf("%02x", std::to_integer<unsigned>(byte));
}

void run(AudioEngine& engine, std::span<const std::byte> rest, const char* file, bool finish) {
    const Status status = engine.restore(read_hex(file));
    if (status != Status::ok) stop(status_name(status));
    const test::Output output = test::run(engine, rest, test::Cut::odd(), finish);
    std::printf("%zu %s %zu %s %zu %s\n", output.audio.size(), test::hash_of(output.audio).c_str(),
                output.blocks.size(), test::hash_of(test::serialise(output.blocks)).c_str(), output.events.size(),
                test::hash_of(test::serialise(output.events)).c_str());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) stop("see the head of resume.cpp");
    const parity::Scenario scenario = scenario_named(argv[2]);
    const test::Bytes input = parity::input_bytes(scenario);
    const std::size_t at = std::strtoul(argv[3], nullptr, 10);
    if (at > input.size()) stop("the input is shorter");
    auto engine = AudioEngine::create(parity::engine_config(scenario));
    if (!engine.ok()) stop(status_name(engine.status()));
    const std::span<const std::byte> all(input);
    if (std::strcmp(argv[1], "cut") == 0) {
        cut(engine.value(), all.first(at));
    } else if (std::strcmp(argv[1], "run") == 0 && argc == 5) {
        run(engine.value(), all.subspan(at), argv[4], scenario.number("finish", 1) != 0);
    } else {
        stop("see the head of resume.cpp");
    }
    return 0;
}
