// The stream buffer the slow way: frame by frame, keeping everything that ever passed, numbers that do not wrap.
// Written from the words of stream_buffer.h and buffer_config.h.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "audioengine/stream_buffer.h"
#include "reference/g711_reference.h"

namespace audioengine::reference {

using Frame = std::vector<std::byte>;

inline Frame silent_frame(const AudioConfig& audio) {
    int code = 0;
    if (audio.format == AudioFormat::G711_ULAW) code = 0xFF;
    if (audio.format == AudioFormat::G711_ALAW) code = 0xD5;
    return Frame(bytes_per_sample(audio.format) * audio.channels, static_cast<std::byte>(code));
}

/// `up` of 32768 parts of `fresh` (none: zero), the rest of `old`; rounded half up (float32: not at all).
inline void mix_sample(AudioFormat format, const std::byte* fresh, const std::byte* old, std::byte* out, int up) {
    if (format == AudioFormat::FLOAT32) {
        float a = 0;
        float b = 0;
        if (fresh != nullptr) std::memcpy(&a, fresh, 4);
        std::memcpy(&b, old, 4);
        const float sum = (std::isfinite(a) ? a : 0.0F) * (static_cast<float>(up) / 32768.0F) +
                          (std::isfinite(b) ? b : 0.0F) * (static_cast<float>(32768 - up) / 32768.0F);
        std::memcpy(out, &sum, 4);
        return;
    }
    const auto decode = [&](const std::byte* at) -> long long {
        if (at == nullptr) return 0;
        const auto code = std::to_integer<std::uint8_t>(at[0]);
        if (format == AudioFormat::G711_ULAW) return ulaw_decode(code);
        if (format == AudioFormat::G711_ALAW) return alaw_decode(code);
        return static_cast<std::int16_t>(code + 256 * std::to_integer<int>(at[1]));
    };
    const long long sum = decode(fresh) * up + decode(old) * (32768 - up) + 16384;
    const auto sample = static_cast<std::int16_t>(sum >= 0 ? sum / 32768 : -((-sum + 32767) / 32768));
    if (format == AudioFormat::PCM16) std::memcpy(out, &sample, 2);
    if (format == AudioFormat::G711_ULAW) out[0] = static_cast<std::byte>(ulaw_encode(sample));
    if (format == AudioFormat::G711_ALAW) out[0] = static_cast<std::byte>(alaw_encode(sample));
}

/// The audio before a break, backwards and fading; the audio behind it, fading in.
class Fader {
public:
    Fader(const AudioConfig& audio, std::size_t fade, std::size_t tail) : audio_(audio), fade_(fade), tail_(tail) {}

    Frame pass(const Frame& in) {
        if (jump_) joining_ = true, fading_ = false, broken_at_ = heard_.size();
        if (!joining_) fading_ = false, silent_ = false;
        jump_ = false;
        Frame out = in;
        if (joining_) {
            const std::size_t position = heard_.size() - broken_at_;
            out = blend(&in, position, fade_);
            if (position + 1 == fade_) joining_ = false;
        }
        silent_ = false;
        started_ = true;
        heard_.push_back(out);
        return out;
    }
    Frame fill() {
        if (!fading_ && !silent_) fading_ = true, broken_at_ = heard_.size();
        jump_ = joining_ = false;
        const std::size_t position = heard_.size() - broken_at_;
        const Frame silence = silent_frame(audio_);
        const Frame out = fading_ && position < tail_ ? blend(nullptr, position, tail_) : silence;
        if (!fading_ || position + 1 >= tail_) fading_ = false, silent_ = true;
        heard_.push_back(out);
        return out;
    }
    void jump() { jump_ = started_ && fade_ > 0; }
    [[nodiscard]] bool audible() const { return started_ && !silent_; }

private:
    [[nodiscard]] Frame blend(const Frame* in, std::size_t position, std::size_t length) const {
        const auto up = static_cast<int>(position * 32768 / length);
        const Frame old = position < broken_at_ ? heard_[broken_at_ - 1 - position] : silent_frame(audio_);
        Frame out(old.size());
        for (std::size_t at = 0; at < old.size(); at += bytes_per_sample(audio_.format)) {
            mix_sample(audio_.format, in == nullptr ? nullptr : in->data() + at, old.data() + at, out.data() + at, up);
        }
        return out;
    }

