import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { AudioEngineError, createEngine, createEngineNode } from 'audioengine';

const wasmFile = new URL('./node_modules/audioengine/dist/audioengine.wasm', import.meta.url);

// options, code, field
const kWrong = [
  [{ sampleRate: 3999 }, 'bad_sample_rate', 'audio.sample_rate'],
  [{ sampleRate: 192001 }, 'bad_sample_rate', 'audio.sample_rate'],
  [{ sampleRate: 44100.5 }, 'bad_sample_rate', 'audio.sample_rate'],
  [{ sampleRate: '24000' }, 'bad_sample_rate', 'audio.sample_rate'],
  [{ sampleRate: NaN }, 'bad_sample_rate', 'audio.sample_rate'],
  [{ sampleRate: -8000 }, 'bad_sample_rate', 'audio.sample_rate'],
  [{ sampleRate: 2 ** 32 + 8000 }, 'bad_sample_rate', 'audio.sample_rate'],
  [{ sampleRate: null }, 'bad_sample_rate', 'audio.sample_rate'],
  [{ channels: 0 }, 'bad_channels', 'audio.channels'],
  [{ channels: 9 }, 'bad_channels', 'audio.channels'],
  [{ bitDepth: 24 }, 'bad_bit_depth', 'audio.bit_depth'],
  [{ format: 'mp3' }, 'bad_format', 'audio.format'],
  [{ format: 'PCM16' }, 'bad_format', 'audio.format'],
  [{ format: 0 }, 'bad_format', 'audio.format'],
  [{ chunkDurationMs: 0 }, 'bad_chunk_duration', 'audio.chunk_duration_ms'],
  [{ maxChunkMs: 1001 }, 'bad_chunk_duration', 'max_chunk_ms'],
  [{ latencyTargetUs: -1 }, 'bad_chunk_duration', 'latency_target_us'],
  [{ normalize: 'yes' }, 'bad_option', 'normalize'],
  [{ minAmplitude: -0.1 }, 'bad_amplitude', 'audio.min_amplitude'],
  [{ minAmplitude: 0.5, maxAmplitude: 0.5 }, 'bad_amplitude', 'audio.max_amplitude'],
  [{ maxAmplitude: 1e300 }, 'bad_amplitude', 'audio.max_amplitude'],
  [{ mode: 'fast' }, 'bad_mode', 'mode'],
  [{ output: { sampleRate: 1 } }, 'bad_sample_rate', 'output.sample_rate'],
  [{ output: { format: 'opus' } }, 'bad_format', 'output.format'],
  [{ output: 'pcm16' }, 'bad_option', 'output'],
  [{ vad: { type: 'magic' } }, 'bad_vad_type', 'vad.type'],
  [{ vad: { energyThreshold: 2 } }, 'bad_threshold', 'vad.energy_threshold'],
  [{ vad: { threshold: Infinity } }, 'bad_threshold', 'vad.threshold'],
  [{ vad: { threshold: 0.5, exitThreshold: 0.6 } }, 'inverted_thresholds', 'vad.exit_threshold'],
  [{ vad: { speechStartMs: 9 } }, 'bad_vad_duration', 'vad.speech_start_ms'],
  [{ vad: { speechEndMs: 5001 } }, 'bad_vad_duration', 'vad.speech_end_ms'],
  [{ vad: { preBufferMs: -1 } }, 'bad_vad_duration', 'vad.pre_buffer_ms'],
  [{ vad: { maxSpeechMs: 99 } }, 'bad_vad_duration', 'vad.max_speech_ms'],
  [{ vad: { maxGapMs: 0.5 } }, 'bad_vad_duration', 'vad.max_gap_ms'],
  [{ vad: { adaptive: 1 } }, 'bad_option', 'vad.adaptive'],
  [{ vad: null }, 'bad_option', 'vad'],
  [{ samplerate: 8000 }, 'unknown_option', 'samplerate'],
  [{ sample_rate: 8000 }, 'unknown_option', 'sample_rate'],
  [{ vad: { speechStartMS: 100 } }, 'unknown_option', 'vad.speechStartMS'],
  [{ audio: { sampleRate: 8000 } }, 'unknown_option', 'audio'],
  [{ wasmUrl: 'audioengine.wasm' }, 'wasm_load_failed', 'wasmUrl'], // relative to nothing
  [{ wasmUrl: new URL('nowhere.wasm', import.meta.url) }, 'wasm_load_failed', 'wasmUrl'],
  [{ wasmUrl: import.meta.url }, 'wasm_load_failed', 'wasmUrl'],
  [{ wasm: new Uint8Array(0) }, 'wasm_load_failed', 'wasmUrl'],
  [{ wasm: new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 99]) }, 'wasm_load_failed', 'wasmUrl'],
];

