// What callers hand in, as bytes.
import { AudioEngineError } from './errors.js';
import type { AudioData, PushResult } from './types.js';

/** Typed arrays whose numbers can only mean one format; every other view is its bytes. */
const kFormatOfView: Record<string, string> = { Float32Array: 'float32', Int16Array: 'pcm16', Float64Array: 'none' };

/** The name of a typed array's kind, also of another realm's. */
export const kindOf = (view: ArrayBufferView): string => (view as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? '';

function wholeBuffer(buffer: ArrayBufferLike): Uint8Array {
  try {
    return new Uint8Array(buffer);
  } catch {
    throw new AudioEngineError('bad_input', 'the buffer was transferred: its bytes are elsewhere now');
  }
}

/** The bytes of `data`, no copy made. */
export function bytesOf(data: AudioData, format: string): Uint8Array {
  if (ArrayBuffer.isView(data)) {
    const kind = kindOf(data);
    const meant = kFormatOfView[kind];
    if (meant !== undefined && meant !== format) {
      throw new AudioEngineError('bad_input', `a ${kind} can't be ${format} audio; give bytes, or choose the format that the data has`, 'audio.format');
    }
    if (data.byteLength === 0) wholeBuffer(data.buffer); // nothing, or nothing any more
    return data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  const kind = Object.prototype.toString.call(data);
  if (kind === '[object ArrayBuffer]' || kind === '[object SharedArrayBuffer]') return wholeBuffer(data);
  throw new AudioEngineError('bad_input', `audio must be an ArrayBuffer or a view of one, not ${data === null ? 'null' : typeof data}`);
}

/** A whole number from `least` to `most`, or AudioEngineError. */
export function wholeNumber(value: unknown, name: string, least: number, most = 4294967295): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new AudioEngineError('bad_option', `${name} must be a whole number from ${least} to ${most}, not ${String(value)}`, name);
}

/** True or false, or AudioEngineError. As the number that crosses. */
export function flag(value: unknown, name: string): number {
  if (typeof value === 'boolean') return Number(value);
  throw new AudioEngineError('bad_option', `${name} must be true or false, not ${String(value)}`, name);
}

/** An object with options, {} if none is given, or AudioEngineError. */
export function optionsIn<Options extends object>(options: Options | undefined, name = 'options'): Options {
  if (options === undefined) return {} as Options;
  if (typeof options === 'object' && options !== null) return options;
  throw new AudioEngineError('bad_option', `${name} must be an object, not ${String(options)}`, name);
}

/** Milliseconds that pass; fractions are dropped. */
export function passingMs(ms: number): number {
  if (typeof ms !== 'number' || !(ms >= 0)) throw new AudioEngineError('bad_option', `ms must be a number from 0 up, not ${String(ms)}`, 'ms');
  return Math.min(Math.floor(ms), 4294967295);
}

/** One after the other, in a new array. */
export function joinBytes(parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Several results in order as one. */
export function joinResults(results: PushResult[]): PushResult {
  const last = results[results.length - 1] as PushResult;
  if (results.length === 1) return last;
  return {
    state: last.state,
    audio: joinBytes(results.map((result) => result.audio)),
    events: results.flatMap((result) => result.events),
    blocks: results.flatMap((result) => result.blocks),
    firstBlock: (results[0] as PushResult).firstBlock,
  };
}

/** Calls `take` with pieces of at most `limit` bytes, at least once. */
export function inPieces(bytes: Uint8Array, limit: number, take: (piece: Uint8Array) => PushResult): PushResult {
  if (bytes.length <= limit) return take(bytes);
  const results: PushResult[] = [];
  for (let at = 0; at < bytes.length; at += limit) results.push(take(bytes.subarray(at, at + limit)));
  return joinResults(results);
}
