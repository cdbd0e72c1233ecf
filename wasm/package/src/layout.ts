// Where things stand in the memory of the WebAssembly instance: the same lists as in wasm/facade.h and wasm/settings.h, and the
// two structs BlockResult and VadEvent of the core, whose offsets facade.cpp asserts. tests/wasm compares the lists.

/** `enum Word`. */
export const Word = {
  Status: 0,
  Position: 1,
  State: 2,
  AudioAt: 3,
  AudioBytes: 4,
  BlocksAt: 5,
  BlockCount: 6,
  EventsAt: 7,
  EventCount: 8,
  FirstBlock: 9,
  ThresholdDbfsX100: 10,
  NoiseFloorDbfsX100: 11,
  RingFirstAt: 12,
  RingFirstBytes: 13,
  RingSecondAt: 14,
  RingSecondBytes: 15,
  StoredBytes: 16,
  DroppedBytes: 17,
  Accepted: 18,
  FilledBytes: 19,
  EndMarked: 20,
  DurationMs: 21,
  MaxChunkBytes: 22,
  MaxOutputBytes: 23,
  OutputRateHz: 24,
  LatencyFrames: 25,
  MemoryBytes: 26,
  CapacityFrames: 27,
  PrebufferFrames: 28,
  InputAt: 29,
  InputBytes: 30,
  Findings: 31,
  ElapsedNs: 32,
  Record: 33,
} as const;

/** `kRecordCapacity`. */
export const kRecordCapacity = 32;

/** `enum class Object`. */
export const ObjectKind = {
  engine: 0,
  processor: 1,
  detector: 2,
  stream_buffer: 3,
  resampler: 4,
} as const;

/** `enum class Use`. */
export const Use = {
  push: 0,
  process_audio: 1,
  process_vad_chunk: 2,
  prepare_for_playback: 3,
  add_to_stream_buffer: 4,
} as const;

/** `enum class NameList`. */
export const NameList = {
  status: 0,
  state: 1,
  event_type: 2,
  end_reason: 3,
  finding: 4,
  format: 5,
  mode: 6,
  vad_type: 7,
  overflow_strategy: 8,
  underflow_strategy: 9,
  buffer_state: 10,
  metadata: 11,
  buffer_stats: 12,
} as const;

/** BlockResult, in 16-bit units: probability, level, then the state in the low byte. */
export const kBlockUnits = 3;

/** VadEvent, in 32-bit units: type and reason in the low bytes of the first, segment, then four 64-bit times. */
export const kEventUnits = 10;

/** `set` answers this for a boolean field that was given something else. */
export const kNotABool = -1;

/** `fieldList` answers these for fields whose value is no name. */
export const kIsNumber = -1;
export const kIsBool = -2;