    AudioConfig audio_;
    std::size_t fade_;
    std::size_t tail_;
    std::vector<Frame> heard_;
    std::size_t broken_at_ = 0;
    bool jump_ = false;
    bool joining_ = false;
    bool fading_ = false;
    bool silent_ = true;
    bool started_ = false;
};

class StreamBuffer {
public:
    StreamBuffer(const BufferConfig& config, const AudioConfig& audio, std::size_t prebuffer)
        : config_(config),
          audio_(audio),
          frame_bytes_(bytes_per_sample(audio.format) * audio.channels),
          limit_(std::min(config.max_size_bytes / frame_bytes_, frames(config.max_duration_ms))),
          prebuffer_(prebuffer),
          in_(fader()),
          out_(fader()) {}

    AddResult add_audio(std::span<const std::byte> bytes) {
        if (bytes.empty()) return {};
        if (input_ == 'p') return refused(Status::mixed_input);
        const std::size_t whole = (carry_.size() + bytes.size()) / frame_bytes_;
        if (overflow_is(OverflowStrategy::error) && queue.size() + whole > limit_) return refused(Status::buffer_full);
        restart_after_end();
        input_ = 'b';
        const auto before = counts.dropped_frames;
        std::vector<Frame> given;
        for (const std::byte byte : bytes) {
            carry_.push_back(byte);
            if (carry_.size() == frame_bytes_) given.push_back(std::exchange(carry_, {}));
        }
        store(given);
        settle();
        AddResult result;
        result.dropped_bytes = dropped_since(before);
        result.stored_bytes = bytes.size();
        if (overflow_is(OverflowStrategy::drop_newest)) {
            result.stored_bytes -= std::min(bytes.size(), result.dropped_bytes);
            result.accepted = result.dropped_bytes == 0;
        }
        return result;
    }

    AddResult add_packet(const Packet& packet) {
        const std::size_t count = packet.bytes.size() / frame_bytes_;
        if (input_ == 'b') return refused(Status::mixed_input);
        if (packet.bytes.size() % frame_bytes_ != 0) return refused(Status::truncated_frame);
        if (count > frames(config_.max_packet_ms)) return refused(Status::chunk_too_large);
        if (overflow_is(OverflowStrategy::error) && count > limit_) return refused(Status::chunk_too_large);
        if (is_due()) return refused(Status::buffer_full);
        if (end_marked_) new_numbers();
        if (far(packet.sequence) && jump_to_ == low(packet.sequence)) {
            flushing_ = true;
            release(-1);
            if (!waiting_.empty()) return refused(Status::buffer_full);
            new_numbers();
            break_before_next();
        }
        if (far(packet.sequence)) {
            ++counts.sequence_jumps;
            jump_to_ = low(packet.sequence + 1);
            return refused(Status::sequence_jump);
        }
        const std::int64_t number = unwrapped(packet.sequence);
        if (const Status status = judge(number); status != Status::ok) return refused(status);
        const auto kept_waiting = waiting_;
        const auto kept_next = next_;
        const bool kept_numbered = numbered_;
        if (!numbered_) next_ = number;
        numbered_ = true;
        waiting_[number] = packet;
        stored_[number] = Frame(packet.bytes.begin(), packet.bytes.end());
        if (is_due() && overflow_is(OverflowStrategy::error) &&
            queue.size() + waiting_.begin()->second.bytes.size() / frame_bytes_ > limit_) {
            waiting_ = kept_waiting;
            next_ = kept_next;
            numbered_ = kept_numbered;
            return refused(Status::buffer_full);
        }
        restart_after_end();
        input_ = 'p';
        jump_to_ = -1;
        ++counts.packets;
        if (!highest_.empty() && number < *highest_.rbegin()) ++counts.reordered;
        highest_.insert(number);
        const auto before = counts.dropped_frames;
        const std::size_t missing = release(number);
        settle();
        AddResult result;
        result.dropped_bytes = dropped_since(before);
        result.stored_bytes = packet.bytes.size() - missing * frame_bytes_;
        result.accepted = missing == 0;
        return result;
    }

    void mark_end() {
        end_marked_ = true;
        counts.partial_bytes += carry_.size();
        carry_.clear();
        const auto before = counts.dropped_frames;
        flushing_ = true;
        release(-1);
        dropped_since(before);
        settle();
    }

