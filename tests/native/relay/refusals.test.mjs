// What is not a good client gets a clear answer, and nobody else notices.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';

import { cut, recording } from './support/audio.mjs';
import { StreamClient, streamAll } from './support/client.mjs';
import { startRelay } from './support/relay.mjs';

const speech = recording('librispeech_1723');

/** A request that is answered over HTTP. */
async function request(relay, path, headers = {}, method = 'GET') {
  const sent = http.request({ host: '127.0.0.1', port: relay.wsPort, path, method, headers, agent: false });
  sent.end();
  const [response] = await once(sent, 'response');
  let body = '';
  for await (const part of response.setEncoding('utf8')) body += part;
  return { status: response.statusCode, headers: response.headers, error: JSON.parse(body).error };
}

const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** Raw bytes to the stream port; everything that came until the relay closed. */
async function raw(relay, bytes, { upgraded = false } = {}) {
  const socket = net.connect(relay.wsPort, '127.0.0.1');
  const received = [];
  socket.on('data', (data) => received.push(data)).on('error', () => {});
  await once(socket, 'connect');
  if (upgraded) {
    socket.write('GET /v1/stream HTTP/1.1\r\nHost: x\r\n' +
      Object.entries(upgrade).map(([name, value]) => `${name}: ${value}\r\n`).join('') + '\r\n');
    while (!Buffer.concat(received).includes('session.created')) await once(socket, 'data');
  }
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.write(bytes);
  await closed;
  return Buffer.concat(received);
}

test('over HTTP: paths, missing upgrades, methods, long headers', async (t) => {
  const relay = await startRelay(t);
  const rows = [
    ['/', {}, 'GET', 404, 'not_found'],
    ['/v1/streams', upgrade, 'GET', 404, 'not_found'],
    ['/v1/stream/', upgrade, 'GET', 404, 'not_found'],
    ['/v1/stream', {}, 'GET', 426, 'upgrade_required'],
    ['/v1/stream?rate=8000', {}, 'POST', 426, 'upgrade_required'],
    ['/v1/stream', { 'x-long': 'x'.repeat(9000) }, 'GET', 431, 'bad_request'],
  ];
  for (const [path, headers, method, status, code] of rows) {
    const answer = await request(relay, path, headers, method);
    assert.deepEqual([answer.status, answer.error.code], [status, code], path);
    assert.equal(answer.headers['content-type'], 'application/json');
  }
  assert.equal((await request(relay, '/v1/stream')).headers.upgrade, 'websocket');
  assert.match((await raw(relay, 'nonsense\r\n\r\n')).toString(), /^HTTP\/1.1 400 /);
  assert.match((await raw(relay, Buffer.alloc(20_000, 0xff))).toString(), /^HTTP\/1.1 4[03][01] /);
  const metrics = await relay.metrics();
  assert.equal(metrics.get('audioengine_connections_refused_total{reason="not_found"}'), 3);
  assert.equal(metrics.get('audioengine_connections_refused_total{reason="upgrade_required"}'), 3);
});

test('a query that cannot be served: error event, then close 1008', async (t) => {
  const relay = await startRelay(t);
  const rows = [
    ['rate=fast', 'bad_parameter', 'rate', 0],
    ['blocks=1&rate=', 'bad_parameter', 'rate', 9],
    ['format=mp3', 'bad_parameter', 'format', 0],
    ['blocks=2', 'bad_parameter', 'blocks', 0],
    ['colour=red', 'unknown_parameter', 'colour', 0],
    ['rate=8000&rate=16000', 'repeated_parameter', 'rate', 10],
    ['rate=8000&audio.sample_rate=16000', 'repeated_parameter', 'audio.sample_rate', 10],
    ['rate=80%0', 'bad_parameter', 'rate', 7],
    ['%ff%fe=1', 'unknown_parameter', '\ufffd\ufffd', 0],
    ['rate=100', 'bad_sample_rate', 'audio.sample_rate', null],
    ['channels=9', 'bad_channels', 'audio.channels', null],
    ['speech_end_ms=5', 'bad_vad_duration', 'vad.speech_end_ms', null],
    ['threshold=0.3&exit_threshold=0.4', 'inverted_thresholds', 'vad.exit_threshold', null],
    ['threshold=1.5', 'bad_threshold', 'vad.threshold', null],
    ['rate=192000&output_rate=4000&channels=8&format=float32&pre_buffer_ms=5000', 'session_too_large', null, null],
  ];
  for (const [query, code, param, position] of rows) {
    const client = new StreamClient(relay, {}, { url: `${relay.streams}?${query}` });
    const { code: closeCode, reason } = await client.closed;
    assert.equal(client.messages.length, 1, query);
    const { error } = client.messages[0];
    assert.equal(client.messages[0].type, 'error');
    assert.deepEqual([error.code, error.param, error.position], [code, param, position], query);
    assert.ok(error.message.length > 10, query);
    assert.equal(closeCode, 1008, query);
    assert.ok(reason.startsWith(code), query);
  }
  assert.equal((await relay.metrics()).get('audioengine_sessions_closed_total{reason="bad_query"}'), rows.length);
});

