// What answers a client. A provider is one file: a class, and its row in the table of provider.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "audioengine/config.h"
#include "audioengine/segmenter.h"
#include "metrics.h"

namespace audioengine::relay {

/// A piece of an answer. The span holds until the next call on the provider.
struct Answer {
    std::span<const std::byte> audio;
    std::uint32_t segment = 0;  ///< The segment that is answered.
    bool last = false;          ///< The answer ends with this piece.
};

/// One object a client, always called on the client's thread; no call may wait. Audio in both directions is mono PCM16
/// at `ProviderSetup::sample_rate_hz`; the session's two engines convert from and to what the client speaks.
class Provider {
public:
    virtual ~Provider() = default;
    Provider() = default;
    Provider(const Provider&) = delete;
    Provider& operator=(const Provider&) = delete;

    /// The client's audio as it comes, without gaps, and what was decided meanwhile. An event may tell of audio that the
    /// engine still holds and hands over with a later call. False: some audio had to be dropped.
    virtual bool hear(std::span<const std::byte> audio, std::span<const VadEvent> events) = 0;

    /// Nothing more will be heard, until `reset`.
    virtual void finish() = 0;

    /// The next piece of an answer, at most `max_bytes`, or nothing for now. Called whenever the client can take more,
    /// so that what a slow client has not fetched waits here, and the provider decides how much it keeps.
    virtual std::optional<Answer> answer(std::size_t max_bytes) = 0;

    /// The stream begins anew: forgets what was heard and not yet answered.
    virtual void reset() = 0;
};

/// What a provider is told about its client.
struct ProviderSetup {
    std::uint32_t sample_rate_hz = 0;
    VADConfig vad;
    std::uint32_t max_answer_ms = 0;  ///< It may hold this much unsent audio.
    ThreadMetrics* metrics = nullptr;
};

struct ProviderType {
    const char* name;
    std::uint32_t sample_rate_hz;  ///< The rate it speaks; 0: as its client.
    std::unique_ptr<Provider> (*create)(const ProviderSetup& setup);
};

/// The provider with this name; null when there is none.
const ProviderType* find_provider(std::string_view name);

/// "echo, ...", for people.
std::string provider_names();

/// Answers each segment of speech with its own audio, from `padded_ms` to `end_ms`.
std::unique_ptr<Provider> create_echo_provider(const ProviderSetup& setup);

}  // namespace audioengine::relay
