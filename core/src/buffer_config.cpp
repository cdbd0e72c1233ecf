#include "audioengine/buffer_config.h"

#include "names.h"

namespace audioengine {

namespace {

constexpr std::size_t kMaxSizeBytes = std::size_t{1} << 30U;
constexpr std::uint32_t kMaxDurationMs = 600000;
constexpr std::uint32_t kMaxRepeatMs = 1000;
constexpr std::uint32_t kMaxFadeMs = 100;
constexpr std::uint32_t kMaxWindowPackets = 64;
constexpr std::uint32_t kMaxPacketMs = 1000;

constexpr Name kOverflow[] = {
    {"drop_oldest", OverflowStrategy::drop_oldest},
    {"drop_newest", OverflowStrategy::drop_newest},
    {"error", OverflowStrategy::error},
};
constexpr Name kUnderflow[] = {
    {"silence", UnderflowStrategy::silence},
    {"repeat", UnderflowStrategy::repeat},
    {"error", UnderflowStrategy::error},
};

}  // namespace

const char* name_of(OverflowStrategy strategy) noexcept { return name_in(kOverflow, strategy); }
const char* name_of(UnderflowStrategy strategy) noexcept { return name_in(kUnderflow, strategy); }

bool parse(std::string_view name, OverflowStrategy& out) noexcept { return parse_in(kOverflow, name, out); }
bool parse(std::string_view name, UnderflowStrategy& out) noexcept { return parse_in(kUnderflow, name, out); }

Result<bool> check(const BufferConfig& config) noexcept {
    const auto duration = [](const char* field) { return Result<bool>(Status::bad_buffer_duration, field); };
    const bool by_mode = config.prebuffer_ms == kPrebufferByMode;
    if (config.max_size_bytes == 0 || config.max_size_bytes > kMaxSizeBytes)
        return {Status::bad_buffer_size, "buffer.max_size_bytes"};
    if (config.max_duration_ms == 0 || config.max_duration_ms > kMaxDurationMs)
        return duration("buffer.max_duration_ms");
    if (*name_of(config.overflow_strategy) == '\0') return {Status::bad_strategy, "buffer.overflow_strategy"};
    if (*name_of(config.underflow_strategy) == '\0') return {Status::bad_strategy, "buffer.underflow_strategy"};
    if (!by_mode && config.prebuffer_ms > config.max_duration_ms) return duration("buffer.prebuffer_ms");
    if (config.repeat_ms > kMaxRepeatMs) return duration("buffer.repeat_ms");
    if (config.fade_ms > kMaxFadeMs) return duration("buffer.fade_ms");
    if (config.reorder_packets > kMaxWindowPackets) return {Status::bad_reorder_window, "buffer.reorder_packets"};
    if (config.max_packet_ms == 0 || config.max_packet_ms > kMaxPacketMs) return duration("buffer.max_packet_ms");
    if (config.sequence_bits != 32 && config.sequence_bits != 16)
        return {Status::bad_reorder_window, "buffer.sequence_bits"};
    return true;
}

}  // namespace audioengine
