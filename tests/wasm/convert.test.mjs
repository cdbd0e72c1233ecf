// Resampler and G.711.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAudioProcessor, createEngine, createResampler, decodeG711, encodeG711 } from 'audioengine';
import { fingerprint, speechFloats, speechSamples } from './speech.mjs';

const fingerprintOf = (arrays) => fingerprint(Buffer.concat(arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength))));

test('a stream in pieces is resampled as at once, 16 bits and float', async () => {
  const kRows = [[16000, 24000, 'realtime'], [48000, 16000, 'balanced'], [44100, 48000, 'quality'], [8000, 8000, 'quality'], [47999, 8000, 'realtime']];
  for (const [fromRateHz, toRateHz, mode] of kRows) {
    for (const samples of [speechSamples, speechFloats]) {
      const name = `${fromRateHz} to ${toRateHz} ${mode} ${samples.constructor.name}`;
      const whole = await createResampler({ fromRateHz, toRateHz, mode });
      const expected = [whole.process(samples), whole.flush()];
      for (const part of expected) assert.equal(part.constructor, samples.constructor, name);
      assert.equal(expected[0].length + expected[1].length, Math.ceil((samples.length * toRateHz) / fromRateHz), name);
      for (const length of [1, 128, 441, 999]) {
        const input = length === 1 ? samples.subarray(0, 8000) : samples;
        whole.reset();
        const due = input === samples ? expected : [whole.process(input), whole.flush()];
        const resampler = await createResampler({ fromRateHz, toRateHz, mode });
        const parts = [];
        for (let at = 0; at < input.length; at += length) parts.push(resampler.process(input.subarray(at, at + length)));
        assert.equal(fingerprintOf([...parts, resampler.flush()]), fingerprintOf(due), `${name} by ${length}`);
      }
    }
  }
});

test('the streaming resampler of mode quality is the one of messages', async () => {
  const resampler = await createResampler({ fromRateHz: 16000, toRateHz: 24000, mode: 'quality' });
  const processor = await createAudioProcessor();
  assert.equal(fingerprintOf([resampler.process(speechSamples), resampler.flush()]), fingerprint(processor.resample(speechSamples, 16000, 24000)));
});

test('the resampler tells its delay and refuses what it cannot take', async () => {
  const resampler = await createResampler({ fromRateHz: 24000, toRateHz: 16000, mode: 'realtime' });
  assert.ok(resampler.latencySamples > 0 && resampler.latencySamples <= 48); // 2 ms
  assert.deepEqual([resampler.fromRateHz, resampler.toRateHz, resampler.config], [24000, 16000, { fromRateHz: 24000, toRateHz: 16000, mode: 'realtime' }]);
  assert.ok(resampler.memoryBytes > 0);
  assert.equal(resampler.process(new Int16Array(0)).length, 0);
  assert.throws(() => resampler.process(new Float32Array(1)), { code: 'bad_input', field: 'samples' });
  for (const wrong of [new Uint8Array(2), [1, 2], new ArrayBuffer(4), undefined]) assert.throws(() => resampler.process(wrong), { code: 'bad_input', field: 'samples' });
  resampler.flush();
  assert.throws(() => resampler.process(new Int16Array(1)), { code: 'stream_finished' });
  resampler.reset();
  assert.equal(resampler.process(new Float32Array(1)).constructor, Float32Array);
  for (const [options, code, field] of [
    [{ fromRateHz: 1, toRateHz: 16000 }, 'bad_sample_rate', 'audio.sample_rate'],
    [{ fromRateHz: 16000, toRateHz: 1 }, 'bad_sample_rate', 'output.sample_rate'],
    [{ fromRateHz: 16000, toRateHz: 8000, mode: 'best' }, 'bad_mode', 'mode'],
    [{ fromRateHz: 16000, toRateHz: 8000, sampleRate: 8000 }, 'unknown_option', 'sampleRate'],
    [{ toRateHz: 8000 }, 'bad_option', 'fromRateHz'],
    [{ fromRateHz: 8000 }, 'bad_option', 'toRateHz'],
    [undefined, 'bad_option', 'fromRateHz'],
  ]) {
    await assert.rejects(createResampler(options), { code, field }, JSON.stringify(options));
  }
});

test('G.711 in JavaScript is the core, on every sample and every code', async () => {
  const all = Int16Array.from({ length: 65536 }, (_, i) => i - 32768);
  const codes = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (const law of ['g711_ulaw', 'g711_alaw']) {
    const encoder = await createEngine({ mode: 'realtime', output: { format: law } });
    const decoder = await createEngine({ mode: 'realtime', format: law });
    assert.equal(fingerprint(encodeG711(all, law)), fingerprint(encoder.push(all).audio), law);
    assert.deepEqual(decodeG711(codes, law), new Int16Array(decoder.push(codes).audio.buffer), law);
  }
});

test('laws have other names, silence is not zero, input comes in any wrapping', () => {
  for (const [law, first] of [['ulaw', 'g711_ulaw'], ['mulaw', 'g711_ulaw'], ['pcmu', 'g711_ulaw'], ['alaw', 'g711_alaw'], ['pcma', 'g711_alaw']]) {
    assert.deepEqual(encodeG711(speechSamples, law), encodeG711(speechSamples, first), law);
  }
  assert.deepEqual([encodeG711(new Int16Array(1), 'ulaw')[0], encodeG711(new Int16Array(1), 'alaw')[0]], [0xff, 0xd5]);
  const odd = new Uint8Array(speechSamples.byteLength + 1).subarray(1);
  odd.set(new Uint8Array(speechSamples.buffer));
  assert.deepEqual(encodeG711(odd, 'ulaw'), encodeG711(speechSamples, 'ulaw'));
  assert.deepEqual(decodeG711(Buffer.from([0, 255]), 'ulaw'), Int16Array.of(-32124, 0));
  for (const law of ['opus', 'pcm16', 'toString', undefined]) assert.throws(() => encodeG711(speechSamples, law), { code: 'bad_format', field: 'law' });
  assert.throws(() => encodeG711(new Uint8Array(3), 'ulaw'), { code: 'truncated_frame' });
  assert.throws(() => encodeG711(speechFloats, 'ulaw'), { code: 'bad_input' });
  assert.throws(() => decodeG711(new Int16Array(3), 'ulaw'), { code: 'bad_input' });
});
