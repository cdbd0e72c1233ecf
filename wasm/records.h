// Structs of the core as lists of numbers with names: JavaScript builds its objects from the two, so that a field that
// the core adds is named here and nowhere else.
#pragma once

#include <cstddef>
#include <cstdint>

#include "audioengine/stream_buffer.h"
#include "audioengine/validate.h"

namespace audioengine::wasm {

/// The most numbers a record has.
inline constexpr std::size_t kRecordCapacity = 32;

/// The name of number `index`, "" beyond the last; as in the struct.
const char* metadata_name(std::uint32_t index) noexcept;
const char* buffer_stats_name(std::uint32_t index) noexcept;

/// Writes the numbers to `out`, in the order of the names. Enumerations as their numbers.
void write_record(const AudioMetadata& metadata, double* out) noexcept;
void write_record(const BufferStats& stats, double* out) noexcept;

}  // namespace audioengine::wasm
