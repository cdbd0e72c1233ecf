// The examples of the package's manual that need neither page nor socket run as they stand.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { createEngine, encodeG711 } from 'audioengine';
import { fingerprint, kSpeechRate, speechBytes, speechSamples } from './speech.mjs';

const manual = readFileSync(new URL('./node_modules/audioengine/README.md', import.meta.url), 'utf8');
const everything = manual.slice(manual.indexOf('## Everything in the package'), manual.indexOf('## Options'));
const examples = [...everything.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]);

// What they have around them.
const chunks = Array.from({ length: 400 }, (_, i) => speechSamples.subarray(i * 320, (i + 1) * 320));
const codes = encodeG711(speechSamples, 'ulaw');
const inOrder = Array.from({ length: 50 }, (_, i) => ({ sequence: (65530 + i) % 65536, timestamp: 160 * i, payload: codes.subarray(160 * i, 160 * (i + 1)) }));
const packets = inOrder.filter((_, i) => i !== 7);
packets.splice(20, 2, packets[21], packets[20]);

/** What an example sends and prints. */
async function run(text, index) {
  const sent = [];
  const printed = [];
  globalThis.example = { message: speechBytes, chunks, packets, send: (bytes) => sent.push(bytes), console: { log: (...words) => printed.push(words) } };
  const file = new URL(`./readme_${index}.mjs`, import.meta.url);
  writeFileSync(file, `const { message, chunks, packets, send, console } = globalThis.example;\n${text}`);
  await import(file);
  return { sent: Buffer.concat(sent), printed };
}

test('the examples run and do what they say', async () => {
  assert.equal(examples.length, 4);
  const results = [];
  for (const [index, example] of examples.entries()) results.push(await run(example, index));
  const [messages, buffer, detector, snapshot] = results;

  assert.equal(messages.sent.length, speechBytes.length);
  assert.deepEqual(messages.printed[0].slice(0, 2), [[], 8000]);
  assert.equal(messages.printed[0][3], 8 * 8000);
  assert.ok(messages.printed[1][0] > 3000 && messages.printed[1][0] <= 8000);

  assert.deepEqual(buffer.printed, [[1, 1, 'ended']]);
  assert.equal(buffer.sent.length, 50 * 160);
  assert.equal(Buffer.compare(buffer.sent.subarray(20 * 160), codes.subarray(20 * 160, 50 * 160)), 0); // in order again

  const segments = detector.printed.filter(([first]) => first === 'spoken');
  assert.ok(segments.length >= 1 && segments.every(([, onset, end]) => end > onset));
  assert.ok(detector.printed.length > segments.length);

  const engine = await createEngine({ sampleRate: kSpeechRate, output: { sampleRate: 24000 } });
  assert.equal(fingerprint(snapshot.sent), fingerprint(engine.push(speechBytes).audio));
});
