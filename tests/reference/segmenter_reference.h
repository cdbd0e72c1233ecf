// The segmenter the slow way: it keeps every block and counts again from the beginning of the state at each step.
// Written from the words of segmenter.h.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "audioengine/segmenter.h"

namespace audioengine::reference {

class Segmenter {
public:
    explicit Segmenter(const VADConfig& config) : config_(config) {}

    /// The events of this block; the state after it is `state`.
    std::vector<VadEvent> process(std::uint16_t probability_q15) {
        events_.clear();
        blocks_.push_back(kind_of(probability_q15));
        gap_ms_ = 0;
        const bool was_open = is_open();
        switch (state) {
            case VADState::SILENCE:
                if (blocks_.back() != Kind::voice) break;
                enter(VADState::SPEECH_STARTING);
                onset_block_ = blocks_.size() - 1;
                starting();
                break;
            case VADState::SPEECH_STARTING: starting(); break;
            case VADState::SPEECH:
                if (blocks_.back() != Kind::quiet) break;
                enter(VADState::SPEECH_ENDING);
                ending();
                break;
            case VADState::SPEECH_ENDING: ending(); break;
        }
        if (config_.max_speech_ms != 0 && was_open && is_open() && now_ms() - onset_ms() >= config_.max_speech_ms)
            cut();
        states_.push_back(state);
        return events_;
    }

    std::vector<VadEvent> advance_time(std::uint32_t ms) {
        events_.clear();
        gap_ms_ += ms;
        if (config_.max_gap_ms != 0 && gap_ms_ >= config_.max_gap_ms) close(EndReason::gap);
        return events_;
    }

    std::vector<VadEvent> finish() {
        events_.clear();
        close(EndReason::end_of_stream);
        return events_;
    }

    VADState state = VADState::SILENCE;

private:
    enum class Kind { quiet, between, voice };

    [[nodiscard]] Kind kind_of(std::uint16_t q15) const {
        const auto in_q15 = [](float share) { return std::lround(static_cast<double>(share) * 32768.0); };
        if (q15 >= in_q15(config_.threshold)) return Kind::voice;
        return q15 < in_q15(effective_exit_threshold(config_)) ? Kind::quiet : Kind::between;
    }
    [[nodiscard]] std::uint64_t now_ms() const { return 10 * blocks_.size(); }
    [[nodiscard]] std::uint64_t onset_ms() const { return 10 * onset_block_; }
    [[nodiscard]] bool is_open() const { return state == VADState::SPEECH || state == VADState::SPEECH_ENDING; }

    void enter(VADState next) {
        state = next;
        entered_block_ = blocks_.size() - 1;
    }

    // Voice blocks less the others since the onset, never below zero.
    void starting() {
        std::int64_t voice_ms = 0;
        for (std::size_t i = onset_block_; i < blocks_.size(); ++i) {
            if (blocks_[i] == Kind::voice) voice_ms += 10;
            if (blocks_[i] == Kind::quiet) voice_ms = std::max<std::int64_t>(0, voice_ms - 10);
        }
        if (voice_ms >= config_.speech_start_ms) {
            const std::uint64_t padded = onset_ms() - std::min<std::uint64_t>(onset_ms(), config_.pre_buffer_ms);
            start(std::max(padded, previous_end_ms_));
        } else if (voice_ms == 0 || now_ms() - onset_ms() >= 2 * config_.speech_start_ms) {
            give_up();
        }
    }

    // Silent blocks since the state was entered, less two for each voice block, never below zero.
    void ending() {
        std::int64_t silent_ms = 0;
        for (std::size_t i = entered_block_; i < blocks_.size(); ++i) {
            if (blocks_[i] == Kind::quiet) silent_ms += 10;
            if (blocks_[i] == Kind::voice) silent_ms = std::max<std::int64_t>(0, silent_ms - 20);
        }
        if (silent_ms == 0) {
            enter(VADState::SPEECH);
        } else if (silent_ms >= config_.speech_end_ms) {
            end(EndReason::silence);
        }
    }

    void cut() {
        const bool goes_on = state == VADState::SPEECH;
        end(EndReason::max_speech);
        if (!goes_on) return;
        onset_block_ = blocks_.size();
        start(onset_ms());
    }

    void close(EndReason reason) {
        if (state == VADState::SPEECH_STARTING)
            give_up();
        else if (is_open())
            end(reason);
    }

    // Where the open segment's voice ended: after its last voice block, or one between the thresholds that SPEECH kept.
    [[nodiscard]] std::uint64_t voice_end_ms() const {
        std::size_t end = onset_block_;
        for (std::size_t i = onset_block_; i < blocks_.size(); ++i) {
            const VADState after = i < states_.size() ? states_[i] : state;
            if (blocks_[i] == Kind::voice || (blocks_[i] == Kind::between && after == VADState::SPEECH)) end = i + 1;
        }
        return 10 * end;
    }

    void start(std::uint64_t padded_ms) {
        enter(VADState::SPEECH);
        padded_ms_ = padded_ms;
        ++segment_;
        emit({VadEventType::speech_start, EndReason::none, segment_, now_ms(), onset_ms(), padded_ms_, 0});
    }
    void end(EndReason reason) {
        previous_end_ms_ = voice_end_ms();
        emit({VadEventType::speech_end, reason, segment_, now_ms(), onset_ms(), padded_ms_, previous_end_ms_});
        enter(VADState::SILENCE);
    }
    void give_up() {
        emit({VadEventType::false_start, EndReason::none, 0, now_ms(), onset_ms(), onset_ms(), 0});
        enter(VADState::SILENCE);
    }
    void emit(const VadEvent& event) { events_.push_back(event); }

    VADConfig config_;
    std::vector<Kind> blocks_;
    std::vector<VADState> states_;  // after each block
    std::vector<VadEvent> events_;
    std::size_t onset_block_ = 0;
    std::size_t entered_block_ = 0;
    std::uint64_t gap_ms_ = 0;
    std::uint32_t segment_ = 0;
    std::uint64_t padded_ms_ = 0;
    std::uint64_t previous_end_ms_ = 0;
};

}  // namespace audioengine::reference
