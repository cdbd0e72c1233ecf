// The specification's enumerations: constants for those who like them, each also the type of its values. The plain strings mean
// the same: `mode: ProcessingMode.REALTIME` is `mode: 'realtime'`.
import type { AudioFormatAlias, VadState, VadType } from './types.js';

const valuesOf = <const Values extends Record<string, string>>(values: Values): Readonly<Values> => Object.freeze(values);
type ValueOf<Values> = Values[keyof Values];

/** How much delay may be spent on the quality of the audio path. Decisions are the same in each. */
export const ProcessingMode = /* @__PURE__ */ valuesOf({ REALTIME: 'realtime', BALANCED: 'balanced', QUALITY: 'quality' });
export type ProcessingMode = ValueOf<typeof ProcessingMode>;

/** Where the stream stands between silence and speech. */
export const VADState = /* @__PURE__ */ valuesOf({ SILENCE: 'silence', SPEECH_STARTING: 'speech_starting', SPEECH: 'speech', SPEECH_ENDING: 'speech_ending' });
export type VADState = VadState;

/** What turns audio into a probability. */
export const VADType = /* @__PURE__ */ valuesOf({ ENERGY_BASED: 'energy', EXTERNAL: 'external', NEURAL: 'neural' });
export type VADType = VadType;

/** How one sample is coded. Little-endian, channels interleaved. */
export const AudioFormat = /* @__PURE__ */ valuesOf({ PCM16: 'pcm16', G711_ULAW: 'g711_ulaw', G711_ALAW: 'g711_alaw', FLOAT32: 'float32' });
export type AudioFormat = ValueOf<typeof AudioFormat> | AudioFormatAlias;
