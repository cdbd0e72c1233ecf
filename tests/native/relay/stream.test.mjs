// Real speech through the relay: the decisions are the command line tool's, however the messages are cut.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import { cut, randomNumbers, recording, recordingPath, toFloat32, toStereo } from './support/audio.mjs';
import { StreamClient, streamAll } from './support/client.mjs';
import { startRelay } from './support/relay.mjs';

const tool = process.env.AUDIOENGINE_TOOL;
const { rate, bytes } = recording('librispeech_1723');
const chunkBytes = (rate / 50) * 2;

test('the first message tells what the stream is', async (t) => {
  const relay = await startRelay(t);
  const client = new StreamClient(relay, { rate: 48000, channels: 2, format: 'f32', speech_end_ms: 700, threshold: 0.6 });
  const { session } = await client.message('session.created');
  assert.match(session.id, /^s_[0-9a-f]{16}$/);
  assert.match(session.config_hash, /^[0-9a-f]{16}$/);
  assert.deepEqual(
    { ...session, id: '', config: {}, config_hash: '' },
    {
      id: '', version: '0.1.0', format: 'float32', rate: 48000, channels: 2, mode: 'realtime',
      output: { rate: 48000, format: 'pcm16' },
      vad: {
        type: 'energy', energy_threshold: 0.02, speech_start_ms: 100, speech_end_ms: 700, pre_buffer_ms: 300, adaptive: true,
        threshold: 0.6, exit_threshold: -1, max_speech_ms: 0, max_gap_ms: 0,
      },
      config: {}, config_hash: '',
    },
  );
  assert.equal((await client.finish()).code, 1000);
});

/** As messages.h says: FNV-1a over the configuration with sorted keys. */
function configHash(config) {
  const sorted = (value) =>
    value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
      : value;
  let hash = 14695981039346656037n;
  for (const byte of Buffer.from(JSON.stringify(sorted(config)))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1099511628211n);
  }
  return hash.toString(16).padStart(16, '0');
}

test('the configuration is told whole; its hash is the one that is documented', async (t) => {
  const relay = await startRelay(t);
  const sessionOf = async (query) => {
    const client = new StreamClient(relay, query);
    const { session } = await client.message('session.created');
    await client.finish();
    return session;
  };
  const session = await sessionOf({ exit_threshold: 0.1, min_amplitude: 0.007 });
  assert.equal(session.config.vad.exit_threshold, 0.1);
  assert.equal(session.config.audio.min_amplitude, 0.007);
  assert.equal(session.config.audio.sample_rate, 24000);
  assert.equal(session.config_hash, configHash(session.config));
  const usual = await sessionOf({});
  assert.equal(usual.config_hash, configHash(usual.config)); // exit_threshold is -1, a whole number among fractions
  assert.equal((await sessionOf({ rate: 24000, format: 's16' })).config_hash, usual.config_hash);
  assert.notEqual((await sessionOf({ speech_end_ms: 510 })).config_hash, usual.config_hash);
});

test('blocks and events are the command line tool\'s', { skip: !tool && 'AUDIOENGINE_TOOL is not set' }, async (t) => {
  const relay = await startRelay(t);
  const path = recordingPath('librispeech_1723');
  const result = await streamAll(relay, { rate }, cut(bytes, chunkBytes));

  const blocks = JSON.parse(execFileSync(tool, ['vad', path, '--format', 'json'])).blocks;
  assert.equal(result.blocks.length, 800);
  assert.deepEqual(
    result.blocks,
    blocks.map((one) => [Math.round(one.score * 32768), Math.round(one.level_dbfs * 100), one.state].join(' ')),
  );

  const segments = JSON.parse(execFileSync(tool, ['segments', path, '--format', 'json'])).segments;
  assert.deepEqual(
    result.events.filter((one) => one.type === 'speech_end').map((one) => [one.segment, one.end_ms, one.reason]),
    segments.map((one) => [one.segment, Math.round(one.end * 1000), one.reason]),
  );
  assert.equal(segments.length, 4);
  assert.equal(result.code, 1000);
  assert.equal(result.finished.metrics.input_bytes, bytes.length);
});

