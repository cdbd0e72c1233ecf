#include "audioengine/resampler.h"

#include <new>
#include <numeric>

#include "audioengine/config.h"
#include "make_array.h"
#include "resampler_impl.h"
#include "seldom.h"

namespace audioengine {

namespace {

constexpr ProcessingMode kAllModes[] = {ProcessingMode::REALTIME, ProcessingMode::BALANCED, ProcessingMode::QUALITY};

}  // namespace

Result<Resampler> Resampler::create(std::uint32_t from_rate_hz, std::uint32_t to_rate_hz,
                                    ProcessingMode mode) noexcept {
    return make(from_rate_hz, to_rate_hz, mode, std::span(&mode, 1));
}

Result<Resampler> Resampler::create_switchable(std::uint32_t from_rate_hz, std::uint32_t to_rate_hz,
                                               ProcessingMode mode) noexcept {
    return make(from_rate_hz, to_rate_hz, mode, kAllModes);
}

/// `modes`: the ones there must be memory for.
AUDIOENGINE_SELDOM Result<Resampler> Resampler::make(std::uint32_t from_rate_hz, std::uint32_t to_rate_hz,
                                                     ProcessingMode mode,
                                                     std::span<const ProcessingMode> modes) noexcept {
    if (!is_sample_rate(from_rate_hz)) return {Status::bad_sample_rate, "from_rate_hz"};
    if (!is_sample_rate(to_rate_hz)) return {Status::bad_sample_rate, "to_rate_hz"};
    if (const auto checked = check(mode); !checked) return {checked.status(), checked.field()};

    std::unique_ptr<Impl> impl(new (std::nothrow) Impl);
    if (!impl) return Status::out_of_memory;
    impl->from_rate_hz = from_rate_hz;
    impl->to_rate_hz = to_rate_hz;
    if (impl->copies()) return Resampler(std::move(impl));

    impl->design = design_filter(from_rate_hz, to_rate_hz, mode);
    const std::uint32_t divisor = std::gcd(from_rate_hz, to_rate_hz);
    impl->step_whole = from_rate_hz / divisor / impl->design.phases;
    impl->step_phases = from_rate_hz / divisor % impl->design.phases;
    impl->switchable = modes.size() > 1;
    for (const ProcessingMode possible : modes) {
        const FilterDesign design = design_filter(from_rate_hz, to_rate_hz, possible);
        impl->table_capacity = std::max(impl->table_capacity, design.table_floats());
        impl->longest_before = std::max<std::size_t>(impl->longest_before, design.stride - 1 - design.half);
        impl->longest_half = std::max<std::size_t>(impl->longest_half, design.half);
    }
    impl->history_capacity = impl->longest_before + impl->longest_half + kSliceSamples;
    impl->table = make_array<float>(impl->table_capacity);
    impl->history = make_array<float>(impl->history_capacity);
    if (!impl->table || !impl->history) return Status::out_of_memory;
    fill_table(impl->design, impl->table.get());
    impl->restart();
    return Resampler(std::move(impl));
}

Resampler::Resampler(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;
Resampler::~Resampler() = default;

Resampler::Counts Resampler::process(std::span<const std::int16_t> in, std::span<std::int16_t> out) noexcept {
    return impl_->process(in, out);
}
Resampler::Counts Resampler::process(std::span<const float> in, std::span<float> out) noexcept {
    return impl_->process(in, out);
}
Resampler::Counts Resampler::flush(std::span<std::int16_t> out) noexcept { return impl_->flush(out); }
Resampler::Counts Resampler::flush(std::span<float> out) noexcept { return impl_->flush(out); }

void Resampler::set_mode(ProcessingMode mode) noexcept {
    if (!impl_->switchable) return;
    impl_->design = design_filter(impl_->from_rate_hz, impl_->to_rate_hz, mode);
    fill_table(impl_->design, impl_->table.get());
}

void Resampler::reset() noexcept {
    impl_->finished = false;
    if (!impl_->copies()) impl_->restart();
}

std::size_t Resampler::max_output_samples(std::size_t input_samples) const noexcept {
    return impl_->max_output(input_samples);
}
std::size_t Resampler::max_flush_samples() const noexcept { return impl_->max_output(impl_->longest_half); }
std::uint32_t Resampler::latency_samples() const noexcept { return impl_->design.half; }
std::uint32_t Resampler::from_rate_hz() const noexcept { return impl_->from_rate_hz; }
std::uint32_t Resampler::to_rate_hz() const noexcept { return impl_->to_rate_hz; }
std::uint32_t Resampler::taps() const noexcept { return impl_->design.stride; }

std::size_t Resampler::memory_bytes() const noexcept {
    const std::size_t floats = impl_->table_capacity + impl_->history_capacity;
    return sizeof *this + sizeof(Impl) + floats * sizeof(float);
}

}  // namespace audioengine
