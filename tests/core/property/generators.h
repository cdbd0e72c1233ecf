// Random configurations and inputs for the property tests.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "audioengine/config.h"
#include "support/bytes.h"
#include "support/recordings.h"

namespace audioengine::test {

inline std::uint32_t any_rate() {
    return *rc::gen::oneOf(
        rc::gen::element<std::uint32_t>(4000, 8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 192000),
        rc::gen::inRange<std::uint32_t>(4000, 50001));
}

inline AudioFormat any_format() {
    return *rc::gen::element(AudioFormat::PCM16, AudioFormat::G711_ULAW, AudioFormat::G711_ALAW, AudioFormat::FLOAT32);
}

inline float share(std::uint32_t thousandths) { return static_cast<float>(thousandths) / 1000.0F; }

inline VADConfig any_vad() {
    VADConfig vad;
    vad.adaptive = *rc::gen::arbitrary<bool>();
    vad.energy_threshold = share(*rc::gen::inRange<std::uint32_t>(0, 1001));
    vad.threshold = share(*rc::gen::inRange<std::uint32_t>(0, 1001));
    vad.exit_threshold =
        *rc::gen::arbitrary<bool>() ? -1.0F : vad.threshold * share(*rc::gen::inRange<std::uint32_t>(0, 1001));
    vad.speech_start_ms = *rc::gen::inRange<std::uint32_t>(10, 400);
    vad.speech_end_ms = *rc::gen::inRange<std::uint32_t>(10, 400);
    vad.pre_buffer_ms = *rc::gen::inRange<std::uint32_t>(0, 1000);
    vad.max_speech_ms = *rc::gen::oneOf(rc::gen::just<std::uint32_t>(0), rc::gen::inRange<std::uint32_t>(100, 1000));
    return vad;
}

inline EngineConfig any_config() {
    EngineConfig config;
    config.mode = *rc::gen::element(ProcessingMode::REALTIME, ProcessingMode::BALANCED, ProcessingMode::QUALITY);
    config.normalize = *rc::gen::arbitrary<bool>();
    config.audio.sample_rate = any_rate();
    config.audio.channels = *rc::gen::inRange<std::uint32_t>(1, 9);
    config.audio.format = any_format();
    config.output.sample_rate = *rc::gen::arbitrary<bool>() ? 0 : any_rate();
    config.output.format = any_format();
    config.vad = any_vad();
    config.max_chunk_ms = *rc::gen::inRange<std::uint32_t>(10, 400);
    return config;
}

/// Stretches of speech, noise, silence and raw bytes; any number of bytes, so also a part of a frame at the end.
inline Bytes any_input(const EngineConfig& config) {
    Bytes input;
    const std::uint32_t stretches = *rc::gen::inRange<std::uint32_t>(1, 4);
    for (std::uint32_t i = 0; i < stretches; ++i) {
        Lcg random(*rc::gen::arbitrary<std::uint32_t>());
        const std::size_t samples = *rc::gen::inRange<std::size_t>(0, 20000);
        switch (*rc::gen::inRange(0, 4)) {
            case 0: {
                const std::size_t first = random.below(40000);
                const auto& voice = woman();
                append(input, to_bytes(std::span(voice).subspan(first, samples), config.audio.format));
                break;
            }
            case 1:
                append(input, to_bytes(noise(samples, static_cast<std::int32_t>(random.below(32768)), random.next()),
                                       config.audio.format));
                break;
            case 2: append(input, to_bytes(silence(samples), config.audio.format)); break;
            default:
                for (std::size_t byte = 0; byte < samples; ++byte)
                    input.push_back(static_cast<std::byte>(random.next() & 0xFFU));
        }
    }
    input.resize(input.size() - std::min<std::size_t>(input.size(), *rc::gen::inRange<std::size_t>(0, 40)));
    return input;
}

}  // namespace audioengine::test
