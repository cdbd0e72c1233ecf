// What the node on the page and the processor in the worklet say to each other.
import type { EngineConfig, EngineOptions, Metrics, VadEvent, VadOptions, WasmSource } from './types.js';

export const kProcessorName = 'audioengine';

/** Handed to the processor's constructor. */
export interface ProcessorOptions {
  /** Undefined when the host could not hand it over. */
  wasm: WasmSource | undefined;
  engine: EngineOptions;
  batchMs: number;
}

export type Request =
  | { id: number; type: 'finish' }
  | { id: number; type: 'reset' }
  | { id: number; type: 'configureVad'; vad: VadOptions }
  | { id: number; type: 'setSpeechProbability'; probability: number }
  | { id: number; type: 'metrics' }
  | { id: number; type: 'stop' };

/** What was decided about a stretch of audio of `batchMs`. All of it is the receiver's. */
export interface Batch {
  /** Number of the first of these blocks, counted from the beginning of the stream. */
  firstBlock: number;
  /** A number a block: 0 to 32768, which is probability 1. */
  probabilitiesQ15: Uint16Array<ArrayBuffer>;
  /** A number a block: hundredths of a decibel below full scale. */
  levelsDbfsX100: Int16Array<ArrayBuffer>;
  /** A number a block, the state after it: 0 silence, 1 speech_starting, 2 speech, 3 speech_ending. */
  states: Uint8Array<ArrayBuffer>;
  events: VadEvent[];
  /** Mono audio in the output format; begins at a multiple of 8 bytes, so that any typed array fits on it. */
  audio: Uint8Array<ArrayBuffer>;
  /** The detector's threshold and noise floor after the batch, hundredths of a decibel below full scale. */
  thresholdDbfsX100: number;
  noiseFloorDbfsX100: number;
  /** Things that went wrong in the worklet since it began; the worklet itself never throws. 0 in a healthy one. */
  failures: number;
}

export interface Failure {
  code: string;
  field: string;
  message: string;
}

export interface Ready {
  config: EngineConfig;
  outputRateHz: number;
  latencyFrames: number;
  memoryBytes: number;
}

export type Reply =
  | ({ type: 'ready' } & Ready)
  | { type: 'unready'; failure: Failure }
  | { type: 'batch'; batch: Batch }
  | { type: 'done'; id: number; metrics: Metrics | undefined }
  | { type: 'refused'; id: number; failure: Failure }
  | { type: 'failure'; failure: Failure };
