// A queue of audio between a sender that jitters and a reader that keeps time.
import { frameBytes } from './chunks.js';
import { Core } from './core.js';
import { AudioEngineError } from './errors.js';
import { Handle } from './handle.js';
import { bytesOf, optionsIn, wholeNumber } from './input.js';
import { NameList, Word } from './layout.js';
import { kBufferShape } from './shapes.js';
import type { AddResult, AudioData, BufferStats, ChunkResult, Packet, StreamBufferConfig, StreamBufferOptions, StreamBufferState, WasmSource } from './types.js';

/** Statuses of a chunk that is not there; those of a packet that is the caller's mistake. */
const kWaiting = new Set(['ok', 'not_ready', 'stream_ended', 'buffer_empty']);
const kThrown = new Set(['truncated_frame', 'chunk_too_large', 'mixed_input']);

/**
 * With bytes it is an elastic queue; with numbered packets it also restores their order and counts what is late, lost or double.
 * What goes in comes out unchanged, except where audio is missing: there it fades, and the underflow strategy fills.
 */
export class AudioStreamBuffer extends Handle {
  readonly #config: StreamBufferConfig;

  constructor(wasm: WasmSource, options?: StreamBufferOptions);
  /** An engine's own buffer. @internal */
  constructor(engine: Core);
  constructor(source: WasmSource | Core, options: StreamBufferOptions = {}) {
    super(source instanceof Core ? source : new Core(source, kBufferShape, options), 'stream buffer');
    const { streamBuffer, ...config } = this.core.config();
    const { sampleRate, channels, format, mode } = config;
    this.#config = (source instanceof Core ? { ...(streamBuffer as object), sampleRate, channels, format, mode } : config) as unknown as StreamBufferConfig;
  }

  /** What is in force, defaults filled in; a copy. */
  get config(): StreamBufferConfig {
    void this.core;
    return { ...this.#config };
  }

  /** Memory of the buffer inside its WebAssembly instance. */
  get memoryBytes(): number {
    return this.#stat('memory_bytes');
  }

  /**
   * Adds bytes; part of a frame at the end waits for the rest. False when new audio was dropped (strategy 'drop_newest').
   * Throws `buffer_full` (strategy 'error': nothing was stored) and `mixed_input`.
   */
  addAudio(data: AudioData): boolean {
    const { core } = this;
    core.check(core.glue.addAudio(core.put(bytesOf(data, this.#config.format))));
    return core.word(Word.Accepted) === 1;
  }

  /**
   * Adds a packet of whole frames. A packet that is late, double or far off is not stored and not an error of yours: `status` says
   * `late_packet`, `duplicate_packet`, `sequence_jump`, `buffer_full`. Throws `truncated_frame`, `chunk_too_large`, `mixed_input`.
   */
  addPacket(packet: Packet): AddResult {
    const { core } = this;
    const { sequence, timestamp, data } = optionsIn(packet, 'packet');
    const bytes = bytesOf(data, this.#config.format);
    const number = wholeNumber(sequence, 'sequence', 0);
    const time = timestamp === undefined ? -1 : wholeNumber(timestamp, 'timestamp', 0);
    const status = core.statusName(core.glue.addPacket(core.put(bytes), number, time));
    if (kThrown.has(status)) core.fail(status);
    return { status: status as AddResult['status'], accepted: core.word(Word.Accepted) === 1, storedBytes: core.word(Word.StoredBytes), droppedBytes: core.word(Word.DroppedBytes) };
  }

  /** The stream ends here: a tail shorter than the start-up depth is handed out as well, missing packets are given up. */
  markEnd(): void {
    this.core.glue.markEnd();
  }

  /**
   * The next `bytes` (whole frames) of audio, or what the underflow strategy makes; shorter only at the end of the stream. Undefined
   * before the start-up depth is reached, after the end, and with the strategy 'error' when it ran dry; `state` tells which.
   */
  getChunk(bytes: number): Uint8Array<ArrayBuffer> | undefined {
    return this.#take(bytes) === 'ok' ? this.core.audio() : undefined;
  }

  /**
   * The same into memory of yours, for callbacks that must make no garbage. Whatever the answer, `out` can be played: where
   * there is no audio, it holds a fade out or silence.
   */
  getChunkInto(out: Uint8Array, result: ChunkResult = { status: 'ok', audioBytes: 0, filledBytes: 0 }): ChunkResult {
    if (!(out instanceof Uint8Array)) throw new AudioEngineError('bad_input', 'out must be a Uint8Array', 'out');
    optionsIn(result, 'result');
    result.status = this.#take(out.length);
    const length = this.core.audioBytes;
    result.filledBytes = this.core.word(Word.FilledBytes);
    result.audioBytes = length - result.filledBytes;
    this.core.fill(out);
    return result;
  }

  /** What is queued, without taking it. A copy. */
  peek(): Uint8Array<ArrayBuffer> {
    this.core.glue.peek();
    return this.core.ring();
  }

  /** Throws the queue away and starts up again, as for an interruption. Counters stay. */
  clear(): void {
    this.core.glue.clear();
  }
  /** As newly created, counters included. */
  reset(): void {
    this.core.glue.reset(1);
  }

  /** Queued, whole frames. */
  getAvailableBytes(): number {
    return this.#stat('available_bytes');
  }
  /** The same, as a time. */
  getDurationMs(): number {
    this.core.glue.stats();
    return this.core.word(Word.DurationMs);
  }

  get state(): StreamBufferState {
    return this.core.nameIn(NameList.buffer_state, this.#stat('state')) as StreamBufferState;
  }
  /** `markEnd` was the last word; nothing was added since. */
  get endMarked(): boolean {
    this.core.glue.stats();
    return this.core.word(Word.EndMarked) === 1;
  }
  /** The limit in force. */
  get capacityFrames(): number {
    return this.core.word(Word.CapacityFrames);
  }
  /** The start-up depth in force. */
  get prebufferFrames(): number {
    return this.core.word(Word.PrebufferFrames);
  }

  /** Counters since the beginning or `reset`, and how the buffer stands. */
  stats(): BufferStats {
    this.core.glue.stats();
    const record = this.core.record(NameList.buffer_stats);
    return { ...record, state: this.core.nameIn(NameList.buffer_state, record['state'] as number) } as unknown as BufferStats;
  }
  /** The same, by the specification's name. */
  getStats(): BufferStats {
    return this.stats();
  }

  /** One of the statistics, without the others. */
  #stat(name: string): number {
    this.core.glue.stats();
    return this.core.recordNumber(NameList.buffer_stats, name);
  }

  /** Takes a chunk into the core's output; the name of its status. */
  #take(bytes: number): ChunkResult['status'] {
    const { core } = this;
    const frame = frameBytes(this.#config);
    if (wholeNumber(bytes, 'bytes', 0) % frame !== 0) {
      throw new AudioEngineError('bad_option', `a chunk must be whole frames of ${frame} bytes, not ${String(bytes)}`, 'bytes');
    }
    const status = core.statusName(core.glue.getChunk(bytes));
    if (!kWaiting.has(status)) core.fail(status);
    return status as ChunkResult['status'];
  }
}
