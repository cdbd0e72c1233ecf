// The same bits in the browser: the golden scenarios through the package's worklet in an OfflineAudioContext, with render quanta of
// 128 and of 480 frames, and through createEngine in a window. The packed package is served as it is, without a bundler, under a strict policy.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readScenarios } from '../parity/inputs.mjs';
import { launch, open } from './browser.mjs';
import { outFolder, root, tarball } from './environment.mjs';
import { serve } from './staticServer.mjs';

const kPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src data:";
const scenarios = readScenarios(readFileSync(join(root, 'tests/parity/scenarios.txt'), 'utf8'));
const unpacked = join(outFolder, 'package');
let browser;
let server;
let page;
let complaints;

before(async () => {
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  execFileSync('tar', ['-xzf', tarball(), '-C', unpacked, '--strip-components=1']);
  const here = fileURLToPath(new URL('.', import.meta.url));
  server = await serve({ '/': here, '/package/': unpacked, '/tests/': join(root, 'tests') }, { headers: { 'content-security-policy': kPolicy } });
  browser = await launch();
  ({ page, complaints } = await open(browser, `${server.url}parity.html`));
  await page.waitForFunction(() => globalThis.parity !== undefined);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

for (const { name } of scenarios.filter(({ name }) => name.startsWith('worklet-'))) {
  for (const quantum of [128, 480]) {
    test(`worklet, quanta of ${quantum} frames: ${name}`, async (t) => {
      const result = await page.evaluate(([scenario, frames]) => parity.runWorklet(scenario, frames), [name, quantum]);
      if (result.quantum !== quantum) return t.skip(`this Chromium renders ${result.quantum} frames where ${quantum} were asked for`);
      assert.deepEqual(result.differences, []);
    });
  }
}

test(`window: all ${scenarios.length} scenarios, cut oddly`, async () => {
  const differing = {};
  for (const { name } of scenarios) {
    const { differences } = await page.evaluate((scenario) => parity.runWindow(scenario), name);
    if (differences.length > 0) differing[name] = differences;
  }
  assert.deepEqual(differing, {});
});

test('nothing was complained about, the policy included', () => assert.deepEqual(complaints, []));
