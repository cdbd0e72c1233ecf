#!/bin/sh
# headers.sh COMPILER INCLUDE_DIR: every public header compiles alone. 77: the compiler is not here.
set -eu
command -v "$1" >/dev/null || { echo "no $1 here"; exit 77; }
cd "$2"
for header in audioengine/*.h; do
    # Twice: it guards itself against the second time.
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
        "$1" -std=c++20 -Wall -Wextra -Wpedantic -Wconversion -Werror -fno-exceptions -fno-rtti -I . -fsyntax-only -x c++ - ||
        { echo "$header does not compile alone with $1"; exit 1; }
done

# The C interface is C.
printf '#include "audioengine/c.h"\n' |
    "$1" -std=c11 -Wall -Wextra -Wpedantic -Werror -I . -fsyntax-only -x c - ||
    { echo "audioengine/c.h is not C with $1"; exit 1; }
