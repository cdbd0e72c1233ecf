#include "session.h"

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "config_fields.h"

namespace audioengine::relay {
namespace {

constexpr std::size_t kMaxTextBytes = 64 * 1024;
constexpr std::uint32_t kAnswerPieceMs = 100;

std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
            .count());
}

// Names a session in logs and to its client. Nothing depends on it being secret.
std::string new_session_id() {
    thread_local std::mt19937_64 generator{(std::uint64_t{std::random_device{}()} << 32U) ^ std::random_device{}()};
    char text[24];
    std::snprintf(text, sizeof text, "s_%016llx", static_cast<unsigned long long>(generator()));
    return text;
}

// The engine between client and provider hears as the client asked, and hands out what the provider speaks.
EngineConfig ingress_config(const EngineConfig& config, std::uint32_t provider_rate_hz) {
    EngineConfig ingress = config;
    ingress.output = {provider_rate_hz, AudioFormat::PCM16};
    return ingress;
}

EngineConfig egress_config(const EngineConfig& config, std::uint32_t provider_rate_hz) {
    EngineConfig egress;
    egress.mode = config.mode;
    egress.audio.sample_rate = provider_rate_hz;
    egress.audio.format = AudioFormat::PCM16;
    egress.output.sample_rate = effective_output_rate_hz(config);
    egress.output.format = config.output.format;
    // Nobody asks this engine for a pre-roll, and it gets an answer's pieces: a tenth of the usual memory.
    egress.max_chunk_ms = kAnswerPieceMs;
    egress.vad.pre_buffer_ms = 0;
    egress.vad.speech_start_ms = 10;
    return egress;
}

ProtocolError engine_error(const EngineConfig& config, const Result<AudioEngine>& engine) {
    const bool memory = engine.status() == Status::out_of_memory;
    return {memory ? ErrorCode::out_of_memory : ErrorCode::bad_config,
            status_name(engine.status()),
            native::describe_config_error(config, engine.status(), engine.field()),
            engine.field(),
            {}};
}

}  // namespace

std::unique_ptr<Session> Session::create(const StreamRequest& request, const ProviderType& provider,
                                         const SessionLimits& limits, ThreadMetrics& metrics, ProtocolError& error) {
    const std::uint32_t rate_hz =
        provider.sample_rate_hz != 0 ? provider.sample_rate_hz : request.config.audio.sample_rate;
    const EngineConfig in = ingress_config(request.config, rate_hz);
    const EngineConfig out = egress_config(request.config, rate_hz);
    Result<AudioEngine> ingress = AudioEngine::create(in);
    Result<AudioEngine> egress = ingress.ok() ? AudioEngine::create(out) : Result<AudioEngine>(ingress.status());
    if (!ingress.ok() || !egress.ok()) {
        error = ingress.ok() ? engine_error(out, egress) : engine_error(in, ingress);
        return nullptr;
    }
    const std::size_t bytes = ingress.value().memory_bytes() + egress.value().memory_bytes();
    if (bytes > limits.max_engine_bytes) {
        error = {ErrorCode::session_too_large,
                 name_of(ErrorCode::session_too_large),
                 "this configuration needs " + std::to_string(bytes) + " bytes, the limit is " +
                     std::to_string(limits.max_engine_bytes) +
                     ": fewer channels, or shorter pre_buffer_ms and speech_start_ms",
                 "",
                 {}};
        return nullptr;
    }
    const ProviderSetup setup{rate_hz, request.config.vad, limits.max_answer_ms, &metrics};
    return std::unique_ptr<Session>(
        new Session(request, std::move(ingress).value(), std::move(egress).value(), provider, setup, metrics));
}

Session::Session(const StreamRequest& request, AudioEngine ingress, AudioEngine egress, const ProviderType& provider,
                 const ProviderSetup& setup, ThreadMetrics& metrics)
    : id_(new_session_id()),
      request_(request),
      ingress_(std::move(ingress)),
      egress_(std::move(egress)),
      provider_(provider.create(setup)),
      metrics_(metrics),
      answer_piece_bytes_(std::size_t{setup.sample_rate_hz} * kAnswerPieceMs / 1000 * 2) {
    const EngineConfig out = egress_config(request.config, setup.sample_rate_hz);
    output_bytes_per_second_ = std::uint64_t{out.output.sample_rate} * bytes_per_sample(out.output.format);
    say(session_created_text(id_, request.config));
}

Session::~Session() { leave(); }

void Session::leave() {
    if (!std::exchange(gone_, true)) end_stream();
}

void Session::add_to(MetricsTotals& totals) const {
    MetricsTotals own;
    own.add_open(ingress_.metrics());
    own.out = answered_;  // the ingress engine's output goes to the provider, not to the client
    own.memory_bytes += egress_.memory_bytes();
    totals.add(own);
}

void Session::end_stream() {
    MetricsTotals own;
    own.add_ended(ingress_.metrics(), ingress_.findings());
    own.out = std::exchange(answered_, {});
    metrics_.ended.add(own);
}

void Session::take_audio(std::span<const std::byte> audio) {
    if (finishing_) return say_too_late();
    std::uint64_t begin_ns = now_ns();
    // `push_all` cuts what is longer than a push takes, so that the only status it can answer is `ok`.
    (void)ingress_.push_all(audio, [&](const PushResult& result) {
        ingress_.record_processing_ns(now_ns() - begin_ns);
        hear(result);
        begin_ns = now_ns();
    });
    say_decisions();
}

