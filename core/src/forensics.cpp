// Forensics: the stream's windows and the evidence. What the windows show is judged in forensics_bytes.cpp and
// forensics_samples.cpp; what needs every sample in forensics_continuity.cpp.
#include "audioengine/forensics.h"

#include <algorithm>
#include <bit>

#include "forensics_judges.h"

namespace audioengine {

namespace {

constexpr std::uint32_t kWindowsPerSecond = 50;
constexpr std::size_t kPiece = 256;  // samples of one channel at a time

std::size_t index_of(Finding kind) noexcept {
    return static_cast<std::size_t>(std::countr_zero(static_cast<std::uint32_t>(kind)));
}

}  // namespace

Forensics::Forensics(const AudioConfig& config) noexcept
    : format_(config.format), channels_(config.channels), rate_hz_(config.sample_rate) {
    // 20 ms of samples; and of bytes as many as G.711 would have, so that 200 ms of it are ten windows whatever it is
    // taken for. Multiples of 4 keep the bytes of a sample at their places, whichever the format.
    const std::uint32_t samples = std::max<std::uint32_t>(kProbe, rate_hz_ / kWindowsPerSecond);
    const std::uint32_t bytes = std::max<std::uint32_t>(kProbe, rate_hz_ * channels_ / kWindowsPerSecond);
    byte_windows_.length = bytes / 4 * 4;
    sample_windows_.length = samples / 2 * 2;
}

void Forensics::reset() noexcept {
    AudioConfig config;
    config.format = format_;
    config.channels = channels_;
    config.sample_rate = rate_hz_;
    *this = Forensics(config);
}

std::uint64_t Forensics::position(Finding any) const noexcept {
    const std::uint32_t found = static_cast<std::uint32_t>(found_) & static_cast<std::uint32_t>(any);
    if (found == 0 || has(static_cast<Finding>(found), Finding::container)) return 0;  // a file begins at 0
    std::uint64_t first = UINT64_MAX;
    for (std::uint32_t rest = found >> kFirstBit; rest != 0; rest &= rest - 1)
        first = std::min(first, positions_[static_cast<std::size_t>(std::countr_zero(rest))]);
    return first;
}

void Forensics::find(Finding kind, std::uint64_t position) noexcept {
    if (has(found_, kind)) return;
    found_ = found_ | kind;
    positions_[index_of(kind) - kFirstBit] = position;
}

/// What samples show counts only where they are samples.
bool Forensics::is_format_doubtful() const noexcept {
    const std::size_t last = index_of(Finding::looks_float32) - kFirstBit;
    for (std::size_t format = 0; format <= last; ++format)
        if (scores_[format] > 1) return true;
    return has(found_, kWrongFormat);
}

/// One window's evidence: above 0 for, below 0 against. True when the windows for it outweigh the others by `enough`.
bool Forensics::gather(std::size_t kind, int evidence, std::uint32_t enough, std::uint64_t position) noexcept {
    std::uint8_t& score = scores_[kind];
    if (evidence > 0 && score == 0 && !has(found_, static_cast<Finding>(1U << ((kind + kFirstBit) % 32))))
        positions_[kind] = position;
    score = static_cast<std::uint8_t>(std::clamp(int{score} + evidence, 0, static_cast<int>(enough)));
    return score == enough;
}

void Forensics::weigh(Finding kind, int evidence, std::uint32_t enough, std::uint64_t position) noexcept {
    const std::size_t index = index_of(kind) - kFirstBit;
    if (gather(index, evidence, enough, position)) find(kind, positions_[index]);
}

/// Goes on by `count` elements, which do not reach beyond the window.
void Forensics::advance(Windows& windows, std::uint32_t count) noexcept {
    windows.at += count;
    if (windows.at < windows.length) return;
    windows.at = 0;
    if (windows.skip > 0) --windows.skip;
}

/// After a judged window: with nothing suspicious for long enough, the next ones are left out.
void Forensics::trust(Windows& windows, bool innocent) noexcept {
    if (!innocent) {
        windows.trusted = 0;
    } else if (windows.trusted < kTrustedWindows) {
        ++windows.trusted;
    } else {
        windows.skip = kTrustedStride;
    }
}

void Forensics::keep_bytes(std::span<const std::byte> bytes) noexcept {
    Windows& windows = byte_windows_;
    while (!bytes.empty()) {
        const auto count = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size(), windows.length - windows.at));
        if (windows.skip == 0 && windows.at < kProbe) {
            const std::size_t kept = std::min<std::size_t>(count, kProbe - windows.at);
            std::copy_n(bytes.begin(), kept, byte_probe_.begin() + windows.at);
            if (windows.at + kept == kProbe) trust(windows, ByteJudge::judge(*this, byte_probe_, bytes_ - windows.at));
        }
        advance(windows, count);
        bytes_ += count;
        bytes = bytes.subspan(count);
    }
}

