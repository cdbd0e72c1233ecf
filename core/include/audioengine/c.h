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
 * thread at a time. Only ae_create and ae_destroy allocate and free. A pointer that is null where it must not be gives
 * AE_NULL_ARGUMENT, from functions without a status 0, and does nothing; bytes may be null when their length is 0.
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
#define AE_BAD_STRUCT_SIZE ((ae_status)0x10000) /* a config that ae_config_init of this version did not set up */
#define AE_NULL_ARGUMENT ((ae_status)0x10001)   /* a pointer is null that must not be */

enum { AE_REALTIME = 0, AE_BALANCED = 1, AE_QUALITY = 2 };
enum { AE_PCM16 = 0, AE_G711_ULAW = 1, AE_G711_ALAW = 2, AE_FLOAT32 = 3 };
enum { AE_VAD_ENERGY = 0, AE_VAD_EXTERNAL = 1, AE_VAD_NEURAL = 2 };
enum { AE_SILENCE = 0, AE_SPEECH_STARTING = 1, AE_SPEECH = 2, AE_SPEECH_ENDING = 3 };
enum { AE_SPEECH_START = 0, AE_SPEECH_END = 1, AE_FALSE_START = 2 };
enum { AE_DROP_OLDEST = 0, AE_DROP_NEWEST = 1, AE_OVERFLOW_ERROR = 2 };
enum { AE_FILL_SILENCE = 0, AE_FILL_REPEAT = 1, AE_UNDERFLOW_ERROR = 2 };
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
    uint32_t stream_buffer; /* 1: has one, for ae_add_to_stream_buffer */
    uint32_t buffer_max_duration_ms;
    size_t buffer_max_size_bytes;
    uint32_t buffer_overflow_strategy;
    uint32_t buffer_underflow_strategy;
    uint32_t buffer_prebuffer_ms; /* UINT32_MAX: as the mode says */
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

/* What validation found. `findings` has bit number i for ae_finding_name(i). */
typedef struct ae_validation {
    ae_status status;
    uint32_t findings;
    size_t position; /* the byte at which status was found */
    uint64_t frames;
    uint64_t duration_us;
    int32_t peak_dbfs_x100; /* hundredths of a decibel, -12000 for silence */
    int32_t rms_dbfs_x100;
    int32_t dc_ppm; /* millionths of full scale, and of the samples */
    uint32_t clipped_ppm;
    uint32_t zero_ppm;
    int32_t crest_db_x100;
} ae_validation;

/* A label for the Prometheus text, UTF-8; see MetricsLabel. At most 16. */
typedef struct ae_label {
    const char* name;
    const char* value;
} ae_label;

/* The library's version, "major.minor.patch". */
const char* ae_version(void);
/* "chunk_too_large" and the rule as a sentence; never null. */
const char* ae_status_name(ae_status status);
const char* ae_status_message(ae_status status);

/* Defaults: those of EngineConfig. */
void ae_config_init(ae_config* config);

/* Creates an engine. On failure *engine is null and, if field is not null, *field names the config field at fault
 * ("audio.channels", static lifetime). */
ae_status ae_create(const ae_config* config, ae_engine** engine, const char** field);

/* Null is allowed. */
void ae_destroy(ae_engine* engine);

/* At most ae_max_chunk_bytes. */
ae_result ae_push(ae_engine* engine, const void* bytes, size_t length);
/* The separate calls: only audio, only decisions, only conversion (for what goes to the client). */
ae_result ae_process_audio(ae_engine* engine, const void* bytes, size_t length);
ae_result ae_process_vad_chunk(ae_engine* engine, const void* bytes, size_t length);
ae_result ae_prepare_for_playback(ae_engine* engine, const void* bytes, size_t length);
/* Through the jitter buffer; "not_ready" while it has no whole chunk. ae_mark_end: nothing more will be added. */
ae_result ae_add_to_stream_buffer(ae_engine* engine, const void* bytes, size_t length);
ae_status ae_mark_end(ae_engine* engine);
ae_result ae_finish(ae_engine* engine);
ae_result ae_advance_time(ae_engine* engine, uint32_t ms);
ae_status ae_set_speech_probability(ae_engine* engine, uint32_t probability_q15);
ae_status ae_reset(ae_engine* engine);

/* Judges a complete message; the stream does not notice. */
ae_validation ae_validate_audio(const ae_engine* engine, const void* bytes, size_t length);

/* Live settings: of `config` the fields from vad_type to max_gap_ms; and the mode. */
ae_status ae_configure_vad(ae_engine* engine, const ae_config* config);
ae_status ae_optimize_for_latency(ae_engine* engine);
ae_status ae_optimize_for_quality(ae_engine* engine);

size_t ae_max_chunk_bytes(const ae_engine* engine);
size_t ae_memory_bytes(const ae_engine* engine);
uint32_t ae_output_rate_hz(const ae_engine* engine);
uint32_t ae_latency_frames(const ae_engine* engine); /* of the audio path, at the input's rate */

/* Copies the pre-buffer (AudioEngine::pre_buffer) and returns its length; copies nothing when that is over capacity. */
size_t ae_pre_buffer(const ae_engine* engine, void* out, size_t capacity);
/* The same for AudioEngine::speech: what of the input should go on to a speech service after the last call. */
size_t ae_speech(const ae_engine* engine, void* out, size_t capacity);

/* Everything remarkable since the beginning of the stream, a bit each; "clipped" for bit 0, "" where there is none. */
uint32_t ae_findings(const ae_engine* engine);
const char* ae_finding_name(uint32_t bit);

/* Tells how long the last call took. */
ae_status ae_record_processing_ns(ae_engine* engine, uint64_t ns);

/* Writes the metrics as JSON (metrics.schema.json) with a terminating zero; returns the length without it, or 0 when it
 * does not fit (4 KiB are always enough). */
size_t ae_metrics_json(const ae_engine* engine, char* out, size_t capacity);
/* The same for Prometheus, of this one stream; a server that adds up many uses prometheus.h. Returns the length without
 * the terminating zero; written only if both fit. 0: a label is not allowed. `labels` may be null when count is 0. */
size_t ae_metrics_prometheus(const ae_engine* engine, const ae_label* labels, size_t count, char* out, size_t capacity);

/* Bytes needed for a snapshot now; written when that is at most `capacity`. */
size_t ae_snapshot(const ae_engine* engine, void* out, size_t capacity, int with_pre_buffer);
ae_status ae_restore(ae_engine* engine, const void* snapshot, size_t length);

#ifdef __cplusplus
}
#endif

#endif
