// `new (std::nothrow)` that answers null when memory is out. Emscripten's own, built without exceptions, calls the
// throwing form, which then aborts the program; the core relies on the null to answer `Status::out_of_memory`.
#include <cstdlib>
#include <new>

void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size == 0 ? 1 : size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size == 0 ? 1 : size); }
