/* The C interface as a C program uses it. Returns 0, or the line that was not as expected. */
#include "c_api.h"

#include <string.h>

#include "audioengine/c.h"

#define EXPECT(condition)                  \
    do {                                   \
        if (!(condition)) return __LINE__; \
    } while (0)

static void append(struct c_output* output, const ae_result* result) {
    if (result->audio_bytes > 0) memcpy(output->audio + output->audio_bytes, result->audio, result->audio_bytes);
    output->audio_bytes += result->audio_bytes;
    for (size_t i = 0; i < result->block_count; ++i) {
        output->probability_sum += result->blocks[i].probability_q15;
        output->block_count++;
    }
    for (size_t i = 0; i < result->event_count; ++i) {
        output->last_event = result->events[i].type;
        output->onset_sum += result->events[i].onset_ms;
        output->event_count++;
    }
}

int c_api_run(const void* bytes, size_t length, size_t chunk, struct c_output* output) {
    ae_config config;
    ae_engine* engine = NULL;
    const char* field = NULL;
    ae_config_init(&config);
    config.mode = AE_QUALITY;
    config.sample_rate = 16000;
    config.output_sample_rate = 24000;
    EXPECT(ae_create(&config, &engine, &field) == AE_OK);
    EXPECT(engine != NULL && strcmp(field, "") == 0);
    EXPECT(ae_output_rate_hz(engine) == 24000);
    EXPECT(ae_max_chunk_bytes(engine) == 6400);
    memset(output, 0, offsetof(struct c_output, audio));
    for (size_t at = 0; at < length; at += chunk) {
        const size_t part = length - at < chunk ? length - at : chunk;
        const ae_result result = ae_push(engine, (const char*)bytes + at, part);
        EXPECT(result.status == AE_OK);
        append(output, &result);
        ae_record_processing_ns(engine, 1000);
    }
    const ae_result last = ae_finish(engine);
    EXPECT(last.status == AE_OK);
    append(output, &last);
    EXPECT(strcmp(ae_status_name(ae_push(engine, bytes, 2).status), "stream_finished") == 0);
    output->json_bytes = ae_metrics_json(engine, output->json, sizeof output->json);
    EXPECT(output->json_bytes > 0 && output->json[output->json_bytes] == '\0');
    EXPECT(ae_metrics_json(engine, output->json, 10) == 0);
    output->json_bytes = ae_metrics_json(engine, output->json, sizeof output->json);
    EXPECT(ae_memory_bytes(engine) > 1000);
    ae_destroy(engine);
    return 0;
}

int c_api_errors(void) {
    ae_config config;
    ae_engine* engine = NULL;
    const char* field = NULL;
    ae_config_init(&config);
    config.channels = 9;
    EXPECT(strcmp(ae_status_name(ae_create(&config, &engine, &field)), "bad_channels") == 0);
    EXPECT(engine == NULL && strcmp(field, "audio.channels") == 0);
    ae_config_init(&config);
    config.mode = 99;
    EXPECT(strcmp(ae_status_name(ae_create(&config, &engine, NULL)), "bad_mode") == 0);
    config.mode = AE_REALTIME;
    config.output_format = 1000000;
    EXPECT(strcmp(ae_status_name(ae_create(&config, &engine, NULL)), "bad_format") == 0);
    ae_config_init(&config);
    config.struct_size = 4;
    EXPECT(ae_create(&config, &engine, &field) == AE_BAD_STRUCT_SIZE);
    EXPECT(strcmp(ae_status_name(AE_BAD_STRUCT_SIZE), "bad_struct_size") == 0);
    EXPECT(strcmp(ae_status_name(0xFFFFFFFF), "unknown") == 0);
    EXPECT(strlen(ae_status_message(AE_BAD_STRUCT_SIZE)) > 10 && strlen(ae_version()) >= 5);

    ae_config_init(&config);
    EXPECT(ae_create(&config, &engine, &field) == AE_OK);
    static char silence[20000];
    const ae_result result = ae_push(engine, silence, sizeof silence);
    EXPECT(strcmp(ae_status_name(result.status), "chunk_too_large") == 0);
    EXPECT(result.position == ae_max_chunk_bytes(engine));
    EXPECT(ae_push(engine, NULL, 0).status == AE_OK);
    EXPECT(ae_set_speech_probability(engine, 40000) != AE_OK);
    ae_destroy(engine);
    ae_destroy(NULL);
    return 0;
}

int c_api_snapshot(const void* bytes, size_t length) {
    static char snapshot[100000];
    static char kept[100000];
    ae_config config;
    ae_engine* first = NULL;
    ae_engine* second = NULL;
    ae_config_init(&config);
    config.sample_rate = 16000;
    EXPECT(ae_create(&config, &first, NULL) == AE_OK);
    EXPECT(ae_create(&config, &second, NULL) == AE_OK);
    size_t at = 0;
    for (; at + 999 < length / 2; at += 999) EXPECT(ae_push(first, (const char*)bytes + at, 999).status == AE_OK);
    const size_t needed = ae_snapshot(first, NULL, 0, 1);
    EXPECT(needed > 0 && needed <= sizeof snapshot);
    EXPECT(ae_snapshot(first, snapshot, sizeof snapshot, 1) == needed);
    EXPECT(ae_restore(second, snapshot, needed - 1) != AE_OK);
    EXPECT(ae_restore(second, snapshot, needed) == AE_OK);
    const size_t pre_buffer = ae_pre_buffer(first, kept, sizeof kept);
    EXPECT(pre_buffer == ae_pre_buffer(second, kept, sizeof kept));
    EXPECT(ae_pre_buffer(second, NULL, 0) == pre_buffer);
    for (; at + 999 < length; at += 999) {
        const ae_result one = ae_push(first, (const char*)bytes + at, 999);
        const ae_result other = ae_push(second, (const char*)bytes + at, 999);
        EXPECT(one.audio_bytes == other.audio_bytes && one.state == other.state);
        EXPECT(one.audio_bytes == 0 || memcmp(one.audio, other.audio, one.audio_bytes) == 0);
    }
    EXPECT(ae_advance_time(second, 2000).status == AE_OK);
    ae_reset(second);
    EXPECT(ae_push(second, bytes, 640).status == AE_OK);
    ae_destroy(first);
    ae_destroy(second);
    return 0;
}
