#include "audioengine/segmenter.h"

#include <algorithm>

namespace audioengine {

namespace {

std::uint16_t to_q15(float share) noexcept {
    return static_cast<std::uint16_t>(static_cast<double>(share) * kProbabilityOneQ15 + 0.5);
}

constexpr std::uint32_t kResumeMs = 2 * kBlockMs;  // what a voice block takes back from the silence counter

std::uint32_t minus(std::uint32_t counter, std::uint32_t step) noexcept { return counter > step ? counter - step : 0; }

}  // namespace

const char* name_of(VadEventType type) noexcept {
    switch (type) {
        case VadEventType::speech_start: return "speech_start";
        case VadEventType::speech_end: return "speech_end";
        case VadEventType::false_start: return "false_start";
    }
    return "";
}

const char* name_of(EndReason reason) noexcept {
    switch (reason) {
        case EndReason::none: return "";
        case EndReason::silence: return "silence";
        case EndReason::max_speech: return "max_speech";
        case EndReason::gap: return "gap";
        case EndReason::end_of_stream: return "end_of_stream";
    }
    return "";
}

Segmenter::Segmenter(const VADConfig& config) noexcept { configure(config); }

void Segmenter::configure(const VADConfig& config) noexcept {
    enter_q15_ = to_q15(config.threshold);
    exit_q15_ = to_q15(effective_exit_threshold(config));
    speech_start_ms_ = config.speech_start_ms;
    speech_end_ms_ = config.speech_end_ms;
    pre_buffer_ms_ = config.pre_buffer_ms;
    max_speech_ms_ = config.max_speech_ms;
    max_gap_ms_ = config.max_gap_ms;
    longest_start_ms_ = longest_start_ms(config);
}

std::uint32_t Segmenter::longest_start_ms(const VADConfig& config) noexcept {
    // Half of the blocks must be voice, or the start is given up.
    return (2 * config.speech_start_ms + kBlockMs - 1) / kBlockMs * kBlockMs;
}

void Segmenter::reset() noexcept {
    state_ = VADState::SILENCE;
    counter_ms_ = 0;
    gap_ms_ = 0;
    segment_ = 0;
    now_ms_ = 0;
    onset_ms_ = 0;
    padded_ms_ = 0;
    voice_end_ms_ = 0;
    previous_end_ms_ = 0;
}

Segmenter::Step Segmenter::process(std::uint16_t probability_q15) noexcept {
    Step step{};
    const bool voice = probability_q15 >= enter_q15_;
    const bool quiet = probability_q15 < exit_q15_;
    const bool was_open = state_ == VADState::SPEECH || state_ == VADState::SPEECH_ENDING;
    const std::uint64_t block_start_ms = now_ms_;
    now_ms_ += kBlockMs;
    gap_ms_ = 0;

    switch (state_) {
        case VADState::SILENCE:
            if (voice) {
                state_ = VADState::SPEECH_STARTING;
                onset_ms_ = block_start_ms;
                counter_ms_ = 0;
                process_starting(step, voice, quiet);
            }
            break;
        case VADState::SPEECH_STARTING: process_starting(step, voice, quiet); break;
        case VADState::SPEECH:
            if (quiet) {
                state_ = VADState::SPEECH_ENDING;
                counter_ms_ = 0;
                process_ending(step, voice, quiet);
            } else {
                voice_end_ms_ = now_ms_;
            }
            break;
        case VADState::SPEECH_ENDING: process_ending(step, voice, quiet); break;
    }
    if (was_open) cut_long_segment(step);  // the block that confirms a start is part of the segment in any case
    step.state = state_;
    return step;
}

void Segmenter::process_starting(Step& step, bool voice, bool quiet) noexcept {
    if (voice) {
        counter_ms_ += kBlockMs;
        voice_end_ms_ = now_ms_;
    }
    if (quiet) counter_ms_ = minus(counter_ms_, kBlockMs);
    if (counter_ms_ >= speech_start_ms_) {
        padded_ms_ = std::max(previous_end_ms_, onset_ms_ - std::min<std::uint64_t>(onset_ms_, pre_buffer_ms_));
        start_segment(step);
    } else if (counter_ms_ == 0 || now_ms_ - onset_ms_ >= longest_start_ms_) {
        give_up_start(step);
    }
}

void Segmenter::process_ending(Step& step, bool voice, bool quiet) noexcept {
    if (voice) {
        counter_ms_ = minus(counter_ms_, kResumeMs);
        voice_end_ms_ = now_ms_;
        if (counter_ms_ == 0) state_ = VADState::SPEECH;
    }
    if (quiet) counter_ms_ += kBlockMs;
    if (counter_ms_ >= speech_end_ms_) end_segment(step, EndReason::silence);
}

void Segmenter::cut_long_segment(Step& step) noexcept {
    const bool open = state_ == VADState::SPEECH || state_ == VADState::SPEECH_ENDING;
    if (max_speech_ms_ == 0 || !open || now_ms_ - onset_ms_ < max_speech_ms_) return;
    const bool voice_goes_on = state_ == VADState::SPEECH;
    end_segment(step, EndReason::max_speech);
    if (!voice_goes_on) return;
    onset_ms_ = now_ms_;
    padded_ms_ = now_ms_;
    start_segment(step);
}

Segmenter::Step Segmenter::advance_time(std::uint32_t ms) noexcept {
    Step step{};
    gap_ms_ = ms > UINT32_MAX - gap_ms_ ? UINT32_MAX : gap_ms_ + ms;
    if (max_gap_ms_ != 0 && gap_ms_ >= max_gap_ms_) close(step, EndReason::gap);
    step.state = state_;
    return step;
}

Segmenter::Step Segmenter::finish() noexcept {
    Step step{};
    close(step, EndReason::end_of_stream);
    step.state = state_;
    return step;
}

void Segmenter::close(Step& step, EndReason reason) noexcept {
    if (state_ == VADState::SPEECH_STARTING) give_up_start(step);
    if (state_ == VADState::SPEECH || state_ == VADState::SPEECH_ENDING) end_segment(step, reason);
}

void Segmenter::start_segment(Step& step) noexcept {
    state_ = VADState::SPEECH;
    counter_ms_ = 0;
    ++segment_;
    emit(step, VadEventType::speech_start, EndReason::none);
}

void Segmenter::end_segment(Step& step, EndReason reason) noexcept {
    state_ = VADState::SILENCE;
    counter_ms_ = 0;
    previous_end_ms_ = voice_end_ms_;
    emit(step, VadEventType::speech_end, reason);
}

void Segmenter::give_up_start(Step& step) noexcept {
    state_ = VADState::SILENCE;
    counter_ms_ = 0;
    emit(step, VadEventType::false_start, EndReason::none);
}

void Segmenter::emit(Step& step, VadEventType type, EndReason reason) noexcept {
    VadEvent& event = step.events[step.event_count++];
    event.type = type;
    event.reason = reason;
    event.segment = type == VadEventType::false_start ? 0 : segment_;
    event.at_ms = now_ms_;
    event.onset_ms = onset_ms_;
    event.padded_ms = type == VadEventType::false_start ? onset_ms_ : padded_ms_;
    event.end_ms = type == VadEventType::speech_end ? voice_end_ms_ : 0;
}

}  // namespace audioengine
