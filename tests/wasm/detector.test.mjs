// FastVADDetector on its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VADState, VADType, createEngine, createFastVADDetector } from 'audioengine';
import { joined, kSpeechRate, speechBytes, speechSamples } from './speech.mjs';

const kOptions = { sampleRate: kSpeechRate };
const decided = (results) => {
  const { blocks, events } = joined(results.map((result) => ({ ...result, audio: new Uint8Array(0) })));
  return { blocks, events };
};

test('the detector alone decides what the engine decides, however it is cut', async () => {
  const kRows = [{}, { adaptive: false, energyThreshold: 0.05 }, { speechStartMs: 50, speechEndMs: 200, maxSpeechMs: 700 }, { threshold: 0.7, exitThreshold: 0.2, preBufferMs: 0 }, { type: VADType.NEURAL }];
  for (const vad of kRows) {
    for (const sampleRate of [8000, kSpeechRate, 44100]) {
      for (const samples of [1, 160, 999, speechSamples.length]) {
        const detector = await createFastVADDetector({ sampleRate, ...vad });
        const input = samples === 1 ? speechSamples.subarray(0, 20000) : speechSamples;
        const engine = await createEngine({ sampleRate, vad });
        const { blocks, events } = joined([engine.push(input), engine.finish()]);
        const results = [];
        for (let at = 0; at < input.length; at += samples) results.push(detector.process(input.subarray(at, at + samples)));
        results.push(detector.finish());
        assert.deepEqual(decided(results), { blocks, events }, JSON.stringify({ vad, sampleRate, samples }));
      }
    }
  }
});

test('processChunk answers the state alone, metrics count', async () => {
  const [detector, engine] = [await createFastVADDetector(kOptions), await createEngine(kOptions)];
  const heard = [];
  detector.addEventListener('speech_start', (event) => heard.push(event));
  const seen = new Set();
  for (let at = 0; at < speechBytes.length; at += 640) {
    const chunk = speechBytes.subarray(at, at + 640);
    assert.equal(detector.processChunk(chunk), engine.push(chunk).state);
    seen.add(detector.state);
  }
  for (const state of Object.values(VADState)) assert.ok(seen.has(state), state);
  assert.deepEqual(detector.metrics(), engine.metrics().vad);
  assert.equal(heard.length, detector.metrics().segments);
  assert.ok(detector.memoryBytes > 0 && detector.latencySamples === 0);
});

test('reset is a new detector, settings change live', async () => {
  const detector = await createFastVADDetector(kOptions);
  const fresh = await createFastVADDetector(kOptions);
  assert.deepEqual(detector.metrics(), fresh.metrics());
  const first = detector.process(speechBytes);
  detector.finish();
  assert.throws(() => detector.process(speechBytes), { code: 'stream_finished' });
  detector.reset();
  assert.deepEqual(detector.metrics(), fresh.metrics());
  assert.deepEqual(detector.process(speechBytes), first);
  detector.reset();
  detector.configure({ adaptive: false, energyThreshold: 1, speechEndMs: 200 });
  assert.deepEqual([detector.config.energyThreshold, detector.config.speechEndMs, detector.config.speechStartMs], [1, 200, 100]);
  assert.equal(detector.metrics().threshold_dbfs, 0);
  assert.deepEqual(detector.process(speechBytes).events, []);
  assert.throws(() => detector.configure({ speechStartMs: 1 }), { code: 'bad_vad_duration', field: 'vad.speech_start_ms', message: /^speechStartMs: / });
  assert.throws(() => detector.configure({ type: 'external' }), { code: 'bad_vad_type', field: 'vad.type' });
  assert.throws(() => detector.configure({ sampleRate: 'x' }), { code: 'bad_sample_rate' });
});

test('an outside probability, and time without audio', async () => {
  const detector = await createFastVADDetector({ ...kOptions, type: 'external', maxGapMs: 300 });
  const second = new Int16Array(kSpeechRate);
  assert.equal(detector.processChunk(second), 'silence');
  detector.setSpeechProbability(1);
  assert.equal(detector.processChunk(second), 'speech');
  assert.deepEqual(detector.advanceTime(299).events, []);
  assert.deepEqual(detector.advanceTime(1).events.map(({ type, reason }) => [type, reason]), [['speech_end', 'gap']]);
  assert.throws(() => detector.setSpeechProbability(2), { code: 'bad_threshold' });
  assert.throws(() => detector.advanceTime(-1), { code: 'bad_option', field: 'ms' });
});

test('input is mono PCM16, options are those of a detector', async () => {
  const detector = await createFastVADDetector();
  assert.throws(() => detector.process(new Uint8Array(3)), { code: 'truncated_frame' });
  assert.throws(() => detector.process(new Float32Array(3)), { code: 'bad_input' });
  assert.deepEqual(detector.config, {
    sampleRate: 24000, minAmplitude: 0.01, type: 'energy', energyThreshold: 0.02, speechStartMs: 100, speechEndMs: 500, preBufferMs: 300,
    adaptive: true, threshold: 0.5, exitThreshold: -1, maxSpeechMs: 0, maxGapMs: 1000, maxChunkMs: 200,
  });
  const kWrong = [[{ speechEndMs: 1 }, 'bad_vad_duration', 'vad.speech_end_ms'], [{ sampleRate: 1 }, 'bad_sample_rate', 'audio.sample_rate'], [{ channels: 2 }, 'unknown_option', 'channels'], [{ vad: {} }, 'unknown_option', 'vad']];
  for (const [options, code, field] of kWrong) await assert.rejects(createFastVADDetector(options), { code, field });
});
