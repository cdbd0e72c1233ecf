// Runs in the browser: golden scenarios through the unpacked package. parity.test.mjs calls `parity`.
import { createEngine, createEngineNode } from '/package/dist/index.js';
import {
  ResultHash, compare, floatInput, kRecordingFiles, nodeOptions, readManifest, readScenarios, readWav, runScenario, sampleRate,
} from '/tests/parity/package.mjs';

const kLateMs = 100; // what a worklet says too much must have time to arrive
const kAnswerMs = 10_000;

const fetched = async (path) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  return response;
};
const textOf = async (path) => (await fetched(path)).text();

const scenarios = new Map(readScenarios(await textOf('/tests/parity/scenarios.txt')).map((scenario) => [scenario.name, scenario]));
const manifest = readManifest(await textOf('/tests/golden/parity.tsv'));
const recordings = {};
for (const [name, file] of Object.entries(kRecordingFiles)) {
  recordings[name] = readWav(new Uint8Array(await (await fetched(`/tests/support/recordings/${file}`)).arrayBuffer()));
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function runWorklet(name, renderSizeHint) {
  const scenario = scenarios.get(name);
  const input = floatInput(scenario, recordings);
  const context = new OfflineAudioContext({ numberOfChannels: 1, length: input.length, sampleRate: sampleRate(scenario), renderSizeHint });
  const node = await createEngineNode(context, nodeOptions(scenario));
  const hash = new ResultHash();
  let blocks = 0;
  node.onbatch = (batch) => {
    hash.addBatch(batch);
    blocks += batch.states.length;
  };
  const failures = [];
  node.onfailure = (error) => failures.push(String(error));
  const buffer = context.createBuffer(1, input.length, context.sampleRate);
  buffer.copyToChannel(input, 0);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(node);
  source.start();
  await context.startRendering();

  // The worklet's messages arrive in their own time.
  const expected = manifest.get(name);
  for (const end = Date.now() + kAnswerMs; blocks < expected.blocks && Date.now() < end; ) await pause(10);
  await pause(kLateMs);
  return { quantum: context.renderQuantumSize ?? 128, differences: [...failures, ...compare(hash.digest(), expected)] };
}

const runWindow = (name) => runScenario(createEngine, scenarios.get(name), recordings, 'odd', manifest);

globalThis.parity = { runWorklet, runWindow };
