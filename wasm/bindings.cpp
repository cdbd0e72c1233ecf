// The only Embind file: names the calls of one Facade. Few and coarse, for each costs about 0.2 us of glue.
#include <emscripten/bind.h>

#include <string>

#include "audioengine/status.h"
#include "audioengine/version.h"
#include "facade.h"

namespace {

using audioengine::Status;
using audioengine::wasm::Facade;
using audioengine::wasm::NameList;

Facade facade;

// Embind knows numbers and strings; a Status crosses as its number.
std::uint32_t number(Status status) { return static_cast<std::uint32_t>(status); }

}  // namespace

EMSCRIPTEN_BINDINGS(audioengine) {
    const auto bind = [](const char* name, auto call) { emscripten::function(name, +call); };
    bind("wordsAt", [] { return reinterpret_cast<std::uintptr_t>(facade.words()); });

    bind("beginConfig", [] { facade.begin_config(); });
    bind("set", [](std::uint32_t field, double value) { return facade.set(field, value); });
    bind("setName", [](std::uint32_t field, const std::string& name) { return facade.set_name(field, name); });
    bind("get", [](std::uint32_t field) { return facade.get(field); });
    bind("create", [] { return number(facade.create()); });
    bind("configureVad", [] { return number(facade.configure_vad()); });
    bind("errorField", [] { return std::string(facade.error_field()); });

    bind("push", [](std::uint32_t bytes) { return number(facade.push(bytes)); });
    bind("finish", [] { return number(facade.finish()); });
    bind("advanceTime", [](std::uint32_t ms) { return number(facade.advance_time(ms)); });
    bind("reset", [] { facade.reset(); });
    bind("setSpeechProbability",
         [](std::uint16_t probability_q15) { return number(facade.set_speech_probability(probability_q15)); });

    bind("preBuffer", [] { facade.pre_buffer(); });
    bind("findings", [] { facade.findings(); });
    bind("metricsJson", [] { return facade.metrics_json(); });
    bind("reserveMessage", [](std::uint32_t bytes) { return facade.reserve_message(bytes); });
    bind("validate", [] { return number(facade.validate()); });

    bind("fieldName", [](std::uint32_t field) { return std::string(Facade::field_name(field)); });
    bind("fieldList", [](std::uint32_t field) { return Facade::field_list(field); });
    bind("name", [](std::uint32_t list, std::uint32_t index) {
        return std::string(Facade::name(static_cast<NameList>(list), index));
    });
    bind("statusMessage",
         [](std::uint32_t status) { return std::string(status_message(static_cast<Status>(status))); });
    bind("version", [] { return std::string(audioengine::kVersion); });
}
