// Where the fuzzer, or replay.cpp, enters a target.
#include <cstddef>
#include <cstdint>

#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    audioengine::fuzz::Reader reader(data, size);
    audioengine::fuzz::run(reader);
    return 0;
}
