// Voice activity detection alone: mono PCM16 in, decisions out.
import { Core } from './core.js';
import { Handle } from './handle.js';
import { bytesOf, inPieces, passingMs } from './input.js';
import { Word } from './layout.js';
import { Listeners, type VadListener } from './listeners.js';
import { kDetectorShape } from './shapes.js';
import type { AudioData, DetectorConfig, DetectorOptions, DetectorResult, Metrics, PushResult, VadEventType, VadOptions, VadState, WasmSource } from './types.js';

const isSpeech = (state: VadState): boolean => state === 'speech' || state === 'speech_ending';

const noTransitions = (): Record<VadState, number> => ({ silence: 0, speech_starting: 0, speech: 0, speech_ending: 0 });

/** The detector of AudioEngine on its own. It decides what the engine decides on the same audio. */
export class FastVADDetector extends Handle {
  readonly #listeners = new Listeners();
  #state: VadState = 'silence';
  #blocks = 0;
  #speechBlocks = 0;
  #segments = 0;
  #falseStarts = 0;
  #gapEnds = 0;
  #transitions = noTransitions();

  constructor(wasm: WasmSource, options: DetectorOptions = {}) {
    super(new Core(wasm, kDetectorShape, options), 'detector');
  }

  /** Where the stream stands. */
  get state(): VadState {
    return this.#state;
  }
  /** What is in force, defaults filled in; a copy. */
  get config(): DetectorConfig {
    return this.core.config() as unknown as DetectorConfig;
  }
  /** Input samples from a block's end to its decision. */
  get latencySamples(): number {
    return this.core.word(Word.LatencyFrames);
  }

  /** Memory of the object inside its WebAssembly instance. */
  get memoryBytes(): number {
    return this.core.word(Word.MemoryBytes);
  }

  /** Mono PCM16 of the configured rate, any length: one block for every 10 ms that became complete, and what happened. */
  process(data: AudioData): DetectorResult {
    const { core } = this;
    // Half a sample has no meaning here: the detector takes samples, the engine takes bytes.
    const bytes = bytesOf(data, 'pcm16');
    if (bytes.length % 2 !== 0) core.fail('truncated_frame');
    const take = (piece: Uint8Array): PushResult => {
      core.check(core.glue.hear(core.put(piece)));
      return core.result();
    };
    return this.#announce(inPieces(bytes, core.word(Word.MaxChunkBytes), take));
  }

  /** The specification's form: the state after this chunk. */
  processChunk(data: AudioData): VadState {
    return this.process(data).state;
  }

  /** Decides the blocks that waited, closes an open segment (reason `end_of_stream`). Then only `reset` helps. */
  finish(): DetectorResult {
    const { core } = this;
    core.check(core.glue.finish());
    return this.#announce(core.result());
  }

  /** Time passes without audio: after `maxGapMs` of it an open segment ends with reason `gap`. */
  advanceTime(ms: number): DetectorResult {
    const { core } = this;
    core.check(core.glue.advanceTime(passingMs(ms)));
    return this.#announce(core.result());
  }

  /** New settings from the next block on; those not given stay. State, noise floor and audio are kept. */
  configure(vad: VadOptions): void {
    this.core.configureVad(vad, '');
  }

  /** With `type` 'external': your own probability, 0 to 1, for every block that completes from now on. */
  setSpeechProbability(probability: number): void {
    this.core.setSpeechProbability(probability);
  }

  /** Counters, and the levels in force: the same as `vad` in the engine's metrics. */
  metrics(): Metrics['vad'] {
    return {
      current_state: this.#state,
      blocks: this.#blocks,
      speech_blocks: this.#speechBlocks,
      segments: this.#segments,
      false_starts: this.#falseStarts,
      gap_ends: this.#gapEnds,
      transitions: { ...this.#transitions },
      noise_floor_dbfs: this.core.word(Word.NoiseFloorDbfsX100) / 100,
      threshold_dbfs: this.core.word(Word.ThresholdDbfsX100) / 100,
    };
  }

  /** As newly created; settings of `configure` and listeners stay. */
  reset(): void {
    this.core.glue.reset(0);
    this.#state = 'silence';
    this.#blocks = this.#speechBlocks = this.#segments = this.#falseStarts = this.#gapEnds = 0;
    this.#transitions = noTransitions();
  }

  override dispose(): void {
    super.dispose();
    this.#listeners.clear();
  }

  /** Calls `listener` with every event of this type, after the call that found it has done its work, in order of time. */
  addEventListener(type: VadEventType, listener: VadListener): void {
    this.#listeners.add(type, listener);
  }
  removeEventListener(type: VadEventType, listener: VadListener): void {
    this.#listeners.remove(type, listener);
  }

  #announce({ state, events, blocks, firstBlock }: PushResult): DetectorResult {
    this.#blocks += blocks.length;
    for (const block of blocks) {
      this.#speechBlocks += Number(isSpeech(block.state));
      this.#enter(block.state);
    }
    this.#enter(state); // a gap and the end change it without a block
    for (const { type, reason } of events) {
      this.#gapEnds += Number(reason === 'gap');
      this.#segments += Number(type === 'speech_start');
      this.#falseStarts += Number(type === 'false_start');
    }
    this.#listeners.announce(events);
    return { state, events, blocks, firstBlock };
  }

  #enter(state: VadState): void {
    this.#transitions[state] += Number(state !== this.#state);
    this.#state = state;
  }
}
