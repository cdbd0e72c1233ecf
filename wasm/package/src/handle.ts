/// <reference lib="esnext.disposable" preserve="true" />
// What every object of the package has: the core behind it, until it is disposed of.
import type { Core } from './core.js';
import { AudioEngineError } from './errors.js';

export abstract class Handle {
  #core: Core | undefined;
  readonly #what: string;

  /** @internal */
  protected constructor(core: Core, what: string) {
    this.#core = core;
    this.#what = what;
  }

  /** @internal */
  protected get core(): Core {
    if (this.#core === undefined) throw new AudioEngineError('disposed', `the ${this.#what} was disposed of`);
    return this.#core;
  }

  /** Lets go of the memory. May be called again; every other call then throws `disposed`. */
  dispose(): void {
    this.#core = undefined;
  }
}

// `using engine = ...`, where the host knows it.
if (Symbol.dispose) {
  Object.defineProperty(Handle.prototype, Symbol.dispose, {
    value(this: Handle) {
      this.dispose();
    },
    writable: true,
    configurable: true,
  });
}
export interface Handle extends Disposable {}
