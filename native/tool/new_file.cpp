#include "new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "failure.h"

namespace audioengine::tool {
namespace {

// What the signal handler removes. Only plain memory is safe to read there.
char g_unfinished_path[4096];
volatile std::sig_atomic_t g_unfinished = 0;

extern "C" void remove_unfinished(int signal_number) {
    if (g_unfinished != 0) unlink(g_unfinished_path);
    raise(signal_number);  // SA_RESETHAND: this time it ends the program
}

constexpr int kEndingSignals[] = {SIGINT, SIGTERM, SIGHUP};

/// Makes the file, named after the template, and has it removed when a signal ends the program; nothing comes between.
int make_guarded(std::string& name_template) {
    sigset_t ending;
    sigset_t before;
    sigemptyset(&ending);
    for (const int signal_number : kEndingSignals) sigaddset(&ending, signal_number);
    pthread_sigmask(SIG_BLOCK, &ending, &before);
    const int descriptor = mkostemp(name_template.data(), O_CLOEXEC);
    const int error = errno;
    if (descriptor >= 0 && name_template.size() < sizeof g_unfinished_path) {
        std::memcpy(g_unfinished_path, name_template.c_str(), name_template.size() + 1);
        g_unfinished = 1;
        for (const int signal_number : kEndingSignals) {
            struct sigaction present {};
            sigaction(signal_number, nullptr, &present);
            if (present.sa_handler == SIG_IGN) continue;  // what the caller ignores (nohup) stays ignored
            struct sigaction removing {};
            removing.sa_handler = remove_unfinished;
            removing.sa_flags = static_cast<int>(SA_RESETHAND);
            sigaction(signal_number, &removing, nullptr);
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error;
    return descriptor;
}

}  // namespace

NewFile::NewFile(const std::string& path) : path_(path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) fail(EISDIR);
    const std::filesystem::path target = std::filesystem::is_symlink(path, error)
                                             ? std::filesystem::weakly_canonical(path, error)
                                             : std::filesystem::path(path);
    target_ = target.string();
    // The temporary name keeps the folder, so that the rename stays inside one file system.
    temporary_ = (target.parent_path() / ".audioengine-XXXXXX").string();
    descriptor_ = make_guarded(temporary_);
    if (descriptor_ < 0) {
        temporary_.clear();
        fail(errno);
    }
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(descriptor_, 0666 & ~mask);
}

NewFile::~NewFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!temporary_.empty()) unlink(temporary_.c_str());
    g_unfinished = 0;
}

void NewFile::write(const void* bytes, std::size_t count) {
    const char* next = static_cast<const char*>(bytes);
    while (count > 0) {
        const ssize_t written = ::write(descriptor_, next, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) fail(errno);
        next += written;
        count -= static_cast<std::size_t>(written);
    }
}

void NewFile::commit() {
    const int closed = close(descriptor_);
    descriptor_ = -1;
    if (closed != 0) fail(errno);
    if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail(errno);
    temporary_.clear();
}

void NewFile::fail(int error) const { throw BadInput(path_ + ": cannot be written: " + error_text(error)); }

}  // namespace audioengine::tool
