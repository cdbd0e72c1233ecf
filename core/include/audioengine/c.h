/* The C interface: one stream of audio, for every language that can call C. C11, also valid C++.
 *
 *     ae_config config;
 *     ae_config_init(&config);                          // 24 kHz mono PCM16 in and out
 *     ae_engine* engine = NULL;
 *     if (ae_create(&config, &engine, NULL) != AE_OK) ...
 *     ae_result result = ae_push(engine, bytes, length);
 *     if (result.status == AE_OK) use(result.audio, result.audio_bytes);
 *     ae_destroy(engine);
 *
 * What each thing means is said in engine.h, config.h and segmenter.h; the names correspond. An engine is used from one
 * thread at a time. Only ae_create and ae_destroy allocate and free. Null pointers are not allowed where not said otherwise.
 */
#ifndef AUDIOENGINE_C_H
#define AUDIOENGINE_C_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A status is a number of this version; compare with AE_OK, and with names through ae_status_name. */
typedef uint32_t ae_status;
#define AE_OK ((ae_status)0)

enum { AE_REALTIME = 0, AE_BALANCED = 1, AE_QUALITY = 2 };
enum { AE_PCM16 = 0, AE_G711_ULAW = 1, AE_G711_ALAW = 2, AE_FLOAT32 = 3 };
enum { AE_VAD_ENERGY = 0, AE_VAD_EXTERNAL = 1 };
enum { AE_SILENCE = 0, AE_SPEECH_STARTING = 1, AE_SPEECH = 2, AE_SPEECH_ENDING = 3 };
enum { AE_SPEECH_START = 0, AE_SPEECH_END = 1, AE_FALSE_START = 2 };
enum { AE_REASON_NONE = 0, AE_REASON_SILENCE = 1, AE_REASON_MAX_SPEECH = 2, AE_REASON_GAP = 3, AE_REASON_END = 4 };

typedef struct ae_engine ae_engine;

typedef struct ae_config {
    size_t struct_size; /* set by ae_config_init; tells the library which version of this struct it sees */
    uint32_t mode;
    uint32_t normalize; /* 0 or 1, like all flags here */
    uint32_t latency_target_us;
    uint32_t max_chunk_ms;
    uint32_t sample_rate;
    uint32_t channels;
    uint32_t format;
    uint32_t chunk_duration_ms;
    float min_amplitude;
    float max_amplitude;
    uint32_t output_sample_rate; /* 0: as the input */
    uint32_t output_format;
    uint32_t vad_type;
    uint32_t vad_adaptive;
    float energy_threshold;
    float threshold;
    float exit_threshold;
    uint32_t speech_start_ms;
    uint32_t speech_end_ms;
    uint32_t pre_buffer_ms;
    uint32_t max_speech_ms;
    uint32_t max_gap_ms;
} ae_config;

typedef struct ae_event {
    uint32_t type;
    uint32_t reason;
    uint32_t segment;
    uint32_t reserved;
    uint64_t at_ms;
    uint64_t onset_ms;
    uint64_t padded_ms;
    uint64_t end_ms;
} ae_event;

typedef struct ae_block {
    uint16_t probability_q15; /* 0 to 32768 */
    int16_t level_dbfs_x100;
    uint32_t state;
} ae_block;

/* What one call gave. Pointers hold until the next call on the engine; they are null when their count is 0. */
typedef struct ae_result {
    ae_status status; /* other than AE_OK: nothing was consumed, nothing changed */
    uint32_t state;
    size_t position; /* the byte at which status was found */
    const uint8_t* audio;
    size_t audio_bytes;
    const ae_event* events;
    size_t event_count;
    const ae_block* blocks;
    size_t block_count;
} ae_result;

/* The library's version, "major.minor.patch". */
const char* ae_version(void);
/* "chunk_too_large" and the rule as a sentence; never null. */
const char* ae_status_name(ae_status status);
const char* ae_status_message(ae_status status);

/* Defaults: those of EngineConfig. */
void ae_config_init(ae_config* config);

/* Creates an engine. On failure *engine is null and, if field is not null, *field names the config field at fault
 * ("audio.channels", static lifetime). A struct_size that this library does not know is AE_BAD_STRUCT_SIZE. */
ae_status ae_create(const ae_config* config, ae_engine** engine, const char** field);
#define AE_BAD_STRUCT_SIZE ((ae_status)0x10000)

/* Null is allowed. */
void ae_destroy(ae_engine* engine);

/* At most ae_max_chunk_bytes. `bytes` may be null when length is 0. */
ae_result ae_push(ae_engine* engine, const void* bytes, size_t length);
ae_result ae_finish(ae_engine* engine);
ae_result ae_advance_time(ae_engine* engine, uint32_t ms);
ae_status ae_set_speech_probability(ae_engine* engine, uint32_t probability_q15);
void ae_reset(ae_engine* engine);

size_t ae_max_chunk_bytes(const ae_engine* engine);
size_t ae_memory_bytes(const ae_engine* engine);
uint32_t ae_output_rate_hz(const ae_engine* engine);

/* Copies the pre-buffer (AudioEngine::pre_buffer) and returns its length; copies nothing when that is over capacity. */
size_t ae_pre_buffer(const ae_engine* engine, void* out, size_t capacity);

/* Tells how long the last ae_push took. */
void ae_record_processing_ns(ae_engine* engine, uint64_t ns);

/* Writes the metrics as JSON with a terminating zero; returns the length without it, or 0 when it does not fit (4 KiB
 * are always enough). */
size_t ae_metrics_json(const ae_engine* engine, char* out, size_t capacity);

/* Bytes needed for a snapshot now; written when that is at most `capacity`. */
size_t ae_snapshot(const ae_engine* engine, void* out, size_t capacity, int with_pre_buffer);
ae_status ae_restore(ae_engine* engine, const void* snapshot, size_t length);

#ifdef __cplusplus
}
#endif

#endif
