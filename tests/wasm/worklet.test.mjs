import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, test } from 'node:test';
import { AudioEngineError, createEngine, createEngineNode } from 'audioengine';
import { faults, FakeContext } from './fake_audio.mjs';
import { joined, kSpeechRate, speechBytes, speechFloats } from './speech.mjs';

const kStates = ['silence', 'speech_starting', 'speech', 'speech_ending'];
const kOptions = { mode: 'realtime' };

afterEach(() => {
  faults.module = undefined;
});

/** A node, and what it hands out. */
async function listen(context, options = kOptions) {
  const node = await createEngineNode(context, options);
  const batches = [];
  node.onbatch = (batch) => batches.push(batch);
  return { node, batches };
}

/** Batches as the results of `push` would be. */
function asResult(batches) {
  return joined(
    batches.map(({ audio, events, states, probabilitiesQ15, levelsDbfsX100 }) => ({
      audio,
      events,
      blocks: Array.from(states, (state, i) => ({ probabilityQ15: probabilitiesQ15[i], levelDbfsX100: levelsDbfsX100[i], state: kStates[state] })),
    })),
  );
}

async function expected(options = {}) {
  const engine = await createEngine({ ...kOptions, sampleRate: kSpeechRate, ...options });
  return joined([engine.push(speechBytes), engine.finish()]);
}

test('the worklet scope of these tests lacks what browsers lack there', () => {
  const context = new FakeContext();
  for (const name of ['fetch', 'URL', 'TextDecoder', 'TextEncoder', 'performance', 'setTimeout', 'atob', 'crypto', 'self', 'queueMicrotask', 'structuredClone', 'process']) {
    assert.equal(context.inWorklet(`typeof ${name}`), 'undefined', name);
  }
});

for (const quantum of [1, 100, 128, 480, 4096]) {
  test(`quanta of ${quantum} frames give what the engine gives`, async () => {
    const context = new FakeContext(kSpeechRate);
    const { node, batches } = await listen(context);
    await context.render(speechFloats, quantum);
    await node.finish();
    assert.deepEqual(asResult(batches), await expected());
    let due = 0;
    for (const { firstBlock, states, failures } of batches) {
      assert.deepEqual([firstBlock, failures], [due, 0]);
      due += states.length;
    }
  });
}

test('batches are as long as asked for, on one buffer each', async () => {
  for (const batchMs of [1, 10, 20, 200, 1000]) {
    const context = new FakeContext(kSpeechRate);
    const { batches } = await listen(context, { ...kOptions, batchMs });
    await context.render(speechFloats);
    assert.equal(batches.length, 8000 / batchMs, `${batchMs} ms`);
    for (const batch of batches) {
      assert.equal(batch.audio.length, (batchMs * kSpeechRate * 2) / 1000);
      assert.equal(batch.audio.byteOffset, 0);
      assert.ok(batch.audio.buffer === batch.states.buffer && batch.audio.buffer === batch.probabilitiesQ15.buffer);
    }
  }
});

test('any context rate', async () => {
  for (const rate of [4000, 8000, 22050, 44100, 48000, 96000, 192000]) {
    const context = new FakeContext(rate);
    const { node, batches } = await listen(context, { ...kOptions, output: { sampleRate: 24000 } });
    assert.deepEqual([node.config.sampleRate, node.outputRateHz], [rate, 24000]);
    await context.render(new Float32Array(rate).fill(0.25));
    await node.finish();
    const sum = (count) => batches.reduce((total, batch) => total + count(batch), 0);
    const [blocks, audio] = [sum((batch) => batch.states.length), sum((batch) => batch.audio.length)];
    // A quantum is never cut, so the second may be a little longer.
    assert.ok(blocks >= 100 && blocks <= 103, `${rate} Hz: ${blocks} blocks`);
    assert.ok(audio >= 48000 && audio < 50000, `${rate} Hz: ${audio} bytes`);
  }
  await assert.rejects(createEngineNode(new FakeContext(3000)), { code: 'bad_sample_rate', field: 'audio.sample_rate' });
});

test('an input without channels is time without audio', async () => {
  const context = new FakeContext(kSpeechRate);
  const { batches } = await listen(context);
  await context.render(null, 128, 5 * 128);
  assert.deepEqual(batches, []);
  await context.render(speechFloats);
  assert.equal(batches.at(-1).states.at(-1), 2);
  await context.render(null, 128, 2 * kSpeechRate);
  const last = batches.at(-1);
  assert.deepEqual(last.events.map(({ type, reason }) => [type, reason]), [['speech_end', 'gap']]);
  await context.render(speechFloats);
  assert.equal(batches.at(-1).firstBlock + batches.at(-1).states.length, 1600); // the clock counted audio only
});

test('finish ends the stream, reset begins a new one', async () => {
  const context = new FakeContext(kSpeechRate);
  const { node, batches } = await listen(context);
  await context.render(speechFloats.subarray(0, 100000));
  await node.finish();
  await node.finish();
  const count = batches.length;
  await context.render(speechFloats);
  assert.equal(batches.length, count);
  await node.reset();
  await context.render(speechFloats);
  await node.finish();
  assert.deepEqual(asResult(batches.slice(count)), await expected());
});

