// The engine as users of Node, pages and Workers see it.
import { chunkAudio } from './chunks.js';
import { Core } from './core.js';
import { Handle } from './handle.js';
import { bytesOf, flag, inPieces, joinBytes, optionsIn, passingMs } from './input.js';
import { Use, Word } from './layout.js';
import { Listeners, type VadListener } from './listeners.js';
import { kEngineShape } from './shapes.js';
import { AudioStreamBuffer } from './stream-buffer.js';
import type { AudioData, EngineConfig, EngineOptions, Finding, Metrics, PerformanceReport, PushResult, Remainder, SnapshotOptions, ValidationResult, VadEventType, VadOptions, VadState, WasmSource } from './types.js';
import { validate } from './validation.js';

/** The clock of the host; a worklet has none. */
const clock = globalThis.performance as { now(): number } | undefined;

/**
 * One direction of one client's voice. Made by `createEngine`; the constructor is for callers that have the compiled module
 * at hand and need an engine at once.
 *
 * Everything handed out is a function of the bytes that came in, never of how they were cut, and the same bits as natively.
 * Results are snapshots: nothing in them changes later. Calls that are refused throw AudioEngineError, and nothing was consumed.
 */
export class AudioEngine extends Handle {
  readonly #format: string;
  readonly #listeners = new Listeners();
  #streamBuffer: AudioStreamBuffer | undefined;
  #state: VadState = 'silence';
  #speech: Uint8Array[] | undefined; // of a call that was longer than the core takes at once: of each piece

  constructor(wasm: WasmSource, options: EngineOptions = {}) {
    super(new Core(wasm, kEngineShape, options), 'engine');
    const { format, streamBuffer } = this.config;
    this.#format = format;
    if (streamBuffer !== undefined) this.#streamBuffer = new AudioStreamBuffer(this.core);
  }

  /** Where the stream stands. */
  get state(): VadState {
    return this.#state;
  }

  /** What is in force, defaults filled in; a copy. */
  get config(): EngineConfig {
    return this.core.config() as unknown as EngineConfig;
  }

  /** Hz of the audio handed out. */
  get outputRateHz(): number {
    return this.core.word(Word.OutputRateHz);
  }

  /** Algorithmic delay of the audio path, in input frames. */
  get latencyFrames(): number {
    return this.core.word(Word.LatencyFrames);
  }

  /** Memory of the object inside its WebAssembly instance. */
  get memoryBytes(): number {
    return this.core.word(Word.MemoryBytes);
  }

  /** The buffer of `addToStreamBuffer`, to mark the end, to read at one's own pace, or to add packets. Ends with the engine. */
  get streamBuffer(): AudioStreamBuffer | undefined {
    void this.core;
    return this.#streamBuffer;
  }

  /**
   * Takes audio of any length, at any offset, in any wrapping: ArrayBuffer, Buffer, any view. Bytes of an incomplete frame are
   * carried to the next call. Throws `stream_finished` after `finish`, and `bad_input` for what can't be audio of the
   * format; nothing was consumed then.
   */
  push(data: AudioData): PushResult {
    return this.#stream(data, Use.push);
  }

  /** Converts as `push`, without asking the detector: no blocks, no events. A stream uses this with `processVadChunk`, or `push`. */
  processAudio(data: AudioData): PushResult {
    return this.#stream(data, Use.process_audio);
  }

  /** Asks the detector about audio in the input format, without converting it: no audio. */
  processVadChunk(data: AudioData): PushResult {
    return this.#stream(data, Use.process_vad_chunk);
  }

  /** For the direction towards the client: converts rate, channels and format and nothing else, in every mode. */
  prepareForPlayback(data: AudioData): PushResult {
    return this.#stream(data, Use.prepare_for_playback);
  }

  /**
   * For jittery connections, with the option `streamBuffer`: adds the bytes to the buffer, then pushes one chunk of
   * `chunkDurationMs` out of it. Undefined while the buffer has no whole chunk ready; the bytes are kept. Without data it only
   * takes. Throws as `push`, `no_stream_buffer`, and `buffer_full` with the strategy 'error'.
   */
  addToStreamBuffer(data?: AudioData): PushResult | undefined {
    const { core } = this;
    const bytes = data === undefined ? new Uint8Array(0) : bytesOf(data, this.#format);
    const status = this.#timed(core, bytes, Use.add_to_stream_buffer);
    if (core.statusName(status) === 'not_ready') return undefined;
    core.check(status);
    return this.#single();
  }

  /** From the next call on, mode 'realtime' or 'quality', keeping every state and losing no sample. */
  optimizeForLatency(): void {
    this.core.glue.optimize(0);
  }
  optimizeForQuality(): void {
    this.core.glue.optimize(1);
  }

  /** Ends the stream: the audio that the filters hold, the last blocks, the end of an open segment. Then only `reset` helps. */
  finish(): PushResult {
    const { core } = this;
    core.check(core.glue.finish());
    return this.#single();
  }

  /** Time passes without audio (mute, lost network): after `maxGapMs` of it an open segment ends with reason `gap`. */
  advanceTime(ms: number): PushResult {
    const { core } = this;
    core.check(core.glue.advanceTime(passingMs(ms)));
    return this.#single();
  }

  /** New detector settings from the next block on; those not given stay. State, noise floor and audio are kept. */
  configureVad(vad: VadOptions): void {
    this.core.configureVad(vad, 'vad.');
  }

  /**
   * With `vad.type` 'external': your own detector's probability, 0 to 1, for every block that completes from now on, until it is
   * told another. Without effect for the other types.
   */
  setSpeechProbability(probability: number): void {
    this.core.setSpeechProbability(probability);
  }

  /** The input-format audio from an open segment's `paddedMs` to now; empty when no segment is open. A copy. */
  preBuffer(): Uint8Array<ArrayBuffer> {
    this.core.glue.preBuffer();
    return this.core.ring();
  }

  /**
   * What of the input should go on to a speech service, as far as the last call decided it: of every segment everything from
   * `paddedMs` to the `atMs` of its end, in the input format, nothing twice; mostly empty in silence. A copy.
   * Forwarding only while the state is 'speech' would cut off the beginning and the end of every phrase.
   */
  speech(): Uint8Array<ArrayBuffer> {
    return this.#speech ? joinBytes(this.#speech) : this.#speechOfPiece();
  }

  #speechOfPiece(): Uint8Array<ArrayBuffer> {
    this.core.glue.speech();
    return this.core.ring();
  }

