// A file that appears whole or not at all: written under a temporary name beside its place, then renamed.
#pragma once

#include <string>

namespace audioengine::tool {

/// One at a time in a process. A file that is not committed is removed again, also when the program is interrupted.
class NewFile {
public:
    /// Creates the temporary file. Throws BadInput when the folder can't be written.
    explicit NewFile(const std::string& path);
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;
    ~NewFile();

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] const std::string& path() const { return path_; }

    /// Writes all bytes. Throws BadInput.
    void write(const void* bytes, std::size_t count);
    /// Closes and puts the file in its place. Throws BadInput.
    void commit();

private:
    [[noreturn]] void fail(int error) const;

    std::string path_;       // as given, for messages
    std::string target_;     // where it goes: `path_`, symbolic links followed
    std::string temporary_;  // "" once it is in place
    int descriptor_ = -1;
};

}  // namespace audioengine::tool
