// Makes every scenario's input bytes and options, as README.md says and scenario.h does. Runs in Node and in a page.

const kRecordingRate = 16000;
const kSpoilBits = [0x7fc00000, 0x7f800000, 0xff800000, 0x3fc00000, 0x80000000, 0x00000001, 0x7f7fffff];
const kInputKeys = ['source', 'ms', 'gain', 'pad', 'finish', 'spoil', 'prefix', 'tail'];
const kEngineKeys = ['rate', 'format', 'channels', 'mode', 'out_rate', 'out_format', 'min_amplitude', 'normalize'];

/** The table: [{ name, keys: { key: text } }]. */
export function readScenarios(text) {
  return text
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('#'))
    .map((line) => {
      const [name, ...pairs] = line.trim().split(/\s+/);
      return { name, keys: Object.fromEntries(pairs.map((pair) => pair.split('='))) };
    });
}

/** The samples of one of the committed recordings (16 kHz mono PCM16, 44-byte header). */
export function readWav(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== 0x52494646 || view.getUint32(36) !== 0x64617461) throw new Error('not a WAV file with a 44-byte header');
  const samples = new Int16Array(view.getUint32(40, true) / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(44 + 2 * i, true);
  return samples;
}

/** Steps of the one random generator: the next 32-bit state. */
export const nextRandom = (state) => (Math.imul(state, 1664525) + 1013904223) >>> 0;

const number = (scenario, key, otherwise) => Number(scenario.keys[key] ?? otherwise);
const clamp16 = (x) => Math.max(-32768, Math.min(32767, x));

function addTerm(term, rate, audible, sum, recordings) {
  const [kind, first, second] = term.split(':');
  if (kind === 'silence') return;
  if (kind === 'noise') {
    let state = Number(second) >>> 0;
    for (let k = 0; k < audible; k++) {
      state = nextRandom(state);
      sum[k] += Math.floor(((state >> 16) * Number(first)) / 32768);
    }
    return;
  }
  if (kind === 'tone') {
    for (let k = 0; k < audible; k++) {
      const phase = Math.floor((65536 * k * Number(first)) / rate) % 65536;
      const half = phase % 32768;
      const sample = Math.floor((Math.floor((half * (32768 - half)) / 8192) * Number(second)) / 32768);
      sum[k] += phase >= 32768 ? -sample : sample;
    }
    return;
  }
  const recording = recordings[kind];
  if (!recording) throw new Error(`unknown source ${term}`);
  const at = (i) => (i < recording.length ? recording[i] : 0);
  for (let k = 0; k < audible; k++) {
    const i = Math.floor((kRecordingRate * k) / rate);
    const f = (kRecordingRate * k) % rate;
    sum[k] += Math.floor((at(i) * (rate - f) + at(i + 1) * f + Math.floor(rate / 2)) / rate);
  }
}

/** Interleaved 16-bit samples. `recordings` is { woman, man } from readWav. */
export function samples(scenario, recordings) {
  const rate = number(scenario, 'rate', 16000);
  const audible = Math.floor((number(scenario, 'ms', 8000) * rate) / 1000);
  const pad = number(scenario, 'pad', 1);
  const frames = Math.ceil(audible / pad) * pad;
  const sources = scenario.keys.source.split(',');
  if (sources.length !== number(scenario, 'channels', 1)) throw new Error(`${scenario.name}: channels must equal the sources`);
  const out = new Int16Array(frames * sources.length);
  sources.forEach((source, channel) => {
    const sum = new Float64Array(frames);
    for (const term of source.split('+')) addTerm(term, rate, audible, sum, recordings);
    for (let k = 0; k < frames; k++) out[k * sources.length + channel] = clamp16(sum[k] * number(scenario, 'gain', 1));
  });
  return out;
}

/** As Float32Array, for a worklet. */
export function floatInput(scenario, recordings) {
  return Float32Array.from(samples(scenario, recordings), (x) => x / 32768);
}

