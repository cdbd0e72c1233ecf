// Measures, off the main thread, what the engine costs on this machine: the same wasm as in the worklet, fed 20 s of noise.
import { createEngine } from 'audioengine';

const kSampleRateHz = 48000;
const kChunkSamples = kSampleRateHz / 50; // 20 ms
const kWarmUpChunks = 200;
const kChunks = 1000;

const engine = await createEngine({ mode: 'realtime', format: 'float32', sampleRate: kSampleRateHz });
const chunk = new Float32Array(kChunkSamples);
let random = 1;
for (let i = 0; i < chunk.length; ++i) {
  random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
  chunk[i] = random / 2 ** 33 - 0.25;
}
for (let i = 0; i < kWarmUpChunks; ++i) engine.push(chunk);
const start = performance.now();
for (let i = 0; i < kChunks; ++i) engine.push(chunk);
const microsecondsPerChunk = ((performance.now() - start) * 1000) / kChunks;
engine.dispose();
postMessage(microsecondsPerChunk);
