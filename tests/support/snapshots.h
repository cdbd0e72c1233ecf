// What tests know about the bytes of a snapshot: "AESN" and version (8 bytes), length of the body (8), FNV-1a of the body (8), body.
#pragma once

#include <cstddef>
#include <cstdint>

#include "support/bytes.h"

namespace audioengine::test {

inline constexpr std::size_t kSnapshotHeaderBytes = 24;

/// Makes length and checksum of a changed snapshot right again, as anybody can who stores snapshots.
inline void repair_snapshot(Bytes& snapshot) {
    if (snapshot.size() < kSnapshotHeaderBytes) return;
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (std::size_t i = kSnapshotHeaderBytes; i < snapshot.size(); ++i)
        hash = (hash ^ std::to_integer<std::uint64_t>(snapshot[i])) * 0x100000001B3U;
    const std::uint64_t length = snapshot.size() - kSnapshotHeaderBytes;
    for (std::size_t i = 0; i < 8; ++i) {
        snapshot[8 + i] = static_cast<std::byte>((length >> (8 * i)) & 0xFFU);
        snapshot[16 + i] = static_cast<std::byte>((hash >> (8 * i)) & 0xFFU);
    }
}

}  // namespace audioengine::test
