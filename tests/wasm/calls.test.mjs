// The engine's calls besides push: separate calls, buffer, modes, snapshot, chunks, factories.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProcessingMode, VADState, VADType, AudioFormat, createAdaptiveEngine, createBigLaneEngine, createEngine, createFastLaneEngine } from 'audioengine';
import { fingerprint, joined, kSpeechRate, speechBytes, speechFloats } from './speech.mjs';

const second = new Uint8Array(48000); // a second of silence at 24 kHz
const stereo = new Int16Array(new Int16Array(speechBytes.buffer).length * 2);
new Int16Array(speechBytes.buffer).forEach((sample, i) => stereo.set([sample, -sample >> 1], 2 * i));
const bytesOf = (view) => new Uint8Array(view.buffer);

// name, options, input
const kRows = [
  ['samples as they are', { mode: 'realtime' }, speechBytes],
  ['another rate', { mode: 'balanced', output: { sampleRate: 24000 } }, speechBytes],
  ['steady level', { mode: 'quality', output: { sampleRate: 8000, format: 'ulaw' } }, speechBytes],
  ['float', { mode: 'quality', format: 'float32' }, bytesOf(speechFloats)],
  ['stereo', { mode: 'balanced', channels: 2, output: { sampleRate: 44100 } }, bytesOf(stereo)],
  ['telephone', { mode: 'realtime', format: 'alaw', output: { sampleRate: 24000 } }, speechBytes.subarray(0, 100000)],
];
const enginesOf = (options, count) => Promise.all(Array.from({ length: count }, () => createEngine({ sampleRate: kSpeechRate, ...options })));

