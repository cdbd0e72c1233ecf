// The neural detector: a small network that knows speech from noise, music and clatter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "audioengine/result.h"
#include "audioengine/types.h"

namespace audioengine {

/// Probability of speech in each block, as a network trained for it hears the block and what came before.
///
/// It looks at the shape of the spectrum over the stream's own level and at how periodic the sound is, so loudness says
/// little: a quiet talker is found, a loud fan is not, and `energy_threshold` and `min_amplitude` have no part in it.
/// It answers one block late, when it has heard what comes next: kLookAheadBlocks. Integers and floats in a fixed order:
/// the same bits on every machine. core/model tells how the network was trained and how well it hears.
class NeuralDetector {
public:
    static constexpr std::uint32_t kLookAheadBlocks = 1;  ///< 10 ms.

    /// Allocates the state, about 6 KB; the weights are constants that all detectors share. `out_of_memory` else.
    static Result<NeuralDetector> create() noexcept;

    NeuralDetector(NeuralDetector&&) noexcept;
    NeuralDetector& operator=(NeuralDetector&&) noexcept;
    ~NeuralDetector();

    /// Takes the next 10 ms at 16 kHz. Returns the probability that somebody spoke in the 10 ms before those, 0 to 32768.
    /// The first answer after `create` or `reset` is about no block.
    [[nodiscard]] std::uint16_t process(std::span<const std::int16_t, kBlockSamples> block) noexcept;

    /// As newly created. Never allocates.
    void reset() noexcept;

    [[nodiscard]] std::size_t memory_bytes() const noexcept;

private:
    friend class FastVADDetector;  // has an empty one unless it needs it
    friend struct StateAccess;     // snapshot

    struct State;
    NeuralDetector() noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace audioengine
