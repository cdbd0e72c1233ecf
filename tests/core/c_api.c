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
    config.vad_type = AE_VAD_NEURAL;
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
    EXPECT(strlen(ae_status_message(AE_OK)) > 1 && strlen(ae_status_message(0xFFFFFFFF)) > 1);

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
    size_t spoken = 0;
    for (; at + 999 < length; at += 999) {
        const ae_result one = ae_push(first, (const char*)bytes + at, 999);
        const ae_result other = ae_push(second, (const char*)bytes + at, 999);
        EXPECT(one.audio_bytes == other.audio_bytes && one.state == other.state);
        spoken += ae_speech(first, kept, sizeof kept);
        EXPECT(ae_speech(second, NULL, 0) == ae_speech(first, kept, sizeof kept));
        EXPECT(one.audio_bytes == 0 || memcmp(one.audio, other.audio, one.audio_bytes) == 0);
    }
    EXPECT(spoken > 0);
    EXPECT(ae_advance_time(second, 2000).status == AE_OK);
    ae_reset(second);
    EXPECT(ae_push(second, bytes, 640).status == AE_OK);
    ae_destroy(first);
    ae_destroy(second);
    return 0;
}

/* Every function with every pointer null that may not be: a status, or 0, and nothing else happens. */
int c_api_nulls(struct c_null_row* rows, size_t capacity) {
    static const char bytes[640];
    char out[100];
    ae_config config;
    ae_engine* engine = NULL;
    ae_engine* none = NULL;
    const char* field = NULL;
    const ae_label label = {"a", NULL};
    ae_config_init(NULL);
    ae_config_init(&config);
    if (ae_create(&config, &engine, NULL) != AE_OK) return -1;
    const struct c_null_row all[] = {
        {"ae_create without config", ae_create(NULL, &none, &field), AE_NULL_ARGUMENT},
        {"ae_create without a place", ae_create(&config, NULL, &field), AE_NULL_ARGUMENT},
        {"ae_push", ae_push(NULL, bytes, 2).status, AE_NULL_ARGUMENT},
        {"ae_push without bytes", ae_push(engine, NULL, 2).status, AE_NULL_ARGUMENT},
        {"ae_push of nothing", ae_push(engine, NULL, 0).status, AE_OK},
        {"ae_process_audio", ae_process_audio(NULL, bytes, 2).status, AE_NULL_ARGUMENT},
        {"ae_process_audio without bytes", ae_process_audio(engine, NULL, 2).status, AE_NULL_ARGUMENT},
        {"ae_process_vad_chunk", ae_process_vad_chunk(NULL, bytes, 2).status, AE_NULL_ARGUMENT},
        {"ae_process_vad_chunk without bytes", ae_process_vad_chunk(engine, NULL, 2).status, AE_NULL_ARGUMENT},
        {"ae_prepare_for_playback", ae_prepare_for_playback(NULL, bytes, 2).status, AE_NULL_ARGUMENT},
        {"ae_prepare_for_playback without bytes", ae_prepare_for_playback(engine, NULL, 2).status, AE_NULL_ARGUMENT},
        {"ae_add_to_stream_buffer", ae_add_to_stream_buffer(NULL, bytes, 2).status, AE_NULL_ARGUMENT},
        {"ae_add_to_stream_buffer without bytes", ae_add_to_stream_buffer(engine, NULL, 2).status, AE_NULL_ARGUMENT},
        {"ae_mark_end", ae_mark_end(NULL), AE_NULL_ARGUMENT},
        {"ae_finish", ae_finish(NULL).status, AE_NULL_ARGUMENT},
        {"ae_advance_time", ae_advance_time(NULL, 1).status, AE_NULL_ARGUMENT},
        {"ae_set_speech_probability", ae_set_speech_probability(NULL, 1), AE_NULL_ARGUMENT},
        {"ae_reset", ae_reset(NULL), AE_NULL_ARGUMENT},
        {"ae_validate_audio", ae_validate_audio(NULL, bytes, 2).status, AE_NULL_ARGUMENT},
        {"ae_validate_audio without bytes", ae_validate_audio(engine, NULL, 2).status, AE_NULL_ARGUMENT},
        {"ae_configure_vad", ae_configure_vad(NULL, &config), AE_NULL_ARGUMENT},
        {"ae_configure_vad without config", ae_configure_vad(engine, NULL), AE_NULL_ARGUMENT},
        {"ae_optimize_for_latency", ae_optimize_for_latency(NULL), AE_NULL_ARGUMENT},
        {"ae_optimize_for_quality", ae_optimize_for_quality(NULL), AE_NULL_ARGUMENT},
        {"ae_max_chunk_bytes", ae_max_chunk_bytes(NULL), 0},
        {"ae_memory_bytes", ae_memory_bytes(NULL), 0},
        {"ae_output_rate_hz", ae_output_rate_hz(NULL), 0},
        {"ae_latency_frames", ae_latency_frames(NULL), 0},
        {"ae_pre_buffer", ae_pre_buffer(NULL, out, sizeof out), 0},
        {"ae_speech", ae_speech(NULL, out, sizeof out), 0},
        {"ae_speech without a place", ae_speech(engine, NULL, 100000), 0},
        {"ae_pre_buffer without a place", ae_pre_buffer(engine, NULL, 100000), 0},
        {"ae_findings", ae_findings(NULL), 0},
        {"ae_record_processing_ns", ae_record_processing_ns(NULL, 1), AE_NULL_ARGUMENT},
        {"ae_metrics_json", ae_metrics_json(NULL, out, sizeof out), 0},
        {"ae_metrics_json without a place", ae_metrics_json(engine, NULL, 100000), 0},
        {"ae_metrics_prometheus", ae_metrics_prometheus(NULL, NULL, 0, out, sizeof out), 0},
        {"ae_metrics_prometheus without labels", ae_metrics_prometheus(engine, NULL, 1, out, sizeof out), 0},
        {"ae_metrics_prometheus without a label's value", ae_metrics_prometheus(engine, &label, 1, out, sizeof out), 0},
        {"ae_metrics_prometheus without a place", ae_metrics_prometheus(engine, NULL, 0, NULL, 100000) > 1000, 1},
        {"ae_snapshot", ae_snapshot(NULL, out, sizeof out, 1), 0},
        {"ae_snapshot without a place", ae_snapshot(engine, NULL, 1000000, 1) > 100, 1},
        {"ae_restore", ae_restore(NULL, bytes, 2), AE_NULL_ARGUMENT},
        {"ae_restore without bytes", ae_restore(engine, NULL, 2), AE_NULL_ARGUMENT},
    };
    const size_t count = sizeof all / sizeof *all;
    if (count > capacity) return -1;
    memcpy(rows, all, sizeof all);
    ae_destroy(NULL);
    ae_destroy(engine);
    return (int)count;
}

