// Result<T>: what a factory returns; either a value, or the reason why there is none.
#pragma once

#include <optional>
#include <utility>

#include "audioengine/status.h"

namespace audioengine {

/// Either a T, or a Status other than `ok` and the name of the configuration field that caused it.
template <class T>
class [[nodiscard]] Result {
public:
    // Both conversions are meant to be implicit: `return engine;` and `return Status::bad_channels;` read best.
    Result(T value) noexcept : value_(std::move(value)) {}
    Result(Status status, const char* field = "") noexcept : status_(status), field_(field) {}

    [[nodiscard]] bool ok() const noexcept { return value_.has_value(); }
    explicit operator bool() const noexcept { return ok(); }

    [[nodiscard]] Status status() const noexcept { return status_; }

    /// The configuration field at fault ("vad.speech_start_ms"), or "". Static lifetime.
    [[nodiscard]] const char* field() const noexcept { return field_; }

    /// The value. Only when `ok()`; undefined otherwise.
    [[nodiscard]] T& value() & noexcept { return *value_; }
    [[nodiscard]] const T& value() const& noexcept { return *value_; }
    [[nodiscard]] T&& value() && noexcept { return std::move(*value_); }

private:
    std::optional<T> value_;
    Status status_ = Status::ok;
    const char* field_ = "";
};

}  // namespace audioengine
