// From a compiled module to a running instance: synchronous and without any host API, so that it works in a worklet too.
import createGlue, { type Glue, type GlueHooks } from './glue.js';
import { AudioEngineError } from './errors.js';
import type { WasmSource } from './types.js';

/** By its tag, for modules of another realm (a frame, a test runner's sandbox) are none of this realm's class. */
export function isModule(wasm: WasmSource): boolean {
  return Object.prototype.toString.call(wasm) === '[object WebAssembly.Module]';
}

/** A text of the core: ASCII, ended by a zero. */
export function textAt(glue: Glue, at: number): string {
  const bytes = glue.HEAPU8;
  return String.fromCharCode(...bytes.subarray(at, bytes.indexOf(0, at)));
}

export function instantiate(wasm: WasmSource): Glue {
  let failure: unknown;
  const glue: GlueHooks = {
    locateFile: (name) => name,
    instantiateWasm(imports, done) {
      try {
        const module = isModule(wasm) ? (wasm as WebAssembly.Module) : new WebAssembly.Module(wasm as BufferSource);
        const instance = new WebAssembly.Instance(module, imports);
        done(instance);
        return instance.exports;
      } catch (error) {
        failure = error;
        return {};
      }
    },
  };
  createGlue(glue); // Runs to its end at once, because `done` is called at once.
  // Emscripten 3.1.6 swallows what the hook throws and would then wait for ever.
  if (failure !== undefined) throw new AudioEngineError('wasm_start_failed', `audioengine.wasm can't start: ${String(failure)}`);
  return glue as unknown as Glue;
}
