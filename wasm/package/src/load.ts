// Finds and compiles audioengine.wasm. Each file once; failures are not remembered.
import { AudioEngineError } from './errors.js';
import { isModule } from './instance.js';
import type { WasmOptions, WasmSource } from './types.js';

export interface Loaded {
  module: WebAssembly.Module;
  /** The same as bytes, for hosts that can't hand a module over. Undefined when the caller gave a module. */
  bytes: Uint8Array<ArrayBuffer> | undefined;
}

type FileReader = (url: URL) => Promise<Uint8Array<ArrayBuffer>>;
let readFile: FileReader | undefined;

/** Node has no fetch for files; index.node.ts brings this. */
export function setFileReader(reader: FileReader): void {
  readFile = reader;
}

const loaded = new Map<string, Promise<Loaded>>();

export async function load(options: WasmOptions): Promise<Loaded> {
  if (options.wasm !== undefined) return fromSource(options.wasm);
  // Written so that bundlers see the file and copy it.
  const url = options.wasmUrl === undefined ? new URL('./audioengine.wasm', import.meta.url) : absolute(options.wasmUrl);
  const key = String(url);
  let pending = loaded.get(key);
  if (pending === undefined) {
    pending = fromUrl(url);
    loaded.set(key, pending);
    pending.catch(() => loaded.delete(key));
  }
  return pending;
}

function absolute(url: string | URL): URL {
  const base = (globalThis as { location?: { href: string } }).location?.href;
  try {
    return new URL(url, base);
  } catch {
    throw new AudioEngineError('wasm_load_failed', `wasmUrl '${String(url)}' is no URL${base === undefined ? '; it must be absolute here' : ''}`, 'wasmUrl');
  }
}

async function fromSource(wasm: WasmSource): Promise<Loaded> {
  if (isModule(wasm)) return { module: wasm as WebAssembly.Module, bytes: undefined };
  const bytes = ArrayBuffer.isView(wasm) ? new Uint8Array(wasm.buffer as ArrayBuffer, wasm.byteOffset, wasm.byteLength) : new Uint8Array(wasm as ArrayBuffer);
  return compile(bytes, 'the wasm option');
}

async function fromUrl(url: URL): Promise<Loaded> {
  if (url.protocol === 'file:' && readFile !== undefined) {
    const bytes = await readFile(url).catch((error: unknown) => fail(`${url.href}: ${String(error)}`));
    return compile(bytes, url.href);
  }
  const response = await fetch(url).catch((error: unknown) => fail(`${url.href}: ${String(error)}`));
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!response.ok) fail(`${url.href} answers ${response.status} ${response.statusText} (${beginning(bytes)})`);
  return compile(bytes, url.href);
}

async function compile(bytes: Uint8Array<ArrayBuffer>, where: string): Promise<Loaded> {
  const isWasm = bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
  if (!isWasm) fail(`${where} is not WebAssembly (${beginning(bytes)})`);
  try {
    return { module: await WebAssembly.compile(bytes), bytes };
  } catch (error) {
    return fail(`${where} does not compile: ${String(error)}`);
  }
}

function fail(message: string): never {
  throw new AudioEngineError('wasm_load_failed', message, 'wasmUrl');
}

/** The first bytes, as text where they are text: what came instead is most often a page. */
export function beginning(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty';
  const first = bytes.subarray(0, 24);
  const text = String.fromCharCode(...first);
  const readable = /^[\x20-\x7e\s]*$/.test(text);
  return `begins with ${readable ? JSON.stringify(text) : [...first].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}
