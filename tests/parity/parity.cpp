// Runs every scenario in every cut and compares with the golden manifest; prints a line for each.
//
//     parity [--build NAME] [SCENARIO...]      AUDIOENGINE_WRITE_GOLDEN=1 rewrites the manifest, and fails
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "audioengine/engine.h"
#include "parity/scenario.h"
#include "support/recordings.h"
#include "support/run.h"

namespace {

using namespace audioengine;

constexpr int kSkipped = 77;
const std::string kGolden = AUDIOENGINE_TESTS_DIR "/golden/parity.tsv";
constexpr const char* kColumns =
    "scenario\tinput_bytes\tinput\taudio_bytes\taudio\tblocks\tblocks_hash\tevents\tevents_hash\tsummary";

/// Can this machine run what this build was compiled for?
bool machine_is_able() {
#if defined(__AVX2__) && defined(__FMA__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return true;
#endif
}

/// The manifest's row, without the scenario's name.
std::string row(const test::Bytes& input, const test::Output& output) {
    std::ostringstream text;
    text << input.size() << '\t' << test::hash_of(input) << '\t';
    text << output.audio.size() << '\t' << test::hash_of(output.audio) << '\t';
    text << output.blocks.size() << '\t' << test::hash_of(test::serialise(output.blocks)) << '\t';
    text << output.events.size() << '\t' << test::hash_of(test::serialise(output.events)) << '\t';
    text << test::hash_of(output.summary);
    return text.str();
}

std::map<std::string, std::string> read_golden() {
    std::map<std::string, std::string> rows;
    const auto bytes = test::read_file(kGolden);
    std::istringstream lines(std::string(bytes.begin(), bytes.end()));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t tab = line.find('\t');
        if (tab != std::string::npos && line[0] != '#') rows[line.substr(0, tab)] = line.substr(tab + 1);
    }
    return rows;
}

std::string run(const parity::Scenario& scenario, const test::Bytes& input, const test::Cut& cut) {
    auto engine = AudioEngine::create(parity::engine_config(scenario));
    if (!engine.ok()) return std::string("create answered ") + status_name(engine.status()) + " " + engine.field();
    return row(input, test::run(engine.value(), input, cut, scenario.number("finish", 1) != 0));
}

int write_golden(const std::vector<parity::Scenario>& scenarios) {
    std::FILE* file = std::fopen(kGolden.c_str(), "w");
    if (file == nullptr) {
        std::fprintf(stderr, "cannot write %s\n", kGolden.c_str());
        return 2;
    }
    std::fprintf(file, "# Written with AUDIOENGINE_WRITE_GOLDEN=1; see tests/parity/README.md.\n# %s\n", kColumns);
    for (const auto& scenario : scenarios) {
        std::fprintf(file, "%s\t%s\n", scenario.name.c_str(),
                     run(scenario, parity::input_bytes(scenario), test::Cut::all()).c_str());
    }
    std::fclose(file);
    std::fprintf(stderr,
                 "%s was rewritten. This fails as long as AUDIOENGINE_WRITE_GOLDEN is set: unset it, run again, look "
                 "at the diff.\n",
                 kGolden.c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    std::string build = "this build";
    std::vector<std::string> wanted;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--build") == 0 && i + 1 < argc)
            build = argv[++i];
        else
            wanted.emplace_back(argv[i]);
    }
    if (!machine_is_able()) {
        std::printf("skipped: this machine has no AVX2 and FMA\n");
        return kSkipped;
    }
    const auto scenarios = parity::read_scenarios(AUDIOENGINE_TESTS_DIR "/parity/scenarios.txt");
    if (std::getenv("AUDIOENGINE_WRITE_GOLDEN") != nullptr) return write_golden(scenarios);

    const auto golden = read_golden();
    int runs = 0;
    int different = 0;
    for (const auto& scenario : scenarios) {
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), scenario.name) == wanted.end()) continue;
        const test::Bytes input = parity::input_bytes(scenario);
        const auto expected = golden.find(scenario.name);
        for (const auto& cut : test::kCuts) {
            const std::string got = run(scenario, input, cut);
            const bool same = expected != golden.end() && got == expected->second;
            ++runs;
            different += same ? 0 : 1;
            std::printf("%-24s%-6s%s\n", scenario.name.c_str(), cut.name(), same ? "ok" : "DIFFERS");
            if (!same) {
                std::printf("  columns  %s\n  expected %s\n  got      %s\n", kColumns + std::strlen("scenario\t"),
                            expected == golden.end() ? "(not in the manifest)" : expected->second.c_str(), got.c_str());
            }
        }
    }
    for (const auto& entry : golden) {
        const bool known =
            std::any_of(scenarios.begin(), scenarios.end(), [&](const auto& s) { return s.name == entry.first; });
        if (!known) {
            std::printf("%s is in the manifest, but not in scenarios.txt\n", entry.first.c_str());
            ++different;
        }
    }
    std::printf("%s: %d runs, %d differ\n", build.c_str(), runs, different);
    return different == 0 && runs > 0 ? 0 : 1;
}
