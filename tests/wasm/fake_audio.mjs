// As much of Web Audio as the package touches. The worklet's scope is a bare realm: the language and WebAssembly, no URL, no TextDecoder,
// no fetch, no timers, no performance, as in browsers. Time goes by only in `render`.
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const later = () => new Promise((resolve) => setImmediate(resolve));

/** One end of a channel. Messages arrive later, as structured clones. */
class FakePort {
  other;
  onmessage = null;
  sent = [];
  closed = false;

  postMessage(message, transfer = []) {
    this.sent.push(message);
    const data = structuredClone(message, { transfer });
    setImmediate(() => this.closed || this.other.onmessage?.({ data }));
  }
}

function portPair() {
  const [one, other] = [new FakePort(), new FakePort()];
  one.other = other;
  other.other = one;
  return [one, other];
}

export class FakeContext {
  sampleRate;
  state = 'running';
  nodes = [];
  modules = [];
  #frame = 0;
  #scope;
  #processors = new Map();
  #nextPort;

  constructor(sampleRate = 48000) {
    this.sampleRate = sampleRate;
    const context = this;
    const scope = {
      sampleRate,
      registerProcessor: (name, processor) => {
        if (this.#processors.has(name)) throw new Error(`${name} is registered already`);
        this.#processors.set(name, processor);
      },
      AudioWorkletProcessor: class {
        port = context.#nextPort;
      },
    };
    Object.defineProperty(scope, 'currentFrame', { get: () => this.#frame });
    this.#scope = vm.createContext(scope);
    this.audioWorklet = {
      addModule: async (url) => {
        await later();
        this.modules.push(String(url));
        // The file is a module without imports, so it may run as a strict script.
        vm.runInContext(`'use strict';${readFileSync(new URL(url), 'utf8')}`, this.#scope);
      },
    };
  }

  close() {
    this.state = 'closed';
  }

  /** Evaluates in the worklet's scope. */
  inWorklet(code) {
    return vm.runInContext(code, this.#scope);
  }

  makeProcessor(name, port, processorOptions) {
    const Processor = this.#processors.get(name);
    if (!Processor) throw new Error(`no processor ${name}`);
    this.#nextPort = port;
    return new Processor({ processorOptions });
  }

  /** Runs quanta over the samples (null: nothing is connected, for `frames`), then lets the messages through. */
  async render(samples, quantum = 128, frames = samples?.length ?? 0) {
    for (let at = 0; at < frames; at += quantum) {
      const input = samples === null ? [] : [samples.subarray(at, at + quantum)];
      for (const node of this.nodes) node.alive &&= node.processor.process([input], [], {});
      this.#frame += quantum;
    }
    await later();
    await later();
  }
}

/** What the next nodes' hosts do wrong: 'throws' at handing a module over, 'loses' it on the way, or stay 'silent'. */
export const faults = { module: undefined };

class FakeAudioWorkletNode extends EventTarget {
  constructor(context, name, options) {
    super();
    this.context = context;
    this.options = options;
    const [mine, theirs] = portPair();
    this.port = mine;
    const processorOptions = { ...options.processorOptions };
    if (processorOptions.wasm instanceof WebAssembly.Module) {
      if (faults.module === 'throws') throw new DOMException('not to be cloned', 'DataCloneError');
      if (faults.module === 'loses') processorOptions.wasm = undefined;
    }
    if (faults.module === 'silent') theirs.closed = mine.closed = true;
    this.processor = context.makeProcessor(name, theirs, processorOptions);
    this.alive = true;
    context.nodes.push(this);
  }

  disconnect() {
    this.disconnected = true;
  }
}

globalThis.AudioWorkletNode = FakeAudioWorkletNode;
