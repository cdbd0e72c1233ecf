// What the glue exports: glue.js is Emscripten's, made from wasm/bindings.cpp by the build. tests/wasm compares this list with
// the real module.

/** Calls of bindings.cpp. Statuses cross as numbers. */
export interface Glue {
  /** Views of the whole memory, made anew by Emscripten whenever it has grown. */
  readonly HEAPU8: Uint8Array<ArrayBuffer>;

  wordsAt(): number;
  beginConfig(): void;
  set(field: number, value: number): number;
  setName(field: number, name: string): number;
  get(field: number): number;
  create(): number;
  configureVad(): number;
  errorField(): string;
  push(bytes: number): number;
  finish(): number;
  advanceTime(ms: number): number;
  reset(): void;
  setSpeechProbability(probabilityQ15: number): number;
  preBuffer(): void;
  findings(): void;
  metricsJson(): string;
  reserveMessage(bytes: number): number;
  validate(): number;
  fieldName(field: number): string;
  fieldList(field: number): number;
  name(list: number, index: number): string;
  statusMessage(status: number): string;
  version(): string;
}

export interface GlueHooks {
  locateFile(name: string): string;
  instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): WebAssembly.Exports;
}

/** Fills `hooks` with the calls above. */
export default function createGlue(hooks: GlueHooks): unknown;
