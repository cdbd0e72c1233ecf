// Clients do not touch each other.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';

import { cut, randomNumbers, recording } from './support/audio.mjs';
import { StreamClient, streamAll } from './support/client.mjs';
import { startRelay } from './support/relay.mjs';

const recordings = [recording('librispeech_1723'), recording('librispeech_2691')];

function assertSame(result, expected, name) {
  assert.equal(result.code, 1000, name);
  assert.deepEqual(result.blocks, expected.blocks, name);
  assert.deepEqual(result.events, expected.events, name);
  assert.ok(result.audio.equals(expected.audio), name);
}

// Fifty clients that differ in audio, format, settings and cuts.
function clientOfMany(i) {
  const { rate, bytes } = recordings[i % 2];
  const random = randomNumbers(i);
  const query = { rate, speech_end_ms: 200 + 10 * (i % 5), output_format: ['pcm16', 'ulaw', 'float32'][i % 3] };
  const sizes = [640, 641, () => 1 + random(4000)];
  return { query, bytes, size: sizes[i % sizes.length] };
}

test('fifty clients at once: each gets what it gets alone', async (t) => {
  const relay = await startRelay(t, '--threads', '3');
  const clients = Array.from({ length: 50 }, (_, i) => clientOfMany(i));
  const alone = [];
  for (const { query, bytes, size } of clients) alone.push(await streamAll(relay, query, cut(bytes, size)));

  const streams = clients.map(({ query }) => new StreamClient(relay, query));
  await Promise.all(streams.map((client) => client.message('session.created')));
  assert.equal((await relay.metrics()).get('audioengine_sessions'), 50);
  assert.equal(new Set(streams.map((client) => client.messages[0].session.id)).size, 50);
  const together = await Promise.all(
    streams.map(async (client, i) => {
      const { bytes, size } = clientOfMany(i);
      await client.stream(cut(bytes, size));
      return client.finish();
    }),
  );
  together.forEach((result, i) => assertSame(result, alone[i], `client ${i}`));

  await relay.metricBecomes('audioengine_sessions', 0);
  const bytesIn = clients.reduce((sum, one) => sum + one.bytes.length, 0) * 2;
  await relay.metricBecomes('audioengine_bytes_total{direction="in"}', bytesIn);
  await relay.metricBecomes('audioengine_streams', 0); // every thread has had its tick since
  const metrics = await relay.metrics();
  assert.equal(metrics.get('audioengine_sessions_closed_total{reason="finished"}'), 100);
  const secondsIn = metrics.get('audioengine_audio_seconds_total{direction="in",format="pcm16"}');
  assert.ok(Math.abs(secondsIn - bytesIn / 2 / 16000) < 1e-3, `${secondsIn}`);
  assert.equal(metrics.get('audioengine_bytes_total{direction="out"}'), 2 * together.reduce((sum, one) => sum + one.audio.length, 0));
  const count = (type) => 2 * together.flatMap((one) => one.events).filter((one) => one.type === type).length;
  assert.equal(metrics.get('audioengine_vad_segments_total'), count('speech_start'));
  assert.equal(metrics.get('audioengine_vad_false_starts_total'), count('false_start'));
  assert.ok(metrics.get('audioengine_process_duration_seconds_count{stage="push"}') > 0);
});

test('one client streams while others misbehave', async (t) => {
  const relay = await startRelay(t, '--threads', '1', '--max-message-kib', '64');
  const { rate, bytes } = recordings[0];
  const alone = await streamAll(relay, { rate }, cut(bytes, 640));

  let running = true;
  const rowdies = [
    async () => {
      const client = new StreamClient(relay);
      await client.opened;
      client.socket.send(Buffer.alloc(100_000)); // over the limit
      await client.closed;
    },
    async () => {
      const client = new StreamClient(relay, { rate: 1 });
      await client.closed;
    },
    async () => {
      const client = new StreamClient(relay, { rate: 192000, channels: 8, format: 'float32' });
      await client.opened;
      for (let i = 0; i < 20; ++i) client.socket.send(Buffer.alloc(60_001, i));
      client.socket.terminate(); // in the middle of it
      await client.closed;
    },
    async () => {
      const client = new StreamClient(relay);
      await client.opened;
      for (let i = 0; i < 50; ++i) client.socket.send('{"type":');
      await client.finish();
    },
    () =>
      new Promise((resolve) => {
        const socket = net.connect(relay.wsPort, '127.0.0.1', () => socket.end(Buffer.alloc(5000, 'rubbish ')));
        socket.on('error', () => {}).on('close', resolve).resume();
      }),
  ];
  const crowd = rowdies.map(async (misbehave) => {
    while (running) await misbehave();
  });
  for (let round = 0; round < 3; ++round) {
    const client = new StreamClient(relay, { rate });
    for (const chunk of cut(bytes, 640)) await client.stream([chunk]); // gives the others their turn
    assertSame(await client.finish(), alone, `round ${round}`);
  }
  running = false;
  await Promise.all(crowd);
  await relay.metricBecomes('audioengine_connections', 0);
});
