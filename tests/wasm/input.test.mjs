import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { createEngine } from 'audioengine';
import { joined, kSpeechRate, speechBytes, speechFloats, speechSamples } from './speech.mjs';

const kOptions = { sampleRate: kSpeechRate, output: { sampleRate: 24000 } };

async function run(chunks, options = kOptions) {
  const engine = await createEngine(options);
  return joined([...chunks.map((chunk) => engine.push(chunk)), engine.finish()]);
}

/** The same bytes `offset` bytes into a buffer. */
function shifted(bytes, offset) {
  const buffer = new ArrayBuffer(bytes.length + offset + 3);
  new Uint8Array(buffer).set(bytes, offset);
  return { buffer, offset, length: bytes.length };
}

test('every wrapping of the same bytes is the same audio', async () => {
  const whole = await run([speechBytes]);
  const odd = shifted(speechBytes, 1);
  const shared = new SharedArrayBuffer(speechBytes.length);
  new Uint8Array(shared).set(speechBytes);
  const foreign = vm.runInNewContext('new Uint8Array(length)', { length: speechBytes.length });
  foreign.set(speechBytes);
  const wrappings = {
    ArrayBuffer: speechBytes.buffer,
    SharedArrayBuffer: shared,
    Buffer: Buffer.from(speechBytes),
    Int8Array: new Int8Array(speechBytes.buffer),
    Uint8ClampedArray: new Uint8ClampedArray(speechBytes.buffer),
    Int16Array: speechSamples,
    Uint16Array: new Uint16Array(speechBytes.buffer),
    Uint32Array: new Uint32Array(speechBytes.buffer),
    DataView: new DataView(speechBytes.buffer),
    'Uint8Array at an odd offset': new Uint8Array(odd.buffer, odd.offset, odd.length),
    'Buffer at an odd offset': Buffer.from(odd.buffer, odd.offset, odd.length),
    'DataView at an odd offset': new DataView(odd.buffer, odd.offset, odd.length),
    'Uint8Array of another realm': foreign,
    'ArrayBuffer of another realm': foreign.buffer,
  };
  for (const [name, data] of Object.entries(wrappings)) assert.deepEqual(await run([data]), whole, name);
});

test('any way of cutting gives the same result', async () => {
  const whole = await run([speechBytes]);
  const cutters = {
    '1 byte': () => 1,
    '160 frames': () => 320,
    '441 frames': () => 882,
    '999 bytes': () => 999,
    'nothing now and then': (i) => (i % 3 === 0 ? 0 : 700),
  };
  for (const [name, length] of Object.entries(cutters)) {
    const input = name === '1 byte' ? speechBytes.subarray(0, 64000) : speechBytes;
    const chunks = [];
    for (let at = 0, i = 0; at < input.length; i++) {
      chunks.push(input.subarray(at, at + length(i)));
      at += length(i);
    }
    assert.deepEqual(await run(chunks), input === speechBytes ? whole : await run([input]), name);
  }
});

test('a chunk longer than the core takes at once is cut inside', async () => {
  const short = await createEngine({ ...kOptions, maxChunkMs: 10 });
  const long = await createEngine({ ...kOptions, maxChunkMs: 1000 });
  assert.deepEqual(joined([short.push(speechBytes)]), joined([long.push(speechBytes)]));
});

test('every format is the same speech', async () => {
  const encode = (format) => createEngine({ ...kOptions, mode: 'realtime', output: { format } }).then((engine) => engine.push(speechBytes).audio);
  const inputs = {
    pcm16: speechBytes,
    float32: speechFloats,
    g711_ulaw: await encode('g711_ulaw'),
    g711_alaw: await encode('g711_alaw'),
  };
  const segments = ({ events }) => events.filter((event) => event.type === 'speech_start').length;
  const expected = segments(await run([speechBytes]));
  for (const [format, data] of Object.entries(inputs)) {
    assert.equal(segments(await run([data], { ...kOptions, format })), expected, format);
  }
  assert.deepEqual(await run([speechFloats], { ...kOptions, format: 'float32' }), await run([speechBytes]));
  assert.equal((await encode('float32')).length, speechBytes.length * 2);
  assert.equal((await encode('g711_alaw')).length, speechBytes.length / 2);
});

test('aliases name the same formats', async () => {
  for (const [alias, format] of Object.entries({ s16: 'pcm16', f32: 'float32', ulaw: 'g711_ulaw', mulaw: 'g711_ulaw', pcmu: 'g711_ulaw', alaw: 'g711_alaw', pcma: 'g711_alaw' })) {
    assert.equal((await createEngine({ format: alias })).config.format, format, alias);
  }
});

test('channels are averaged', async () => {
  const stereo = new Int16Array(speechSamples.length * 2);
  speechSamples.forEach((sample, i) => stereo.fill(sample, 2 * i, 2 * i + 2));
  assert.deepEqual(await run([stereo], { ...kOptions, channels: 2 }), await run([speechBytes]));
});

test('typed numbers that are not of the format are refused, and nothing is consumed', async () => {
  const refused = [
    ['pcm16', new Float32Array(160)],
    ['pcm16', new Float64Array(160)],
    ['g711_ulaw', new Int16Array(160)],
    ['float32', new Int16Array(160)],
    ['float32', new Float64Array(160)],
    ['pcm16', [1, 2, 3]],
    ['pcm16', 'audio'],
    ['pcm16', null],
    ['pcm16', undefined],
    ['pcm16', 960],
  ];
  for (const [format, data] of refused) {
    const engine = await createEngine({ format });
    assert.throws(() => engine.push(data), { name: 'AudioEngineError', code: 'bad_input' }, `${format} ${Object.prototype.toString.call(data)}`);
    assert.equal(engine.metrics().input_bytes, 0);
  }
});
