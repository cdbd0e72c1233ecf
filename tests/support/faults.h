// Bytes that are not what they should be, for the tests of forensics.
#pragma once

#include <string>
#include <utility>

#include "audioengine/validate.h"
#include "support/bytes.h"

namespace audioengine::test {

inline AudioConfig config_of(AudioFormat format, std::uint32_t rate_hz, std::uint32_t channels = 1) {
    AudioConfig config;
    config.format = format;
    config.sample_rate = rate_hz;
    config.channels = channels;
    return config;
}

/// The names of a set, with spaces between.
inline std::string names_of(Finding findings) {
    std::string names;
    for (std::uint32_t i = 0; i < kFindingCount; ++i)
        if (has(findings, static_cast<Finding>(1U << i)))
            names += std::string(names.empty() ? "" : " ") + finding_name(i);
    return names;
}

inline Bytes swapped(Bytes bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
    return bytes;
}
inline Bytes base64(const Bytes& bytes) {
    constexpr const char* kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Bytes out;
    for (std::size_t i = 0; i + 2 < bytes.size(); i += 3) {
        const std::uint32_t three = std::to_integer<std::uint32_t>(bytes[i]) << 16U |
                                    std::to_integer<std::uint32_t>(bytes[i + 1]) << 8U |
                                    std::to_integer<std::uint32_t>(bytes[i + 2]);
        for (const unsigned shift : {18U, 12U, 6U, 0U})
            out.push_back(static_cast<std::byte>(kDigits[three >> shift & 63U]));
    }
    return out;
}

/// Every sample `times` times.
inline Samples held(const Samples& in, std::size_t times) {
    Samples out;
    for (const auto sample : in) out.insert(out.end(), times, sample);
    return out;
}

}  // namespace audioengine::test
