#include "audioengine/stream_buffer.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "audioengine/pcm.h"
#include "fader.h"
#include "frame_carry.h"
#include "make_array.h"
#include "packet_order.h"

namespace audioengine {

namespace {

constexpr std::uint32_t kMaxGapMs = 1000;  // a longer gap was a pause of the sender, or a new clock

std::size_t frames_in(std::uint32_t ms, const AudioConfig& audio) noexcept {
    return static_cast<std::size_t>(std::uint64_t{ms} * audio.sample_rate / 1000);
}

std::uint32_t prebuffer_of(ProcessingMode mode) noexcept {
    switch (mode) {
        case ProcessingMode::REALTIME: return 0;
        case ProcessingMode::BALANCED: return 60;
        case ProcessingMode::QUALITY: return 200;
    }
    return 0;
}

}  // namespace

const char* name_of(BufferState state) noexcept {
    switch (state) {
        case BufferState::STARTING: return "starting";
        case BufferState::PLAYING: return "playing";
        case BufferState::REFILLING: return "refilling";
        case BufferState::ENDED: return "ended";
    }
    return "";
}

struct AudioStreamBuffer::Impl {
    enum class Input : std::uint8_t { none, bytes, packets };

    BufferConfig config;
    AudioConfig audio;
    std::size_t frame_bytes = 2;
    std::size_t limit = 0;      // frames
    std::size_t prebuffer = 0;  // frames

    std::unique_ptr<std::byte[]> ring;
    std::size_t head = 0;    // frame of the ring that is read next
    std::size_t queued = 0;  // frames
    Fader write_fader;       // holes and jumps in what comes in
    Fader read_fader;        // holes and jumps in what goes out
    PacketOrder order;

    FrameCarry carry;
    Input input = Input::none;
    BufferState state = BufferState::STARTING;
    bool end_marked = false;
    std::uint64_t starved = 0;                   // frames made up since the queue last took something
    std::optional<std::uint32_t> expected_time;  // timestamp that continues the queue
    BufferStats counts;                          // counters only

    bool allocate() noexcept;
    AddResult add_audio(std::span<const std::byte> bytes) noexcept;
    AddResult add_packet(const Packet& packet) noexcept;
    void mark_end() noexcept;
    ChunkResult get_chunk(std::span<std::byte> out) noexcept;
    void clear() noexcept;
    void reset() noexcept;
    [[nodiscard]] BufferStats stats() const noexcept;
    [[nodiscard]] RingView peek() const noexcept;
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

