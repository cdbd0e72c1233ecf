// Measures, off the main thread, what the engine costs on this machine: the same wasm as in the worklet, fed 20 s of noise. The
// median of many short rounds, so that what else the machine does now hardly counts.
import { createEngine } from 'audioengine';

const kSampleRateHz = 48000;
const kChunkSamples = kSampleRateHz / 50; // 20 ms
const kRounds = 50;
const kChunksPerRound = 20;

const engine = await createEngine({ mode: 'realtime', format: 'float32', sampleRate: kSampleRateHz, vad: { type: 'neural' } });
const chunk = new Float32Array(kChunkSamples);
let random = 1;
for (let i = 0; i < chunk.length; ++i) {
  random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
  chunk[i] = random / 2 ** 33 - 0.25;
}
const rounds: number[] = [];
for (let round = 0; round < kRounds; ++round) {
  const start = performance.now();
  for (let i = 0; i < kChunksPerRound; ++i) engine.push(chunk);
  rounds.push(((performance.now() - start) * 1000) / kChunksPerRound);
}
engine.dispose();
postMessage(rounds.sort((a, b) => a - b)[kRounds / 2]);
