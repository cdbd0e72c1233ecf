// For what is called seldom in a file that is compiled for speed: small instead. It matters where a page fetches the code.
#pragma once

#if defined(__clang__)
#define AUDIOENGINE_SELDOM __attribute__((minsize, noinline))
#else
#define AUDIOENGINE_SELDOM
#endif