    [[nodiscard]] bool refuses_overflow() const noexcept { return config.overflow_strategy == OverflowStrategy::error; }
    [[nodiscard]] std::size_t room() const noexcept { return limit - queued; }
    AddResult refuse(Status status) noexcept;
    AddResult refuse(const Packet& packet, Status status) noexcept;
    std::size_t dropped_since(std::uint64_t dropped_before) noexcept;
    void begin_stretch() noexcept;
    void update_state() noexcept;
    std::size_t store(const std::byte* frames, std::size_t count) noexcept;
    void write(const std::byte* frames, std::size_t count) noexcept;
    void drop_oldest(std::size_t count) noexcept;
    void join() noexcept;
    std::size_t release(std::uint32_t given) noexcept;
    std::size_t deliver(const Packet& packet, bool after_loss) noexcept;
    std::size_t fill_gap(std::uint32_t gap, std::size_t packet_frames) noexcept;
    std::size_t take(std::byte* out, std::size_t count) noexcept;
};

bool AudioStreamBuffer::Impl::allocate() noexcept {
    const std::size_t bytes = limit * frame_bytes;
    ring = make_array<std::byte>(bytes);
    if (ring && config.pre_allocate) std::fill_n(ring.get(), bytes, std::byte{0});  // touched now, not later
    const std::size_t fade = frames_in(config.fade_ms, audio);
    const bool repeats = config.underflow_strategy == UnderflowStrategy::repeat;
    const std::size_t tail = repeats ? frames_in(config.repeat_ms, audio) : fade;
    const PacketOrder::Settings settings{config.reorder_packets, config.sequence_bits,
                                         std::max<std::size_t>(1, frames_in(config.max_packet_ms, audio)) * frame_bytes,
                                         prebuffer * frame_bytes};
    return ring && write_fader.allocate(audio.format, audio.channels, fade, tail) &&
           read_fader.allocate(audio.format, audio.channels, fade, tail) && order.allocate(settings);
}

// ---- in

AddResult AudioStreamBuffer::Impl::refuse(Status status) noexcept {
    ++counts.refused_calls;
    if (status == Status::buffer_full) ++counts.overflows;
    AddResult result;
    result.status = status;
    result.accepted = false;
    return result;
}

AddResult AudioStreamBuffer::Impl::refuse(const Packet& packet, Status status) noexcept {
    order.refuse(packet, status);
    return refuse(status);
}

// The end of a call that may have met the limit.
std::size_t AudioStreamBuffer::Impl::dropped_since(std::uint64_t dropped_before) noexcept {
    const std::uint64_t dropped = counts.dropped_frames - dropped_before;
    if (dropped > 0) ++counts.overflows;
    return static_cast<std::size_t>(dropped) * frame_bytes;
}

void AudioStreamBuffer::Impl::begin_stretch() noexcept {
    if (!end_marked) return;
    end_marked = false;
    if (state != BufferState::ENDED) return;
    state = BufferState::STARTING;
    write_fader.reset();
}

// What follows from what is queued now.
void AudioStreamBuffer::Impl::update_state() noexcept {
    if (end_marked && queued == 0 && order.empty()) state = BufferState::ENDED;
    if (state != BufferState::STARTING && state != BufferState::REFILLING) return;
    if (queued == 0 || (queued < prebuffer && !end_marked)) return;
    // A start out of silence is left as it is; audio that was only interrupted is not.
    if (state == BufferState::REFILLING || read_fader.audible()) read_fader.jump();
    state = BufferState::PLAYING;
}

AddResult AudioStreamBuffer::Impl::add_audio(std::span<const std::byte> bytes) noexcept {
    if (bytes.empty()) return {};
    if (input == Input::packets) return refuse(Status::mixed_input);
    if (refuses_overflow() && (carry.count + bytes.size()) / frame_bytes > room()) return refuse(Status::buffer_full);
    begin_stretch();
    input = Input::bytes;
    const std::uint64_t dropped_before = counts.dropped_frames;
    carry.cut(bytes, frame_bytes,
              [&](std::span<const std::byte> whole) { store(whole.data(), whole.size() / frame_bytes); });
    update_state();

    AddResult result;
    result.dropped_bytes = dropped_since(dropped_before);
    const bool newest = config.overflow_strategy == OverflowStrategy::drop_newest;
    result.stored_bytes = bytes.size() - (newest ? std::min(bytes.size(), result.dropped_bytes) : 0);
    result.accepted = !newest || result.dropped_bytes == 0;
    return result;
}

// Stores frames as the overflow strategy says and returns how many of them. With `error` they fit.
std::size_t AudioStreamBuffer::Impl::store(const std::byte* frames, std::size_t count) noexcept {
    counts.added_frames += count;
    if (config.overflow_strategy != OverflowStrategy::drop_oldest) {
        const std::size_t fits = std::min(count, room());
        write(frames, fits);
        if (fits < count) {
            counts.dropped_frames += count - fits;
            write_fader.jump();
        }
        return fits;
    }
    for (std::size_t done = 0; done < count;) {
        const std::size_t piece = std::min(count - done, limit);
        if (piece > room()) drop_oldest(piece - room());
        write(frames + done * frame_bytes, piece);
        done += piece;
    }
    return count;
}

void AudioStreamBuffer::Impl::write(const std::byte* frames, std::size_t count) noexcept {
    if (count == 0) return;
    const std::size_t at = (head + queued) % limit;
    const std::size_t before_wrap = std::min(count, limit - at);
    write_fader.pass(frames, ring.get() + at * frame_bytes, before_wrap);
    write_fader.pass(frames + before_wrap * frame_bytes, ring.get(), count - before_wrap);
    queued += count;
    counts.high_water_frames = std::max<std::uint64_t>(counts.high_water_frames, queued);
    starved = 0;
}

void AudioStreamBuffer::Impl::drop_oldest(std::size_t count) noexcept {
    head = (head + count) % limit;
    queued -= count;
    counts.dropped_frames += count;
    read_fader.jump();
}

// What comes next does not continue the last.
void AudioStreamBuffer::Impl::join() noexcept {
    if (queued == 0) {
        read_fader.jump();
    } else {
        write_fader.jump();
    }
}

AddResult AudioStreamBuffer::Impl::add_packet(const Packet& packet) noexcept {
    const std::size_t size = packet.bytes.size();
    if (input == Input::bytes) return refuse(Status::mixed_input);
    if (size % frame_bytes != 0) return refuse(Status::truncated_frame);
    if (size > frames_in(config.max_packet_ms, audio) * frame_bytes) return refuse(Status::chunk_too_large);
    if (refuses_overflow() && size > limit * frame_bytes) return refuse(Status::chunk_too_large);
    if (order.due()) return refuse(Status::buffer_full);  // only with `error` does anything due wait
    if (end_marked) {                                     // another stretch, with numbers and a clock of its own
        order.restart();
        expected_time.reset();
    }
    if (order.confirms_jump(packet)) {
        order.flush();
        release(packet.sequence);
        if (!order.empty()) return refuse(Status::buffer_full);
        order.restart();
        expected_time.reset();
        join();
    }
    const Status status = order.judge(packet);
    if (status != Status::ok) return refuse(packet, status);
    if (const auto due = order.due_bytes_with(packet); refuses_overflow() && due && *due > room() * frame_bytes)
        return refuse(Status::buffer_full);

    begin_stretch();
    input = Input::packets;
    const std::uint64_t dropped_before = counts.dropped_frames;
    order.accept(packet);
    const std::size_t refused = release(packet.sequence);
    update_state();

    AddResult result;
    result.dropped_bytes = dropped_since(dropped_before);
    result.stored_bytes = size - refused * frame_bytes;
    result.accepted = refused == 0;
    return result;
}

// Queues every packet whose turn it is; with `error`, as long as they fit. Returns how many frames of the packet with
// the number `given` were dropped for being the newest.
std::size_t AudioStreamBuffer::Impl::release(std::uint32_t given) noexcept {
    std::size_t refused = 0;
    while (order.due()) {
        const Packet packet = order.front();
        const std::size_t frames = packet.bytes.size() / frame_bytes;
        if (refuses_overflow() && frames > room()) break;
        const std::size_t stored = deliver(packet, order.lost_before_front() > 0);
        if (packet.sequence == given) refused = frames - stored;
        order.pop();
    }
    return refused;
}

std::size_t AudioStreamBuffer::Impl::deliver(const Packet& packet, bool after_loss) noexcept {
    const std::size_t frames = packet.bytes.size() / frame_bytes;
    const bool timed = packet.timestamp_frames && expected_time;
    const std::uint32_t gap = timed ? *packet.timestamp_frames - *expected_time : 0;
    const bool forward = gap != 0 && gap <= INT32_MAX;  // a time that lies back is not believed
    const std::size_t filled = forward ? fill_gap(gap, frames) : 0;
    if (filled > 0) {
        write_fader.jump();
    } else if (forward || after_loss) {
        join();
    }
    if (packet.timestamp_frames) expected_time = packet.timestamp_frames;
    if (expected_time) expected_time = *expected_time + static_cast<std::uint32_t>(frames);
    return store(packet.bytes.data(), frames);
}

// Keeps the time of a gap, less what the reader was given in its place. Never at the cost of audio.
std::size_t AudioStreamBuffer::Impl::fill_gap(std::uint32_t gap, std::size_t packet_frames) noexcept {
    if (gap > frames_in(kMaxGapMs, audio) || gap <= starved || packet_frames >= room()) return 0;
    const std::size_t count = std::min(static_cast<std::size_t>(gap - starved), room() - packet_frames);
    const std::size_t at = (head + queued) % limit;
    const std::size_t before_wrap = std::min(count, limit - at);
    write_fader.fill(ring.get() + at * frame_bytes, before_wrap);
    write_fader.fill(ring.get(), count - before_wrap);
    queued += count;
    counts.high_water_frames = std::max<std::uint64_t>(counts.high_water_frames, queued);
    counts.gap_frames += count;
    return count;
}

void AudioStreamBuffer::Impl::mark_end() noexcept {
    end_marked = true;
    counts.partial_bytes += carry.count;
    carry.count = 0;
    const std::uint64_t dropped_before = counts.dropped_frames;
    order.flush();
    release(0);
    dropped_since(dropped_before);
    update_state();
}

// ---- out

std::size_t AudioStreamBuffer::Impl::take(std::byte* out, std::size_t count) noexcept {
    std::size_t done = 0;
    while (done < count && queued > 0) {
        const std::size_t piece = std::min({count - done, queued, limit - head});
        read_fader.pass(ring.get() + head * frame_bytes, out + done * frame_bytes, piece);
        head = (head + piece) % limit;
        queued -= piece;
        done += piece;
        if (queued == 0) release(0);  // with `error`, what did not fit before
    }
    counts.read_frames += done;
    return done;
}

ChunkResult AudioStreamBuffer::Impl::get_chunk(std::span<std::byte> out) noexcept {
    const std::size_t frames = out.size() / frame_bytes;
    const auto beyond = static_cast<std::ptrdiff_t>(frames * frame_bytes);
    std::fill(out.begin() + beyond, out.end(), silence_byte(audio.format));
    ChunkResult result;
    if (state == BufferState::STARTING || state == BufferState::ENDED) {
        read_fader.fill(out.data(), frames);
        result.status = state == BufferState::ENDED ? Status::stream_ended : Status::not_ready;
        return result;
    }
    const bool strict = config.underflow_strategy == UnderflowStrategy::error;
    if (strict && queued < frames && !end_marked) {
        ++counts.underflows;
        std::fill(out.begin(), out.end(), silence_byte(audio.format));
        result.status = Status::buffer_empty;
        return result;
    }
    const std::size_t got = state == BufferState::PLAYING ? take(out.data(), frames) : 0;
    read_fader.fill(out.data() + got * frame_bytes, frames - got);
    result.audio_bytes = got * frame_bytes;
    release(0);
    if (got < frames && !end_marked) {
        result.filled_bytes = (frames - got) * frame_bytes;
        counts.filled_frames += frames - got;
        starved += frames - got;
        if (state == BufferState::PLAYING) ++counts.underflows;
        state = BufferState::REFILLING;
    }
    update_state();
    return result;
}

RingView AudioStreamBuffer::Impl::peek() const noexcept {
    const std::size_t before_wrap = std::min(queued, limit - head);
    return {{ring.get() + head * frame_bytes, before_wrap * frame_bytes},
            {ring.get(), (queued - before_wrap) * frame_bytes}};
}

// ---- the rest

void AudioStreamBuffer::Impl::clear() noexcept {
    const std::size_t waiting = order.waiting_bytes() / frame_bytes;
    counts.added_frames += waiting;
    counts.cleared_frames += queued + waiting;
    counts.partial_bytes += carry.count;
    head = 0;
    queued = 0;
    carry.count = 0;
    write_fader.reset();
    order.restart();
    input = Input::none;
    state = BufferState::STARTING;
    end_marked = false;
    starved = 0;
    expected_time.reset();
}

void AudioStreamBuffer::Impl::reset() noexcept {
    clear();
    read_fader.reset();
    order.reset();
    counts = {};
}

std::size_t AudioStreamBuffer::Impl::memory_bytes() const noexcept {
    return sizeof(AudioStreamBuffer) + sizeof(Impl) + limit * frame_bytes + write_fader.memory_bytes() +
           read_fader.memory_bytes() + order.memory_bytes();
}

BufferStats AudioStreamBuffer::Impl::stats() const noexcept {
    BufferStats stats = counts;
    const std::size_t waiting = order.waiting_bytes() / frame_bytes;
    stats.added_frames += waiting;  // counted when queued
    stats.packets = order.counts().packets;
    stats.reordered = order.counts().reordered;
    stats.lost = order.counts().lost;
    stats.late = order.counts().late;
    stats.duplicates = order.counts().duplicates;
    stats.sequence_jumps = order.counts().sequence_jumps;
    stats.available_frames = queued;
    stats.waiting_frames = waiting;
    stats.available_bytes = queued * frame_bytes;
    stats.capacity_bytes = limit * frame_bytes;
    stats.memory_bytes = memory_bytes();
    stats.state = state;
    return stats;
}

Result<AudioStreamBuffer> AudioStreamBuffer::create(const BufferConfig& config, const AudioConfig& audio,
                                                    ProcessingMode mode) noexcept {
    if (const auto result = check(mode); !result) return {result.status(), result.field()};
    if (const auto result = check(audio); !result) return {result.status(), result.field()};
    if (const auto result = check(config); !result) return {result.status(), result.field()};

    std::unique_ptr<Impl> impl(new (std::nothrow) Impl);
    if (!impl) return Status::out_of_memory;
    impl->config = config;
    impl->audio = audio;
    impl->frame_bytes = bytes_per_frame(audio);
    const std::size_t by_size = config.max_size_bytes / impl->frame_bytes;
    if (by_size == 0) return {Status::bad_buffer_size, "buffer.max_size_bytes"};
    impl->limit = std::min(by_size, frames_in(config.max_duration_ms, audio));
    const bool by_mode = config.prebuffer_ms == kPrebufferByMode;
    impl->prebuffer = frames_in(by_mode ? prebuffer_of(mode) : config.prebuffer_ms, audio);
    if (by_mode) impl->prebuffer = std::min(impl->prebuffer, impl->limit);
    if (impl->prebuffer > impl->limit) return {Status::bad_buffer_duration, "buffer.prebuffer_ms"};
    if (!impl->allocate()) return Status::out_of_memory;
    return AudioStreamBuffer(std::move(impl));
}

AudioStreamBuffer::AudioStreamBuffer(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
AudioStreamBuffer::AudioStreamBuffer(AudioStreamBuffer&&) noexcept = default;
AudioStreamBuffer& AudioStreamBuffer::operator=(AudioStreamBuffer&&) noexcept = default;
AudioStreamBuffer::~AudioStreamBuffer() = default;

AddResult AudioStreamBuffer::add_audio(std::span<const std::byte> audio) noexcept { return impl_->add_audio(audio); }
AddResult AudioStreamBuffer::add_packet(const Packet& packet) noexcept { return impl_->add_packet(packet); }
bool AudioStreamBuffer::end_marked() const noexcept { return impl_->end_marked; }
void AudioStreamBuffer::mark_end() noexcept { impl_->mark_end(); }
ChunkResult AudioStreamBuffer::get_chunk(std::span<std::byte> out) noexcept { return impl_->get_chunk(out); }
RingView AudioStreamBuffer::peek() const noexcept { return impl_->peek(); }
void AudioStreamBuffer::clear() noexcept { impl_->clear(); }
void AudioStreamBuffer::reset() noexcept { impl_->reset(); }
std::size_t AudioStreamBuffer::get_available_bytes() const noexcept { return impl_->queued * impl_->frame_bytes; }
std::size_t AudioStreamBuffer::available_frames() const noexcept { return impl_->queued; }
double AudioStreamBuffer::get_duration_ms() const noexcept {
    return static_cast<double>(impl_->queued) * 1000.0 / static_cast<double>(impl_->audio.sample_rate);
}
std::size_t AudioStreamBuffer::capacity_frames() const noexcept { return impl_->limit; }
std::size_t AudioStreamBuffer::prebuffer_frames() const noexcept { return impl_->prebuffer; }
BufferState AudioStreamBuffer::state() const noexcept { return impl_->state; }
BufferStats AudioStreamBuffer::stats() const noexcept { return impl_->stats(); }
std::size_t AudioStreamBuffer::memory_bytes() const noexcept { return impl_->memory_bytes(); }

}  // namespace audioengine
