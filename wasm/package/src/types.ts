// Everything that goes in and comes out, as seen by a user of the package.

import type { AudioFormat, ProcessingMode } from './enums.js';

/** Other names of formats. */
export type AudioFormatAlias = 's16' | 'ulaw' | 'mulaw' | 'pcmu' | 'alaw' | 'pcma' | 'f32';
export type G711Law = 'g711_ulaw' | 'ulaw' | 'mulaw' | 'pcmu' | 'g711_alaw' | 'alaw' | 'pcma';

/** What turns audio into a probability: the level of each block, a network, or the caller (`setSpeechProbability`). */
export type VadType = 'energy' | 'energy_based' | 'external' | 'neural';

/** Where the stream stands between silence and speech. */
export type VadState = 'silence' | 'speech_starting' | 'speech' | 'speech_ending';

/** How speech is found. Every field has a default; milliseconds are whole numbers. */
export interface VadOptions {
  type?: VadType | undefined;
  /** RMS of full scale, 0 to 1. Default 0.02. Fixed, or where the adaptive threshold starts. */
  energyThreshold?: number | undefined;
  /** Speech must last this long to be believed. Default 100. */
  speechStartMs?: number | undefined;
  /** Silence must last this long to end a segment. Default 500. */
  speechEndMs?: number | undefined;
  /** Audio kept from before the onset. Default 300. */
  preBufferMs?: number | undefined;
  /** Follow the noise floor. Default true. */
  adaptive?: boolean | undefined;
  /** Probability from which a block is voice, 0 to 1. Default 0.5. */
  threshold?: number | undefined;
  /** Probability under which a block is not voice. Negative (the default): derived from `threshold`. */
  exitThreshold?: number | undefined;
  /** Cut segments at this length. Default 0: never. */
  maxSpeechMs?: number | undefined;
  /** `advanceTime` ends a segment after this much time without audio. Default 1000; 0: never. */
  maxGapMs?: number | undefined;
}

/** What comes out of the audio path. Always mono. */
export interface OutputOptions {
  /** Hz. Default 0: as the input. */
  sampleRate?: number | undefined;
  /** Default 'pcm16'. */
  format?: AudioFormat | undefined;
}

/** The compiled core, if the package shall not find it by itself. */
export interface WasmOptions {
  /** The compiled module, or the bytes of audioengine.wasm. */
  wasm?: WasmSource | undefined;
  /** Where audioengine.wasm lies, if not beside the package's own file. */
  wasmUrl?: string | HostUrl | undefined;
}

/** One engine: one direction of one client. Every field has a default. */
export interface EngineOptions {
  /** Default 'balanced'. */
  mode?: ProcessingMode | undefined;
  /** Mode 'quality' only: bring speech to a steady level. Default true. */
  normalize?: boolean | undefined;
  /** Default 'pcm16'. */
  format?: AudioFormat | undefined;
  /** Hz, 4000 to 192000. Default 24000. */
  sampleRate?: number | undefined;
  /** 1 to 8, interleaved; averaged to mono. Default 1. */
  channels?: number | undefined;
  /** 0 (the format's own) or that number. */
  bitDepth?: number | undefined;
  /** RMS of full scale under which nothing is speech. Default 0.01. */
  minAmplitude?: number | undefined;
  /** Level from which a sample counts as nearly clipped. Default 0.95. */
  maxAmplitude?: number | undefined;
  /** The usual chunk, 1 to 1000. Default 20. For `realtime_capable` only: any chunk length works. */
  chunkDurationMs?: number | undefined;
  /** Longest piece handed to the core at once, 10 to 1000. Default 200. `push` cuts longer ones. */
  maxChunkMs?: number | undefined;
  /**
   * Time that one `push` may take, microseconds; an engine that misses it steps to a cheaper mode, and back later. Default 0: any.
   * Needs a clock: without effect in a worklet.
   */
  latencyTargetUs?: number | undefined;
  output?: OutputOptions | undefined;
  vad?: VadOptions | undefined;
  /** For `addToStreamBuffer`; takes its memory only when given ({} for the defaults). */
  streamBuffer?: BufferOptions | undefined;
}

/** A live conversation's engine: `createFastLaneEngine`. */
export interface FastLaneOptions extends WasmOptions, Pick<EngineOptions, 'sampleRate' | 'chunkDurationMs'> {
  vadConfig?: VadOptions | undefined;
}
/** An analysis's engine: `createBigLaneEngine`. */
export interface BigLaneOptions extends WasmOptions, Pick<EngineOptions, 'sampleRate'> {
  /** Default true. */
  enableEnhancement?: boolean | undefined;
}
/** `createAdaptiveEngine`. */
export interface AdaptiveOptions extends WasmOptions, Pick<EngineOptions, 'sampleRate'> {
  /** Default 50. */
  latencyTargetMs?: number | undefined;
}

