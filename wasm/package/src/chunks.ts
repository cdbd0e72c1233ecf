// Messages cut into chunks of equal duration, and how long they last.
import { AudioEngineError } from './errors.js';
import { bytesOf, wholeNumber } from './input.js';
import type { AudioData, Remainder } from './types.js';

/** The parts of a configuration that say how long a frame, a message, a chunk is. */
interface FrameConfig {
  format: string;
  channels: number;
}
interface TimedConfig extends FrameConfig {
  sampleRate: number;
}
interface ChunkConfig extends TimedConfig {
  chunkDurationMs: number;
}

const kSampleBytes: Record<string, number> = { pcm16: 2, g711_ulaw: 1, g711_alaw: 1, float32: 4 };
/** Silence is not zero in G.711. */
const kSilence: Record<string, number> = { g711_ulaw: 0xff, g711_alaw: 0xd5 };

export const frameBytes = ({ format, channels }: FrameConfig): number => (kSampleBytes[format] as number) * channels;

/** As AudioProcessor::chunk_audio: whole frames, views into the message, only a padded last chunk is a copy. */
export function chunkAudio(config: ChunkConfig, data: AudioData, chunkDurationMs: number | undefined, remainder: Remainder): Generator<Uint8Array> {
  const bytes = bytesOf(data, config.format);
  const ms = chunkDurationMs === undefined ? config.chunkDurationMs : wholeNumber(chunkDurationMs, 'chunkDurationMs', 1);
  if (remainder !== 'keep' && remainder !== 'pad' && remainder !== 'drop') {
    throw new AudioEngineError('bad_option', `remainder must be 'keep', 'pad' or 'drop', not ${String(remainder)}`, 'remainder');
  }
  const length = Math.max(1, Math.floor((ms * config.sampleRate) / 1000)) * frameBytes(config);
  return cut(bytes, length, remainder, kSilence[config.format] ?? 0);
}

function* cut(bytes: Uint8Array, length: number, remainder: Remainder, silence: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) {
    const chunk = bytes.subarray(at, at + length);
    if (chunk.length < length && remainder === 'drop') return;
    if (chunk.length === length || remainder === 'keep') {
      yield chunk;
      continue;
    }
    const padded = new Uint8Array(length).fill(silence, chunk.length);
    padded.set(chunk);
    yield padded;
  }
}

/** Milliseconds; a trailing part of a frame does not count. */
export function durationMs(config: TimedConfig, data: AudioData): number {
  return (Math.floor(bytesOf(data, config.format).length / frameBytes(config)) * 1000) / config.sampleRate;
}
