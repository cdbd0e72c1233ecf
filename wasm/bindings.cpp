// Names the calls of one Facade, for Embind. Few and coarse, for each costs about 0.2 us of glue.
#include <emscripten/bind.h>

#include "audioengine/status.h"
#include "audioengine/version.h"
#include "facade.h"

namespace {

using namespace audioengine::wasm;
using audioengine::Status;

using Number = std::uint32_t;

Facade facade;

// Only numbers cross (types.cpp): a Status as its number, a text as the address of its characters, which a zero ends.
Number number(Status status) { return static_cast<Number>(status); }
Number address(const void* at) { return static_cast<Number>(reinterpret_cast<std::uintptr_t>(at)); }

}  // namespace

EMSCRIPTEN_BINDINGS(audioengine) {
    const auto bind = [](const char* name, auto call) { emscripten::function(name, +call); };
    bind("wordsAt", [] { return address(facade.words()); });

    bind("beginConfig", [] { facade.begin_config(); });
    bind("set", [](Number field, double value) { return facade.settings().set(field, value); });
    bind("setName", [](Number field, Number length) { return facade.settings().set_name(field, facade.name(length)); });
    bind("get", [](Number field) { return facade.settings().get(field); });
    bind("create", [](Number object) { return number(facade.create(static_cast<Object>(object))); });
    bind("configureVad", [] { return number(facade.configure_vad()); });
    bind("errorField", [] { return address(facade.error_field()); });
    bind("reserve", [](Number bytes) { return Number{facade.reserve(bytes)}; });

    bind("push", [](Number bytes, Number use) { return number(facade.push(bytes, static_cast<Use>(use))); });
    bind("optimize", [](Number for_quality) { facade.optimize(for_quality != 0); });
    bind("snapshot", [](Number with_pre_buffer) { return number(facade.snapshot(with_pre_buffer != 0)); });
    bind("restore", [](Number bytes) { return number(facade.restore(bytes)); });
    bind("preBuffer", [] { facade.pre_buffer(); });
    bind("speech", [] { facade.speech(); });
    bind("findings", [] { facade.findings(); });
    bind("findingPosition", [](Number set) { return facade.finding_position(set); });
    bind("metricsJson", [] { return address(facade.metrics_json()); });

    bind("hear", [](Number bytes) { return number(facade.hear(bytes)); });
    bind("finish", [] { return number(facade.finish()); });
    bind("advanceTime", [](Number ms) { return number(facade.advance_time(ms)); });
    bind("setSpeechProbability", [](Number q15) { facade.set_speech_probability(static_cast<std::uint16_t>(q15)); });
    bind("reset", [](Number buffer_only) { facade.reset(buffer_only != 0); });

    bind("validate", [](Number bytes, Number length) { return number(facade.validate(bytes, facade.name(length))); });
    bind("processMessage", [](Number bytes, Number enhance, Number normalize) {
        return number(facade.process_message(bytes, enhance != 0, normalize != 0));
    });
    bind("analyze", [](Number bytes, Number detailed) { facade.analyze(bytes, detailed != 0); });
    bind("resampleMessage", [](Number bytes, Number from_rate_hz, Number to_rate_hz) {
        return number(facade.resample_message(bytes, from_rate_hz, to_rate_hz));
    });
    bind("ensureMono", [](Number bytes, Number channels) { return number(facade.ensure_mono(bytes, channels)); });

    bind("addAudio", [](Number bytes) { return number(facade.add_audio(bytes)); });
    bind("addPacket", [](Number bytes, Number sequence, double timestamp_frames) {
        return number(facade.add_packet(bytes, sequence, timestamp_frames));
    });
    bind("getChunk", [](Number bytes) { return number(facade.get_chunk(bytes)); });
    bind("peek", [] { facade.peek(); });
    bind("markEnd", [] { facade.mark_end(); });
    bind("clear", [] { facade.clear(); });
    bind("stats", [] { facade.stats(); });

    bind("resample", [](Number bytes, Number is_float) { return number(facade.resample(bytes, is_float != 0)); });
    bind("flush", [](Number is_float) { return number(facade.flush(is_float != 0)); });

    bind("fieldName", [](Number field) { return address(Settings::field_name(field)); });
    bind("fieldList", [](Number field) { return Settings::field_list(field); });
    bind("name", [](Number list, Number index) { return address(name_in(static_cast<NameList>(list), index)); });
    bind("statusMessage", [](Number status) { return address(status_message(static_cast<Status>(status))); });
    bind("version", [] { return address(audioengine::kVersion); });
}
