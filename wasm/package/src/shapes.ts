// Which options each object takes: the fields of the core's one configuration, under the names that its users write.
import { ObjectKind } from './layout.js';

export interface Shape {
  object: number;
  /** Where a field of the core ("vad.speech_start_ms") stands among the options ("vad.speechStartMs"); undefined: not among them. */
  path(field: string): string | undefined;
}

export const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());



export const kEngineShape: Shape = {
  object: ObjectKind.engine,
  path: (field) => camelCase(field.replace(/^audio\./, '').replace(/^buffer\./, 'stream_buffer.')),
};

/** The fields that match, all on one level. */
const flat = (object: number, taken: RegExp): Shape => ({
  object,
  path: (field) => (taken.test(field) ? camelCase(field.replace(/^\w+\./, '')) : undefined),
});

export const kProcessorShape = flat(ObjectKind.processor, /^(mode$|audio\.)/);
export const kDetectorShape = flat(ObjectKind.detector, /^(vad\.|audio\.(sample_rate|min_amplitude)$|max_chunk_ms$)/);
export const kBufferShape = flat(ObjectKind.stream_buffer, /^(mode$|buffer\.|audio\.(sample_rate|channels|format)$)/);

const kResamplerPaths: Record<string, string> = { 'audio.sample_rate': 'fromRateHz', 'output.sample_rate': 'toRateHz', mode: 'mode' };
export const kResamplerShape: Shape = { object: ObjectKind.resampler, path: (field) => kResamplerPaths[field] };
