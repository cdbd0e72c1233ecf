/* What c_api.c offers to c_api_test.cpp. */
#ifndef AUDIOENGINE_TESTS_C_API_H
#define AUDIOENGINE_TESTS_C_API_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Everything a stream handed out, joined. */
struct c_output {
    size_t audio_bytes;
    size_t block_count;
    size_t event_count;
    uint64_t probability_sum;
    uint64_t onset_sum;
    uint32_t last_event;
    size_t json_bytes;
    char json[4096];
    unsigned char audio[1 << 20];
};

/* What a call with null gave. */
struct c_null_row {
    const char* call;
    uint64_t got;
    uint64_t expected;
};

int c_api_run(const void* bytes, size_t length, size_t chunk, struct c_output* output);
int c_api_errors(void);
int c_api_snapshot(const void* bytes, size_t length);
int c_api_nulls(struct c_null_row* rows, size_t capacity); /* how many rows; negative: something else failed */
int c_api_everything_else(const void* speech, size_t length);

#ifdef __cplusplus
}
#endif

#endif
