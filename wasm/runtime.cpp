// Two functions of Emscripten's libraries, in the form in which this program needs them.
#include <cstdlib>
#include <new>

// `new (std::nothrow)` that answers null when memory is out. Emscripten's own, built without exceptions, calls the
// throwing form, which then aborts the program; the core relies on the null to answer `Status::out_of_memory`.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size == 0 ? 1 : size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size == 0 ? 1 : size); }

// Embind prints with this, and only the names of types that were never bound, which bindings.cpp does not use. Without it
// 4 KB of printf would come along.
extern "C" int siprintf(char* out, const char*, ...) {
    *out = '\0';
    return 0;
}
