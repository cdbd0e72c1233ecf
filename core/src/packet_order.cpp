#include "packet_order.h"

#include <algorithm>
#include <cstring>

#include "make_array.h"

namespace audioengine {

namespace {

// RFC 3550, A.1: how far off a number may be before it is taken for an error or a restart of the sender.
constexpr std::int32_t kMaxDropout = 3000;
constexpr std::int32_t kMaxMisorder = 100;

constexpr std::uint32_t kRemembered = 64;  // bits of `came_`

}  // namespace

bool PacketOrder::allocate(const Settings& settings) noexcept {
    settings_ = settings;
    const std::size_t places = settings.window + 1;  // the one whose turn it is passes through a place as well
    bytes_ = make_array<std::byte>(places * settings.max_packet_bytes);
    places_ = make_array<Place>(places);
    if (!bytes_ || !places_) return false;
    for (std::size_t i = 0; i < places; ++i) places_[i].at = i * settings.max_packet_bytes;
    reset();
    return true;
}

void PacketOrder::restart() noexcept {
    count_ = 0;
    waiting_bytes_ = 0;
    numbered_ = false;
    settled_ = false;
    flushing_ = false;
    next_ = 0;
    highest_ = 0;
    came_ = 0;
    after_jump_.reset();
}

void PacketOrder::reset() noexcept {
    restart();
    counts_ = {};
}

// Signed, with the numbers wrapping around.
std::int32_t PacketOrder::distance(std::uint32_t to, std::uint32_t from) const noexcept {
    const std::uint32_t unused = 32 - settings_.sequence_bits;
    return static_cast<std::int32_t>((to - from) << unused) >> unused;
}

bool PacketOrder::is_far(std::uint32_t sequence) const noexcept {
    if (!numbered_) return false;
    const std::int32_t ahead = distance(sequence, next_);
    return ahead > kMaxDropout || ahead < -kMaxMisorder;
}

bool PacketOrder::confirms_jump(const Packet& packet) const noexcept {
    return is_far(packet.sequence) && after_jump_ && distance(packet.sequence, *after_jump_) == 0;
}

Status PacketOrder::judge(const Packet& packet) const noexcept {
    if (is_far(packet.sequence)) return Status::sequence_jump;
    const auto has_number = [&](const Place& place) { return distance(place.sequence, packet.sequence) == 0; };
    if (std::any_of(places_.get(), places_.get() + count_, has_number)) return Status::duplicate_packet;
    if (!settled_) return Status::ok;
    const std::int32_t ahead = distance(packet.sequence, next_);
    if (ahead >= 0) return Status::ok;
    const auto age = static_cast<std::uint32_t>(-ahead) - 1;
    const bool came = age < kRemembered && ((came_ >> age) & 1U) != 0;
    return came ? Status::duplicate_packet : Status::late_packet;
}

void PacketOrder::refuse(const Packet& packet, Status reason) noexcept {
    if (reason == Status::sequence_jump) {
        ++counts_.sequence_jumps;
        after_jump_ = packet.sequence + 1;
    } else if (reason == Status::duplicate_packet) {
        ++counts_.duplicates;
    } else if (reason == Status::late_packet) {
        ++counts_.late;
        const auto age = static_cast<std::uint32_t>(-distance(packet.sequence, next_)) - 1;
        if (age < kRemembered) came_ |= std::uint64_t{1} << age;
    }
}

void PacketOrder::accept(const Packet& packet) noexcept {
    ++counts_.packets;
    after_jump_.reset();
    if (!numbered_) {
        numbered_ = true;
        next_ = packet.sequence;
        highest_ = packet.sequence;
    }
    if (distance(packet.sequence, highest_) < 0) {
        ++counts_.reordered;
    } else {
        highest_ = packet.sequence;
    }
    Place* const end = places_.get() + count_;
    const auto before = [&](const Place& place) { return distance(place.sequence, packet.sequence) < 0; };
    Place* const here = std::partition_point(places_.get(), end, before);
    const Place free = *end;  // moves in
    std::copy_backward(here, end, end + 1);
    *here = free;
    here->sequence = packet.sequence;
    here->timestamp_frames = packet.timestamp_frames;
    here->size = packet.bytes.size();
    if (!packet.bytes.empty()) std::memcpy(bytes_.get() + here->at, packet.bytes.data(), packet.bytes.size());
    ++count_;
    waiting_bytes_ += packet.bytes.size();
}

bool PacketOrder::is_turn(std::size_t count, std::uint32_t first, std::size_t bytes) const noexcept {
    if (flushing_ || count > settings_.window) return true;
    return settled_ ? distance(first, next_) == 0 : bytes >= settings_.start_bytes;
}

bool PacketOrder::due() const noexcept { return count_ > 0 && is_turn(count_, places_[0].sequence, waiting_bytes_); }

std::optional<std::size_t> PacketOrder::due_bytes_with(const Packet& packet) const noexcept {
    const bool is_first = count_ == 0 || distance(packet.sequence, places_[0].sequence) < 0;
    const std::uint32_t first = is_first ? packet.sequence : places_[0].sequence;
    if (!is_turn(count_ + 1, first, waiting_bytes_ + packet.bytes.size())) return std::nullopt;
    return is_first ? packet.bytes.size() : places_[0].size;
}

Packet PacketOrder::front() const noexcept {
    const Place& place = places_[0];
    return {place.sequence, place.timestamp_frames, {bytes_.get() + place.at, place.size}};
}

std::uint32_t PacketOrder::lost_before_front() const noexcept {
    return settled_ ? static_cast<std::uint32_t>(distance(places_[0].sequence, next_)) : 0;
}

void PacketOrder::pop() noexcept {
    const std::uint32_t lost = lost_before_front();
    counts_.lost += lost;
    came_ = lost + 1 < kRemembered ? (came_ << (lost + 1)) | 1U : 1U;
    next_ = places_[0].sequence + 1;
    settled_ = true;
    waiting_bytes_ -= places_[0].size;
    const Place freed = places_[0];
    std::copy(places_.get() + 1, places_.get() + count_, places_.get());
    places_[--count_] = freed;
}

std::size_t PacketOrder::memory_bytes() const noexcept {
    return (settings_.window + 1) * (settings_.max_packet_bytes + sizeof(Place));
}

}  // namespace audioengine
