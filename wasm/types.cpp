// The types that cross, for Embind of Emscripten 3.1.6, in place of its own library (CMakeLists.txt). That one names three
// dozen types, and brings printf along for the names of others, which bindings.cpp does not use: 1.4 KB, and 10 KB of glue.
#include <emscripten/bind.h>
#include <emscripten/emscripten.h>

#include <climits>

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): Emscripten's names
EMSCRIPTEN_KEEPALIVE const char* __getTypeName(const void*) { return nullptr; }

EMSCRIPTEN_KEEPALIVE __attribute__((constructor)) void __embind_register_native_and_builtin_types() {
    using namespace emscripten::internal;
    _embind_register_void(TypeID<void>::get(), "void");
    _embind_register_integer(TypeID<int>::get(), "int", sizeof(int), INT_MIN, INT_MAX);
    _embind_register_integer(TypeID<unsigned>::get(), "unsigned", sizeof(unsigned), 0, UINT_MAX);
    _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}
