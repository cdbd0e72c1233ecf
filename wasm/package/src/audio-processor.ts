// Work on complete messages, without a stream.
import { chunkAudio, durationMs } from './chunks.js';
import { Core } from './core.js';
import type { AudioFormat } from './enums.js';
import { AudioEngineError } from './errors.js';
import { Handle } from './handle.js';
import { bytesOf, flag, optionsIn, wholeNumber } from './input.js';
import { kProcessorShape } from './shapes.js';
import type { AnalyzeOptions, AudioData, AudioMetadata, ProcessorConfig, ProcessorOptions, QualityOptions, QualityResult, Remainder, ValidationResult, WasmSource } from './types.js';
import { metadataOf, validate } from './validation.js';

/**
 * Every message is judged on its own; nothing is kept from one call to the next. (A stream that is cut into messages would be
 * heard to be cut: that is AudioEngine's work.) Messages that can't be used throw `empty_input`, `truncated_frame` or
 * `unsupported_format`. Results are copies of your own, on buffers of their own.
 */
export class AudioProcessor extends Handle {
  readonly #config: ProcessorConfig;

  constructor(wasm: WasmSource, options: ProcessorOptions = {}) {
    super(new Core(wasm, kProcessorShape, options), 'processor');
    this.#config = this.core.config() as unknown as ProcessorConfig;
  }

  /** What is in force, defaults filled in; a copy. */
  get config(): ProcessorConfig {
    void this.core;
    return { ...this.#config };
  }

  /** Is this a complete message in the configured format, or in `expected`? */
  validateFormat(data: AudioData, expected?: AudioFormat): ValidationResult {
    const { format } = this.#config;
    if (expected !== undefined && typeof expected !== 'string') throw new AudioEngineError('bad_format', `a format is a name, not ${String(expected)}`, 'expected');
    return validate(this.core, bytesOf(data, expected ?? format), expected ?? format);
  }

  /** Decode, mix to mono, encode: mono in the configured format and rate. */
  processRealtime(data: AudioData): Uint8Array<ArrayBuffer> {
    return this.#process(data, 0, 0);
  }

  /** The same with high-pass (`enhance`, default true) and steady level with limiter (`normalize`, default true). */
  processQuality(data: AudioData, options?: QualityOptions): QualityResult {
    const { enhance = true, normalize = true } = optionsIn(options);
    const audio = this.#process(data, flag(enhance, 'enhance'), flag(normalize, 'normalize'));
    return { audio, metadata: metadataOf(this.core) };
  }

  /** By the mode: 'realtime' as `processRealtime`, 'balanced' with high-pass, 'quality' with both. */
  process(data: AudioData): Uint8Array<ArrayBuffer> {
    const { mode } = this.#config;
    return this.#process(data, Number(mode !== 'realtime'), Number(mode === 'quality'));
  }

  /** Cuts into chunks of `chunkDurationMs` (default: the option's), whole frames each. Views, no copies, but for a padded last one. */
  chunkAudio(data: AudioData, chunkDurationMs?: number, remainder: Remainder = 'keep'): Generator<Uint8Array> {
    void this.core;
    return chunkAudio(this.#config, data, chunkDurationMs, remainder);
  }

  /** Milliseconds; a trailing part of a frame does not count. */
  calculateDuration(data: AudioData): number {
    void this.core;
    return durationMs(this.#config, data);
  }

  /** Mono PCM16 from one rate to another with the filter of mode 'quality', whatever the options say. */
  resample(data: AudioData, fromRateHz: number, toRateHz: number): Uint8Array<ArrayBuffer> {
    const { core } = this;
    const bytes = bytesOf(data, 'pcm16');
    const [from, to] = [wholeNumber(fromRateHz, 'fromRateHz', 0), wholeNumber(toRateHz, 'toRateHz', 0)];
    core.check(core.glue.resampleMessage(core.put(bytes), from, to));
    return core.audio();
  }

  /** PCM16 of `channels` channels (1 to 8) to mono. */
  ensureMono(data: AudioData, channels: number): Uint8Array<ArrayBuffer> {
    const { core } = this;
    const bytes = bytesOf(data, 'pcm16');
    core.check(core.glue.ensureMono(core.put(bytes), wholeNumber(channels, 'channels', 0)), 'channels');
    return core.audio();
  }

  /** Levels, DC, shares; with `detailed` also noise floor and bandwidth, which cost a spectrum of the whole message. */
  analyzeAudio(data: AudioData, options?: AnalyzeOptions): AudioMetadata {
    const { core } = this;
    const { detailed = false } = optionsIn(options);
    core.glue.analyze(core.put(bytesOf(data, this.#config.format)), flag(detailed, 'detailed'));
    return metadataOf(core);
  }

  #process(data: AudioData, enhance: number, normalize: number): Uint8Array<ArrayBuffer> {
    const { core } = this;
    core.check(core.glue.processMessage(core.put(bytesOf(data, this.#config.format)), enhance, normalize));
    return core.audio();
  }
}