test('texts that are not understood: error events, the stream goes on', async (t) => {
  const relay = await startRelay(t);
  const expected = await streamAll(relay, { rate: speech.rate }, cut(speech.bytes, 640));
  const rows = [
    ['', 'bad_json', null, 0],
    ['{"type":', 'bad_json', null, 8],
    ['{"type":"finish"} x', 'bad_json', null, 18],
    ['{"type":"metrics","x":1e999}', 'bad_json', null, null],
    ['[1,2]', 'bad_message', null, null],
    ['{}', 'bad_message', 'type', null],
    ['{"type":7}', 'bad_message', 'type', null],
    ['{"type":"dance"}', 'unknown_type', 'type', null],
    ['['.repeat(60_000), 'bad_json', null, 60_000],
    [`{"type":"${'x'.repeat(70_000)}"}`, 'text_too_long', null, 65_536],
  ];
  const client = new StreamClient(relay, { rate: speech.rate });
  const chunks = [...cut(speech.bytes, 640)];
  for (const [text] of rows) {
    await client.stream(chunks.splice(0, 30));
    await client.send(text);
  }
  await client.stream(chunks);
  const result = await client.finish();
  assert.deepEqual(
    result.errors.map((one) => [one.code, one.param, one.position]),
    rows.map(([, ...wanted]) => wanted),
  );
  assert.deepEqual(result.blocks, expected.blocks);
  assert.deepEqual(result.events, expected.events);
  assert.ok(result.audio.equals(expected.audio));
});

test('messages over the limit close with 1009', async (t) => {
  const relay = await startRelay(t, '--max-message-kib', '4');
  const fits = new StreamClient(relay);
  await fits.stream([Buffer.alloc(4096)]);
  assert.equal((await fits.finish()).code, 1000);
  for (const data of [Buffer.alloc(4097), 'x'.repeat(4097), Buffer.alloc(8 << 20)]) {
    const client = new StreamClient(relay);
    await client.opened;
    client.socket.send(data);
    assert.equal((await client.closed).code, 1009);
  }
  await relay.metricBecomes('audioengine_sessions_closed_total{reason="message_too_big"}', 3);
});

test('what is not WebSocket closes with 1002', async (t) => {
  const relay = await startRelay(t);
  const rows = {
    'an unmasked frame': Buffer.from([0x82, 0x02, 0x00, 0x00]),
    'a reserved opcode': Buffer.from([0x83, 0x80, 0, 0, 0, 0]),
    'a reserved bit': Buffer.from([0xc2, 0x80, 0, 0, 0, 0]),
    'a long ping': Buffer.from([0x89, 0xfe, 0x00, 0x7e, 0, 0, 0, 0]),
    'a continuation of nothing': Buffer.from([0x80, 0x80, 0, 0, 0, 0]),
    'noise': Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 89) % 251)),
  };
  for (const [name, bytes] of Object.entries(rows)) {
    const received = await raw(relay, bytes, { upgraded: true });
    const close = received.subarray(-4);
    assert.deepEqual([close[0], close.readUInt16BE(2)], [0x88, 1002], name);
  }
  // Text that is not UTF-8 has a code of its own.
  const text = await raw(relay, Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xff]), { upgraded: true });
  assert.equal(text.readUInt16BE(text.length - 2), 1007);
  await relay.metricBecomes('audioengine_sessions_closed_total{reason="protocol_error"}', Object.keys(rows).length + 1);
});

