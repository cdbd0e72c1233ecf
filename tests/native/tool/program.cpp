#include "program.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <thread>

namespace audioengine::test {
namespace {

void require(bool holds, const char* what) {
    if (holds) return;
    std::perror(what);
    std::abort();
}

std::string read_all(int descriptor) {
    std::string text;
    char part[4096];
    ssize_t count = 0;
    while ((count = read(descriptor, part, sizeof part)) > 0) text.append(part, static_cast<std::size_t>(count));
    return text;
}

}  // namespace

Child::Child(const Arguments& arguments, int standard_input, int standard_output, int standard_error,
             long file_size_limit_bytes) {
    std::vector<char*> values{const_cast<char*>(AUDIOENGINE_TOOL)};
    for (const std::string& argument : arguments) values.push_back(const_cast<char*>(argument.c_str()));
    values.push_back(nullptr);
    id_ = fork();
    require(id_ >= 0, "fork");
    if (id_ > 0) return;
    // The child: only calls that are safe after fork.
    const int given[] = {standard_input, standard_output, standard_error};
    for (int i = 0; i < 3; ++i) {
        if (given[i] >= 0) dup2(given[i], i);
    }
    if (file_size_limit_bytes >= 0) {
        const rlimit limit{static_cast<rlim_t>(file_size_limit_bytes), static_cast<rlim_t>(file_size_limit_bytes)};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    execv(AUDIOENGINE_TOOL, values.data());
    _exit(127);
}

Outcome Child::wait() {
    int status = 0;
    require(waitpid(id_, &status, 0) == id_, "waitpid");
    Outcome outcome;
    if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
    return outcome;
}

Pipe::Pipe() {
    int ends[2] = {-1, -1};
    require(pipe2(ends, O_CLOEXEC) == 0, "pipe2");
    read_end = ends[0];
    write_end = ends[1];
}
Pipe::~Pipe() {
    close_read();
    close_write();
}
void Pipe::close_read() {
    if (read_end >= 0) close(read_end);
    read_end = -1;
}
void Pipe::close_write() {
    if (write_end >= 0) close(write_end);
    write_end = -1;
}

Outcome run_tool(const Arguments& arguments, std::span<const std::byte> input) {
    std::signal(SIGPIPE, SIG_IGN);  // the tool may end before it has read everything
    Pipe in;
    Pipe out;
    Pipe err;
    Child child(arguments, in.read_end, out.write_end, err.write_end);
    in.close_read();
    out.close_write();
    err.close_write();
    std::string err_text;
    std::thread writer([&] {
        while (!input.empty()) {
            const ssize_t written = write(in.write_end, input.data(), input.size());
            if (written <= 0) break;
            input = input.subspan(static_cast<std::size_t>(written));
        }
        in.close_write();
    });
    std::thread err_reader([&] { err_text = read_all(err.read_end); });
    std::string out_text = read_all(out.read_end);
    err_reader.join();
    writer.join();
    Outcome outcome = child.wait();
    outcome.out = std::move(out_text);
    outcome.err = std::move(err_text);
    return outcome;
}

TemporaryFolder::TemporaryFolder() {
    path_ = (std::filesystem::temp_directory_path() / "audioengine-tool-XXXXXX").string();
    require(mkdtemp(path_.data()) != nullptr, "mkdtemp");
}
TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}
std::vector<std::string> TemporaryFolder::names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
        names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

void write_bytes(const std::string& path, std::span<const std::byte> bytes) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    require(file != nullptr, path.c_str());
    if (!bytes.empty()) require(std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size(), path.c_str());
    std::fclose(file);
}

Bytes read_bytes(const std::string& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    require(descriptor >= 0, path.c_str());
    const std::string text = read_all(descriptor);
    close(descriptor);
    return as_bytes(text);
}

Bytes as_bytes(std::string_view text) {
    Bytes bytes(text.size());
    std::transform(text.begin(), text.end(), bytes.begin(), [](char letter) { return static_cast<std::byte>(letter); });
    return bytes;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::string first_difference(const std::string& text, const std::string& expected) {
    if (text == expected) return "";
    const auto ours = lines_of(text);
    const auto theirs = lines_of(expected);
    std::size_t i = 0;
    while (i < ours.size() && i < theirs.size() && ours[i] == theirs[i]) ++i;
    const auto line = [&](const auto& lines) { return i < lines.size() ? lines[i] : std::string("(end)"); };
    return "line " + std::to_string(i + 1) + ": '" + line(ours) + "', expected '" + line(theirs) + "'";
}

std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields;
    std::istringstream stream(line);
    for (std::string field; std::getline(stream, field, '\t');) fields.push_back(field);
    return fields;
}

}  // namespace audioengine::test