/* What is not a part of the other runs: separate calls, live settings, findings, validation, buffer, Prometheus. */
int c_api_everything_else(const void* speech, size_t length) {
    static char text[20000];
    ae_config config;
    ae_engine* engine = NULL;
    ae_engine* other = NULL;
    ae_config_init(&config);
    config.sample_rate = 16000;
    config.vad_type = AE_VAD_ENERGY;
    EXPECT(ae_create(&config, &engine, NULL) == AE_OK);
    EXPECT(ae_create(&config, &other, NULL) == AE_OK);

    /* Both separate calls are together what one push is. */
    size_t blocks = 0;
    size_t events = 0;
    uint32_t last_state = AE_SILENCE;
    for (size_t at = 0; at + 3200 <= length; at += 3200) {
        const char* chunk = (const char*)speech + at;
        const ae_result heard = ae_process_vad_chunk(engine, chunk, 3200);
        const size_t heard_blocks = heard.block_count;
        const size_t heard_events = heard.event_count;
        EXPECT(heard.status == AE_OK && heard.audio_bytes == 0);
        const ae_result converted = ae_process_audio(engine, chunk, 3200);
        EXPECT(converted.status == AE_OK && converted.block_count == 0 && converted.event_count == 0);
        const ae_result both = ae_push(other, chunk, 3200);
        EXPECT(both.audio_bytes == converted.audio_bytes && memcmp(both.audio, converted.audio, both.audio_bytes) == 0);
        EXPECT(both.block_count == heard_blocks && both.event_count == heard_events && both.state == heard.state);
        blocks += heard_blocks;
        events += heard_events;
        last_state = heard.state;
    }
    EXPECT(blocks > 100 && events > 0 && last_state <= AE_SPEECH_ENDING);

    /* Live settings. */
    config.speech_end_ms = 0;
    EXPECT(strcmp(ae_status_name(ae_configure_vad(engine, &config)), "bad_vad_duration") == 0);
    config.speech_end_ms = 900;
    EXPECT(ae_configure_vad(engine, &config) == AE_OK);
    config.struct_size = 1;
    EXPECT(ae_configure_vad(engine, &config) == AE_BAD_STRUCT_SIZE);
    const uint32_t balanced = ae_latency_frames(engine);
    EXPECT(ae_optimize_for_quality(engine) == AE_OK && ae_latency_frames(engine) > balanced);
    EXPECT(ae_metrics_json(engine, text, sizeof text) > 0 && strstr(text, "\"mode\":\"quality\"") != NULL);
    EXPECT(ae_optimize_for_latency(engine) == AE_OK && ae_latency_frames(engine) == 0);
    EXPECT(ae_reset(engine) == AE_OK);
    EXPECT(ae_prepare_for_playback(engine, speech, 640).audio_bytes == 640);

    /* Findings by their names. */
    static short clipped[100];
    for (int i = 0; i < 100; ++i) clipped[i] = 32767;
    EXPECT(ae_findings(other) == 0 || ae_finding_name(0)[0] != 0);
    EXPECT(strcmp(ae_finding_name(0), "clipped") == 0 && strcmp(ae_finding_name(1000), "") == 0);
    EXPECT(ae_push(engine, clipped, sizeof clipped).status == AE_OK);
    EXPECT((ae_findings(engine) & 1) == 1);
    const ae_validation judged = ae_validate_audio(engine, clipped, sizeof clipped);
    EXPECT(judged.status == AE_OK && (judged.findings & 1) == 1 && judged.frames == 100);
    EXPECT(judged.duration_us == 6250 && judged.clipped_ppm == 1000000 && judged.zero_ppm == 0);
    EXPECT(judged.peak_dbfs_x100 == 0 && judged.dc_ppm > 999000 && judged.crest_db_x100 == 0);
    EXPECT(strcmp(ae_status_name(ae_validate_audio(engine, "RIFFxxxx", 8).status), "unsupported_format") == 0);
    const ae_validation odd = ae_validate_audio(engine, clipped, 5);
    EXPECT(strcmp(ae_status_name(odd.status), "truncated_frame") == 0 && odd.position == 4);
    EXPECT(strcmp(ae_status_name(ae_validate_audio(engine, NULL, 0).status), "empty_input") == 0);

    /* Prometheus. */
    const ae_label labels[] = {{"host", "one"}};
    const size_t needed = ae_metrics_prometheus(engine, labels, 1, text, sizeof text);
    EXPECT(needed > 1000 && strlen(text) == needed &&
           strstr(text, "\naudioengine_chunks_total{host=\"one\"} 2\n") != NULL);
    text[0] = '?';
    EXPECT(ae_metrics_prometheus(engine, labels, 1, text, needed) == needed && text[0] == '?');
    EXPECT(ae_metrics_prometheus(engine, labels, 1, text, needed + 1) == needed && text[0] == '#');
    EXPECT(ae_metrics_prometheus(engine, labels, 17, text, sizeof text) == 0);

    /* The jitter buffer: nothing before its depth, everything after the end mark. */
    EXPECT(strcmp(ae_status_name(ae_add_to_stream_buffer(engine, speech, 640).status), "no_stream_buffer") == 0);
    EXPECT(strcmp(ae_status_name(ae_mark_end(engine)), "no_stream_buffer") == 0);
    ae_destroy(other);
    ae_config_init(&config);
    config.sample_rate = 16000;
    config.mode = AE_REALTIME;
    config.stream_buffer = 1;
    config.buffer_prebuffer_ms = 40;
    config.buffer_overflow_strategy = 7;
    EXPECT(strcmp(ae_status_name(ae_create(&config, &other, NULL)), "bad_strategy") == 0);
    config.buffer_overflow_strategy = AE_DROP_NEWEST;
    config.buffer_underflow_strategy = AE_FILL_REPEAT;
    EXPECT(ae_create(&config, &other, NULL) == AE_OK);
    EXPECT(strcmp(ae_status_name(ae_add_to_stream_buffer(other, speech, 640).status), "not_ready") == 0);
    EXPECT(ae_mark_end(other) == AE_OK);
    const ae_result out = ae_add_to_stream_buffer(other, NULL, 0);
    EXPECT(out.status == AE_OK && out.audio_bytes == 640 && memcmp(out.audio, speech, 640) == 0);
    ae_destroy(engine);
    ae_destroy(other);
    return 0;
}
