#!/bin/sh
# build.sh COMPILER OUTPUT: builds and runs the consumer through pkg-config. PKG_CONFIG_PATH says where audioengine.pc is.
set -eu
command -v pkg-config >/dev/null || { echo "no pkg-config here"; exit 77; }
here=$(dirname "$0")
"$1" -std=c++20 -o "$2" "$here/../consumer.cpp" $(pkg-config --cflags --libs audioengine)
"$2"
