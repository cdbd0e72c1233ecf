// Starts the relay under test and talks to its control port.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const program = process.env.AUDIOENGINE_RELAY;
if (!program) throw new Error('AUDIOENGINE_RELAY must name the audioengine-relay program');

/** Runs the relay until it exits by itself; for command lines that are expected to fail. */
export async function runRelay(...args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...output };
}

/** A relay on free ports, which the test `t` ends. */
export async function startRelay(t, ...args) {
  const child = spawn(program, ['--port', '0', '--ws-port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const ended = once(child, 'close');
  const relay = {
    child,
    output,
    /** Sends a signal, waits for the end, and gives the exit code. */
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const [code, killedBy] = await ended;
      return killedBy ?? code;
    },
    async get(path, options) {
      const response = await fetch(`${relay.control}${path}`, options);
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    async metrics() {
      return parsePrometheus((await relay.get('/metrics')).body);
    },
    /** Waits until a sample of /metrics has this value. */
    async metricBecomes(name, value) {
      for (;;) {
        const found = (await relay.metrics()).get(name);
        if (found === value) return;
        if (found > value && name.includes('_total')) throw new Error(`${name} is ${found}, more than ${value}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
  const deadline = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const page = await line(child, output, /^page +(http:\S+?)\/$/m);
  const streams = await line(child, output, /^streams +(ws:\S+)$/m);
  clearTimeout(deadline);
  relay.control = page;
  relay.streams = streams;
  relay.wsPort = Number(new URL(streams).port);
  relay.port = Number(new URL(page).port);
  t.after(async () => {
    const code = await relay.stop();
    // A sanitizer's report must not go by unseen, whatever else the test says.
    if (code !== 0) throw new Error(`the relay ended with ${code}:\n${output.err}`);
  });
  return relay;
}

function collect(child) {
  const output = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (output.out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (output.err += text));
  return output;
}

async function line(child, output, pattern) {
  for (;;) {
    const found = pattern.exec(output.out);
    if (found) return found[1];
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`the relay ended with ${child.exitCode ?? child.signalCode}:\n${output.err}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Reads Prometheus' text format, strictly: every sample belongs to a family that was announced with HELP and TYPE, no
 * family and no sample comes twice. Gives a map from `name{labels}` to number.
 */
export function parsePrometheus(text) {
  const samples = new Map();
  const types = new Map();
  let helped = null;
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  for (const one of text.slice(0, -1).split('\n')) {
    let found;
    if ((found = /^# HELP ([a-z_]+) \S.*$/.exec(one))) {
      helped = found[1];
    } else if ((found = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(one))) {
      if (found[1] !== helped) throw new Error(`TYPE without its HELP: ${one}`);
      if (types.has(found[1])) throw new Error(`family twice: ${one}`);
      types.set(found[1], found[2]);
    } else if ((found = /^([a-z_]+)(\{([a-z]+="[^"\\\n]*",?)+\})? (\+Inf|-?[0-9.]+(e[-+][0-9]+)?)$/.exec(one))) {
      const [, name, labels = '', , value] = found;
      const family = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
      if (family !== helped) throw new Error(`sample outside its family: ${one}`);
      if (types.get(family) === 'counter' && !name.endsWith('_total')) throw new Error(`counter without _total: ${one}`);
      if (samples.has(name + labels)) throw new Error(`sample twice: ${one}`);
      samples.set(name + labels, Number(value));
    } else {
      throw new Error(`not a line of the format: ${one}`);
    }
  }
  for (const [family, type] of types) if (type === 'histogram') checkHistogram(family, samples);
  return samples;
}

function checkHistogram(family, samples) {
  const buckets = [...samples].filter(([name]) => name.startsWith(`${family}_bucket`));
  const edges = buckets.map(([name]) => Number(/le="([^"]+)"/.exec(name)[1].replace('+Inf', 'Infinity')));
  for (let i = 1; i < buckets.length; ++i) {
    if (!(edges[i] > edges[i - 1]) || buckets[i][1] < buckets[i - 1][1]) throw new Error(`${family}: buckets out of order`);
  }
  const count = [...samples].find(([name]) => name.startsWith(`${family}_count`))[1];
  if (edges.at(-1) !== Infinity || buckets.at(-1)[1] !== count) throw new Error(`${family}: +Inf is not the count`);
}