    ChunkResult get_chunk(std::span<std::byte> out) {
        const std::size_t wanted = out.size() / frame_bytes_;
        const std::byte silence = silent_frame(audio_)[0];
        std::fill(out.begin(), out.end(), silence);
        ChunkResult result;
        if (state == BufferState::STARTING || state == BufferState::ENDED) {
            for (std::size_t i = 0; i < wanted; ++i) put(out, i, out_.fill());
            result.status = state == BufferState::STARTING ? Status::not_ready : Status::stream_ended;
            return result;
        }
        if (config_.underflow_strategy == UnderflowStrategy::error && queue.size() < wanted && !end_marked_) {
            ++counts.underflows;
            result.status = Status::buffer_empty;
            return result;
        }
        for (std::size_t i = 0; i < wanted; ++i) {
            if (state == BufferState::PLAYING && !queue.empty()) {
                put(out, i, out_.pass(queue.front()));
                queue.pop_front();
                ++counts.read_frames;
                result.audio_bytes += frame_bytes_;
                if (queue.empty()) release(-1);
                continue;
            }
            put(out, i, out_.fill());
            if (end_marked_) continue;
            if (state == BufferState::PLAYING) ++counts.underflows;
            state = BufferState::REFILLING;
            result.filled_bytes += frame_bytes_;
            ++counts.filled_frames;
            ++starved_;
        }
        release(-1);
        settle();
        return result;
    }

    void clear() {
        counts.cleared_frames += queue.size() + waiting_frames();
        counts.added_frames += waiting_frames();
        counts.partial_bytes += carry_.size();
        queue.clear();
        carry_.clear();
        in_ = fader();
        new_numbers();
        input_ = ' ';
        state = BufferState::STARTING;
        end_marked_ = false;
        starved_ = 0;
    }

    [[nodiscard]] std::size_t waiting_frames() const {
        std::size_t sum = 0;
        for (const auto& [number, packet] : waiting_) sum += packet.bytes.size() / frame_bytes_;
        return sum;
    }

    std::deque<Frame> queue;
    BufferState state = BufferState::STARTING;
    BufferStats counts;

private:
    [[nodiscard]] std::size_t frames(std::uint32_t ms) const {
        return static_cast<std::size_t>(std::uint64_t{ms} * audio_.sample_rate / 1000);
    }
    [[nodiscard]] Fader fader() const {
        const bool repeats = config_.underflow_strategy == UnderflowStrategy::repeat;
        return {audio_, frames(config_.fade_ms), frames(repeats ? config_.repeat_ms : config_.fade_ms)};
    }
    [[nodiscard]] bool overflow_is(OverflowStrategy strategy) const { return config_.overflow_strategy == strategy; }
    AddResult refused(Status status) {
        ++counts.refused_calls;
        if (status == Status::buffer_full) ++counts.overflows;
        AddResult result;
        result.status = status;
        result.accepted = false;
        return result;
    }
    std::size_t dropped_since(std::uint64_t before) {
        if (counts.dropped_frames > before) ++counts.overflows;
        return static_cast<std::size_t>(counts.dropped_frames - before) * frame_bytes_;
    }
    void put(std::span<std::byte> out, std::size_t frame, const Frame& bytes) const {
        std::copy(bytes.begin(), bytes.end(), out.begin() + static_cast<std::ptrdiff_t>(frame * frame_bytes_));
    }
    void restart_after_end() {
        if (end_marked_ && state == BufferState::ENDED) {
            state = BufferState::STARTING;
            in_ = fader();
        }
        end_marked_ = false;
    }
    void settle() {
        if (end_marked_ && queue.empty() && waiting_.empty()) state = BufferState::ENDED;
        const bool deep = !queue.empty() && (queue.size() >= prebuffer_ || end_marked_);
        if (state == BufferState::STARTING && deep) {
            if (out_.audible()) out_.jump();
            state = BufferState::PLAYING;
        } else if (state == BufferState::REFILLING && deep) {
            out_.jump();
            state = BufferState::PLAYING;
        }
    }
    /// Returns how many of the given frames were dropped for being the newest.
    std::size_t store(const std::vector<Frame>& given) {
        counts.added_frames += given.size();
        std::size_t refused_frames = 0;
        for (const Frame& frame : given) {
            if (queue.size() == limit_) {
                ++counts.dropped_frames;
                if (!overflow_is(OverflowStrategy::drop_oldest)) {
                    ++refused_frames;
                    continue;
                }
                queue.pop_front();
                out_.jump();
            }
            enqueue(in_.pass(frame));
            starved_ = 0;
        }
        if (refused_frames > 0) in_.jump();
        return refused_frames;
    }
    void enqueue(const Frame& frame) {
        queue.push_back(frame);
        counts.high_water_frames = std::max<std::uint64_t>(counts.high_water_frames, queue.size());
    }
    void break_before_next() { queue.empty() ? out_.jump() : in_.jump(); }

