// The page's side of the AudioWorklet.
import { AudioEngineError } from './errors.js';
import { optionsIn } from './input.js';
import { beginning, load, type Loaded } from './load.js';
import { kProcessorName, type Batch, type Failure, type ProcessorOptions, type Ready, type Reply, type Request } from './messages.js';
import type { EngineConfig, EngineOptions, HostAudioContext, HostAudioWorkletNode, HostUrl, Metrics, VadOptions, WasmOptions, WasmSource } from './types.js';

export type { Batch } from './messages.js';

/** The input's format, rate and channels are the audio graph's. */
export interface EngineNodeOptions extends WasmOptions, Pick<EngineOptions, 'mode' | 'normalize' | 'minAmplitude' | 'maxAmplitude' | 'output' | 'vad'> {
  /** How much audio one `onbatch` tells about, 1 to 1000 ms. Default 20. Blocks are 10 ms. */
  batchMs?: number | undefined;
  /** Where the worklet's file lies (the package's `./worklet`), if not beside the package's own file. */
  workletUrl?: string | HostUrl | undefined;
  /** How long the worklet may take to answer, to its start and to every request. Default 10000 ms. */
  timeoutMs?: number | undefined;
}

/**
 * An AudioWorkletNode with one input and no output: connect sources to it. It runs the engine in the worklet, whether or not
 * anything else in the graph is connected to the destination.
 */
export interface AudioEngineNode extends HostAudioWorkletNode {
  /** Called with every batch, in order. */
  onbatch: ((batch: Batch) => void) | null;
  /** Called when the worklet fails: once for its first failure, `batch.failures` counts all. */
  onfailure: ((error: AudioEngineError) => void) | null;
  /** What is in force, defaults filled in; `sampleRate` is the context's. */
  readonly config: EngineConfig;
  readonly outputRateHz: number;
  /** Algorithmic delay of the audio path, in input frames. */
  readonly latencyFrames: number;
  readonly memoryBytes: number;
  /** Ends the stream: resolves after the last batch was handed to `onbatch`. Audio that comes later is ignored until `reset`. */
  finish(): Promise<void>;
  /** As newly created, counters included. */
  reset(): Promise<void>;
  /** New detector settings from the next block on; those not given stay. */
  configureVad(vad: VadOptions): Promise<void>;
  /** With `vad.type` 'external': your own detector's probability, 0 to 1, from the next block that is decided on. */
  setSpeechProbability(probability: number): Promise<void>;
  metrics(): Promise<Metrics>;
  /** Disconnects the node and ends its processor. May be called again; every other call then rejects with `disposed`. */
  dispose(): void;
}

type NodeClass = new (context: BaseAudioContext, options: ProcessorOptions, timeoutMs: number) => AudioEngineNode & { started: Promise<unknown> };

// A worklet's module must be added once a context: registering a name twice is an error.
const modules = new WeakMap<BaseAudioContext, Promise<void>>();
let nodeClass: NodeClass | undefined;

/** Loads what is missing, and resolves when the engine runs in the worklet. */
export async function createEngineNode(context: HostAudioContext, options?: EngineNodeOptions): Promise<AudioEngineNode> {
  const { wasm, wasmUrl, workletUrl, batchMs = 20, timeoutMs = 10000, ...engine } = optionsIn(options);
  if (globalThis.AudioWorkletNode === undefined || context.audioWorklet === undefined) {
    throw new AudioEngineError('unsupported', 'AudioWorklet is not available: it needs a browser and a secure page (https or localhost)');
  }
  if (isClosed(context)) throw new AudioEngineError('context_closed', 'the audio context is closed');
  const [loaded] = await Promise.all([load({ wasm, wasmUrl }), addModule(context, workletUrl)]);
  nodeClass ??= defineNodeClass();
  return start(nodeClass, context, loaded, { engine, batchMs }, timeoutMs);
}

/** An OfflineAudioContext calls itself closed when it has rendered, and its worklet still answers. */
const isClosed = (context: BaseAudioContext): boolean => context.state === 'closed' && 'close' in context;

async function start(Node: NodeClass, context: BaseAudioContext, { module, bytes }: Loaded, options: Omit<ProcessorOptions, 'wasm'>, timeoutMs: number): Promise<AudioEngineNode> {
  const attempt = async (wasm: WasmSource): Promise<AudioEngineNode> => {
    const node = new Node(context, { ...options, wasm }, timeoutMs);
    try {
      await node.started;
      return node;
    } catch (error) {
      node.dispose();
      throw error;
    }
  };
  try {
    return await attempt(module);
  } catch (error) {
    // Some browsers can't hand a compiled module to a worklet, or lose it on the way. Bytes always arrive.
    const lost = error instanceof AudioEngineError ? error.code === 'module_lost' : (error as Error).name === 'DataCloneError';
    if (lost && bytes !== undefined) return attempt(bytes);
    throw error;
  }
}

function addModule(context: BaseAudioContext, workletUrl: string | URL | undefined): Promise<void> {
  let pending = modules.get(context);
  if (pending === undefined) {
    // Written so that bundlers see the file and copy it.
    pending =
      workletUrl === undefined
        ? context.audioWorklet.addModule(new URL('./audioengine.worklet.js', import.meta.url))
        : context.audioWorklet.addModule(workletUrl);
    pending = pending.catch(async (error: unknown) => {
      modules.delete(context);
      throw await explain(workletUrl ?? new URL('./audioengine.worklet.js', import.meta.url), error);
    });
    modules.set(context, pending);
  }
  return pending;
}