function* cutOddly(bytes, seed = 1) {
  let state = seed;
  for (let at = 0; at < bytes.length; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const length = (state >>> 16) % 3000;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
const chunked = (bytes, take) => joined([...cutOddly(bytes)].map(take));

test('separate calls together give what push gives, however they are cut', async () => {
  for (const [name, options, input] of kRows) {
    const [one, other] = await enginesOf(options, 2);
    const pushed = joined([one.push(input)]);
    const converted = chunked(input, (chunk) => other.processAudio(chunk));
    assert.deepEqual(converted, { audio: pushed.audio, blocks: [], events: [] }, name);
    const heard = chunked(input, (chunk) => other.processVadChunk(chunk));
    assert.deepEqual(heard, { audio: fingerprint(new Uint8Array(0)), blocks: pushed.blocks, events: pushed.events }, name);
    assert.ok(pushed.events.length > 0 || name === 'telephone', name);
    assert.equal(other.state, one.state, name);
  }
});

test('playback is converted and nothing else, in every mode', async () => {
  for (const mode of Object.values(ProcessingMode)) {
    const [plain, faster] = [await createEngine({ mode, sampleRate: kSpeechRate }), await createEngine({ mode, sampleRate: kSpeechRate, output: { sampleRate: 48000, format: 'float32' } })];
    assert.equal(chunked(speechBytes, (chunk) => plain.prepareForPlayback(chunk)).audio, fingerprint(speechBytes), mode);
    const { audio, blocks } = faster.prepareForPlayback(speechBytes);
    assert.deepEqual([blocks.length, audio.length % 4], [0, 0]);
    const length = (audio.length + faster.finish().audio.length) / 4;
    assert.equal(length, (speechBytes.length / 2) * 3, mode);
  }
});

test('the specification says: a second of silence is valid, makes 50 chunks, and is silence', async () => {
  const engine = await createEngine({ mode: ProcessingMode.REALTIME });
  assert.equal(engine.validateAudio(second).ok, true);
  const chunks = [...engine.chunkAudio(second, 20)];
  assert.equal(chunks.length, 50);
  for (const chunk of chunks) assert.equal(chunk.length, 960);
  assert.equal(engine.processVadChunk(second.subarray(0, 960)).state, VADState.SILENCE);
  assert.equal(engine.processVadChunk(second.subarray(0, 960)).state, 'silence');
});

test('the specification says: validate, process, hear, forward', async () => {
  const engine = await createEngine({ mode: ProcessingMode.REALTIME, sampleRate: kSpeechRate, format: AudioFormat.PCM16, chunkDurationMs: 20 });
  engine.configureVad({ type: VADType.ENERGY_BASED, energyThreshold: 0.02, speechStartMs: 100, speechEndMs: 500, preBufferMs: 300, adaptive: true });
  let forwarded = 0;
  for (const chunk of engine.chunkAudio(speechBytes)) {
    if (!engine.validateAudio(chunk).ok) assert.fail('speech is valid');
    const processed = engine.processAudio(chunk).audio;
    if (['speech', 'speech_starting'].includes(engine.processVadChunk(chunk).state)) forwarded += processed.length;
  }
  assert.ok(forwarded > speechBytes.length / 2 && forwarded < speechBytes.length);
  assert.equal(engine.metrics().vad.current_state, engine.state);
  assert.equal(engine.getPerformanceReport().performance.realtime_capable, engine.metrics().performance.realtime_capable);
  assert.deepEqual(Object.keys(engine.getPerformanceReport()), ['avg_latency_ms', 'memory_bytes', 'performance']);
});

test('bunched bytes come out of the stream buffer as the same stream', async () => {
  for (const mode of Object.values(ProcessingMode)) {
    const options = { mode, sampleRate: kSpeechRate, output: { sampleRate: 24000 } };
    const engine = await createEngine({ ...options, streamBuffer: { maxDurationMs: 10000 } });
    const plain = await createEngine(options);
    assert.equal(engine.addToStreamBuffer(), undefined); // nothing is there yet
    assert.equal(engine.streamBuffer.state, 'starting');
    const results = [];
    for (const chunk of cutOddly(speechBytes)) {
      for (let more = engine.addToStreamBuffer(chunk); more !== undefined; more = engine.addToStreamBuffer()) results.push(more);
    }
    engine.streamBuffer.markEnd();
    for (let more = engine.addToStreamBuffer(); more !== undefined; more = engine.addToStreamBuffer()) results.push(more);
    results.push(engine.finish());
    assert.deepEqual(joined(results), joined([plain.push(speechBytes), plain.finish()]), mode);
    assert.equal(engine.streamBuffer.state, 'ended');
    assert.equal(engine.metrics().stream_buffer.read_frames, speechBytes.length / 2);
  }
});

test("an engine's stream buffer is reset and cleared without the engine", async () => {
  const options = { mode: 'realtime', sampleRate: kSpeechRate };
  const [engine, plain] = [await createEngine({ ...options, streamBuffer: {} }), await createEngine(options)];
  engine.streamBuffer.addAudio(new Uint8Array(640).fill(1));
  engine.push(speechBytes.subarray(0, 30001));
  plain.push(speechBytes.subarray(0, 30001));
  engine.streamBuffer.clear();
  assert.deepEqual([engine.streamBuffer.getAvailableBytes(), engine.streamBuffer.stats().clearedFrames], [0, 320]);
  engine.streamBuffer.reset();
  assert.deepEqual([engine.streamBuffer.stats().clearedFrames, engine.streamBuffer.config.sampleRate], [0, kSpeechRate]);
  assert.deepEqual(engine.push(speechBytes.subarray(30001)), plain.push(speechBytes.subarray(30001)));
});

test('a stream buffer that is full, or not there, is named', async () => {
  const none = await createEngine();
  assert.equal(none.streamBuffer, undefined);
  assert.equal(none.config.streamBuffer, undefined);
  assert.throws(() => none.addToStreamBuffer(second), { code: 'no_stream_buffer' });
  const full = await createEngine({ streamBuffer: { overflowStrategy: 'error', maxDurationMs: 500 } });
  assert.throws(() => full.addToStreamBuffer(second), { code: 'buffer_full' });
  assert.equal(full.streamBuffer.getAvailableBytes(), 0);
  assert.equal(full.config.streamBuffer.overflowStrategy, 'error');
  assert.deepEqual((await createEngine(full.config)).config, full.config);
});

test('modes change between chunks without losing a sample or a decision', async () => {
  const options = { mode: 'balanced', sampleRate: 48000, output: { sampleRate: 24000 } };
  const [changing, steady] = [await createEngine(options), await createEngine(options)];
  const results = [];
  let audioBytes = 0;
  for (const [i, chunk] of [...cutOddly(speechBytes)].entries()) {
    if (i % 7 === 3) changing.optimizeForLatency();
    if (i % 7 === 6) changing.optimizeForQuality();
    results.push(changing.push(chunk));
    const mode = i < 3 ? 'balanced' : i % 7 >= 3 && i % 7 < 6 ? 'realtime' : 'quality';
    assert.equal(changing.metrics().performance.mode, mode);
  }
  results.push(changing.finish());
  for (const { audio } of results) audioBytes += audio.length;
  const expected = joined([steady.push(speechBytes), steady.finish()]);
  assert.equal(audioBytes, speechBytes.length / 2);
  assert.deepEqual([joined(results).blocks, joined(results).events], [expected.blocks, expected.events]);
});

test('a stream goes on from its snapshot with the same bits', async () => {
  for (const [name, options, input] of kRows) {
    for (const at of [0, 1, 7777, (input.length >> 1) + 1, input.length]) {
      const [first, second, used] = await enginesOf(options, 3);
      for (const chunk of cutOddly(input.subarray(0, at))) first.push(chunk);
      used.push(input.subarray(0, 5000)); // whatever it has done before
      const snapshot = first.snapshot();
      for (const engine of [second, used]) engine.restore(snapshot);
      assert.equal(fingerprint(second.preBuffer()), fingerprint(first.preBuffer()));
      assert.equal(second.state, first.state);
      const rest = (engine) => [engine.push(input.subarray(at)), engine.finish()];
      const expected = rest(first);
      assert.deepEqual(rest(second), expected, `${name} at ${at}`);
      assert.deepEqual(rest(used), expected, `${name} at ${at}`);
      assert.equal(second.metrics().input_bytes, input.length);
    }
  }
});

test('snapshots are small, change nothing, and carry live settings', async () => {
  for (const [name, options, input] of kRows) {
    const [one, other] = await enginesOf(options, 2);
    one.configureVad({ speechEndMs: 900, adaptive: false });
    one.push(input.subarray(0, 60001));
    const small = one.snapshot({ preBuffer: false });
    assert.ok(small.length <= 8192, `${name}: ${small.length}`);
    assert.deepEqual(one.snapshot({ preBuffer: false }), small);
    other.restore(small);
    assert.deepEqual(other.config.vad, one.config.vad, name);
    assert.deepEqual(other.push(input.subarray(60001)), one.push(input.subarray(60001)), name);
  }
});

test('what is no snapshot of such an engine is refused and changes nothing', async () => {
  const [engine, untouched] = await enginesOf({}, 2);
  const other = await createEngine({ sampleRate: 8000 });
  for (const each of [engine, untouched]) each.push(speechBytes.subarray(0, 20001));
  const good = untouched.snapshot();
  const changed = (at, by) => good.map((byte, i) => (i === at ? byte ^ by : byte));
  const kWrong = {
    nothing: [new Uint8Array(0), 'bad_snapshot'],
    'cut short': [good.subarray(0, good.length - 1), 'bad_snapshot'],
    'a byte too many': [Uint8Array.from([...good, 0]), 'bad_snapshot'],
    'a bit changed': [changed(good.length >> 1, 1), 'bad_snapshot'],
    'another version': [changed(4, 0x40), 'foreign_snapshot'],
    'other options': [other.snapshot(), 'foreign_snapshot'],
    'audio': [speechBytes.subarray(0, 4000), 'foreign_snapshot'],
  };
  for (const [name, [bytes, code]] of Object.entries(kWrong)) assert.throws(() => engine.restore(bytes), { name: 'AudioEngineError', code }, name);
  assert.throws(() => engine.restore('snapshot'), { code: 'bad_input' });
  assert.deepEqual(engine.snapshot(), good);
  assert.deepEqual(engine.push(speechBytes.subarray(20001)), untouched.push(speechBytes.subarray(20001)));
});

test('factories are the presets they are called', async () => {
  const fast = await createFastLaneEngine({ sampleRate: 16000, chunkDurationMs: 30, vadConfig: { speechEndMs: 300 } });
  const { config } = fast;
  assert.deepEqual([config.mode, config.sampleRate, config.chunkDurationMs, config.vad.speechEndMs, fast.latencyFrames], ['realtime', 16000, 30, 300, 0]);
  const big = await createBigLaneEngine({ enableEnhancement: false });
  assert.deepEqual([big.config.mode, big.config.normalize, big.config.sampleRate], ['quality', false, 24000]);
  assert.equal((await createBigLaneEngine()).config.normalize, true);
  const adaptive = await createAdaptiveEngine({ latencyTargetMs: 2.5 });
  assert.deepEqual([adaptive.config.mode, adaptive.config.latencyTargetUs], ['balanced', 2500]);
  assert.equal((await createAdaptiveEngine()).config.latencyTargetUs, 50000);
  assert.deepEqual((await createFastLaneEngine()).config, (await createEngine({ mode: 'realtime', vad: { type: 'neural' } })).config);
  const energy = await createFastLaneEngine({ vadConfig: { type: 'energy' } });
  assert.deepEqual([fast, big, adaptive, energy].map((engine) => engine.config.vad.type), ['neural', 'neural', 'neural', 'energy']);
  await assert.rejects(createFastLaneEngine({ vadConfig: 'neural' }), { name: 'AudioEngineError', field: 'vad' });
  await assert.rejects(createFastLaneEngine({ channels: 9 }), { code: 'bad_channels', field: 'audio.channels' });
});

test('memory grows for a long message, and views of it stay good', async () => {
  const [engine, twin] = await enginesOf({ output: { sampleRate: 24000 } }, 2);
  const results = [];
  for (const [i, chunk] of [...cutOddly(speechBytes)].entries()) {
    if (i % 10 === 5) assert.equal(engine.validateAudio(new Uint8Array(100000 * i)).metadata.frames, 50000 * i);
    results.push(engine.push(chunk));
  }
  assert.deepEqual(joined(results), joined([twin.push(speechBytes)]));
});