function ulawCode(sample) {
  const magnitude = Math.min(Math.abs(sample) + 132, 32767);
  let segment = 0;
  while (segment < 7 && magnitude >= 256 << segment) segment++;
  const mantissa = (magnitude >> (segment + 3)) & 15;
  return (sample < 0 ? 0x7f : 0xff) ^ ((segment << 4) | mantissa);
}

function alawCode(sample) {
  const magnitude = (sample < 0 ? -sample - 1 : sample) >> 3; // 13 bits, ones' complement of negatives
  let segment = 0;
  while (segment < 7 && magnitude >= 32 << segment) segment++;
  const mantissa = (segment < 2 ? magnitude >> 1 : magnitude >> segment) & 15;
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | mantissa) ^ 0x55;
}

function encode(scenario, pcm) {
  const format = scenario.keys.format ?? 'pcm16';
  if (format === 'g711_ulaw') return Uint8Array.from(pcm, ulawCode);
  if (format === 'g711_alaw') return Uint8Array.from(pcm, alawCode);
  const view = new DataView(new ArrayBuffer(pcm.length * (format === 'float32' ? 4 : 2)));
  const spoil = number(scenario, 'spoil', 0);
  for (let i = 0; i < pcm.length; i++) {
    if (format === 'pcm16') view.setInt16(2 * i, pcm[i], true);
    else if (!spoil) view.setFloat32(4 * i, pcm[i] / 32768, true);
    else if (i % spoil === spoil - 1) view.setUint32(4 * i, kSpoilBits[Math.floor(i / spoil) % kSpoilBits.length], true);
    else view.setFloat32(4 * i, (pcm[i] + (i % 4) / 4) / 32768, true);
  }
  return new Uint8Array(view.buffer);
}

/** The scenario's input bytes. */
export function inputBytes(scenario, recordings) {
  const audio = encode(scenario, samples(scenario, recordings));
  const prefix = Uint8Array.from(scenario.keys.prefix ?? '', (character) => character.charCodeAt(0));
  const tail = new Uint8Array(number(scenario, 'tail', 0)).fill(0x55);
  const out = new Uint8Array(prefix.length + audio.length + tail.length);
  out.set(prefix);
  out.set(audio, prefix.length);
  out.set(tail, prefix.length + audio.length);
  return out;
}

const camelCase = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

function common(scenario) {
  const { keys } = scenario;
  const vad = {};
  for (const [key, value] of Object.entries(keys)) {
    if (kInputKeys.includes(key) || kEngineKeys.includes(key)) continue;
    if (key === 'type') vad.type = value;
    else vad[camelCase(key)] = key === 'adaptive' ? value === '1' : Number(value);
  }
  const options = { mode: keys.mode ?? 'balanced', output: { sampleRate: number(scenario, 'out_rate', 0), format: keys.out_format ?? 'pcm16' }, vad };
  if (keys.min_amplitude) options.minAmplitude = Number(keys.min_amplitude);
  if (keys.normalize) options.normalize = keys.normalize === '1';
  return options;
}

/** The scenario as options for `createEngine`. */
export function engineOptions(scenario) {
  const { keys } = scenario;
  return { ...common(scenario), format: keys.format ?? 'pcm16', sampleRate: number(scenario, 'rate', 16000), channels: number(scenario, 'channels', 1) };
}

/** The scenario as options for `createEngineNode`; the context must run at `sampleRate(scenario)`. */
export const nodeOptions = (scenario) => common(scenario);
export const sampleRate = (scenario) => number(scenario, 'rate', 16000);

/** How many bytes each push takes: { next() }, until the bytes are used up. `cut` is a number of frames, 'all' or 'odd'. */
export function cutter(scenario, cut, totalBytes) {
  const bytes = { pcm16: 2, g711_ulaw: 1, g711_alaw: 1, float32: 4 }[scenario.keys.format ?? 'pcm16'];
  const frame = bytes * number(scenario, 'channels', 1);
  let state = 1;
  return () => {
    if (cut === 'all') return totalBytes;
    if (cut !== 'odd') return Number(cut) * frame;
    state = nextRandom(state);
    return (state >>> 16) % 1000;
  };
}
