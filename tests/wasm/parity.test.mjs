import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { createEngine, createEngineNode } from 'audioengine';
import { FakeContext } from './fake_audio.mjs';
import { sourceDir } from './speech.mjs';

const parity = await import(pathToFileURL(join(sourceDir, 'tests/parity/package.mjs')));
const { scenarios, manifest, recordings } = await parity.loadNode();
assert.equal(process.env.AUDIOENGINE_WRITE_GOLDEN, undefined, 'the manifest is being rewritten');
assert.equal(scenarios.length, manifest.size);

for (const scenario of scenarios) {
  test(scenario.name, async () => {
    for (const cut of parity.kCuts) {
      const row = await parity.runScenario(createEngine, scenario, recordings, cut, manifest);
      assert.deepEqual(row.differences, [], cut);
    }
  });
}

// The processor in the imitated worklet; tests/browser does the same in a real one.
const forWorklets = scenarios.filter(({ keys }) => keys.finish === '0');
assert.ok(forWorklets.length > 0);
for (const scenario of forWorklets) {
  test(`${scenario.name} through the worklet`, async () => {
    const context = new FakeContext(parity.sampleRate(scenario));
    const node = await createEngineNode(context, parity.nodeOptions(scenario));
    const hash = new parity.ResultHash();
    node.onbatch = (batch) => hash.addBatch(batch);
    await context.render(parity.floatInput(scenario, recordings));
    assert.deepEqual(parity.compare(hash.digest(), manifest.get(scenario.name)), []);
  });
}
