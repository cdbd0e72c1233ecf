#include "audioengine/buffer_config.h"

namespace audioengine {

namespace {

constexpr std::size_t kMaxSizeBytes = std::size_t{1} << 30U;
constexpr std::uint32_t kMaxDurationMs = 600000;
constexpr std::uint32_t kMaxRepeatMs = 1000;
constexpr std::uint32_t kMaxFadeMs = 100;
constexpr std::uint32_t kMaxWindowPackets = 64;
constexpr std::uint32_t kMaxPacketMs = 1000;

constexpr OverflowStrategy kOverflow[] = {OverflowStrategy::drop_oldest, OverflowStrategy::drop_newest,
                                          OverflowStrategy::error};
constexpr UnderflowStrategy kUnderflow[] = {UnderflowStrategy::silence, UnderflowStrategy::repeat,
                                            UnderflowStrategy::error};

template <class Enum, std::size_t N>
bool find(const Enum (&values)[N], std::string_view name, Enum& out) noexcept {
    for (const Enum value : values) {
        if (name == name_of(value)) {
            out = value;
            return true;
        }
    }
    return false;
}

}  // namespace

const char* name_of(OverflowStrategy strategy) noexcept {
    switch (strategy) {
        case OverflowStrategy::drop_oldest: return "drop_oldest";
        case OverflowStrategy::drop_newest: return "drop_newest";
        case OverflowStrategy::error: return "error";
    }
    return "";
}

const char* name_of(UnderflowStrategy strategy) noexcept {
    switch (strategy) {
        case UnderflowStrategy::silence: return "silence";
        case UnderflowStrategy::repeat: return "repeat";
        case UnderflowStrategy::error: return "error";
    }
    return "";
}

bool parse(std::string_view name, OverflowStrategy& out) noexcept { return find(kOverflow, name, out); }
bool parse(std::string_view name, UnderflowStrategy& out) noexcept { return find(kUnderflow, name, out); }

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
