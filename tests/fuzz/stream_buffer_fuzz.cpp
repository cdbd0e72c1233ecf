// AudioStreamBuffer: any configuration, any calls in any order, next to its slow twin. Laws: both answer, hand out and count
// the same; no frame is lost from the books.
#include <utility>

#include "audioengine/stream_buffer.h"
#include "fuzz.h"
#include "reference/stream_buffer_reference.h"
#include "support/stream_buffer_counts.h"

namespace audioengine::fuzz {
namespace {

constexpr std::uint32_t kMostFrames = 200;  // a call: the twin keeps everything that ever passed

class Pair {
public:
    Pair(Reader& reader, const BufferConfig& config, const AudioConfig& audio, AudioStreamBuffer buffer)
        : reader_(reader),
          config_(config),
          audio_(audio),
          buffer_(std::move(buffer)),
          twin_(config, audio, buffer_.prebuffer_frames()),
          frame_bytes_(bytes_per_sample(audio.format) * audio.channels) {}

    void step() {
        using Step = void (Pair::*)();
        constexpr Step kSteps[] = {&Pair::bytes, &Pair::packet, &Pair::packet, &Pair::packet, &Pair::chunk,
                                   &Pair::chunk, &Pair::chunk,  &Pair::bytes,  &Pair::end,    &Pair::clear,
                                   &Pair::jump,  &Pair::move,   &Pair::packet, &Pair::chunk,  &Pair::packet,
                                   &Pair::chunk, &Pair::reset};
        (this->*reader_.pick(kSteps))();
        const BufferStats stats = buffer_.stats();
        demand(test::counts_of(stats) == test::counts_of(twin_), "the same counters");
        demand(test::balances(stats), "every frame is accounted for");
        demand(stats.high_water_frames <= buffer_.capacity_frames(), "never over the limit");
        demand_same_queue();
    }

private:
    void demand_same_queue() {
        Bytes queued;
        for (const reference::Frame& frame : twin_.queue) test::append(queued, frame);
        const RingView view = buffer_.peek();
        Bytes seen(view.first.begin(), view.first.end());
        test::append(seen, view.second);
        demand(seen == queued, "the same queue");
        demand(seen.size() == buffer_.get_available_bytes(), "and its size");
    }
    static void demand_same(const AddResult& result, const AddResult& expected) {
        demand(result.status == expected.status, "the same status");
        demand(result.stored_bytes == expected.stored_bytes, "the same stored bytes");
        demand(result.dropped_bytes == expected.dropped_bytes, "the same dropped bytes");
        demand(result.accepted == expected.accepted, "accepted by both, or none");
    }
    Bytes sound(std::uint32_t frames) {
        Bytes bytes;
        test::Lcg random(reader_.byte());
        for (std::size_t i = 0; i < frames * frame_bytes_; ++i)
            bytes.push_back(static_cast<std::byte>(random.next() & 255U));
        return bytes;
    }

    void bytes() {
        Bytes given = sound(reader_.below(kMostFrames));
        given.resize(given.size() - std::min<std::size_t>(given.size(), reader_.below(16)));
        demand_same(buffer_.add_audio(given), twin_.add_audio(given));
    }
    /// Mostly the next one; also early, late, double, lost, far off, in parts of frames.
    void packet() {
        constexpr std::uint32_t kAhead[] = {0, 0, 0, 1, 2, 3, 0xFFFFFFFF, 0xFFFFFFFE, 70, 0xFFFFFFA0};
        const std::uint32_t ahead = reader_.pick(kAhead);
        const std::uint32_t frames = reader_.below(kMostFrames);
        const Bytes given = sound(frames);
        const std::uint32_t more = reader_.byte();
        Packet packet{sequence_ + ahead, {}, given};
        if (more % 4 != 0) packet.timestamp_frames = time_ + ahead * 100;
        if (more > 250) packet.bytes = packet.bytes.first(packet.bytes.size() * 3 / 4);
        demand_same(buffer_.add_packet(packet), twin_.add_packet(packet));
        if (more % 8 != 1) ++sequence_;
        time_ += frames;
    }
    void chunk() {
        const std::size_t length = reader_.below(2 * kMostFrames) * frame_bytes_ + reader_.below(2);
        Bytes out(length, std::byte{0x11});
        Bytes expected(length, std::byte{0x22});
        const ChunkResult result = buffer_.get_chunk(out);
        const ChunkResult twin = twin_.get_chunk(expected);
        demand(result.status == twin.status, "the same status");
        demand(result.audio_bytes == twin.audio_bytes, "the same audio");
        demand(result.filled_bytes == twin.filled_bytes, "the same fill");
        demand(out == expected, "the same bytes");
    }
    void end() {
        buffer_.mark_end();
        twin_.mark_end();
        demand(buffer_.end_marked(), "the end is marked");
    }
    void clear() {
        buffer_.clear();
        twin_.clear();
    }
    void reset() {
        buffer_.reset();
        twin_ = reference::StreamBuffer(config_, audio_, buffer_.prebuffer_frames());
    }
    void jump() {
        constexpr std::uint32_t kSteps[] = {2, 10, 65, 101, 3000, 3001, 32768, 65536, 0x80000000U, 0xFFFFFFF0U};
        sequence_ += reader_.flag() ? reader_.pick(kSteps) : 0;
        time_ += reader_.flag() ? reader_.pick(kSteps) : 0;
    }
    void move() {
        AudioStreamBuffer other = std::move(buffer_);
        buffer_ = std::move(other);
    }

    Reader& reader_;
    BufferConfig config_;
    AudioConfig audio_;
    AudioStreamBuffer buffer_;
    reference::StreamBuffer twin_;
    std::size_t frame_bytes_;
    std::uint32_t sequence_ = 0xFFFFFFF0U;
    std::uint32_t time_ = 0xFFFFF000U;
};

}  // namespace

void run(Reader& reader) {
    constexpr int kMostSteps = 80;
    const bool wild = read_wild(reader);
    AudioConfig audio;
    audio.sample_rate = wild ? read_rate_hz(reader, wild) : 4000;  // few frames a millisecond
    audio.channels = wild ? reader.below(10) : 1 + reader.below(3);
    audio.format = read_format(reader, wild);
    const BufferConfig config = read_buffer_config(reader, wild);
    auto created = AudioStreamBuffer::create(config, audio, read_mode(reader, wild));
    if (!created) {
        demand(*created.field() != '\0', "whoever gave the configuration learns which field it was");
        return;
    }
    demand(check(config).ok(), "create takes what check takes");
    Pair pair(reader, config, audio, std::move(created).value());
    for (int step = 0; step < kMostSteps && !reader.empty(); ++step) pair.step();
}

}  // namespace audioengine::fuzz
