// The two ways in which the tool fails. `main` turns them into its exit codes.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

namespace audioengine::tool {

enum ExitCode : int { kDone = 0, kBadInput = 1, kUsage = 2 };

/// The input cannot be used, or the output cannot be written: exit code 1. The text names the file and the place.
struct BadInput : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The command line asks for something impossible: exit code 2.
struct UsageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The system's text for an `errno` value.
inline std::string error_text(int error) { return std::generic_category().message(error); }

}  // namespace audioengine::tool