test('another version of WebSocket, a key that is none', async (t) => {
  const relay = await startRelay(t);
  const head = (headers) =>
    'GET /v1/stream HTTP/1.1\r\nHost: x\r\n' + Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('') + '\r\n';
  for (const headers of [{ ...upgrade, 'sec-websocket-version': '12' }, { ...upgrade, 'sec-websocket-key': 'x'.repeat(99) }]) {
    const socket = net.connect(relay.wsPort, '127.0.0.1', () => socket.end(head(headers)));
    let answer = '';
    for await (const part of socket.setEncoding('latin1')) answer += part;
    assert.match(answer, /^HTTP\/1.1 4\d\d /);
  }
});

test('origins: this machine\'s pages and those that were allowed', async (t) => {
  const relay = await startRelay(t, '--allow-origin', 'https://app.example');
  const at = (host) => `ws://${host}:${relay.wsPort}/v1/stream`;
  const rows = [
    [at('127.0.0.1'), undefined, true],
    [at('127.0.0.1'), 'http://127.0.0.1:8080', true],
    [at('127.0.0.1'), 'https://app.example', true],
    [at('127.0.0.1'), 'https://app.example.evil.example', false],
    [at('127.0.0.1'), 'http://evil.example', false],
    [at('127.0.0.1'), 'http://localhost:8080', false],
    [at('127.0.0.1'), 'null', false],
  ];
  for (const [url, origin, allowed] of rows) {
    const client = new StreamClient(relay, {}, { url, ws: origin ? { origin } : {} });
    if (allowed) await client.message('session.created');
    else assert.match((await client.closed).error.message, /403/);
    client.socket.terminate();
  }
  // A foreign name that was made to resolve to this machine.
  const answer = await request(relay, '/v1/stream', { ...upgrade, host: 'evil.example:1', origin: 'http://evil.example' });
  assert.deepEqual([answer.status, answer.error.code], [403, 'forbidden_origin']);
});

test('more clients than allowed are told so, and find room once others have left', async (t) => {
  const relay = await startRelay(t, '--max-connections', '2');
  const clients = [new StreamClient(relay), new StreamClient(relay)];
  for (const client of clients) await client.message('session.created');
  const refused = new StreamClient(relay);
  assert.match((await refused.closed).error.message, /503/);
  const answer = await request(relay, '/v1/stream', upgrade);
  assert.equal(answer.error.code, 'too_many_connections');
  await clients[0].finish();
  await relay.metricBecomes('audioengine_connections', 1);
  await new StreamClient(relay).message('session.created');
});

test('a request that never ends is cut off', async (t) => {
  const relay = await startRelay(t, '--handshake-seconds', '1');
  const socket = net.connect(relay.wsPort, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  const drip = setInterval(() => socket.write('x'), 50);
  socket.write('GET /v1/stream HTTP/1.1\r\nX-Slow: ');
  await new Promise((resolve) => socket.on('close', resolve));
  clearInterval(drip);
  await relay.metricBecomes('audioengine_connections_refused_total{reason="handshake_timeout"}', 1);
});

test('a client that is not heard from is closed; one that answers pings stays', async (t) => {
  const relay = await startRelay(t, '--idle-seconds', '3');
  const quiet = new StreamClient(relay);
  const deaf = new StreamClient(relay, {}, { ws: { autoPong: false } });
  await quiet.message('session.created');
  await deaf.closed;
  await relay.metricBecomes('audioengine_sessions_closed_total{reason="idle"}', 1);
  let pings = 0;
  await new Promise((resolve) => quiet.socket.on('ping', () => ++pings === 3 && resolve()));
  assert.equal((await quiet.finish()).code, 1000);
});

test('a client that takes nothing is not heard any more, and closed', async (t) => {
  const relay = await startRelay(t, '--idle-seconds', '3', '--max-queue-kib', '1', '--log-level', 'warn');
  const slow = new StreamClient(relay);
  await slow.message('session.created');
  slow.socket._socket.pause();
  const other = streamAll(relay, { rate: speech.rate }, cut(speech.bytes, 640));
  // 20 MB of texts fit in no socket buffer.
  const send = () => {
    for (let i = 0; i < 100 && slow.socket.readyState === 1; ++i) slow.socket.send('{"type":"metrics"}');
    if (slow.socket.readyState === 1 && slow.socket.bufferedAmount < 1 << 20) setImmediate(send);
  };
  send();
  await relay.metricBecomes('audioengine_sessions_closed_total{reason="slow_reader"}', 1);
  slow.socket.terminate();
  assert.equal((await other).blocks.length, 800);
});
