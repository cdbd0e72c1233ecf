#include "records.h"

namespace audioengine::wasm {

namespace {

template <class Struct>
struct Number {
    const char* name;
    double (*of)(const Struct& from);
};

template <auto Member>
struct Of;
template <class Struct, class T, T Struct::*Member>
struct Of<Member> {
    static double number(const Struct& from) { return static_cast<double>(from.*Member); }
};

using M = AudioMetadata;
constexpr Number<M> kMetadata[] = {
    {"format", Of<&M::format>::number},
    {"sample_rate_hz", Of<&M::sample_rate_hz>::number},
    {"channels", Of<&M::channels>::number},
    {"frames", Of<&M::frames>::number},
    {"duration_us", Of<&M::duration_us>::number},
    {"peak_dbfs_x100", Of<&M::peak_dbfs_x100>::number},
    {"rms_dbfs_x100", Of<&M::rms_dbfs_x100>::number},
    {"dc_ppm", Of<&M::dc_ppm>::number},
    {"clipped_ppm", Of<&M::clipped_ppm>::number},
    {"zero_ppm", Of<&M::zero_ppm>::number},
    {"crest_db_x100", Of<&M::crest_db_x100>::number},
    {"noise_floor_dbfs_x100", Of<&M::noise_floor_dbfs_x100>::number},
    {"bandwidth_hz", Of<&M::bandwidth_hz>::number},
};

using S = BufferStats;
constexpr Number<S> kBufferStats[] = {
    {"added_frames", Of<&S::added_frames>::number},
    {"gap_frames", Of<&S::gap_frames>::number},
    {"read_frames", Of<&S::read_frames>::number},
    {"dropped_frames", Of<&S::dropped_frames>::number},
    {"cleared_frames", Of<&S::cleared_frames>::number},
    {"filled_frames", Of<&S::filled_frames>::number},
    {"refused_calls", Of<&S::refused_calls>::number},
    {"overflows", Of<&S::overflows>::number},
    {"underflows", Of<&S::underflows>::number},
    {"partial_bytes", Of<&S::partial_bytes>::number},
    {"packets", Of<&S::packets>::number},
    {"reordered", Of<&S::reordered>::number},
    {"lost", Of<&S::lost>::number},
    {"late", Of<&S::late>::number},
    {"duplicates", Of<&S::duplicates>::number},
    {"sequence_jumps", Of<&S::sequence_jumps>::number},
    {"available_frames", Of<&S::available_frames>::number},
    {"waiting_frames", Of<&S::waiting_frames>::number},
    {"high_water_frames", Of<&S::high_water_frames>::number},
    {"available_bytes", Of<&S::available_bytes>::number},
    {"capacity_bytes", Of<&S::capacity_bytes>::number},
    {"memory_bytes", Of<&S::memory_bytes>::number},
    {"state", Of<&S::state>::number},
};

template <class Struct, std::size_t N>
const char* name_in(const Number<Struct> (&numbers)[N], std::uint32_t index) noexcept {
    static_assert(N <= kRecordCapacity);
    return index < N ? numbers[index].name : "";
}

template <class Struct, std::size_t N>
void write(const Number<Struct> (&numbers)[N], const Struct& from, double* out) noexcept {
    for (const Number<Struct>& number : numbers) *out++ = number.of(from);
}

}  // namespace

const char* metadata_name(std::uint32_t index) noexcept { return name_in(kMetadata, index); }
const char* buffer_stats_name(std::uint32_t index) noexcept { return name_in(kBufferStats, index); }
void write_record(const AudioMetadata& metadata, double* out) noexcept { write(kMetadata, metadata, out); }
void write_record(const BufferStats& stats, double* out) noexcept { write(kBufferStats, stats, out); }

}  // namespace audioengine::wasm
