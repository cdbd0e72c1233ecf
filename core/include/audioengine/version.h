// Version of the library. Semantic versioning; before 1.0 a minor step may change names.
#pragma once

#define AUDIOENGINE_VERSION_MAJOR 0
#define AUDIOENGINE_VERSION_MINOR 1
#define AUDIOENGINE_VERSION_PATCH 0
#define AUDIOENGINE_VERSION "0.1.0"

namespace audioengine {

/// The version as text, "major.minor.patch".
inline constexpr const char* kVersion = AUDIOENGINE_VERSION;

}  // namespace audioengine
