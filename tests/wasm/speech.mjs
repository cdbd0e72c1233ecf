// Real speech for the tests: 8 s of 16 kHz mono PCM16 (tests/support/recordings/README.md names its source).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const sourceDir = process.env.AUDIOENGINE_SOURCE_DIR;
export const kSpeechRate = 16000;

const wav = readFileSync(join(sourceDir, 'tests/support/recordings/librispeech_2691.wav'));
/** Its bytes, on a buffer of their own. */
export const speechBytes = Uint8Array.prototype.slice.call(wav, 44);
export const speechSamples = new Int16Array(speechBytes.buffer);
export const speechFloats = Float32Array.from(speechSamples, (sample) => sample / 32768);

/** Length and hash: equal for equal bytes, and short in a failed test's report. */
export const fingerprint = (bytes) => `${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex')}`;

/** Fingerprint of the audio, and everything decided, of several results in order. */
export function joined(results) {
  return {
    audio: fingerprint(Buffer.concat(results.map((result) => result.audio))),
    blocks: results.flatMap((result) => result.blocks),
    events: results.flatMap((result) => result.events),
  };
}