/** Browsers only say that it failed ("AbortError"): looks at what lies there. */
async function explain(url: string | URL, error: unknown): Promise<AudioEngineError> {
  let found: string;
  try {
    const response = await fetch(url);
    const bytes = new Uint8Array(await response.arrayBuffer());
    found = `it answers ${response.status}, content-type ${response.headers.get('content-type') ?? 'none'}, ${beginning(bytes)}`;
  } catch (fetchError) {
    found = `it can't be fetched: ${String(fetchError)}`;
  }
  return new AudioEngineError('worklet_load_failed', `the worklet's file ${String(url)} can't be loaded (${String(error)}); ${found}`, 'workletUrl');
}

const errorOf = ({ code, field, message }: Failure): AudioEngineError => new AudioEngineError(code, message, field);

/** The request that is answered by the processor's first word. */
const kStart = 0;

/** Who waits for the answer to one request. */
interface Waiting {
  resolve(metrics: Metrics | undefined): void;
  reject(error: AudioEngineError): void;
}

// Made when first needed: AudioWorkletNode does not exist where only the core is used.
function defineNodeClass(): NodeClass {
  return class EngineNode extends AudioWorkletNode implements AudioEngineNode {
    onbatch: ((batch: Batch) => void) | null = null;
    onfailure: ((error: AudioEngineError) => void) | null = null;
    readonly started: Promise<unknown>;
    #ready: Ready | undefined;
    #disposed = false;
    #lastId = kStart;
    readonly #timeoutMs: number;
    readonly #waiting = new Map<number, Waiting>();

    constructor(context: BaseAudioContext, processorOptions: ProcessorOptions, timeoutMs: number) {
      super(context, kProcessorName, {
        numberOfInputs: 1,
        numberOfOutputs: 0,
        channelCount: 1,
        channelCountMode: 'explicit',
        channelInterpretation: 'speakers',
        processorOptions,
      });
      this.port.onmessage = (message: MessageEvent<Reply>) => this.#hear(message.data);
      this.addEventListener('processorerror', () => this.#break(new AudioEngineError('worklet_failed', "the worklet's processor ended with an error")));
      this.#timeoutMs = timeoutMs;
      this.started = this.#wait(kStart);
    }

    get config(): EngineConfig {
      return (this.#ready as Ready).config;
    }
    get outputRateHz(): number {
      return (this.#ready as Ready).outputRateHz;
    }
    get latencyFrames(): number {
      return (this.#ready as Ready).latencyFrames;
    }
    get memoryBytes(): number {
      return (this.#ready as Ready).memoryBytes;
    }

    async finish(): Promise<void> {
      await this.#ask({ id: ++this.#lastId, type: 'finish' });
    }
    async reset(): Promise<void> {
      await this.#ask({ id: ++this.#lastId, type: 'reset' });
    }
    async configureVad(vad: VadOptions): Promise<void> {
      await this.#ask({ id: ++this.#lastId, type: 'configureVad', vad });
    }
    async setSpeechProbability(probability: number): Promise<void> {
      await this.#ask({ id: ++this.#lastId, type: 'setSpeechProbability', probability });
    }
    async metrics(): Promise<Metrics> {
      return (await this.#ask({ id: ++this.#lastId, type: 'metrics' })) as Metrics;
    }

    dispose(): void {
      if (this.#disposed) return;
      this.#disposed = true;
      this.port.postMessage({ id: ++this.#lastId, type: 'stop' } satisfies Request);
      this.disconnect();
      this.#break(new AudioEngineError('disposed', 'the node was disposed of'));
      this.onbatch = null;
      this.onfailure = null;
    }

    #ask(request: Request): Promise<Metrics | undefined> {
      if (this.#disposed) return Promise.reject(new AudioEngineError('disposed', 'the node was disposed of'));
      if (isClosed(this.context)) return Promise.reject(new AudioEngineError('context_closed', 'the audio context is closed'));
      this.port.postMessage(request);
      return this.#wait(request.id);
    }

    /** The answer to a request, unless it takes too long. */
    #wait(id: number): Promise<Metrics | undefined> {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          this.#waiting.delete(id);
          reject(new AudioEngineError('worklet_timeout', `the worklet did not answer within ${this.#timeoutMs} ms (the context is ${this.context.state})`, 'timeoutMs'));
        }, this.#timeoutMs);
        this.#waiting.set(id, {
          resolve: (metrics) => (clearTimeout(timer), resolve(metrics)),
          reject: (error) => (clearTimeout(timer), reject(error)),
        });
      });
    }

    #take(id: number): Waiting | undefined {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      return waiting;
    }

    #hear(reply: Reply): void {
      switch (reply.type) {
        case 'ready': {
          const { config, outputRateHz, latencyFrames, memoryBytes } = reply;
          this.#ready = { config, outputRateHz, latencyFrames, memoryBytes };
          this.#take(kStart)?.resolve(undefined);
          break;
        }
        case 'unready':
          this.#take(kStart)?.reject(errorOf(reply.failure));
          break;
        case 'batch':
          this.onbatch?.(reply.batch);
          break;
        case 'done':
          this.#take(reply.id)?.resolve(reply.metrics);
          break;
        case 'refused':
          this.#take(reply.id)?.reject(errorOf(reply.failure));
          break;
        case 'failure':
          this.onfailure?.(errorOf(reply.failure));
          break;
      }
    }

    /** Nothing will be answered any more. */
    #break(error: AudioEngineError): void {
      if (!this.#disposed) this.onfailure?.(error);
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
    }
  };
}
