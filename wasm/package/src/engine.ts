/// <reference lib="esnext.disposable" preserve="true" />
// The engine as users of Node, pages and Workers see it.
import { Core } from './core.js';
import { AudioEngineError } from './errors.js';
import type { AudioData, BlockResult, EngineConfig, EngineOptions, Finding, Metrics, PushResult, ValidationResult, VadEvent, VadEventType, VadOptions, VadState, WasmSource } from './types.js';

export type VadListener = (event: VadEvent) => void;

const kMaxU32 = 4294967295;

/** Typed arrays whose numbers can only mean one format; every other view is its bytes. */
const kFormatOfView: Record<string, string> = { Float32Array: 'float32', Int16Array: 'pcm16', Float64Array: 'none' };

/** The bytes of `data`, no copy made. */
function bytesOf(data: AudioData, format: string): Uint8Array {
  if (ArrayBuffer.isView(data)) {
    const kind = (data as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? '';
    const meant = kFormatOfView[kind];
    if (meant !== undefined && meant !== format) {
      throw new AudioEngineError('bad_input', `a ${kind} can't be ${format} audio; give bytes, or choose the format that the data has`, 'audio.format');
    }
    return data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  const kind = Object.prototype.toString.call(data);
  if (kind === '[object ArrayBuffer]' || kind === '[object SharedArrayBuffer]') return new Uint8Array(data);
  throw new AudioEngineError('bad_input', `audio must be an ArrayBuffer or a view of one, not ${data === null ? 'null' : typeof data}`);
}

/**
 * One direction of one client's voice. Made by `createEngine`; the constructor is for callers that have the compiled module
 * at hand and need an engine at once.
 *
 * Everything handed out is a function of the bytes that came in, never of how they were cut, and the same bits as natively.
 * Results are snapshots: nothing in them changes later.
 */
export class AudioEngine {
  #core: Core | undefined;
  readonly #config: EngineConfig;
  readonly #listeners = new Map<VadEventType, Set<VadListener>>();
  #state: VadState = 'silence';

  constructor(wasm: WasmSource, options: EngineOptions = {}) {
    this.#core = new Core(wasm, options);
    this.#config = this.#core.config();
  }

  get #live(): Core {
    if (this.#core === undefined) throw new AudioEngineError('disposed', 'the engine was disposed of');
    return this.#core;
  }

  /** Where the stream stands. */
  get state(): VadState {
    return this.#state;
  }

  /** What is in force, defaults filled in; a copy. */
  get config(): EngineConfig {
    return this.#live.config();
  }

  /** Hz of the audio handed out. */
  get outputRateHz(): number {
    return this.#live.outputRateHz;
  }

  /** Algorithmic delay of the audio path, in input frames. */
  get latencyFrames(): number {
    return this.#live.latencyFrames;
  }

  /** Memory of the engine inside its WebAssembly instance. */
  get memoryBytes(): number {
    return this.#live.memoryBytes;
  }

  /**
   * Takes audio of any length, at any offset, in any wrapping: ArrayBuffer, Buffer, any view. Bytes of an incomplete frame are
   * carried to the next call. Throws `stream_finished` after `finish`, and `bad_input` for what can't be audio of the
   * format; nothing was consumed then.
   */
  push(data: AudioData): PushResult {
    const core = this.#live;
    const bytes = bytesOf(data, this.#config.format);
    const limit = core.input.length;
    if (bytes.length <= limit) {
      this.#pushPiece(core, bytes);
      return this.#take(core);
    }
    const results: PushResult[] = [];
    for (let at = 0; at < bytes.length; at += limit) {
      this.#pushPiece(core, bytes.subarray(at, at + limit));
      results.push(this.#read(core));
    }
    return this.#announce(join(results));
  }

  /** Ends the stream: the audio that the filters hold, the last blocks, the end of an open segment. Then only `reset` helps. */
  finish(): PushResult {
    const core = this.#live;
    this.#check(core, core.finish());
    return this.#take(core);
  }

  /** Time passes without audio (mute, lost network): after `maxGapMs` of it an open segment ends with reason `gap`. */
  advanceTime(ms: number): PushResult {
    const core = this.#live;
    if (!(ms >= 0)) throw new AudioEngineError('bad_option', `ms must be a number from 0 up, not ${String(ms)}`, 'ms');
    this.#check(core, core.advanceTime(Math.min(Math.floor(ms), kMaxU32)));
    return this.#take(core);
  }

  /** New detector settings from the next block on; those not given stay. State, noise floor and audio are kept. */
  configureVad(vad: VadOptions): void {
    this.#live.configureVad(vad);
  }

  /**
   * With `vad.type` 'external': your own detector's probability, 0 to 1, for every block that completes from now on, until it is
   * told another. Without effect for the other types.
   */
  setSpeechProbability(probability: number): void {
    this.#live.setSpeechProbability(probability);
  }

  /** The input-format audio from an open segment's `paddedMs` to now; empty when no segment is open. A copy. */
  preBuffer(): Uint8Array<ArrayBuffer> {
    return this.#live.preBuffer();
  }

  /** Judges a complete message in the input format without touching the stream. */
  validate(data: AudioData): ValidationResult {
    return this.#live.validate(bytesOf(data, this.#config.format));
  }

  /** Everything remarkable since the beginning of the stream. */
  findings(): Finding[] {
    return this.#live.findings();
  }

  /** Counters of the stream. Times are those of `push`, where the host has a clock. */
  metrics(): Metrics {
    return JSON.parse(this.#live.metricsJson()) as Metrics;
  }

  /** As newly created, counters included. Listeners stay. */
  reset(): void {
    this.#live.reset();
    this.#state = 'silence';
  }

  /** Lets go of the memory. May be called again; every other call then throws `disposed`. */
  dispose(): void {
    this.#core = undefined;
    this.#listeners.clear();
  }

  /** Calls `listener` with every event of this type, after the call that found it has done its work, in order of time. */
  addEventListener(type: VadEventType, listener: VadListener): void {
    const listeners = this.#listeners.get(type);
    if (listeners) listeners.add(listener);
    else this.#listeners.set(type, new Set([listener]));
  }

  removeEventListener(type: VadEventType, listener: VadListener): void {
    this.#listeners.get(type)?.delete(listener);
  }

  #pushPiece(core: Core, piece: Uint8Array): void {
    const clock = globalThis.performance as { now(): number } | undefined;
    const start = clock?.now();
    core.input.set(piece);
    this.#check(core, core.push(piece.length));
    if (clock !== undefined && start !== undefined) core.recordElapsedNs((clock.now() - start) * 1e6);
  }

  #check(core: Core, status: number): void {
    if (status !== 0) throw new AudioEngineError(core.statusName(status), core.statusMessage(status));
  }

  #take(core: Core): PushResult {
    return this.#announce(this.#read(core));
  }

  /** What the last call gave, copied out of the memory. */
  #read(core: Core): PushResult {
    const audio = new Uint8Array(core.audioBytes);
    core.copyAudio(audio, 0);
    const blocks: BlockResult[] = [];
    for (let i = 0; i < core.blockCount; i++) blocks.push(core.block(i));
    const events: VadEvent[] = [];
    for (let i = 0; i < core.eventCount; i++) events.push(core.event(i));
    return { state: core.states[core.stateIndex] as VadState, audio, events, blocks, firstBlock: core.firstBlock };
  }

  #announce(result: PushResult): PushResult {
    this.#state = result.state;
    for (const event of result.events) {
      for (const listener of [...(this.#listeners.get(event.type) ?? [])]) {
        try {
          listener(event);
        } catch (error) {
          // As with any event target: a listener's failure is reported by the host and does not cost the caller its result.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    }
    return result;
  }
}

/** Several results in order as one. */
function join(results: PushResult[]): PushResult {
  const last = results[results.length - 1] as PushResult;
  const audio = new Uint8Array(results.reduce((bytes, result) => bytes + result.audio.length, 0));
  let at = 0;
  for (const result of results) {
    audio.set(result.audio, at);
    at += result.audio.length;
  }
  return {
    state: last.state,
    audio,
    events: results.flatMap((result) => result.events),
    blocks: results.flatMap((result) => result.blocks),
    firstBlock: (results[0] as PushResult).firstBlock,
  };
}

// `using engine = ...`, where the host knows it.
if (Symbol.dispose) {
  Object.defineProperty(AudioEngine.prototype, Symbol.dispose, { value: AudioEngine.prototype.dispose, writable: true, configurable: true });
}
export interface AudioEngine extends Disposable {}
