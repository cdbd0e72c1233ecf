// The control port: page, configuration, health, metrics.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { StreamClient, streamAll } from './support/client.mjs';
import { runRelay, startRelay } from './support/relay.mjs';

function makePage(t) {
  const folder = mkdtempSync(join(tmpdir(), 'audioengine-page-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'deep/er'), { recursive: true });
  for (const name of ['index.html', 'app.js', 'core.mjs', 'core.wasm', 'style.css', 'speech.wav', 'deep/er/index.html', '.secret']) {
    writeFileSync(join(folder, name), `this is ${name}`);
  }
  return folder;
}

/** fetch cleans paths; this does not. */
async function rawGet(relay, path, headers = {}) {
  const [response] = await once(http.get({ host: '127.0.0.1', port: relay.port, path, headers, agent: false }), 'response');
  let body = '';
  for await (const part of response.setEncoding('utf8')) body += part;
  return { status: response.statusCode, body };
}

test('the page comes with right types and a policy it can run under', async (t) => {
  const relay = await startRelay(t, '--page', makePage(t));
  const rows = [
    ['/', 'text/html; charset=utf-8', 'index.html'],
    ['/?x=1', 'text/html; charset=utf-8', 'index.html'],
    ['/deep/er/', 'text/html; charset=utf-8', 'deep/er/index.html'],
    ['/app.js', 'text/javascript; charset=utf-8', 'app.js'],
    ['/core.mjs', 'text/javascript; charset=utf-8', 'core.mjs'],
    ['/core.wasm', 'application/wasm', 'core.wasm'],
    ['/style.css', 'text/css; charset=utf-8', 'style.css'],
    ['/speech.wav', 'audio/wav', 'speech.wav'],
  ];
  for (const [path, type, name] of rows) {
    const { status, headers, body } = await relay.get(path);
    assert.deepEqual([status, headers.get('content-type'), body], [200, type, `this is ${name}`]);
    const policy = headers.get('content-security-policy');
    assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
    assert.match(policy, /connect-src 'self' ws: wss:;/);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('cache-control'), 'no-cache');
    const again = await relay.get(path, { headers: { 'if-none-match': headers.get('etag') } });
    assert.deepEqual([again.status, again.body], [304, '']);
  }
});

test('no path leads out of the page', async (t) => {
  const relay = await startRelay(t, '--page', makePage(t));
  for (const path of ['/../index.html', '/deep/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd', '//etc/passwd',
    '/.secret', '/%00', '/deep', '/index.html/', '/\\..\\x']) {
    assert.equal((await rawGet(relay, path)).status, 404, path);
  }
});

test('other methods and paths get a JSON error', async (t) => {
  const relay = await startRelay(t);
  const { status, body } = await relay.get('/', {});
  assert.equal(status, 404);
  assert.match(JSON.parse(body).error.message, /--page/);
  const post = await relay.get('/healthz', { method: 'POST', body: 'x' });
  assert.deepEqual([post.status, JSON.parse(post.body).error.code], [404, 'not_found']);
});

test('config.json names the streams as the browser reaches them', async (t) => {
  const relay = await startRelay(t);
  const rows = [
    ['localhost:1234', `ws://localhost:${relay.wsPort}/v1/stream`],
    ['[::1]:1234', `ws://[::1]:${relay.wsPort}/v1/stream`],
    ['voice.example', `ws://voice.example:${relay.wsPort}/v1/stream`],
    ['"><script>', `ws://127.0.0.1:${relay.wsPort}/v1/stream`],
  ];
  for (const [host, url] of rows) {
    const config = JSON.parse((await rawGet(relay, '/config.json', { host })).body);
    assert.deepEqual(config, { stream_url: url, provider: 'echo', version: '0.1.0' });
  }
  const proxied = await startRelay(t, '--stream-url', 'wss://voice.example/v1/stream');
  assert.equal(JSON.parse((await proxied.get('/config.json')).body).stream_url, 'wss://voice.example/v1/stream');
});

test('health and metrics follow the sessions', async (t) => {
  const relay = await startRelay(t);
  const health = async () => JSON.parse((await relay.get('/healthz')).body);
  assert.deepEqual(await health(), { status: 'ok', sessions: 0 });
  const client = new StreamClient(relay, { rate: 8000, format: 'ulaw' });
  await client.message('session.created');
  assert.deepEqual(await health(), { status: 'ok', sessions: 1 });
  await client.stream([Buffer.alloc(8000, 0xff)]);
  await client.send('{"type":"nothing"}');
  await client.message('error');

  await relay.metricBecomes('audioengine_bytes_total{direction="in"}', 8000);
  const { headers } = await relay.get('/metrics');
  assert.match(headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
  const metrics = await relay.metrics();
  const rows = {
    'audioengine_build_info{version="0.1.0"}': 1,
    audioengine_sessions: 1,
    audioengine_sessions_opened_total: 1,
    audioengine_connections: 1,
    'audioengine_errors_total{code="unknown_type"}': 1,
    'audioengine_bytes_total{direction="in"}': 8000,
    'audioengine_messages_total{direction="in"}': 2,
    'audioengine_audio_seconds_total{direction="in",format="g711_ulaw"}': 1,
    'audioengine_audio_seconds_total{direction="in",format="pcm16"}': 0,
    audioengine_vad_segments_total: 0,
    audioengine_odd_bytes_total: 0,
    audioengine_streams: 1,
    audioengine_streams_realtime_capable: 1,
  };
  for (const [name, value] of Object.entries(rows)) assert.equal(metrics.get(name), value, name);
  assert.ok(metrics.get('audioengine_realtime_ratio') > 0);

  assert.equal((await client.finish()).code, 1000);
  await relay.metricBecomes('audioengine_sessions', 0);
  await relay.metricBecomes('audioengine_quality_warnings_total{code="digital_silence"}', 1);
  await relay.metricBecomes('audioengine_streams', 0);
  assert.equal((await relay.metrics()).get('audioengine_bytes_total{direction="in"}'), 8000);
});

test("metrics are Prometheus' format to a parser that is not ours", async (t) => {
  const relay = await startRelay(t);
  await streamAll(relay, { rate: 16000 }, [Buffer.alloc(3200)]);
  await relay.metricBecomes('audioengine_bytes_total{direction="in"}', 3200);
  const script = new URL('../../core/native/metrics_text.py', import.meta.url).pathname;
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'; // Debian's packages are of Debian's Python
  const { status, stdout, stderr } = spawnSync(python, [script, 'prometheus'], { input: (await relay.get('/metrics')).body, encoding: 'utf8' });
  if (status === 77) return t.skip('no python3-prometheus-client here');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^1 texts, 3\d families\n$/);
});

test('a page that cannot be served is a sentence and exit code 1', async (t) => {
  const folder = makePage(t);
  rmSync(join(folder, 'index.html'));
  const { code, err } = await runRelay('--page', folder, '--port', '0', '--ws-port', '0');
  assert.equal(code, 1);
  assert.match(err, /^audioengine-relay: there is no index\.html in /);
  symlinkSync(join(folder, 'nowhere'), join(folder, 'index.html'));
  assert.equal((await runRelay('--page', folder, '--port', '0', '--ws-port', '0')).code, 1);
});
