// Functions of Emscripten's libraries, in the form in which this program needs them.
#include <emscripten/heap.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

extern std::byte __heap_base;  // NOLINT(bugprone-reserved-identifier): the linker's

namespace {

// Memory: first fit from a list of free pieces in the order of their addresses, where neighbours become one. Emscripten's
// smallest allocator is 1.5 KB larger, and quick with thousands of pieces; an instance has two dozen (facade.h).
struct Piece {
    std::size_t bytes;  // with this head
    Piece* next;        // only of a free one
};
Piece free_pieces{0, nullptr};
std::byte* top = &__heap_base;  // nothing is beyond it

constexpr std::size_t kUnit = 8;  // pieces are multiples of it long; a head is one
constexpr std::size_t kMostBytes = std::size_t{1} << 30U;
static_assert(sizeof(Piece) == kUnit);

std::byte* end_of(Piece* piece) noexcept { return reinterpret_cast<std::byte*>(piece) + piece->bytes; }

void join_next(Piece* piece) noexcept {
    Piece* const next = piece->next;
    if (end_of(piece) != reinterpret_cast<std::byte*>(next)) return;
    piece->bytes += next->bytes;
    piece->next = next->next;
}

void give(Piece* piece) noexcept {
    Piece* before = &free_pieces;
    while (before->next != nullptr && before->next < piece) before = before->next;
    piece->next = before->next;
    before->next = piece;
    join_next(piece);
    if (before != &free_pieces) join_next(before);
}

/// Makes the last free piece, or a new one after everything, so long.
bool grow(Piece* last, std::size_t bytes) noexcept {
    const std::size_t missing = end_of(last) == top ? bytes - last->bytes : bytes;
    const auto end = reinterpret_cast<std::uintptr_t>(top) + missing;
    if (end > emscripten_get_heap_size() && !emscripten_resize_heap(end)) return false;
    auto* const more = new (top) Piece{missing, nullptr};
    top += missing;
    give(more);
    return true;
}

void* take(std::size_t size) noexcept {
    if (size > kMostBytes) return nullptr;
    const std::size_t bytes = (size + sizeof(Piece) + kUnit - 1) / kUnit * kUnit;
    Piece* before = &free_pieces;
    for (;;) {
        Piece* const piece = before->next;
        if (piece == nullptr) {
            if (!grow(before, bytes)) return nullptr;
            before = &free_pieces;
        } else if (piece->bytes < bytes) {
            before = piece;
        } else {
            if (piece->bytes == bytes) {
                before->next = piece->next;
                return piece + 1;
            }
            piece->bytes -= bytes;  // its end is taken; what is left may be a head alone
            return new (end_of(piece)) Piece{bytes, nullptr} + 1;
        }
    }
}

}  // namespace

extern "C" {
void* malloc(std::size_t size) { return take(size); }
void free(void* memory) {
    if (memory != nullptr) give(static_cast<Piece*>(memory) - 1);
}
}

// `new (std::nothrow)` that answers null when memory is out. Emscripten's own, built without exceptions, calls the
// throwing form, which then aborts the program; the core relies on the null to answer `Status::out_of_memory`.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return take(size); }

// Embind prints with this, and only the names of types that were never bound, which bindings.cpp does not use. Without it
// 4 KB of printf would come along.
extern "C" int siprintf(char* out, const char*, ...) {
    *out = '\0';
    return 0;
}
