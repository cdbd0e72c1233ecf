// What a page or a Worker imports. Nothing here touches the DOM, Web Audio or the network before a function is called, so that
// server-side rendering may import it too.
import { AudioEngine } from './engine.js';
import { load } from './load.js';
import type { EngineOptions, WasmOptions } from './types.js';

/** An engine with these options. Rejects with AudioEngineError, whose `field` names the option that is wrong. */
export async function createEngine(options: EngineOptions & WasmOptions = {}): Promise<AudioEngine> {
  const { wasm, wasmUrl, ...engineOptions } = options;
  const { module } = await load({ wasm, wasmUrl });
  return new AudioEngine(module, engineOptions);
}

/** Of this package and the core within. */
export const version = '0.1.0';

export { AudioEngine, type VadListener } from './engine.js';
export { AudioEngineError } from './errors.js';
export { createEngineNode, type AudioEngineNode, type Batch, type EngineNodeOptions } from './engine-node.js';
export type * from './types.js';