/** What gives way when new audio does not fit into the limit. 'error': nothing, the call throws `buffer_full`. */
export type OverflowStrategy = 'drop_oldest' | 'drop_newest' | 'error';
/** What a reader gets when the queue is too short while playing. 'error': nothing. */
export type UnderflowStrategy = 'silence' | 'repeat' | 'error';

/** How audio is buffered. Every field has a default. */
export interface BufferOptions {
  /** The limit: this (default 1 MiB) or `maxDurationMs`, whichever is reached first. */
  maxSizeBytes?: number | undefined;
  /** 1 to 600000. Default 5000. */
  maxDurationMs?: number | undefined;
  /** Default 'drop_oldest'. */
  overflowStrategy?: OverflowStrategy | undefined;
  /** Default 'silence': a fade out and silence. 'repeat' plays the last audio backwards, fading. */
  underflowStrategy?: UnderflowStrategy | undefined;
  /** Start-up depth. Default: by the mode, 0 ('realtime'), 60 or 200. */
  prebufferMs?: number | undefined;
  /** 0 to 1000. Default 60; more is heard as an echo. */
  repeatMs?: number | undefined;
  /** 0 to 100. Default 5; 0: cut hard. */
  fadeMs?: number | undefined;
  /** How many later packets may overtake one, 0 to 64. Default 0. */
  reorderPackets?: number | undefined;
  /** The longest packet, 1 to 1000. Default 200. */
  maxPacketMs?: number | undefined;
  /** Where sequence numbers wrap: 32 (default) or 16 (RTP). */
  sequenceBits?: number | undefined;
  /** Touch all memory when created. Default true. */
  preAllocate?: boolean | undefined;
  /** Accepted, without effect: it is always a ring. */
  useCircular?: boolean | undefined;
  /** Accepted, without effect. */
  zeroCopy?: boolean | undefined;
}

/** A buffer on its own; as in EngineOptions otherwise. */
export interface StreamBufferOptions extends BufferOptions, Pick<EngineOptions, 'format' | 'sampleRate' | 'channels' | 'mode'> {}

/** Complete messages; as in EngineOptions. */
export type ProcessorOptions = Pick<EngineOptions, 'mode' | 'format' | 'sampleRate' | 'channels' | 'bitDepth' | 'minAmplitude' | 'maxAmplitude' | 'chunkDurationMs'>;

/** A detector on its own: mono PCM16 of `sampleRate`; as in EngineOptions otherwise. */
export interface DetectorOptions extends VadOptions, Pick<EngineOptions, 'sampleRate' | 'minAmplitude' | 'maxChunkMs'> {}

export interface ResamplerOptions {
  /** Hz, 4000 to 192000. */
  fromRateHz: number;
  toRateHz: number;
  /** Which filter: the delay is 2 ms at most in 'realtime'. Default 'balanced'. */
  mode?: ProcessingMode | undefined;
}

type Filled<Options> = { [Key in keyof Options]-?: Exclude<Options[Key], undefined> };
/** Undefined `prebufferMs`: by the mode. */
type FilledBuffer<Options extends BufferOptions> = Filled<Omit<Options, 'prebufferMs'>> & { prebufferMs: number | undefined };

/** What is in force: the options with all defaults filled in. Formats and types by their first names, never an alias. */
export type EngineConfig = Filled<Omit<EngineOptions, 'output' | 'vad' | 'streamBuffer'>> & {
  output: Filled<OutputOptions>;
  vad: Filled<VadOptions>;
  streamBuffer: FilledBuffer<BufferOptions> | undefined;
};
export type ProcessorConfig = Filled<ProcessorOptions>;
export type DetectorConfig = Filled<DetectorOptions>;
export type StreamBufferConfig = FilledBuffer<StreamBufferOptions>;
export type ResamplerConfig = Filled<ResamplerOptions>;

export type VadEventType = 'speech_start' | 'speech_end' | 'false_start';
export type EndReason = '' | 'silence' | 'max_speech' | 'gap' | 'end_of_stream';

/** One thing that happened. Times in milliseconds of the stream's own clock, which counts audio; multiples of 10. */
export interface VadEvent {
  type: VadEventType;
  /** For speech_end: why. */
  reason: EndReason;
  /** 1 for the stream's first segment; 0 for false_start. */
  segment: number;
  /** When it was decided. */
  atMs: number;
  /** Where voice began. */
  onsetMs: number;
  /** The onset less `preBufferMs`, never before the end of the previous segment. */
  paddedMs: number;
  /** For speech_end: where voice ended. */
  endMs: number;
}

