// What the glue exports: glue.js is Emscripten's, made from wasm/bindings.cpp by the build. tests/wasm compares this list with
// the real module.

/**
 * Calls of bindings.cpp. Statuses cross as numbers, flags as 0 and 1, texts as addresses (`textAt` of instance.ts); `bytes` are
 * the first of the input area, `nameLength` characters stand where records begin.
 */
export interface Glue {
  /** Views of the whole memory, made anew by Emscripten whenever it has grown. */
  readonly HEAPU8: Uint8Array<ArrayBuffer>;

  wordsAt(): number;
  beginConfig(): void;
  set(field: number, value: number): number;
  setName(field: number, nameLength: number): number;
  get(field: number): number;
  create(object: number): number;
  configureVad(): number;
  errorField(): number;
  reserve(bytes: number): number;

  push(bytes: number, use: number): number;
  optimize(forQuality: number): void;
  snapshot(withPreBuffer: number): number;
  restore(bytes: number): number;
  preBuffer(): void;
  speech(): void;
  findings(): void;
  findingPosition(set: number): number;
  metricsJson(): number;

  hear(bytes: number): number;
  finish(): number;
  advanceTime(ms: number): number;
  setSpeechProbability(probabilityQ15: number): void;
  reset(bufferOnly: number): void;

  validate(bytes: number, nameLength: number): number;
  processMessage(bytes: number, enhance: number, normalize: number): number;
  analyze(bytes: number, detailed: number): void;
  resampleMessage(bytes: number, fromRateHz: number, toRateHz: number): number;
  ensureMono(bytes: number, channels: number): number;

  addAudio(bytes: number): number;
  addPacket(bytes: number, sequence: number, timestampFrames: number): number;
  getChunk(bytes: number): number;
  peek(): void;
  markEnd(): void;
  clear(): void;
  stats(): void;

  resample(bytes: number, isFloat: number): number;
  flush(isFloat: number): number;

  fieldName(field: number): number;
  fieldList(field: number): number;
  name(list: number, index: number): number;
  statusMessage(status: number): number;
  version(): number;
}

export interface GlueHooks {
  locateFile(name: string): string;
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): WebAssembly.Exports;
}

/** Fills `hooks` with the calls above. */
export default function createGlue(hooks: GlueHooks): unknown;
