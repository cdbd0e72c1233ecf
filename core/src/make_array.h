// Memory that may not be there: construction answers `out_of_memory` instead of ending the program.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

namespace audioengine {

/// `count` default-initialised elements, or null.
template <class T>
[[nodiscard]] std::unique_ptr<T[]> make_array(std::size_t count) noexcept {
    return std::unique_ptr<T[]>(new (std::nothrow) T[count]);
}

}  // namespace audioengine
