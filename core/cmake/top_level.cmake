# Settings for this project's own builds. A project that adds AudioEngine keeps its own.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(CCACHE ccache)
mark_as_advanced(CCACHE)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# No fused multiply-add: the same bits in every build. No errno: sqrt vectorises.
add_compile_options(-ffp-contract=off -fno-math-errno)

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> -Wundef)
if(AUDIOENGINE_WERROR)
    add_compile_options(-Werror)
endif()

if(AUDIOENGINE_SANITIZE)
    add_compile_options(-fsanitize=${AUDIOENGINE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${AUDIOENGINE_SANITIZE})
endif()
if(AUDIOENGINE_COVERAGE)
    add_compile_options(--coverage)
    add_link_options(--coverage)
endif()

if(EMSCRIPTEN)
    # Embind asks for the define once RTTI is off; it has to be the same in every file.
    add_compile_options(-DEMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0)
    if(AUDIOENGINE_WASM_SIMD)
        # Every host with SIMD has the others too, for longer. They make the code smaller.
        add_compile_options(-msimd128 -mbulk-memory -mnontrapping-fptoint -msign-ext)
    endif()
endif()
