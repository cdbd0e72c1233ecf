// The AudioWorklet's side, bundled into one file without imports: runs the core on the audio thread, at any context rate and any
// render quantum, and posts what it found in batches. Uses nothing that this scope may lack (no fetch, URL, TextDecoder,
// performance, timers). Never throws while processing: it counts.
import { Core } from './core.js';
import { AudioEngineError } from './errors.js';
import { Use, Word } from './layout.js';
import { kProcessorName, type Batch, type Failure, type ProcessorOptions, type Reply, type Request } from './messages.js';
import { kEngineShape } from './shapes.js';
import type { EngineConfig, Metrics } from './types.js';

// What this scope has, as far as it is needed; the type library of pages does not describe it.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: { processorOptions: ProcessorOptions }) => AudioWorkletProcessor): void;
declare const sampleRate: number;
declare const currentFrame: number;

const failureOf = (error: unknown): Failure =>
  error instanceof AudioEngineError
    ? { code: error.code, field: error.field, message: error.message }
    : { code: 'worklet_failed', field: '', message: String(error) };

/** Room for the arrays of one batch in one buffer, so that one transfer hands all over. */
const evenly = (bytes: number): number => (bytes + 1) & ~1;

class AudioEngineProcessor extends AudioWorkletProcessor {
  #core: Core | undefined;
  /** The core's input area as samples; `#waiting` of them are filled. */
  #input = new Float32Array(0);
  #waiting = 0;
  #batchFrames = 0;
  /** Frame of the context at which the next input is due; before the first call, not known. */
  #dueFrame = -1;
  #finished = false;
  #failures = 0;

  constructor({ processorOptions }: { processorOptions: ProcessorOptions }) {
    super();
    this.port.onmessage = (message: MessageEvent<Request>) => this.#answer(message.data);
    try {
      this.#start(processorOptions);
    } catch (error) {
      this.#core = undefined;
      this.#post({ type: 'unready', failure: failureOf(error) });
    }
  }

  #start({ wasm, engine, batchMs }: ProcessorOptions): void {
    if (wasm === undefined) throw new AudioEngineError('module_lost', 'the compiled module did not reach the worklet');
    const options = { ...engine, format: 'float32', channels: 1, sampleRate, chunkDurationMs: batchMs, maxChunkMs: Math.max(batchMs, 10) } as const;
    const core = new Core(wasm, kEngineShape, options);
    this.#input = new Float32Array(core.input.buffer, core.input.byteOffset, core.input.length >> 2);
    this.#batchFrames = Math.max(1, Math.floor((sampleRate * batchMs) / 1000));
    this.#core = core;
    this.#post({
      type: 'ready',
      config: core.config() as unknown as EngineConfig,
      outputRateHz: core.word(Word.OutputRateHz),
      latencyFrames: core.word(Word.LatencyFrames),
      memoryBytes: core.word(Word.MemoryBytes),
    });
  }

  process(inputs: Float32Array[][]): boolean {
    if (this.#core === undefined) return false;
    try {
      this.#take(this.#core, inputs[0]?.[0]);
    } catch (error) {
      this.#fail(error);
    }
    return true;
  }

  #take(core: Core, samples: Float32Array | undefined): void {
    if (this.#finished) return;
    if (this.#dueFrame < 0) this.#dueFrame = currentFrame;
    if (samples === undefined || samples.length === 0) {
      // Nothing is connected, or the source is silent for good: what waits is decided, and time passes.
      if (this.#waiting > 0) this.#push(core);
      this.#passTime(core);
      return;
    }
    this.#dueFrame = currentFrame + samples.length;
    for (let at = 0; at < samples.length; ) {
      const frames = Math.min(samples.length - at, this.#batchFrames - this.#waiting);
      // A whole quantum is the rule; only one that crosses the end of a batch needs a view of its own.
      this.#input.set(frames === samples.length ? samples : samples.subarray(at, at + frames), this.#waiting);
      this.#waiting += frames;
      at += frames;
      if (this.#waiting === this.#batchFrames) this.#push(core);
    }
  }

  #push(core: Core): void {
    const frames = this.#waiting;
    this.#waiting = 0;
    this.#deliver(core, core.glue.push(frames * 4, Use.push));
  }

  /** Tells the core how much time has gone by since input was due, in whole milliseconds. */
  #passTime(core: Core): void {
    const ms = Math.floor(((currentFrame - this.#dueFrame) * 1000) / sampleRate);
    if (ms < 10) return;
    this.#dueFrame += Math.floor((ms * sampleRate) / 1000);
    const status = core.glue.advanceTime(ms);
    if (core.eventCount > 0 || status !== 0) this.#deliver(core, status);
  }

  /** Posts what the last call gave. */
  #deliver(core: Core, status: number): void {
    core.check(status);
    const blocks = core.blockCount;
    const audioBytes = core.audioBytes;
    const probabilitiesAt = evenly(audioBytes);
    const buffer = new ArrayBuffer(probabilitiesAt + 5 * blocks);
    const batch: Batch = {
      firstBlock: core.word(Word.FirstBlock),
      audio: new Uint8Array(buffer, 0, audioBytes),
      probabilitiesQ15: new Uint16Array(buffer, probabilitiesAt, blocks),
      levelsDbfsX100: new Int16Array(buffer, probabilitiesAt + 2 * blocks, blocks),
      states: new Uint8Array(buffer, probabilitiesAt + 4 * blocks, blocks),
      events: [],
      thresholdDbfsX100: core.word(Word.ThresholdDbfsX100),
      noiseFloorDbfsX100: core.word(Word.NoiseFloorDbfsX100),
      failures: this.#failures,
    };
    core.copyAudio(batch.audio, 0);
    for (let i = 0; i < blocks; i++) {
      batch.probabilitiesQ15[i] = core.probabilityQ15(i);
      batch.levelsDbfsX100[i] = core.levelDbfsX100(i);
      batch.states[i] = core.blockStateIndex(i);
    }
    for (let i = 0; i < core.eventCount; i++) batch.events.push(core.event(i));
    this.port.postMessage({ type: 'batch', batch } satisfies Reply, [buffer]);
  }

  #answer(request: Request): void {
    const core = this.#core;
    if (core === undefined) return;
    try {
      this.#post({ type: 'done', id: request.id, metrics: this.#carryOut(core, request) });
    } catch (error) {
      this.#post({ type: 'refused', id: request.id, failure: failureOf(error) });
    }
  }

  #carryOut(core: Core, request: Request): Metrics | undefined {
    switch (request.type) {
      case 'finish':
        if (this.#finished) return undefined;
        if (this.#waiting > 0) this.#push(core);
        this.#finished = true;
        this.#deliver(core, core.glue.finish());
        return undefined;
      case 'reset':
        this.#waiting = 0;
        this.#dueFrame = -1;
        this.#finished = false;
        core.glue.reset(0);
        return undefined;
      case 'configureVad':
        core.configureVad(request.vad, 'vad.');
        return undefined;
      case 'setSpeechProbability':
        core.setSpeechProbability(request.probability);
        return undefined;
      case 'metrics':
        return core.metrics();
      case 'stop':
        this.#core = undefined; // process() answers false from now on
        return undefined;
    }
  }

  #fail(error: unknown): void {
    this.#failures++;
    this.#waiting = 0;
    // The first one is told; a node that fails in every quantum must not flood its page.
    if (this.#failures === 1) this.#post({ type: 'failure', failure: failureOf(error) });
  }

  #post(reply: Reply): void {
    this.port.postMessage(reply);
  }
}

registerProcessor(kProcessorName, AudioEngineProcessor);