/** What was decided about one block of 10 ms. */
export interface BlockResult {
  /** 0 to 32768, which is probability 1. */
  probabilityQ15: number;
  /** RMS of the block in hundredths of a decibel below full scale, -12000 to 0. */
  levelDbfsX100: number;
  /** The state after this block. */
  state: VadState;
}

/** What one call gave. A snapshot: all of it is the caller's, nothing changes later. */
export interface PushResult {
  /** The state after the call. */
  state: VadState;
  /** Mono audio in the output format. May be empty: the filters wait for input. */
  audio: Uint8Array<ArrayBuffer>;
  events: VadEvent[];
  /** One for every 10 ms decided in this call. */
  blocks: BlockResult[];
  /** Number of the first of these blocks, counted from the beginning of the stream. */
  firstBlock: number;
}

/** What a detector on its own gave. */
export type DetectorResult = Omit<PushResult, 'audio'>;

export interface SnapshotOptions {
  /** Take the audio of `preBuffer` along. Default true; without it `preBuffer` gives only what came later. */
  preBuffer?: boolean | undefined;
}

/** What to do with a last chunk that is shorter than the others. */
export type Remainder = 'keep' | 'pad' | 'drop';

export interface QualityOptions {
  /** High-pass. Default true. */
  enhance?: boolean | undefined;
  /** Steady level with limiter. Default true. */
  normalize?: boolean | undefined;
}
/** The result, and what came in. */
export interface QualityResult {
  audio: Uint8Array<ArrayBuffer>;
  metadata: AudioMetadata;
}
export interface AnalyzeOptions {
  /** Noise floor and bandwidth too. Default false. */
  detailed?: boolean | undefined;
}

export type Finding =
  | 'clipped'
  | 'near_clipping'
  | 'dc_offset'
  | 'digital_silence'
  | 'low_level'
  | 'non_finite'
  | 'container'
  | 'trailing_bytes'
  // Forensics: not in the configured format, which `validateAudio` refuses ...
  | 'text'
  | 'byte_swapped'
  | 'looks_pcm16'
  | 'looks_ulaw'
  | 'looks_alaw'
  | 'looks_float32'
  // ... and what the samples tell.
  | 'stereo_as_mono'
  | 'low_rate'
  | 'zero_run'
  | 'repeated';

/** What `validateAudio` and `validateFormat` answer. Quality never makes it fail: findings are for people. */
export interface ValidationResult {
  ok: boolean;
  status: 'ok' | 'empty_input' | 'truncated_frame' | 'unsupported_format';
  /** The byte at which the status was found. */
  position: number;
  findings: Finding[];
  /** Filled as far as the bytes could be read. */
  metadata: AudioMetadata;
}

/** Properties of a stretch of audio. Decibels are below full scale, in hundredths; -12000 is silence. Shares are in millionths. */
export interface AudioMetadata {
  format: AudioFormat;
  sampleRateHz: number;
  channels: number;
  frames: number;
  durationUs: number;
  peakDbfsX100: number;
  rmsDbfsX100: number;
  /** Mean, in millionths of full scale. */
  dcPpm: number;
  /** Full-scale samples. */
  clippedPpm: number;
  /** Zero samples. */
  zeroPpm: number;
  /** Peak over RMS, hundredths of a decibel. */
  crestDbX100: number;
  /** Only with `detailed`, else 0: the quietest 80 ms that are not digital silence. */
  noiseFloorDbfsX100: number;
  /** Only with `detailed`, else 0: above this there is nothing but rounding. */
  bandwidthHz: number;
}

/** A piece of a numbered stream. Numbers and timestamps wrap around. */
export interface Packet {
  sequence: number;
  /** Of its first frame, on the sender's sample clock. */
  timestamp?: number | undefined;
  /** Whole frames. */
  data: AudioData;
}

export interface AddResult {
  /** Other than 'ok': nothing was stored. */
  status: 'ok' | 'late_packet' | 'duplicate_packet' | 'sequence_jump' | 'buffer_full';
  /** False when new audio was refused or dropped. */
  accepted: boolean;
  storedBytes: number;
  /** Lost to the limit in this call, old and new. */
  droppedBytes: number;
}

export interface ChunkResult {
  /** Other than 'ok': nothing was taken. */
  status: 'ok' | 'not_ready' | 'stream_ended' | 'buffer_empty';
  /** From the queue, at the beginning. */
  audioBytes: number;
  /** Made by the underflow strategy, behind it. */
  filledBytes: number;
}

