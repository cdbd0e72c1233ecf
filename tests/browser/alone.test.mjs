// The page without a relay, with a relay that goes away, and with everything else that can go wrong: it says so and stays usable.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { counts, launch, open, segments, textOf, waitForState } from './browser.mjs';
import { outFolder, pageFolder } from './environment.mjs';
import { startRelay } from './relay.mjs';
import { serve } from './staticServer.mjs';

const kPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self' ws:";
let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve({ '/': pageFolder }, { headers: { 'content-security-policy': kPolicy } })]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Without a relay its address is not found, which Chromium writes to the console. Nothing else may be there. */
const others = (complaints) => complaints.filter((text) => !/status of 404/.test(text));

test('from a plain web server, under a strict policy: the page decides alone and says so', async () => {
  const { page, complaints } = await open(browser, server.url);
  await page.waitForFunction(() => /No relay/.test(document.querySelector('#relay-status').textContent));
  await page.click('#microphone');
  await waitForState(page, 'speech');
  await page.waitForSelector('#segments tr');
  await page.screenshot({ path: join(outFolder, 'alone.png'), fullPage: true });
  await page.click('#stop');
  await page.waitForSelector('#microphone:enabled');
  const rows = await segments(page);
  assert.ok(rows.length >= 1);
  for (const { relay, verdict } of rows) assert.deepEqual({ relay, verdict }, { relay: 'no relay', verdict: '' });
  assert.deepEqual(await counts(page), { identical: 0, compared: 0, differing: 0 });
  assert.equal(await textOf(page, '#verdict'), 'The page decides alone');
  assert.equal(await page.isVisible('#notice'), false, 'no relay is no error');
  assert.deepEqual(others(complaints), []);
  await page.close();
});

test('the relay goes away while speech plays: the page carries on, keeps what was compared, and says what happened', async () => {
  const relay = await startRelay();
  const { page, complaints } = await open(browser, relay.url);
  await page.click('#recording');
  await waitForState(page, 'speech');
  await page.waitForFunction(() => Number(document.querySelector('#count-compared').textContent) > 100);
  await relay.stop();
  await page.waitForSelector('#relay-status[data-tone="bad"]');
  assert.equal(await textOf(page, '#relay-status'), 'Relay gone, the page carries on');
  const clock = async () => Number.parseFloat(await textOf(page, '#clock'));
  const then = await clock();
  await page.waitForFunction((least) => Number.parseFloat(document.querySelector('#clock').textContent) > least, then + 1);
  await page.screenshot({ path: join(outFolder, 'relay-gone.png'), fullPage: true });
  await page.click('#stop');
  await page.waitForSelector('#recording:enabled');
  const { identical, compared, differing } = await counts(page);
  assert.ok(compared > 100);
  assert.deepEqual({ identical, differing }, { identical: compared, differing: 0 });
  // Started again without the relay, the page works alone: the socket's failure is all that the console says.
  assert.deepEqual(others(complaints), []);
  await page.close();
});

test('the user refuses the microphone: the page says what to do, and the recording still plays', async () => {
  const refusing = await launch({ permission: false });
  const { page } = await open(refusing, server.url);
  await page.click('#microphone');
  await page.waitForSelector('#notice:visible');
  assert.match(await textOf(page, '#notice'), /microphone was refused\. Allow it/);
  assert.equal(await textOf(page, '#state-word'), 'Not started');
  await page.screenshot({ path: join(outFolder, 'refused.png'), fullPage: true });
  await page.click('#recording');
  await waitForState(page, 'speech');
  assert.equal(await page.isVisible('#notice'), false);
  await refusing.close();
});

for (const [what, hidden, words] of [
  ['the WebAssembly file', /\.wasm$/, /audioengine.*\.wasm.*404/],
  ['the worklet', /worklet.*\.js$/, /worklet.*404/],
  ['the recording', /\.wav$/, /recording .*\.wav cannot be played: the server answers 404/],
]) {
  test(`${what} is missing on the server: the page names it`, async () => {
    const incomplete = await serve({ '/': pageFolder }, { hidden });
    const { page } = await open(browser, incomplete.url);
    await page.click('#recording');
    await page.waitForSelector('#notice:visible');
    assert.match(await textOf(page, '#notice'), words);
    assert.equal(await page.isEnabled('#recording'), true, 'one can try again');
    await page.close();
    await incomplete.stop();
  });
}

test('the microphone goes away while it is used: the page stops and says so', async () => {
  const { page } = await open(browser, server.url);
  await page.click('#microphone');
  await waitForState(page, 'speech');
  await page.evaluate(() => microphoneTracks[0].dispatchEvent(new Event('ended')));
  await page.waitForSelector('#notice:visible');
  assert.match(await textOf(page, '#notice'), /microphone went away/);
  await page.waitForSelector('#microphone:enabled');
  await page.close();
});
