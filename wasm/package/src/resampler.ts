// Changes the sample rate of one mono stream.
import { Core } from './core.js';
import { AudioEngineError } from './errors.js';
import { Handle } from './handle.js';
import { bytesOf, kindOf, optionsIn } from './input.js';
import { Word } from './layout.js';
import { kResamplerShape } from './shapes.js';
import type { ResamplerConfig, ResamplerOptions, WasmSource } from './types.js';

type Samples = Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/**
 * Takes Int16Array, or Float32Array (full scale as given), and gives the same kind; a stream is of one kind. The output is the
 * same however the input is cut: n samples and `flush` give exactly ceil(n * toRateHz / fromRateHz).
 */
export class Resampler extends Handle {
  readonly #config: ResamplerConfig;
  #kind: 'Int16Array' | 'Float32Array' | undefined;

  constructor(wasm: WasmSource, options: ResamplerOptions) {
    optionsIn(options);
    for (const rate of ['fromRateHz', 'toRateHz'] as const) {
      if (options[rate] === undefined) throw new AudioEngineError('bad_option', `a resampler needs ${rate}`, rate);
    }
    super(new Core(wasm, kResamplerShape, options), 'resampler');
    this.#config = { ...(this.core.config() as unknown as ResamplerConfig), toRateHz: this.core.word(Word.OutputRateHz) };
  }

  /** What is in force, defaults filled in; a copy. */
  get config(): ResamplerConfig {
    void this.core;
    return { ...this.#config };
  }
  get fromRateHz(): number {
    return this.config.fromRateHz;
  }
  get toRateHz(): number {
    return this.config.toRateHz;
  }
  /** How many input samples after its own time an output sample becomes ready. */
  get latencySamples(): number {
    return this.core.word(Word.LatencyFrames);
  }

  /** Memory of the object inside its WebAssembly instance. */
  get memoryBytes(): number {
    return this.core.word(Word.MemoryBytes);
  }

  /** Takes all of `samples`, gives what has become ready; may be empty. */
  process<Kind extends Int16Array | Float32Array>(samples: Kind): Kind extends Int16Array ? Int16Array<ArrayBuffer> : Float32Array<ArrayBuffer> {
    const { core } = this;
    const kind = ArrayBuffer.isView(samples) ? kindOf(samples) : '';
    if (kind !== 'Int16Array' && kind !== 'Float32Array') throw new AudioEngineError('bad_input', 'a resampler takes an Int16Array or a Float32Array', 'samples');
    if (this.#kind !== undefined && this.#kind !== kind) throw new AudioEngineError('bad_input', `this stream began with ${this.#kind}; reset it to begin another`, 'samples');
    const bytes = core.put(bytesOf(samples, kind === 'Int16Array' ? 'pcm16' : 'float32'));
    core.check(core.glue.resample(bytes, Number(kind === 'Float32Array')));
    this.#kind = kind;
    return this.#take() as Kind extends Int16Array ? Int16Array<ArrayBuffer> : Float32Array<ArrayBuffer>;
  }

  /** Ends the stream: the samples that still wait for input, of the kind that came in (Int16Array if none did). */
  flush(): Samples {
    const { core } = this;
    core.check(core.glue.flush(Number(this.#kind === 'Float32Array')));
    return this.#take();
  }

  /** As newly created. */
  reset(): void {
    this.core.glue.reset(0);
    this.#kind = undefined;
  }

  #take(): Samples {
    const { buffer } = this.core.audio();
    return this.#kind === 'Float32Array' ? new Float32Array(buffer) : new Int16Array(buffer);
  }
}
