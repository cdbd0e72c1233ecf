import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AudioEngine, createEngine } from 'audioengine';
import { fingerprint, joined, kSpeechRate, speechBytes } from './speech.mjs';

const kOptions = { mode: 'realtime', sampleRate: kSpeechRate };

test('decides a block each 10 ms and finds the segments', async () => {
  const engine = await createEngine(kOptions);
  assert.ok(engine instanceof AudioEngine);
  const { audio, blocks, events } = joined([engine.push(speechBytes), engine.finish()]);
  assert.equal(blocks.length, 800);
  assert.equal(audio, fingerprint(speechBytes)); // realtime, same rate: the samples as they are
  for (const { probabilityQ15, levelDbfsX100, state } of blocks) {
    assert.ok(probabilityQ15 >= 0 && probabilityQ15 <= 32768);
    assert.ok(levelDbfsX100 >= -12000 && levelDbfsX100 <= 0);
    assert.match(state, /^(silence|speech_starting|speech|speech_ending)$/);
  }
  const starts = events.filter((event) => event.type === 'speech_start');
  const ends = events.filter((event) => event.type === 'speech_end');
  assert.ok(starts.length >= 1);
  assert.deepEqual(starts.map((event) => event.segment), ends.map((event) => event.segment));
  for (const { atMs, onsetMs, paddedMs } of starts) assert.ok(paddedMs <= onsetMs && onsetMs < atMs);
});

test('blocks are numbered from the beginning of the stream', async () => {
  const engine = await createEngine(kOptions);
  let due = 0;
  for (let at = 0; at < speechBytes.length; at += 5000) {
    const { firstBlock, blocks } = engine.push(speechBytes.subarray(at, at + 5000));
    assert.equal(firstBlock, due);
    due += blocks.length;
  }
  engine.reset();
  assert.equal(engine.push(speechBytes).firstBlock, 0);
});

test('listeners hear every event in order, and a failing one harms nobody', async (t) => {
  const engine = await createEngine(kOptions);
  const heard = [];
  const listener = (event) => heard.push(event);
  const failure = new Error('listener');
  const failing = () => {
    throw failure;
  };
  for (const type of ['speech_start', 'speech_end', 'false_start']) engine.addEventListener(type, listener);
  engine.addEventListener('speech_start', failing);
  const reported = []; // what the host would report; the test runner would take it for its own
  t.mock.method(globalThis, 'queueMicrotask', (callback) => assert.throws(callback, (error) => reported.push(error) > 0));
  const { events } = joined([engine.push(speechBytes), engine.finish()]);
  assert.deepEqual(heard, events);
  assert.deepEqual(reported, events.filter((event) => event.type === 'speech_start').map(() => failure));

  for (const type of ['speech_start', 'speech_end', 'false_start']) engine.removeEventListener(type, listener);
  engine.removeEventListener('speech_start', failing);
  engine.reset();
  engine.push(speechBytes);
  assert.equal(heard.length, events.length);
});

test('results are snapshots', async () => {
  const engine = await createEngine(kOptions);
  const first = engine.push(speechBytes.subarray(0, 6400));
  const copy = structuredClone(first);
  engine.push(speechBytes.subarray(6400, 12800));
  engine.finish();
  assert.deepEqual(first, copy);
  assert.equal(first.audio.byteLength, first.audio.buffer.byteLength);
});

test('reset is a new engine', async () => {
  const engine = await createEngine(kOptions);
  const fresh = joined([engine.push(speechBytes), engine.finish()]);
  engine.reset();
  assert.equal(engine.state, 'silence');
  assert.equal(engine.metrics().chunks, 0);
  assert.deepEqual(joined([engine.push(speechBytes), engine.finish()]), fresh);
});

test('after finish only reset helps', async () => {
  const engine = await createEngine(kOptions);
  engine.push(speechBytes);
  const { events, state } = engine.finish();
  assert.equal(events.at(-1)?.reason, 'end_of_stream'); // the recording ends within a segment
  assert.equal(state, 'silence');
  assert.throws(() => engine.push(speechBytes), { name: 'AudioEngineError', code: 'stream_finished' });
  assert.throws(() => engine.finish(), { code: 'stream_finished' });
  engine.reset();
  engine.push(speechBytes);
});

test('time without audio ends a segment', async () => {
  const engine = await createEngine({ ...kOptions, vad: { maxGapMs: 300 } });
  engine.push(speechBytes);
  assert.equal(engine.state, 'speech');
  assert.deepEqual(engine.advanceTime(299).events, []);
  const { events, state, audio } = engine.advanceTime(1);
  assert.deepEqual(events.map(({ type, reason }) => ({ type, reason })), [{ type: 'speech_end', reason: 'gap' }]);
  assert.equal(state, 'silence');
  assert.equal(audio.length, 0);
  for (const ms of [-1, NaN, undefined]) assert.throws(() => engine.advanceTime(ms), { code: 'bad_option', field: 'ms' });
  engine.advanceTime(Infinity); // as long as a number can say
});