test('settings and metrics cross', async () => {
  const context = new FakeContext(kSpeechRate);
  const { node, batches } = await listen(context, { ...kOptions, minAmplitude: 0.02, vad: { speechEndMs: 300 } });
  assert.deepEqual([node.config.minAmplitude, node.config.vad.speechEndMs, node.config.mode], [0.02, 300, 'realtime']);
  assert.ok(node.memoryBytes > 0);
  await node.configureVad({ threshold: 0.9 });
  await assert.rejects(node.configureVad({ speechStartMs: 1 }), { name: 'AudioEngineError', code: 'bad_vad_duration', field: 'vad.speech_start_ms' });
  await context.render(speechFloats);
  const metrics = await node.metrics();
  assert.equal(metrics.vad.blocks, 800);
  assert.equal(metrics.vad.threshold_dbfs * 100, batches.at(-1).thresholdDbfsX100);
  assert.equal(metrics.vad.noise_floor_dbfs * 100, batches.at(-1).noiseFloorDbfsX100);
});

test("an outside detector's probability crosses", async () => {
  const context = new FakeContext(kSpeechRate);
  const { node, batches } = await listen(context, { ...kOptions, vad: { type: 'external' } });
  await node.setSpeechProbability(1);
  await context.render(new Float32Array(kSpeechRate));
  assert.equal(batches.at(-1).states.at(-1), 2);
  await assert.rejects(node.setSpeechProbability(2), { code: 'bad_threshold' });
});

test('wrong options reject by name', async () => {
  const context = new FakeContext();
  await assert.rejects(createEngineNode(context, { vad: { threshold: 2 } }), { code: 'bad_threshold', field: 'vad.threshold' });
  await assert.rejects(createEngineNode(context, { batchMs: 0 }), { code: 'bad_chunk_duration', field: 'audio.chunk_duration_ms' });
  await assert.rejects(createEngineNode(context, { batchms: 20 }), { code: 'unknown_option', field: 'batchms' });
});

test('the module is added once a context, and again after a failure', async () => {
  const context = new FakeContext();
  await assert.rejects(createEngineNode(context, { workletUrl: new URL('nowhere.js', import.meta.url) }), { code: 'worklet_load_failed', message: /nowhere\.js/ });
  await Promise.all([createEngineNode(context), createEngineNode(context)]);
  await createEngineNode(context);
  assert.equal(context.modules.length, 2);
  assert.match(context.modules[1], /dist\/audioengine\.worklet\.js$/);
});

test('the bytes go where the module does not', async () => {
  for (const fault of ['throws', 'loses']) {
    faults.module = fault;
    const context = new FakeContext(kSpeechRate);
    const { node, batches } = await listen(context);
    await context.render(speechFloats);
    await node.finish();
    assert.deepEqual(asResult(batches), await expected(), fault);
    // Only a module is at hand: told, not hidden.
    const wasm = await WebAssembly.compile(readFileSync(new URL('./node_modules/audioengine/dist/audioengine.wasm', import.meta.url)));
    await assert.rejects(createEngineNode(context, { wasm }), fault === 'throws' ? { name: 'DataCloneError' } : { code: 'module_lost' });
  }
});

test('a worklet that does not answer is given up', async () => {
  faults.module = 'silent';
  const context = new FakeContext();
  await assert.rejects(createEngineNode(context, { timeoutMs: 20 }), { code: 'worklet_timeout', message: /running/ });
  assert.ok(context.nodes[0].disconnected);
});

test('dispose ends the processor', async () => {
  const context = new FakeContext(kSpeechRate);
  const { node, batches } = await listen(context);
  const pending = node.metrics();
  node.dispose();
  node.dispose();
  await assert.rejects(pending, { code: 'disposed' });
  await assert.rejects(node.finish(), { code: 'disposed' });
  await context.render(null, 128, 128); // the message arrives
  await context.render(speechFloats);
  assert.equal(context.nodes[0].alive, false);
  assert.deepEqual(batches, []);
});

test('a processor that dies is heard of', async () => {
  const { node } = await listen(new FakeContext());
  const failures = [];
  node.onfailure = (error) => failures.push(error);
  const pending = node.metrics();
  node.dispatchEvent(new Event('processorerror'));
  await assert.rejects(pending, { code: 'worklet_failed' });
  assert.ok(failures[0] instanceof AudioEngineError);
});

test('processing never throws: failures are counted, the first is told', async () => {
  const context = new FakeContext(kSpeechRate);
  const { node, batches } = await listen(context);
  const failures = [];
  node.onfailure = (error) => failures.push(error.code);
  const { processor } = context.nodes[0];
  const { postMessage } = Object.getPrototypeOf(processor.port);
  processor.port.postMessage = function (message, transfer) {
    if (message.type === 'batch' && batches.length < 2) {
      batches.push('refused');
      throw new Error('no room');
    }
    return postMessage.call(this, message, transfer);
  };
  await context.render(speechFloats);
  assert.deepEqual(failures, ['worklet_failed']);
  assert.equal(batches.at(-1).failures, 2);
});

test('a closed context is refused', async () => {
  const context = new FakeContext();
  const { node } = await listen(context);
  context.close();
  await assert.rejects(node.metrics(), { code: 'context_closed' });
  await assert.rejects(createEngineNode(context), { code: 'context_closed' });
});
