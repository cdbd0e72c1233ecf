// The page as the relay serves it: a person clicks, page and relay hear the same audio and agree on every block.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { counts, launch, open, segments, textOf, waitForState } from './browser.mjs';
import { outFolder } from './environment.mjs';
import { startRelay } from './relay.mjs';

const kEnoughBlocks = 300; // 3 s
let browser;
let relay;
before(async () => {
  [browser, relay] = await Promise.all([launch(), startRelay()]);
});
after(async () => {
  await browser?.close();
  assert.equal(await relay?.stop(), 0, 'the relay ends cleanly');
});

const shot = (page, name) => page.screenshot({ path: join(outFolder, `${name}.png`), fullPage: true });
const waitForBlocks = (page, blocks) =>
  page.waitForFunction((least) => Number(document.querySelector('#count-compared').textContent.replaceAll(',', '')) >= least, blocks, { timeout: 60_000 });

/** What holds after every run with a relay. */
async function assertAgreement(page, { leastBlocks, leastSegments }) {
  const { identical, compared, differing } = await counts(page);
  assert.ok(compared >= leastBlocks, `${compared} blocks were compared`);
  assert.deepEqual({ identical, differing }, { identical: compared, differing: 0 });
  const rows = await segments(page);
  const ended = rows.filter(({ name }) => /^\d+$/.test(name));
  assert.ok(ended.length >= leastSegments, `segments: ${JSON.stringify(rows)}`);
  for (const row of rows) {
    assert.equal(row.page, row.relay);
    assert.equal(row.verdict, 'same');
  }
  for (const { page: words } of ended) assert.match(words, /^\d+\.\d\d – \d+\.\d\d s$/, 'a finished run has no open segment');
  assert.equal(await textOf(page, '#verdict'), 'Every block identical');
}

const sideCells = (page, row) => page.$$eval('#sides tr', (rows, name) => Array.from(rows.find((tr) => tr.cells[0].textContent === name).cells, (cell) => cell.textContent), row);

test('microphone: speech is heard, page and relay agree on every block, Stop lets the microphone go', async () => {
  const { page, complaints } = await open(browser, relay.url);
  await page.click('#microphone');
  await waitForState(page, 'speech');
  await page.waitForSelector('#state-word:text-is("Speech")');
  await waitForBlocks(page, kEnoughBlocks);
  await shot(page, 'microphone');
  assert.deepEqual(await page.evaluate(() => microphoneTracks.map(({ readyState }) => readyState)), ['live']);
  await page.click('#stop');
  await page.waitForSelector('#microphone:enabled');
  assert.deepEqual(await page.evaluate(() => microphoneTracks.map(({ readyState }) => readyState)), ['ended']);
  await assertAgreement(page, { leastBlocks: kEnoughBlocks, leastSegments: 1 });
  const before = await counts(page);
  await page.waitForTimeout(300);
  assert.deepEqual(await counts(page), before, 'nothing moves after Stop');
  assert.deepEqual(complaints, []);
  await page.close();
});

test('recording: plays to its end by itself; both rooms are heard; mute changes nothing for the engines', async () => {
  const { page, complaints } = await open(browser, relay.url);
  await page.click('#recording');
  await waitForState(page, 'speech');
  await page.click('#mute');
  assert.equal(await page.getAttribute('#mute', 'aria-pressed'), 'true');
  await waitForBlocks(page, 1280);
  await page.screenshot({ path: join(outFolder, 'recording.png') }); // web/screenshot.png is this picture
  await page.waitForSelector('#recording:enabled', { timeout: 60_000 });
  await assertAgreement(page, { leastBlocks: 1590, leastSegments: 4 });
  assert.equal(await textOf(page, '#state-word'), 'Stopped');
  await shot(page, 'recording-finished');

  const [, pageVersion, relayVersion] = await sideCells(page, 'Version');
  assert.match(pageVersion, /^\d+\.\d+\.\d+$/);
  assert.equal(relayVersion, pageVersion);
  const [, pageSettings, relaySettings] = await sideCells(page, 'Settings');
  assert.match(pageSettings, /^[0-9a-f]{8}$/);
  assert.equal(relaySettings, pageSettings);
  const [, pageCost, relayCost] = await sideCells(page, 'Per 20 ms');
  assert.match(pageCost, /\d (µs|ms)$/);
  assert.match(relayCost, /\d (µs|ms)$/);
  assert.match((await sideCells(page, 'Echo'))[2], /^\d+\.\d s of audio$/, 'the provider spoke back');
  assert.deepEqual(complaints, []);
  await page.close();
});

