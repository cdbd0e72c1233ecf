// What a page or a Worker imports. Nothing here touches the DOM, Web Audio or the network before a function is called, so that
// server-side rendering may import it too.
import { AudioProcessor } from './audio-processor.js';
import { FastVADDetector } from './detector.js';
import { AudioEngine } from './engine.js';
import { optionsIn } from './input.js';
import { load } from './load.js';
import { Resampler } from './resampler.js';
import { AudioStreamBuffer } from './stream-buffer.js';
import type { AdaptiveOptions, BigLaneOptions, DetectorOptions, EngineOptions, FastLaneOptions, ProcessorOptions, ResamplerOptions, StreamBufferOptions, VadOptions, WasmOptions, WasmSource } from './types.js';

type Constructor<Options, Made> = new (wasm: WasmSource, options: Options) => Made;

async function make<Options extends object, Made>(made: Constructor<Options, Made>, all: (Options & WasmOptions) | undefined): Promise<Made> {
  const { wasm, wasmUrl, ...options } = optionsIn(all) as Options & WasmOptions;
  const { module } = await load({ wasm, wasmUrl });
  return new made(module, options as unknown as Options);
}

/** An engine with these options. Rejects with AudioEngineError, whose `field` names the option that is wrong; so do the others. */
export const createEngine = async (options?: EngineOptions & WasmOptions): Promise<AudioEngine> => make(AudioEngine, options);

// What the factories listen with, unless told otherwise. What is no object goes on, to be refused like any other wrong option.
const listening = (vad: VadOptions = {}): VadOptions => (typeof vad === 'object' && vad !== null ? { ...vad, type: vad.type ?? 'neural' } : vad);

/** For live conversation: mode 'realtime', nothing added to the delay but what a change of rate needs (none here). Hears with the neural detector. */
export const createFastLaneEngine = async (all?: FastLaneOptions): Promise<AudioEngine> => {
  const { vadConfig, ...options } = optionsIn(all);
  return make<EngineOptions, AudioEngine>(AudioEngine, { ...options, mode: 'realtime', vad: listening(vadConfig) });
};

/** For analysis and recordings: mode 'quality'; `enableEnhancement` (default true) brings speech to a steady level. Hears with the neural detector. */
export const createBigLaneEngine = async (all?: BigLaneOptions): Promise<AudioEngine> => {
  const { enableEnhancement, ...options } = optionsIn(all);
  return make<EngineOptions, AudioEngine>(AudioEngine, { ...options, mode: 'quality', normalize: enableEnhancement, vad: listening() });
};

/** Starts in mode 'balanced' and steps between the modes so that a `push` stays within `latencyTargetMs` (default 50). Hears with the neural detector. */
export const createAdaptiveEngine = async (all?: AdaptiveOptions): Promise<AudioEngine> => {
  const { latencyTargetMs = 50, ...options } = optionsIn(all);
  return make<EngineOptions, AudioEngine>(AudioEngine, { ...options, vad: listening(), latencyTargetUs: typeof latencyTargetMs === 'number' ? Math.round(latencyTargetMs * 1000) : NaN });
};

/** For complete messages. */
export const createAudioProcessor = async (options?: ProcessorOptions & WasmOptions): Promise<AudioProcessor> => make(AudioProcessor, options);

/** The detector alone. */
export const createFastVADDetector = async (options?: DetectorOptions & WasmOptions): Promise<FastVADDetector> => make(FastVADDetector, options);

/** A buffer for audio that comes unevenly. */
export const createAudioStreamBuffer = async (options?: StreamBufferOptions & WasmOptions): Promise<AudioStreamBuffer> => make(AudioStreamBuffer, options);

/** Changes the sample rate of one mono stream. */
export const createResampler = async (options: ResamplerOptions & WasmOptions): Promise<Resampler> => make(Resampler, options);

/** Of this package and the core within. */
export const version = '0.1.0';

export { AudioEngine, AudioProcessor, AudioStreamBuffer, FastVADDetector, Resampler };
export { AudioEngineError } from './errors.js';
export { AudioFormat, ProcessingMode, VADState, VADType } from './enums.js';
export { createEngineNode, type AudioEngineNode, type Batch, type EngineNodeOptions } from './engine-node.js';
export { decodeG711, encodeG711 } from './g711.js';
export type { VadListener } from './listeners.js';
export type * from './types.js';
