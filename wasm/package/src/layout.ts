// Where things stand in the memory of the WebAssembly instance: the same list as `enum Word` in wasm/facade.h, and the two
// structs BlockResult and VadEvent of the core, whose offsets facade.cpp asserts. tests/wasm compares the lists.

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
  Findings: 16,
  Frames: 17,
  DurationUs: 18,
  PeakDbfsX100: 19,
  RmsDbfsX100: 20,
  DcPpm: 21,
  ClippedPpm: 22,
  ZeroPpm: 23,
  InputAt: 24,
  InputBytes: 25,
  MaxOutputBytes: 26,
  OutputRateHz: 27,
  LatencyFrames: 28,
  MemoryBytes: 29,
  ElapsedNs: 30,
  WordCount: 31,
} as const;

/** `enum class NameList` in wasm/facade.h. */
export const NameList = {
  status: 0,
  state: 1,
  event_type: 2,
  end_reason: 3,
  finding: 4,
  format: 5,
  mode: 6,
  vad_type: 7,
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