for (const [options, code, field] of kWrong) {
  test(`${code} for ${JSON.stringify(options, (_, value) => (typeof value === 'number' ? String(value) : value))}`, async () => {
    await assert.rejects(createEngine(options), (error) => {
      assert.ok(error instanceof AudioEngineError && error instanceof Error);
      assert.deepEqual([error.code, error.field], [code, field], error.message);
      assert.ok(error.message.length > 10);
      return true;
    });
  });
}

test('the message names the option as it is written, and what was given', async () => {
  await assert.rejects(createEngine({ format: 'mp3' }), { message: /^format = mp3: / });
  await assert.rejects(createEngine({ vad: { speechStartMs: 5 } }), { message: /^vad\.speechStartMs: / });
});

test('the largest legal configurations run, or say that memory is out', async () => {
  const largest = { sampleRate: 192000, channels: 8, format: 'float32', mode: 'quality' };
  const kLarge = [
    [{}, true],
    [{ sampleRate: 44100, mode: 'quality', output: { sampleRate: 48000 } }, true],
    [{ sampleRate: 4000, mode: 'quality', output: { sampleRate: 192000 } }, true],
    [{ sampleRate: 192000, mode: 'quality', output: { sampleRate: 4000 } }, true],
    [{ sampleRate: 191999, mode: 'quality', output: { sampleRate: 4001 } }, true],
    [{ sampleRate: 48000, channels: 2, format: 'float32', maxChunkMs: 1000, vad: { preBufferMs: 5000, speechStartMs: 5000 } }, true],
    [largest, true],
    [{ ...largest, maxChunkMs: 1000 }, true],
    [{ ...largest, maxChunkMs: 1000, vad: { preBufferMs: 5000, speechStartMs: 5000 } }, false],
  ];
  for (const [options, fits] of kLarge) {
    const made = createEngine(options);
    if (!fits) {
      await assert.rejects(made, { code: 'out_of_memory' }, JSON.stringify(options));
      continue;
    }
    const engine = await made;
    const frameBytes = engine.config.channels * (engine.config.format === 'float32' ? 4 : 2);
    // A second of silence and a bit: the buffers hold what they say.
    const { blocks } = engine.push(new Uint8Array(frameBytes * Math.ceil(engine.config.sampleRate * 1.2)));
    assert.ok(blocks.length >= 100, JSON.stringify(options));
    assert.ok(engine.metrics().vad.blocks >= 100);
    engine.dispose();
  }
});

test('the compiled core may come as module, as bytes, or from an address', async () => {
  const bytes = readFileSync(wasmFile);
  const odd = new Uint8Array(bytes.length + 1).subarray(1);
  odd.set(bytes);
  for (const wasm of [bytes, odd, odd.slice().buffer, new DataView(odd.buffer, 1), await WebAssembly.compile(bytes)]) {
    assert.equal((await createEngine({ wasm })).state, 'silence');
  }
  assert.equal((await createEngine({ wasmUrl: wasmFile })).state, 'silence');
  assert.equal((await createEngine({ wasmUrl: String(wasmFile) })).state, 'silence');
});

test('what an address answers instead is told', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/missing.wasm') response.writeHead(404, 'Not Found').end('<!doctype html>');
    else if (request.url === '/page.wasm') response.writeHead(200).end('<!doctype html><title>App</title>');
    else response.writeHead(200, { 'content-type': 'text/plain' }).end(readFileSync(wasmFile)); // any type will do
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = (path) => `http://127.0.0.1:${server.address().port}${path}`;
  try {
    await assert.rejects(createEngine({ wasmUrl: at('/missing.wasm') }), { code: 'wasm_load_failed', message: /missing\.wasm answers 404 Not Found \(begins with "<!doctype html>"\)/ });
    await assert.rejects(createEngine({ wasmUrl: at('/page.wasm') }), { message: /page\.wasm is not WebAssembly \(begins with "<!doctype/ });
    assert.equal((await createEngine({ wasmUrl: at('/audioengine.wasm') })).state, 'silence');
  } finally {
    server.close();
    server.closeAllConnections?.();
  }
});

test('without Web Audio, createEngineNode says so', async () => {
  await assert.rejects(createEngineNode({}), { code: 'unsupported' });
});
