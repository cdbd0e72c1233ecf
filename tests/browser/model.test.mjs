// The page's own bookkeeping, without a browser: what it keeps for the plots, and how it compares.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { outFolder, root } from './environment.mjs';

let model;
before(async () => {
  const { build } = await import(pathToFileURL(join(root, 'web/node_modules/esbuild/lib/main.js')));
  const outfile = join(outFolder, 'model.mjs');
  const contents = ['comparison', 'history', 'track'].map((name) => `export * from './${name}.ts';`).join('\n');
  await build({ stdin: { contents, resolveDir: join(root, 'web/src') }, bundle: true, format: 'esm', outfile, logLevel: 'error' });
  model = await import(pathToFileURL(outfile));
});

test('a track keeps the latest blocks, each under its own number, however long it grows', () => {
  const { Track, kKeptBlocks } = model;
  const track = new Track();
  for (let block = 0; block < 5 * kKeptBlocks + 7; ++block) {
    track.push(block);
    if (block % 4999 !== 0 && block % kKeptBlocks !== 0) continue;
    assert.equal(track.end, block + 1);
    assert.equal(track.begin, Math.max(0, block + 1 - kKeptBlocks));
    for (const kept of [track.begin, block]) assert.equal(track.at(kept), kept);
    assert.deepEqual(Array.from(track.slice(Math.max(track.begin, block - 2), track.end)).at(-1), block);
  }
});

test('waveform: one bin every 10 ms at any rate, holding the smallest and the largest sample', () => {
  for (const rate of [8000, 11025, 22050, 44100, 48000, 96000]) {
    const history = new model.History(rate);
    const samples = new Int16Array(rate).map((_, i) => (i === Math.ceil(rate / 2) + 1 ? -32768 : i % 100));
    const bytes = new Uint8Array(samples.buffer);
    for (let at = 0; at < bytes.length; at += 334) history.addAudio(bytes.subarray(at, at + 334));
    assert.ok(Math.abs(history.high.end - 100) <= 1, `${rate} Hz: ${history.high.end} bins in a second`);
    assert.equal(history.low.at(50), -1);
    assert.equal(history.peak, 1);
  }
});

test('comparison: every order of arrival gives the same verdicts', () => {
  const blocks = Array.from({ length: 50 }, (_, i) => ({ probabilityQ15: i, levelDbfsX100: -i, state: i % 4 }));
  const odd = blocks.map((block, i) => ({ ...block, ...(i === 7 ? { levelDbfsX100: 1 } : i === 30 ? { state: 9 } : i === 31 ? { probabilityQ15: 9 } : {}) }));
  for (const step of [1, 3, 50]) {
    for (const pageFirst of [true, false]) {
      const verdicts = [];
      const comparison = new model.Comparison((same) => verdicts.push(same));
      for (let at = 0; at < 50; at += step) {
        const page = () => comparison.addPage(blocks.slice(at, at + step));
        const relay = () => comparison.addRelay(odd.slice(at, at + step));
        for (const add of pageFirst ? [page, relay] : [relay, page]) add();
      }
      assert.deepEqual([comparison.identical, comparison.differing, comparison.compared], [47, 3, 50]);
      assert.deepEqual(comparison.firstDifference, { block: 7, page: blocks[7], relay: odd[7] });
      assert.deepEqual(verdicts.flatMap((same, i) => (same ? [] : [i])), [7, 30, 31]);
    }
  }
});

test('segments: opened and closed by events', () => {
  const history = new model.History(48000);
  const event = (type, rest) => ({ type, reason: '', segment: 1, atMs: 0, onsetMs: 0, paddedMs: 0, endMs: 0, ...rest });
  history.addEvents([event('false_start', { onsetMs: 10 }), event('speech_start', { onsetMs: 500, paddedMs: 200 })]);
  assert.deepEqual(history.segments, [{ paddedMs: 200, onsetMs: 500 }]);
  history.addEvents([event('speech_end', { endMs: 900 })]);
  assert.deepEqual(history.segments, [{ paddedMs: 200, onsetMs: 500, endMs: 900 }]);
});
