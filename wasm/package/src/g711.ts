// G.711 without the core, so that it needs no loading and no waiting: stateless, a few lines a law. tests/wasm compares all 65,536
// samples and all 256 codes with the core, whose g711.h says where implementations differ.
import { AudioEngineError } from './errors.js';
import { bytesOf } from './input.js';
import type { AudioData, G711Law } from './types.js';

/** The highest bit's place in 0..7, seen from `bit`. */
const segmentOf = (magnitude: number, bit: number): number => Math.max(0, 31 - Math.clz32(magnitude) - bit);

function encodeUlaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample) + 132, 32767);
  const segment = segmentOf(magnitude, 7);
  return (sample < 0 ? 0x7f : 0xff) ^ ((segment << 4) | ((magnitude >> (segment + 3)) & 15));
}

function decodeUlaw(code: number): number {
  const inverse = ~code & 255;
  const magnitude = ((((inverse & 15) << 3) + 132) << ((inverse >> 4) & 7)) - 132;
  return inverse & 0x80 ? -magnitude : magnitude;
}

function encodeAlaw(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 3; // 12 bits, ones' complement of negatives
  const segment = segmentOf(magnitude, 4);
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | ((magnitude >> Math.max(segment, 1)) & 15)) ^ 0x55;
}

function decodeAlaw(code: number): number {
  const even = code ^ 0x55;
  const segment = (even >> 4) & 7;
  const step = ((even & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 256) << (segment - 1);
  return even & 0x80 ? magnitude : -magnitude;
}

const kLaws: Record<string, { encode(sample: number): number; decode(code: number): number }> = {};
for (const name of ['g711_ulaw', 'ulaw', 'mulaw', 'pcmu']) kLaws[name] = { encode: encodeUlaw, decode: decodeUlaw };
for (const name of ['g711_alaw', 'alaw', 'pcma']) kLaws[name] = { encode: encodeAlaw, decode: decodeAlaw };

function lawNamed(law: G711Law): (typeof kLaws)[string] {
  const found = Object.hasOwn(kLaws, law) ? kLaws[law] : undefined;
  if (found === undefined) throw new AudioEngineError('bad_format', `there is no G.711 law ${String(law)}: 'ulaw' or 'alaw'`, 'law');
  return found;
}

/** 16-bit samples, or PCM16 bytes, to G.711: one byte a sample. */
export function encodeG711(data: AudioData, law: G711Law): Uint8Array<ArrayBuffer> {
  const { encode } = lawNamed(law);
  const bytes = bytesOf(data, 'pcm16');
  if (bytes.length % 2 !== 0) throw new AudioEngineError('truncated_frame', 'PCM16 has two bytes a sample');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Uint8Array(bytes.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = encode(view.getInt16(2 * i, true));
  return out;
}

/** G.711 bytes to 16-bit samples. Silence is 0xFF in µ-law and 0xD5 in A-law, not 0. */
export function decodeG711(data: AudioData, law: G711Law): Int16Array<ArrayBuffer> {
  const { decode } = lawNamed(law);
  const bytes = bytesOf(data, 'g711');
  const out = new Int16Array(bytes.length);
  for (let i = 0; i < out.length; i++) out[i] = decode(bytes[i] as number);
  return out;
}