test('a second run begins anew', async () => {
  const { page, complaints } = await open(browser, relay.url);
  for (let run = 0; run < 2; ++run) {
    await page.click('#recording');
    await waitForState(page, 'speech');
    await waitForBlocks(page, 100);
    const { compared } = await counts(page);
    assert.ok(compared < 800, `run ${run} began with ${compared} blocks`);
    await page.click('#stop');
    await page.waitForSelector('#recording:enabled');
    await assertAgreement(page, { leastBlocks: 100, leastSegments: 1 });
  }
  assert.deepEqual(complaints, []);
  await page.close();
});

test('the keyboard is enough: Tab, Enter and Space start, mute and stop, and the focus is not lost', async () => {
  const { page, complaints } = await open(browser, relay.url);
  await page.waitForSelector('#recording:enabled');
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.className);
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'skip');
  for (const id of ['microphone', 'recording']) {
    await page.keyboard.press('Tab');
    assert.equal(await focused(), id);
  }
  await page.keyboard.press('Enter');
  await waitForState(page, 'speech');
  assert.equal(await focused(), 'stop');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'mute');
  await page.keyboard.press('Space');
  assert.equal(await page.getAttribute('#mute', 'aria-pressed'), 'true');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#recording:enabled');
  assert.equal(await focused(), 'recording');
  assert.match(await textOf(page, '#announcer'), /segment 1/, 'the state is told to screen readers');
  assert.deepEqual(complaints, []);
  await page.close();
});

for (const sampleRate of [16000, 22050, 48000, 96000]) {
  test(`a browser whose audio runs at ${sampleRate} Hz`, async () => {
    const { page, complaints } = await open(browser, 'about:blank');
    await page.addInitScript((rate) => {
      const Original = AudioContext;
      globalThis.AudioContext = class extends Original {
        constructor(options) {
          super({ ...options, sampleRate: rate });
        }
      };
    }, sampleRate);
    await page.goto(relay.url);
    await page.click('#microphone');
    await waitForState(page, 'speech');
    await waitForBlocks(page, 150);
    await page.click('#stop');
    await page.waitForSelector('#microphone:enabled');
    await assertAgreement(page, { leastBlocks: 150, leastSegments: 1 });
    assert.match((await sideCells(page, 'Audio in'))[2], new RegExp(`^pcm16, ${sampleRate / 1000} kHz$`));
    assert.deepEqual(complaints, []);
    await page.close();
  });
}

test('phone to desktop, light and dark, while speech plays: nothing overflows', async () => {
  const { page, complaints } = await open(browser, relay.url);
  await page.click('#recording');
  await waitForState(page, 'speech');
  await waitForBlocks(page, kEnoughBlocks);
  for (const colorScheme of ['light', 'dark']) {
    for (const [width, height] of [[390, 844], [1280, 800], [1600, 1000]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(200); // the plots follow at their next frame
      await shot(page, `page-${width}-${colorScheme}`);
      const wide = await page.evaluate(() => {
        const right = document.documentElement.clientWidth;
        const all = Array.from(document.querySelectorAll('body *'));
        return all.filter((element) => element.getBoundingClientRect().right > right + 1).map(({ tagName, id, className }) => `${tagName}#${id}.${className}`);
      });
      assert.deepEqual(wide, [], `${width}x${height}, ${colorScheme}`);
    }
  }
  assert.deepEqual(complaints, []);
  await page.close();
});
