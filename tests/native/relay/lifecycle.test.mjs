// Starting and ending.
import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';

import { cut, recording } from './support/audio.mjs';
import { StreamClient, streamAll } from './support/client.mjs';
import { runRelay, startRelay } from './support/relay.mjs';

const { rate, bytes } = recording('librispeech_1723');

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} ends every session in order, then the relay with 0`, async (t) => {
    const relay = await startRelay(t, '--drain-seconds', '60');
    const part = bytes.subarray(0, 2 * rate * 3); // ends inside the second segment
    const expected = await streamAll(relay, { rate }, cut(part, 640));
    assert.equal(expected.events.at(-1).reason, 'end_of_stream');
    const clients = Array.from({ length: 10 }, () => new StreamClient(relay, { rate }));
    await Promise.all(clients.map((client) => client.stream(cut(part, 640))));
    await Promise.all(clients.map((client) => client.message('blocks', (one) => one.first_block + one.state.length >= 299)));
    const idle = net.connect(relay.wsPort, '127.0.0.1'); // has not asked for anything
    await once(idle, 'connect');
    await relay.metricBecomes('audioengine_connections', 11);

    assert.equal(await relay.stop(signal), 0);
    assert.doesNotMatch(relay.output.err, /did not end in time/);
    for (const client of clients) {
      const { code, reason } = await client.closed;
      assert.deepEqual([code, reason], [1001, 'the relay is going away']);
      const result = client.result();
      assert.deepEqual(result.blocks, expected.blocks);
      assert.deepEqual(result.events, expected.events);
      assert.ok(result.audio.equals(expected.audio));
      assert.ok(result.finished);
    }
    idle.destroy();
  });
}

test('a client that does not end is waited for as long as was said', async (t) => {
  const relay = await startRelay(t, '--drain-seconds', '1', '--log-level', 'warn');
  const client = new StreamClient(relay);
  await client.message('session.created');
  client.socket._socket.pause();
  const began = Date.now();
  assert.equal(await relay.stop(), 0);
  assert.ok(Date.now() - began >= 1000);
  assert.match(relay.output.err, /1 connections did not end in time/);
  client.socket.terminate();
});

test('a second signal ends it at once', async (t) => {
  const relay = await startRelay(t, '--drain-seconds', '600');
  const client = new StreamClient(relay);
  await client.message('session.created');
  client.socket._socket.pause();
  relay.child.kill('SIGINT');
  while (!relay.output.err.includes('draining')) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(JSON.parse((await relay.get('/healthz')).body).status, 'draining');
  assert.equal(await relay.stop('SIGINT'), 0);
  client.socket.terminate();
});

test('a port in use is a sentence and exit code 1', async (t) => {
  const relay = await startRelay(t);
  const control = await runRelay('--port', String(relay.port), '--ws-port', '0');
  assert.equal(control.code, 1);
  assert.match(control.err, new RegExp(`^audioengine-relay: cannot listen on 127\\.0\\.0\\.1:${relay.port}: .*--port`));
  const streams = await runRelay('--port', '0', '--ws-port', String(relay.wsPort));
  assert.equal(streams.code, 1);
  assert.match(streams.err, new RegExp(`^audioengine-relay: cannot listen on 127\\.0\\.0\\.1:${relay.wsPort}: Address already in use`));
  assert.equal(control.out + streams.out, '');
});

test('usage errors are exit code 2', async () => {
  for (const args of [['--port', '99999'], ['--nonsense'], ['--provider', 'oracle'], ['--page', '/does/not/exist'], ['--idle-seconds', '0']]) {
    const { code, err } = await runRelay(...args);
    assert.equal(code, 2, args.join(' '));
    assert.ok(err.length > 10);
  }
  const help = await runRelay('--help');
  assert.equal(help.code, 0);
  assert.match(help.out, /--drain-seconds/);
});

test('logs name sessions, never what was said', async (t) => {
  const relay = await startRelay(t, '--log-level', 'debug');
  const client = new StreamClient(relay, { rate });
  const { session } = await client.message('session.created');
  await client.send('{"type":"secret-type"}');
  await client.finish();
  const bad = new StreamClient(relay, { 'x\ny': '1' });
  await bad.closed;
  await relay.metricBecomes('audioengine_connections', 0);
  await relay.stop();
  assert.match(relay.output.err, new RegExp(`conn=1 session=${session.id} opened format=pcm16 rate=16000`));
  assert.match(relay.output.err, new RegExp(`conn=1 session=${session.id} closed reason=finished`));
  assert.doesNotMatch(relay.output.err, /secret-type/);
  for (const line of relay.output.err.trim().split('\n')) assert.match(line, /^\d{4}-\d\d-\d\dT[0-9:.]+Z (debug|info|warning) /);
});
