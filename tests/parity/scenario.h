// A line of scenarios.txt: its input bytes and its engine. README.md defines every key; inputs.mjs is the twin.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "audioengine/config.h"
#include "support/bytes.h"

namespace audioengine::parity {

struct Scenario {
    std::string name;
    std::map<std::string, std::string> keys;

    [[nodiscard]] std::string text(const std::string& key, const std::string& otherwise) const;
    [[nodiscard]] std::uint32_t number(const std::string& key, std::uint32_t otherwise) const;
};

/// Reads the table; ends the program with a sentence when it is not well-formed.
std::vector<Scenario> read_scenarios(const std::string& path);

test::Bytes input_bytes(const Scenario& scenario);

EngineConfig engine_config(const Scenario& scenario);

}  // namespace audioengine::parity
