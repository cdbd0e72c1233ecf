// Recordings for the tests, and ways to cut them.
import { readFileSync } from 'node:fs';

export function recordingPath(name) {
  return new URL(`../../../support/recordings/${name}.wav`, import.meta.url).pathname;
}

/** Mono PCM16 from one of our recordings: { rate, bytes }. They have a plain 44-byte header. */
export function recording(name) {
  const file = readFileSync(recordingPath(name));
  if (file.toString('latin1', 36, 40) !== 'data' || file.readUInt16LE(22) !== 1 || file.readUInt16LE(34) !== 16) {
    throw new Error(`${name} is not mono PCM16 with a 44-byte header`);
  }
  return { rate: file.readUInt32LE(24), bytes: file.subarray(44) };
}

/** Small, repeatable pseudo-random numbers. */
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Messages of `size` bytes, or of the sizes that a function gives. */
export function* cut(bytes, size) {
  for (let at = 0; at < bytes.length; ) {
    const length = typeof size === 'function' ? size() : size;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

/** The same samples as float32. */
export function toFloat32(bytes) {
  const samples = new Float32Array(bytes.length / 2);
  for (let i = 0; i < samples.length; ++i) samples[i] = bytes.readInt16LE(2 * i) / 32768;
  return Buffer.from(samples.buffer);
}

/** Every sample in two channels. */
export function toStereo(bytes) {
  const stereo = Buffer.alloc(bytes.length * 2);
  for (let i = 0; i < bytes.length / 2; ++i) {
    stereo.writeInt16LE(bytes.readInt16LE(2 * i), 4 * i);
    stereo.writeInt16LE(bytes.readInt16LE(2 * i), 4 * i + 2);
  }
  return stereo;
}
