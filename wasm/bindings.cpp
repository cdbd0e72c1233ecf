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
    using emscripten::function;
    function("wordsAt", +[] { return reinterpret_cast<std::uintptr_t>(facade.words()); });

    function("beginConfig", +[] { facade.begin_config(); });
    function("set", +[](std::uint32_t field, double value) { return facade.set(field, value); });
    function("setName", +[](std::uint32_t field, const std::string& name) { return facade.set_name(field, name); });
    function("get", +[](std::uint32_t field) { return facade.get(field); });
    function("create", +[] { return number(facade.create()); });
    function("configureVad", +[] { return number(facade.configure_vad()); });
    function("errorField", +[] { return std::string(facade.error_field()); });

    function("push", +[](std::uint32_t bytes) { return number(facade.push(bytes)); });
    function("finish", +[] { return number(facade.finish()); });
    function("advanceTime", +[](std::uint32_t ms) { return number(facade.advance_time(ms)); });
    function("reset", +[] { facade.reset(); });

    function("preBuffer", +[] { facade.pre_buffer(); });
    function("findings", +[] { facade.findings(); });
    function("metricsJson", +[] { return facade.metrics_json(); });
    function("reserveMessage", +[](std::uint32_t bytes) { return facade.reserve_message(bytes); });
    function("validate", +[] { return number(facade.validate()); });

    function("fieldName", +[](std::uint32_t field) { return std::string(Facade::field_name(field)); });
    function("fieldList", +[](std::uint32_t field) { return Facade::field_list(field); });
    function("name", +[](std::uint32_t list, std::uint32_t index) {
        return std::string(Facade::name(static_cast<NameList>(list), index));
    });
    function("statusMessage",
             +[](std::uint32_t status) { return std::string(status_message(static_cast<Status>(status))); });
    function("version", +[] { return std::string(audioengine::kVersion); });
}
