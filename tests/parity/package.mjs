// Runs scenarios through the npm package: `createEngine` is the package's own, so Node and pages use the same lines.
import { Hash, ResultHash, compare, readManifest } from './hash.mjs';
import { cutter, engineOptions, inputBytes, readScenarios, readWav } from './inputs.mjs';

export * from './hash.mjs';
export * from './inputs.mjs';

export const kCuts = ['1', '128', '160', '441', 'all', 'odd'];
export const kRecordingFiles = { woman: 'librispeech_2691.wav', man: 'librispeech_1723.wav' };

/** Runs one scenario cut in one way. `differences` is empty when every hash is the manifest's. */
export async function runScenario(createEngine, scenario, recordings, cut, manifest) {
  const input = inputBytes(scenario, recordings);
  const hash = new ResultHash();
  const engine = await createEngine(engineOptions(scenario));
  try {
    const nextLength = cutter(scenario, cut, input.length);
    for (let at = 0; at < input.length; ) {
      const length = Math.min(nextLength(), input.length - at);
      hash.addResult(engine.push(input.subarray(at, at + length)));
      at += length;
    }
    if (scenario.keys.finish !== '0') hash.addResult(engine.finish());
  } finally {
    engine.dispose();
  }
  const got = { inputBytes: input.length, input: new Hash().add(input).hex(), ...hash.digest() };
  return { scenario: scenario.name, cut, got, differences: compare(got, manifest.get(scenario.name)) };
}

/** One line for people. */
export function formatRow({ scenario, cut, differences }) {
  return `${scenario.padEnd(24)}${cut.padEnd(6)}${differences.length === 0 ? 'ok' : `DIFFERS: ${differences.join('; ')}`}`;
}

/** Table, manifest and recordings from the source tree. Node only. */
export async function loadNode() {
  const { readFile } = await import('node:fs/promises');
  const file = (path) => readFile(new URL(path, import.meta.url));
  const recordings = {};
  for (const [name, wav] of Object.entries(kRecordingFiles)) recordings[name] = readWav(await file(`../support/recordings/${wav}`));
  return {
    scenarios: readScenarios((await file('scenarios.txt')).toString()),
    manifest: readManifest((await file('../golden/parity.tsv')).toString()),
    recordings,
  };
}