  /**
   * The state of the stream, a few kilobytes, the same bytes in every build: another engine of the same options goes on from it
   * with the same bits, here or in the native core. Not in it: processing times, the stream buffer.
   */
  snapshot(options?: SnapshotOptions): Uint8Array<ArrayBuffer> {
    const { preBuffer = true } = optionsIn(options);
    this.core.check(this.core.glue.snapshot(flag(preBuffer, 'preBuffer')));
    return this.core.audio();
  }

  /**
   * Goes on where `snapshot` was taken; settings of `configureVad` come along. Throws `bad_snapshot` (truncated, changed) or
   * `foreign_snapshot` (another version or other options); nothing has changed then.
   */
  restore(snapshot: AudioData): void {
    const { core } = this;
    core.check(core.glue.restore(core.put(bytesOf(snapshot, 'a snapshot'))));
    this.#speech = undefined;
    this.#state = core.states[core.stateIndex] as VadState;
  }

  /** Judges a complete message in the input format without touching the stream. */
  validateAudio(data: AudioData): ValidationResult {
    return validate(this.core, bytesOf(data, this.#format), '');
  }

  /** Cuts a message in the input format into chunks of `chunkDurationMs` (default: the option's). Views, no copies. */
  chunkAudio(data: AudioData, chunkDurationMs?: number, remainder: Remainder = 'keep'): Generator<Uint8Array> {
    return chunkAudio(this.config, data, chunkDurationMs, remainder);
  }

  /** Everything remarkable since the beginning of the stream. */
  findings(): Finding[] {
    this.core.glue.findings();
    return this.core.findings();
  }

  /**
   * The byte of the stream at which a finding was first seen. Kept for those that are told from many bytes ('text' and after it in
   * the type `Finding`); 0 for all others, and when it was not found.
   */
  findingPosition(finding: Finding): number {
    const bit = this.core.findingBit(finding);
    return this.core.glue.findingPosition(bit);
  }

  /** Counters of the stream. Times are those of `push`, where the host has a clock. */
  metrics(): Metrics {
    return this.core.metrics();
  }

  /** The part of `metrics` that says whether this machine keeps up. */
  getPerformanceReport(): PerformanceReport {
    const { avg_latency_ms, memory_bytes, performance } = this.metrics();
    return { avg_latency_ms, memory_bytes, performance };
  }

  /** As newly created, counters included. Listeners and the stream buffer stay. */
  reset(): void {
    this.core.glue.reset(0);
    this.#speech = undefined;
    this.#state = 'silence';
  }

  override dispose(): void {
    super.dispose();
    this.#streamBuffer?.dispose();
    this.#listeners.clear();
  }

  /** Calls `listener` with every event of this type, after the call that found it has done its work, in order of time. */
  addEventListener(type: VadEventType, listener: VadListener): void {
    this.#listeners.add(type, listener);
  }
  removeEventListener(type: VadEventType, listener: VadListener): void {
    this.#listeners.remove(type, listener);
  }

  #stream(data: AudioData, use: number): PushResult {
    const { core } = this;
    const bytes = bytesOf(data, this.#format);
    const limit = core.word(Word.MaxChunkBytes);
    const speech: Uint8Array[] | undefined = bytes.length > limit ? [] : undefined;
    const take = (piece: Uint8Array): PushResult => {
      core.check(this.#timed(core, piece, use));
      speech?.push(this.#speechOfPiece());
      return core.result();
    };
    this.#speech = speech;
    return this.#announce(inPieces(bytes, limit, take));
  }

  #timed(core: Core, bytes: Uint8Array, use: number): number {
    const start = clock?.now();
    const status = core.glue.push(core.put(bytes), use);
    if (clock !== undefined && start !== undefined && status === 0) core.recordElapsedNs((clock.now() - start) * 1e6);
    return status;
  }

  #single(): PushResult {
    this.#speech = undefined;
    return this.#announce(this.core.result());
  }

  #announce(result: PushResult): PushResult {
    this.#state = result.state;
    this.#listeners.announce(result.events);
    return result;
  }
}