    // Packets
    [[nodiscard]] std::int64_t low(std::uint32_t sequence) const {
        return config_.sequence_bits == 16 ? sequence % 65536 : sequence;
    }
    [[nodiscard]] std::int64_t unwrapped(std::uint32_t sequence) const {
        if (!numbered_) return low(sequence);
        const std::int64_t turn = std::int64_t{1} << config_.sequence_bits;
        std::int64_t ahead = ((low(sequence) - next_) % turn + turn) % turn;
        if (ahead >= turn / 2) ahead -= turn;
        return next_ + ahead;
    }
    [[nodiscard]] bool far(std::uint32_t sequence) const {
        const std::int64_t ahead = numbered_ ? unwrapped(sequence) - next_ : 0;
        return ahead > 3000 || ahead < -100;
    }
    Status judge(std::int64_t number) {
        if (waiting_.count(number) != 0) return ++counts.duplicates, Status::duplicate_packet;
        if (!settled_ || number >= next_) return Status::ok;
        const bool remembered = next_ - number <= 64;
        if (remembered && came_.count(number) != 0) return ++counts.duplicates, Status::duplicate_packet;
        came_.insert(number);
        return ++counts.late, Status::late_packet;
    }
    [[nodiscard]] bool is_due() const {
        if (waiting_.empty()) return false;
        if (flushing_ || waiting_.size() > config_.reorder_packets) return true;
        return settled_ ? waiting_.begin()->first == next_ : waiting_frames() >= prebuffer_;
    }
    std::size_t release(std::int64_t given) {
        std::size_t refused_frames = 0;
        while (is_due()) {
            const auto [number, packet] = *waiting_.begin();
            const std::size_t count = packet.bytes.size() / frame_bytes_;
            if (overflow_is(OverflowStrategy::error) && queue.size() + count > limit_) break;
            const std::int64_t lost = settled_ ? number - next_ : 0;
            counts.lost += static_cast<std::uint64_t>(lost);
            const std::size_t refused_here = deliver(packet, stored_[number], lost > 0);
            if (number == given) refused_frames = refused_here;
            came_.insert(number);
            next_ = number + 1;
            settled_ = true;
            waiting_.erase(number);
        }
        return refused_frames;
    }
    std::size_t deliver(const Packet& packet, const Frame& bytes, bool after_loss) {
        const std::size_t count = bytes.size() / frame_bytes_;
        std::int64_t gap = 0;
        if (packet.timestamp_frames && timed_) gap = static_cast<std::int32_t>(*packet.timestamp_frames - time_);
        std::size_t filled = 0;
        if (gap > 0 && static_cast<std::size_t>(gap) <= frames(1000)) {
            for (auto i = static_cast<std::int64_t>(starved_); i < gap && queue.size() + count < limit_;
                 ++i, ++filled) {
                enqueue(in_.fill());
                ++counts.gap_frames;
            }
        }
        if (filled > 0) {
            in_.jump();
        } else if (gap > 0 || after_loss) {
            break_before_next();
        }
        if (packet.timestamp_frames) {
            timed_ = true;
            time_ = *packet.timestamp_frames;
        }
        time_ += static_cast<std::uint32_t>(count);
        std::vector<Frame> given;
        for (std::size_t i = 0; i < count; ++i) {
            const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(i * frame_bytes_);
            given.emplace_back(at, at + static_cast<std::ptrdiff_t>(frame_bytes_));
        }
        return store(given);
    }
    void new_numbers() {
        waiting_.clear();
        stored_.clear();
        came_.clear();
        highest_.clear();
        numbered_ = settled_ = flushing_ = timed_ = false;
        jump_to_ = -1;
    }

    BufferConfig config_;
    AudioConfig audio_;
    std::size_t frame_bytes_;
    std::size_t limit_;
    std::size_t prebuffer_;
    Fader in_;
    Fader out_;
    Frame carry_;
    char input_ = ' ';
    bool end_marked_ = false;
    std::uint64_t starved_ = 0;

    std::map<std::int64_t, Packet> waiting_;  // the bytes of its packets are in `stored_`
    std::map<std::int64_t, Frame> stored_;
    std::set<std::int64_t> came_;
    std::set<std::int64_t> highest_;
    std::int64_t next_ = 0;
    std::int64_t jump_to_ = -1;
    bool numbered_ = false;
    bool settled_ = false;
    bool flushing_ = false;
    bool timed_ = false;
    std::uint32_t time_ = 0;
};

}  // namespace audioengine::reference