test('settings change live, those not given stay', async () => {
  const engine = await createEngine({ ...kOptions, vad: { speechEndMs: 400 } });
  engine.push(speechBytes.subarray(0, 32000));
  engine.configureVad({ threshold: 1, adaptive: false, energyThreshold: 1 });
  const { vad } = engine.config;
  assert.deepEqual([vad.threshold, vad.adaptive, vad.energyThreshold, vad.speechEndMs], [1, false, 1, 400]);
  const { blocks } = engine.push(speechBytes.subarray(32000));
  assert.ok(blocks.every((block) => block.probabilityQ15 < 16384));
  assert.throws(() => engine.configureVad({ speechStartMs: 1 }), { code: 'bad_vad_duration', field: 'vad.speech_start_ms' });
  assert.throws(() => engine.configureVad({ preBufferMs: 5000 }), { code: 'bad_vad_duration', field: 'vad.pre_buffer_ms' });
  assert.throws(() => engine.configureVad({ sampleRate: 8000 }), { code: 'unknown_option', field: 'vad.sampleRate' });
  assert.deepEqual(engine.config.vad, vad); // a refused choice leaves nothing behind
});

test("an outside detector's probability decides", async () => {
  const engine = await createEngine({ ...kOptions, vad: { type: 'external' } });
  const second = new Uint8Array(2 * kSpeechRate);
  const probabilities = () => new Set(engine.push(second).blocks.map((block) => block.probabilityQ15));
  assert.deepEqual(probabilities(), new Set([0]));
  engine.setSpeechProbability(0.75);
  assert.deepEqual(probabilities(), new Set([24576]));
  assert.equal(engine.state, 'speech');
  for (const wrong of [-0.1, 1.1, NaN, '1', undefined]) assert.throws(() => engine.setSpeechProbability(wrong), { code: 'bad_threshold', field: 'probability' });
  assert.deepEqual(probabilities(), new Set([24576]));
});

test('config says what is in force, with short decimals and first names', async () => {
  const engine = await createEngine({ ...kOptions, format: 'ulaw', minAmplitude: 0.003, vad: { threshold: 0.35, exitThreshold: undefined } });
  const { config } = engine;
  assert.equal(config.format, 'g711_ulaw');
  assert.equal(config.minAmplitude, 0.003);
  assert.equal(config.vad.threshold, 0.35);
  assert.equal(config.vad.exitThreshold, -1);
  assert.equal(config.vad.type, 'energy');
  assert.deepEqual((await createEngine(config)).config, config); // fit to make the next engine
});

test('preBuffer holds the open segment from its padded onset on', async () => {
  const engine = await createEngine(kOptions);
  assert.equal(engine.preBuffer().length, 0);
  const bytesOfMs = (ms) => (ms * kSpeechRate * 2) / 1000;
  for (let at = 0; at < speechBytes.length; at += 320) {
    const { events } = engine.push(speechBytes.subarray(at, at + 320));
    const start = events.find((event) => event.type === 'speech_start');
    if (start === undefined) continue;
    assert.equal(fingerprint(engine.preBuffer()), fingerprint(speechBytes.slice(bytesOfMs(start.paddedMs), at + 320)));
    return;
  }
  assert.fail('no segment');
});

test('speech is every segment from its padded onset to its end, however the audio is cut', async () => {
  const bytesOfMs = (ms) => (ms * kSpeechRate * 2) / 1000;
  for (const length of [2, 320, 640, 4001 * 2, speechBytes.length]) {
    const engine = await createEngine({ ...kOptions, vad: { speechEndMs: 200 } });
    const heard = [];
    const expected = [];
    let from = 0;
    const take = ({ events }) => {
      for (const event of events) {
        if (event.type === 'speech_start') from = Math.max(from, event.paddedMs);
        if (event.type !== 'speech_end') continue;
        expected.push(speechBytes.slice(bytesOfMs(from), bytesOfMs(event.atMs)));
        from = event.atMs;
      }
      heard.push(engine.speech());
    };
    for (let at = 0; at < speechBytes.length; at += length) take(engine.push(speechBytes.subarray(at, at + length)));
    take(engine.finish());
    assert.ok(expected.length >= 2);
    assert.equal(fingerprint(Buffer.concat(heard)), fingerprint(Buffer.concat(expected)), `chunks of ${length}`);
    engine.reset();
    assert.equal(engine.speech().length, 0);
    engine.dispose();
  }
});