void Forensics::keep_samples(std::span<const std::int16_t> samples) noexcept {
    Windows& windows = sample_windows_;
    while (!samples.empty()) {
        const auto count =
            static_cast<std::uint32_t>(std::min<std::size_t>(samples.size(), windows.length - windows.at));
        if (windows.skip == 0 && windows.at < kProbe) {
            const std::size_t kept = std::min<std::size_t>(count, kProbe - windows.at);
            std::copy_n(samples.begin(), kept, sample_probe_.begin() + windows.at);
            const std::uint64_t position = (frames_ - windows.at) * bytes_per_sample(format_) * channels_;
            if (windows.at + kept == kProbe) trust(windows, SampleJudge::judge(*this, sample_probe_, position));
        }
        advance(windows, count);
        frames_ += count;
        samples = samples.subspan(count);
    }
}

void Forensics::add(std::span<const std::byte> frames, std::span<const std::int16_t> samples) noexcept {
    std::array<std::int16_t, kPiece> first{};  // channel
    std::array<std::uint16_t, kPiece> loudness{};
    const std::size_t channels = channels_;
    const std::int16_t zero = format_ == AudioFormat::G711_ALAW ? 8 : 0;  // what its silence decodes to
    const std::size_t count = samples.size() / channels;
    const std::size_t frame_bytes = bytes_per_sample(format_) * channels;
    std::size_t piece = 0;
    for (std::size_t at = 0; at < count; at += piece) {
        // Pieces end at multiples of kPiece from the stream's start; there, and only there, what the bytes have shown
        // counts for the samples. So the cut of the input does not matter.
        const auto begun = static_cast<std::size_t>(frames_ % kPiece);
        if (begun == 0) is_doubtful_ = is_format_doubtful();
        piece = std::min(kPiece - begun, count - at);
        const auto bytes = frames.subspan(at * frame_bytes, piece * frame_bytes);
        if (mp3_.possible) look_for_mp3(bytes);
        keep_bytes(bytes);
        const std::int16_t* const from = samples.data() + at * channels;
        for (std::size_t i = 0; i < piece; ++i) {
            first[i] = from[i * channels];
            loudness[i] = loudness_of(first[i], zero);
        }
        for (std::size_t channel = 1; channel < channels; ++channel)
            for (std::size_t i = 0; i < piece; ++i)
                loudness[i] = std::max(loudness[i], loudness_of(from[i * channels + channel], zero));
        look_for_silence(std::span(loudness).first(piece));
        look_for_repetition(std::span(first).first(piece));
        keep_samples(std::span(first).first(piece));
    }
}

void Forensics::finish() noexcept {
    end_repetition();
    const bool is_short = bytes_ < kProbe;
    if (is_short) ByteJudge::judge_short(*this, std::span(byte_probe_).first(static_cast<std::size_t>(bytes_)));
}

}  // namespace audioengine
