# Emscripten, from Debian's package or from an activated emsdk. Use: cmake --toolchain wasm/toolchain.cmake ...
if(DEFINED ENV{EMSDK})
    set(emscripten_root $ENV{EMSDK}/upstream/emscripten)
else()
    set(emscripten_root /usr/share/emscripten)
endif()
set(platform ${emscripten_root}/cmake/Modules/Platform/Emscripten.cmake)
if(NOT EXISTS ${platform})
    message(FATAL_ERROR "Emscripten is not there (looked in ${emscripten_root}). On Debian and Ubuntu: apt install emscripten")
endif()
include(${platform})

# Debian keeps the JavaScript parser that the linker needs (acorn) where node does not look by itself.
if(NOT DEFINED ENV{EMSDK})
    set(ENV{NODE_PATH} /usr/share/nodejs)                                             # while configuring
    set(CMAKE_CXX_LINKER_LAUNCHER ${CMAKE_COMMAND} -E env NODE_PATH=/usr/share/nodejs)  # while building
endif()

# The nm of this compiler, and the node that the user has, which may be newer than the one Emscripten was set up with.
set(CMAKE_NM ${emscripten_root}/emnm CACHE FILEPATH "")
find_program(AUDIOENGINE_NODE NAMES node nodejs REQUIRED)
set(CMAKE_CROSSCOMPILING_EMULATOR ${AUDIOENGINE_NODE})