void Session::take_text(std::string_view text) {
    if (finishing_) return say_too_late();
    if (text.size() > kMaxTextBytes) {
        return say_error(ErrorCode::text_too_long,
                         "a text message may be " + std::to_string(kMaxTextBytes) + " bytes long", "", kMaxTextBytes);
    }
    nlohmann::json message;
    try {
        message = nlohmann::json::parse(text);
    } catch (const nlohmann::json::parse_error& failure) {
        return say_error(ErrorCode::bad_json, "the text is not JSON", "", failure.byte > 0 ? failure.byte - 1 : 0);
    } catch (const nlohmann::json::exception&) {
        return say_error(ErrorCode::bad_json, "a number in the text is too large");
    }
    if (!message.is_object()) return say_error(ErrorCode::bad_message, "a message is a JSON object");
    const auto type = message.find("type");
    if (type == message.end() || !type->is_string()) {
        return say_error(ErrorCode::bad_message, "a message has a \"type\", a string", "type");
    }
    const auto& name = type->get_ref<const std::string&>();
    if (name == "finish") return finish();
    if (name == "reset") return restart();
    if (name == "metrics") return say(engine_metrics("metrics"));
    say_error(ErrorCode::unknown_type, "the types are finish, reset and metrics, not '" + name.substr(0, 40) + "'",
              "type");
}

void Session::time_passes(std::uint32_t ms) {
    if (finishing_) return;
    hear(ingress_.advance_time(ms));
    say_decisions();
}

void Session::finish() {
    if (finishing_) return;
    finishing_ = true;
    hear(ingress_.finish());
    provider_->finish();
    say_decisions();
}

void Session::restart() {
    end_stream();
    ingress_.reset();
    egress_.reset();
    provider_->reset();
    first_block_ = next_block_ = 0;
    answer_bytes_ = 0;
    said_answer_limit_ = false;
    say(R"({"type":"reset"})");
}

bool Session::next(Message& out) {
    if (texts_.empty() && next_answer(out)) return true;
    if (texts_.empty() && finishing_ && !said_finished_) {
        say(engine_metrics("finished"));
        said_finished_ = true;
    }
    if (texts_.empty()) return false;
    out.binary = false;
    out.payload = std::move(texts_.front());
    texts_.pop_front();
    queued_bytes_ -= out.payload.size();
    metrics_.messages_out.add();
    return true;
}

// Puts the next piece of an answer into `out`. False: there is none, or a text comes first.
bool Session::next_answer(Message& out) {
    out.binary = true;
    out.payload.clear();
    while (out.payload.empty() && texts_.empty()) {
        const std::optional<Answer> answer = provider_->answer(answer_piece_bytes_);
        if (!answer) return false;
        speak(egress_.push(answer->audio), out);
        if (answer->last) {
            // What the filters still hold belongs to this answer; the next one begins with empty filters.
            speak(egress_.finish(), out);
            egress_.reset();
            say(answer_done_text(answer->segment, answer_bytes_));
            answer_bytes_ = 0;
        }
    }
    if (out.payload.empty()) return false;
    metrics_.messages_out.add();
    return true;
}

void Session::speak(const PushResult& result, Message& out) {
    const std::size_t bytes = result.audio.size();
    out.payload.append(reinterpret_cast<const char*>(result.audio.data()), bytes);
    answer_bytes_ += bytes;
    answered_.bytes += bytes;
    answered_.audio_ns[static_cast<std::size_t>(request_.config.output.format)] +=
        bytes * 1'000'000'000 / output_bytes_per_second_;
}

void Session::say(std::string text) {
    queued_bytes_ += text.size();
    texts_.push_back(std::move(text));
}

void Session::say_error(ErrorCode code, std::string message, std::string param, std::optional<std::size_t> position) {
    metrics_.errors[code].add();
    say(error_text({code, name_of(code), std::move(message), std::move(param), position}));
}

void Session::say_too_late() {
    if (!said_too_late_) say_error(ErrorCode::stream_finished, "after finish, nothing is heard");
    said_too_late_ = true;
}

// What one call of the ingress engine gave.
void Session::hear(const PushResult& result) {
    next_block_ += result.blocks.size();
    if (request_.blocks) blocks_text_.add(result.blocks);
    for (const VadEvent& event : result.events) {
        event_texts_.push_back(event_text(event));
    }
    if (!provider_->hear(result.audio, result.events) && !said_answer_limit_) {
        say_error(ErrorCode::answer_limit, "more is waiting to be answered than is kept; the oldest audio is dropped");
        said_answer_limit_ = true;
    }
}

void Session::say_decisions() {
    if (!blocks_text_.empty()) say(blocks_text_.take(first_block_, finishing_));
    first_block_ = next_block_;
    for (std::string& text : event_texts_) say(std::move(text));
    event_texts_.clear();
}

std::string Session::engine_metrics(const char* type) const {
    char json[kMetricsJsonBytes];
    return metrics_text(type, {json, write_json(ingress_.metrics(), json)});
}

}  // namespace audioengine::relay