test('however the messages are cut, everything is the same', async (t) => {
  const relay = await startRelay(t);
  const random = randomNumbers(7);
  const rows = [
    ['20 ms', chunkBytes],
    ['odd', 961],
    ['prime', 7],
    ['longer than one push takes', 100_001],
    ['random, also empty', () => random(3000)],
  ];
  const whole = await streamAll(relay, { rate }, cut(bytes, 10 * chunkBytes));
  assert.equal(whole.events.filter((one) => one.type === 'speech_start').length, 4);
  for (const [name, size] of rows) {
    const result = await streamAll(relay, { rate }, cut(bytes, size));
    assert.deepEqual(result.blocks, whole.blocks, name);
    assert.deepEqual(result.events, whole.events, name);
    assert.deepEqual(result.answers, whole.answers, name);
    assert.ok(result.audio.equals(whole.audio), name);
  }
  // One byte a message is 50 times the work: the first 2 s hold a segment.
  const part = bytes.subarray(0, 4 * rate);
  const reference = await streamAll(relay, { rate }, cut(part, chunkBytes));
  const single = await streamAll(relay, { rate }, cut(part, 1));
  assert.deepEqual(single.blocks, reference.blocks);
  assert.deepEqual(single.events, reference.events);
  assert.ok(reference.audio.length > 0);
  assert.ok(single.audio.equals(reference.audio));
});

test('the same sound decides the same, whatever carries it', async (t) => {
  const relay = await startRelay(t);
  const expected = await streamAll(relay, { rate }, cut(bytes, chunkBytes));
  const rows = [
    ['float32', { format: 'float32' }, toFloat32(bytes)],
    ['stereo', { channels: 2 }, toStereo(bytes)],
    ['quality', { mode: 'quality' }, bytes],
    ['another output', { output_rate: 8000, output_format: 'ulaw' }, bytes],
  ];
  for (const [name, query, data] of rows) {
    const result = await streamAll(relay, { rate, ...query }, cut(data, 1000));
    assert.deepEqual(result.blocks, expected.blocks, name);
    assert.deepEqual(result.events, expected.events, name);
  }
});

test('without blocks=1 only events come', async (t) => {
  const relay = await startRelay(t);
  const result = await streamAll(relay, { rate, blocks: 0 }, cut(bytes, chunkBytes));
  assert.equal(result.blocks.length, 0);
  assert.equal(result.events.filter((one) => one.type === 'speech_end').length, 4);
});

test('reset begins anew', async (t) => {
  const relay = await startRelay(t);
  const expected = await streamAll(relay, { rate }, cut(bytes, chunkBytes));
  const client = new StreamClient(relay, { rate });
  await client.stream(cut(bytes.subarray(0, 50_001), chunkBytes));
  await client.send('{"type":"reset"}');
  await client.message('reset');
  client.messages.length = client.audio.length = 0;
  await client.stream(cut(bytes, chunkBytes));
  const result = await client.finish();
  assert.deepEqual(result.blocks, expected.blocks);
  assert.deepEqual(result.events, expected.events);
  assert.ok(result.audio.equals(expected.audio));
});

test('metrics are the engine\'s', async (t) => {
  const relay = await startRelay(t);
  const client = new StreamClient(relay, { rate });
  await client.stream(cut(bytes.subarray(0, 32_000), chunkBytes));
  await client.send('{"type":"metrics"}');
  const { metrics } = await client.message('metrics');
  assert.equal(typeof metrics.performance.realtime_capable, 'boolean');
  assert.equal(typeof metrics.vad.current_state, 'string');
  assert.equal(metrics.input_bytes, 32_000);
  assert.equal(metrics.performance.measured_chunks, 50);
  await client.finish();
});

test('a segment ends when audio stops coming', async (t) => {
  const relay = await startRelay(t);
  const client = new StreamClient(relay, { rate, max_gap_ms: 300 });
  const speech = bytes.subarray(0, Math.floor(rate * 0.9) * 2); // the first segment is open at 0.9 s
  await client.stream(cut(speech, chunkBytes));
  const end = await client.message('speech_end');
  assert.equal(end.reason, 'gap');
  const result = await client.finish();
  assert.equal(result.answers.length, 1);
});
