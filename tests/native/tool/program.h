// Runs the tool as a shell would: arguments, pipes or files as its standard streams, exit code.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/bytes.h"

namespace audioengine::test {

using Arguments = std::vector<std::string>;

struct Outcome {
    int exit_code = -1;  ///< -1: ended by a signal.
    int signal = 0;
    std::string out;
    std::string err;
};

/// The tool, running. The caller owns the descriptors it gives; -1 leaves the test's own stream.
class Child {
public:
    Child(const Arguments& arguments, int standard_input, int standard_output, int standard_error,
          long file_size_limit_bytes = -1);
    [[nodiscard]] pid_t id() const { return id_; }
    /// Waits for its end. `out` and `err` stay empty.
    Outcome wait();

private:
    pid_t id_ = -1;
};

/// A pipe whose ends close with it. Not inherited by children unless given.
struct Pipe {
    Pipe();
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe();
    void close_read();
    void close_write();
    int read_end = -1;
    int write_end = -1;
};

/// Runs to the end with these bytes on standard input (a pipe).
Outcome run_tool(const Arguments& arguments, std::span<const std::byte> input = {});

/// A folder of its own, removed at the end.
class TemporaryFolder {
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    [[nodiscard]] std::string path(const std::string& name = "") const {
        return name.empty() ? path_ : path_ + "/" + name;
    }
    /// Names of everything in it, sorted.
    [[nodiscard]] std::vector<std::string> names() const;

private:
    std::string path_;
};

void write_bytes(const std::string& path, std::span<const std::byte> bytes);
Bytes read_bytes(const std::string& path);
Bytes as_bytes(std::string_view text);

/// The first line in which two texts differ, with its number and both versions; "" when they are the same.
std::string first_difference(const std::string& text, const std::string& expected);

std::vector<std::string> lines_of(const std::string& text);
std::vector<std::string> fields_of(const std::string& line);

}  // namespace audioengine::test