test('a wrong format is found on the running stream, with the byte where it began', async () => {
  const engine = await createEngine(kOptions);
  engine.push(speechBytes.subarray(0, 64000));
  assert.equal(engine.findingPosition('text'), 0);
  engine.push(Buffer.from(Buffer.from(speechBytes.subarray(64000, 96000)).toString('base64').slice(0, 32000)));
  assert.ok(engine.findings().includes('text'), String(engine.findings()));
  const at = engine.findingPosition('text');
  assert.ok(at >= 64000 && at < 64000 + 200 * 2 * (kSpeechRate / 1000), String(at));
  assert.throws(() => engine.findingPosition('opus'), { code: 'bad_option', field: 'finding' });
  engine.dispose();
});

test('validate judges a message of any length and leaves the stream alone', async () => {
  const engine = await createEngine(kOptions);
  const other = await createEngine(kOptions);
  const half = speechBytes.length / 2;
  const first = engine.push(speechBytes.subarray(0, half));
  const { ok, status, metadata, findings } = engine.validateAudio(speechBytes);
  assert.deepEqual([ok, status, findings, metadata.frames, metadata.durationUs], [true, 'ok', [], 128000, 8000000]);
  assert.equal(engine.validateAudio(new Uint8Array(0)).status, 'empty_input');
  assert.deepEqual(engine.validateAudio(new Uint8Array(3)), { ...engine.validateAudio(new Uint8Array(3)), ok: false, status: 'truncated_frame', position: 2 });
  assert.equal(engine.validateAudio(Buffer.from('RIFF....WAVE')).status, 'unsupported_format');
  assert.deepEqual(engine.validateAudio(new Int16Array(1000)).findings, ['digital_silence']);
  // 8 MB: the memory grows, and everything goes on.
  assert.equal(engine.validateAudio(new Uint8Array(8 << 20)).metadata.frames, 4 << 20);
  assert.throws(() => engine.validateAudio(new Uint8Array(80 << 20)), { code: 'out_of_memory' });
  const rest = engine.push(speechBytes.subarray(half));
  assert.deepEqual(joined([first, rest]), joined([other.push(speechBytes)]));
});

test('metrics count', async () => {
  const engine = await createEngine(kOptions);
  for (let at = 0; at < speechBytes.length; at += 640) engine.push(speechBytes.subarray(at, at + 640));
  engine.push(new Uint8Array(1));
  const metrics = engine.metrics();
  assert.equal(metrics.input_bytes, speechBytes.length + 1);
  assert.equal(metrics.chunks, speechBytes.length / 640 + 1);
  assert.equal(metrics.split_frames, 1);
  assert.equal(metrics.vad.blocks, 800);
  assert.equal(metrics.vad.current_state, engine.state);
  assert.equal(metrics.memory_bytes, engine.memoryBytes);
  assert.equal(metrics.performance.measured_chunks, metrics.chunks);
  assert.deepEqual(engine.findings().filter((finding) => finding !== 'trailing_bytes'), []);
});

test('rates and delay are told', async () => {
  const engine = await createEngine({ sampleRate: 48000, output: { sampleRate: 24000 } });
  assert.equal(engine.outputRateHz, 24000);
  assert.ok(engine.latencyFrames > 0);
  assert.ok(engine.memoryBytes > 0 && engine.memoryBytes < 1 << 20);
});

test('dispose may be called again, everything else then says so', async () => {
  const engine = await createEngine(kOptions);
  engine.dispose();
  engine.dispose();
  const calls = {
    push: () => engine.push(speechBytes),
    finish: () => engine.finish(),
    advanceTime: () => engine.advanceTime(1),
    configureVad: () => engine.configureVad({}),
    reset: () => engine.reset(),
    metrics: () => engine.metrics(),
    validateAudio: () => engine.validateAudio(speechBytes),
    setSpeechProbability: () => engine.setSpeechProbability(1),
    preBuffer: () => engine.preBuffer(),
    speech: () => engine.speech(),
    findings: () => engine.findings(),
    findingPosition: () => engine.findingPosition('text'),
    config: () => engine.config,
  };
  for (const [name, call] of Object.entries(calls)) assert.throws(call, { code: 'disposed' }, name);
  if (Symbol.dispose) assert.equal(typeof engine[Symbol.dispose], 'function');
});

test('engines share nothing', async () => {
  const [one, other] = await Promise.all([createEngine(kOptions), createEngine(kOptions)]);
  one.push(new Uint8Array(64000).fill(0x7f));
  assert.equal(other.metrics().chunks, 0);
  const alone = await createEngine(kOptions);
  assert.deepEqual(joined([other.push(speechBytes)]), joined([alone.push(speechBytes)]));
});