export type StreamBufferState = 'starting' | 'playing' | 'refilling' | 'ended';

/** Counters of a stream buffer, in frames where not said otherwise: added + gap = read + dropped + cleared + available + waiting. */
export interface BufferStats {
  addedFrames: number;
  /** Put in the place of lost packets. */
  gapFrames: number;
  readFrames: number;
  /** Lost to the limit. */
  droppedFrames: number;
  /** Thrown away by `clear`. */
  clearedFrames: number;
  /** Handed out by the underflow strategy. */
  filledFrames: number;
  refusedCalls: number;
  overflows: number;
  underflows: number;
  partialBytes: number;
  packets: number;
  reordered: number;
  lost: number;
  late: number;
  duplicates: number;
  sequenceJumps: number;
  availableFrames: number;
  /** In packets that wait for an earlier one. */
  waitingFrames: number;
  highWaterFrames: number;
  availableBytes: number;
  capacityBytes: number;
  memoryBytes: number;
  state: StreamBufferState;
}

/** Counters of the stream since its beginning, by the names that the native core writes; metrics.schema.json describes each. */
export interface Metrics {
  /** Mean time of one `push`. */
  avg_latency_ms: number;
  chunks: number;
  rejected_chunks: number;
  input_bytes: number;
  input_frames: number;
  output_bytes: number;
  /** Chunks that ended inside a frame. */
  split_frames: number;
  non_finite_samples: number;
  memory_bytes: number;
  level: { peak_dbfs: number; rms_dbfs: number; samples: number; zero_samples: number; full_scale_samples: number };
  vad: {
    current_state: VadState;
    blocks: number;
    speech_blocks: number;
    segments: number;
    false_starts: number;
    /** Segments that ended because no audio came. */
    gap_ends: number;
    /** Changes of state, by the new one. */
    transitions: { silence: number; speech_starting: number; speech: number; speech_ending: number };
    noise_floor_dbfs: number;
    threshold_dbfs: number;
  };
  /** Times of `push`; all 0 where the host has no clock, as in a worklet. */
  performance: {
    /** In force now; `latencyTargetUs` may have changed it. */
    mode: ProcessingMode;
    /** In the last ten seconds of audio at least 95 % of the calls took at most half of `chunkDurationMs`, and no buffer overflowed. */
    realtime_capable: boolean;
    /** Time measured per time of audio. */
    realtime_ratio: number;
    measured_chunks: number;
    p50_ms: number;
    p95_ms: number;
    p99_ms: number;
    max_ms: number;
    /** Calls in the last ten seconds of audio, and those of them that took longer than half of `chunkDurationMs`. */
    recent_chunks: number;
    recent_slow_chunks: number;
    recent_overflows: number;
  };
  /** Only with a stream buffer, as of the last `addToStreamBuffer`. */
  stream_buffer?: {
    state: StreamBufferState;
    available_bytes: number;
    capacity_bytes: number;
    available_frames: number;
    waiting_frames: number;
    high_water_frames: number;
    added_frames: number;
    gap_frames: number;
    read_frames: number;
    dropped_frames: number;
    cleared_frames: number;
    filled_frames: number;
    partial_bytes: number;
    refused_calls: number;
    overflows: number;
    underflows: number;
    packets: number;
    reordered_packets: number;
    late_packets: number;
    lost_packets: number;
    duplicate_packets: number;
    sequence_jumps: number;
    memory_bytes: number;
  };
}

/** What `getPerformanceReport` answers. */
export type PerformanceReport = Pick<Metrics, 'avg_latency_ms' | 'memory_bytes' | 'performance'>;

/** What `push` and its like take: bytes in the engine's input format, in any wrapping and at any offset. */
export type AudioData = ArrayBufferView | ArrayBufferLike;

// Types of the host. A server's type library may lack them: then they are objects, and nothing else in here suffers.
type Host<Scope, Name extends string> = Scope extends { [Key in Name]: { prototype: infer Instance } } ? Instance : object;

/** A compiled `WebAssembly.Module`, or the bytes of audioengine.wasm. */
export type WasmSource = HostModule | ArrayBufferView | ArrayBuffer;
type HostModule = typeof globalThis extends { WebAssembly: infer WebAssembly } ? Host<WebAssembly, 'Module'> : object;
export type HostUrl = Host<typeof globalThis, 'URL'>;
export type HostAudioContext = Host<typeof globalThis, 'BaseAudioContext'>;
export type HostAudioWorkletNode = Host<typeof globalThis, 'AudioWorkletNode'>;
