// The embedded provider: hears a segment, answers with it.
#include <algorithm>
#include <cstring>
#include <deque>

#include "provider.h"

namespace audioengine::relay {
namespace {

constexpr std::size_t kFrameBytes = 2;  // mono PCM16

// More than the detector's delay: how far decisions may lie behind the audio.
constexpr std::uint32_t kDecisionDelayMs = 100;

// The client's last audio by frame number, in pages, so that what is forgotten is given back and nothing is moved.
class History {
public:
    void append(std::span<const std::byte> audio) {
        while (!audio.empty()) {
            const std::size_t used = byte_of(end_frame_) % kPageBytes;
            if (used == 0) pages_.push_back(std::make_unique<std::byte[]>(kPageBytes));
            const std::size_t taken = std::min(audio.size(), kPageBytes - used);
            std::memcpy(pages_.back().get() + used, audio.data(), taken);
            end_frame_ += taken / kFrameBytes;
            audio = audio.subspan(taken);
        }
    }

    // Forgets everything before `frame`, as far as a page ends there.
    void forget_before(std::uint64_t frame) {
        first_frame_ = std::clamp(frame, first_frame_, end_frame_);
        for (const std::uint64_t first_page = byte_of(first_frame_) / kPageBytes; forgotten_pages_ < first_page;
             ++forgotten_pages_) {
            pages_.pop_front();
        }
    }

    // The audio from `first` on, to `end` or to the end of a page.
    [[nodiscard]] std::span<const std::byte> view(std::uint64_t first, std::uint64_t end) const {
        if (first == end) return {};
        const std::size_t offset = byte_of(first) % kPageBytes;
        const std::byte* page = pages_[byte_of(first) / kPageBytes - forgotten_pages_].get();
        return {page + offset, std::min(byte_of(end - first), kPageBytes - offset)};
    }

    [[nodiscard]] std::uint64_t first_frame() const { return first_frame_; }
    [[nodiscard]] std::uint64_t end_frame() const { return end_frame_; }

private:
    static constexpr std::size_t kPageBytes = 4096;

    static std::size_t byte_of(std::uint64_t frame) { return static_cast<std::size_t>(frame) * kFrameBytes; }

    std::deque<std::unique_ptr<std::byte[]>> pages_;
    std::size_t forgotten_pages_ = 0;
    std::uint64_t first_frame_ = 0;
    std::uint64_t end_frame_ = 0;
};

class EchoProvider final : public Provider {
public:
    explicit EchoProvider(const ProviderSetup& setup)
        : setup_(setup),
          keep_frames_(frame_at(std::uint64_t{setup.vad.pre_buffer_ms} + Segmenter::longest_start_ms(setup.vad) +
                                kDecisionDelayMs)),
          max_frames_(keep_frames_ + frame_at(setup.max_answer_ms)) {}

    bool hear(std::span<const std::byte> audio, std::span<const VadEvent> events) override {
        history_.append(audio);
        for (const VadEvent& event : events) take(event);
        return forget();
    }

    // The last block may end a few frames after the last audio.
    void finish() override {
        for (Segment& segment : answers_) segment.end = std::min(segment.end, history_.end_frame());
    }

    std::optional<Answer> answer(std::size_t max_bytes) override {
        if (answers_.empty()) return std::nullopt;
        Segment& segment = answers_.front();
        const std::uint64_t end =
            std::min({segment.end, history_.end_frame(), segment.first + max_bytes / kFrameBytes});
        if (end <= segment.first && end < segment.end) return std::nullopt;  // not handed over yet
        const std::span<const std::byte> audio = history_.view(segment.first, end);
        segment.first += audio.size() / kFrameBytes;
        const Answer answer{audio, segment.number, segment.first == segment.end};
        if (answer.last) answers_.pop_front();
        return answer;
    }

    void reset() override {
        history_ = History();
        answers_.clear();
        open_.reset();
    }

private:
    struct Segment {
        std::uint64_t first = 0;  // frames; what comes next to be sent
        std::uint64_t end = 0;
        std::uint32_t number = 0;
    };

    [[nodiscard]] std::uint64_t frame_at(std::uint64_t ms) const { return ms * setup_.sample_rate_hz / 1000; }

    void take(const VadEvent& event) {
        if (event.type == VadEventType::speech_start) {
            open_ = Segment{std::max(frame_at(event.padded_ms), history_.first_frame()), 0, event.segment};
        } else if (event.type == VadEventType::speech_end && open_) {
            open_->end = std::max(frame_at(event.end_ms), open_->first);
            answers_.push_back(*open_);
            open_.reset();
        }
    }

    // Lets go of what no answer will need. Over the limit the oldest audio goes, whosever it is.
    bool forget() {
        const std::uint64_t now = history_.end_frame();
        std::uint64_t needed = now - std::min(now, keep_frames_);
        if (open_) needed = std::min(needed, open_->first);
        if (!answers_.empty()) needed = std::min(needed, answers_.front().first);
        const std::uint64_t affordable = now - std::min(now, max_frames_);
        const std::uint64_t dropped = affordable > needed ? drop_before(affordable) : 0;
        history_.forget_before(std::max(needed, affordable));
        setup_.metrics->dropped_ns[Drop::answer_limit].add(dropped * 1'000'000'000 / setup_.sample_rate_hz);
        return dropped == 0;
    }

    std::uint64_t drop_before(std::uint64_t frame) {
        std::uint64_t dropped = 0;
        const auto move_up = [&](Segment& segment, std::uint64_t limit) {
            if (limit <= segment.first) return;
            dropped += limit - segment.first;
            segment.first = limit;
        };
        for (Segment& segment : answers_) move_up(segment, std::min(frame, segment.end));
        if (open_) move_up(*open_, frame);
        return dropped;
    }

    ProviderSetup setup_;
    std::uint64_t keep_frames_;
    std::uint64_t max_frames_;
    History history_;
    std::deque<Segment> answers_;
    std::optional<Segment> open_;
};

}  // namespace

std::unique_ptr<Provider> create_echo_provider(const ProviderSetup& setup) {
    return std::make_unique<EchoProvider>(setup);
}

}  // namespace audioengine::relay
