// The provider `echo`: a segment comes back, exactly.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cut, recording } from './support/audio.mjs';
import { StreamClient, streamAll } from './support/client.mjs';
import { startRelay } from './support/relay.mjs';

const speech = recording('librispeech_2691');

/** Each segment's [first, end) in frames, from the events. */
function segmentsOf(events, rate) {
  const starts = events.filter((one) => one.type === 'speech_start');
  const ends = events.filter((one) => one.type === 'speech_end');
  assert.equal(starts.length, ends.length);
  return starts.map((start, i) => {
    assert.equal(start.segment, ends[i].segment);
    const frame = (ms) => Math.floor((ms * rate) / 1000);
    return { number: start.segment, first: frame(start.padded_ms), end: frame(ends[i].end_ms) };
  });
}

test('each segment is answered with its own audio', async (t) => {
  const relay = await startRelay(t);
  const rows = [
    ['defaults', {}],
    ['no pre-buffer', { pre_buffer_ms: 0 }],
    ['long pre-buffer and start', { pre_buffer_ms: 2000, speech_start_ms: 300 }],
    ['segments cut at their longest, one after the other', { max_speech_ms: 700 }],
    ['shortest debounce: starts and ends within one push', { speech_start_ms: 10, speech_end_ms: 10, pre_buffer_ms: 0 }],
    ['a rate whose blocks end between two frames', { rate: 11025 }],
  ];
  for (const [name, query] of rows) {
    const rate = query.rate ?? speech.rate;
    for (const size of [rate / 50 * 2, 50_000, 333]) {
      const result = await streamAll(relay, { rate, ...query }, cut(speech.bytes, Math.floor(size)));
      const segments = segmentsOf(result.events, rate);
      assert.ok(segments.length >= 2, name);
      const parts = segments.map((one) => speech.bytes.subarray(2 * one.first, 2 * Math.min(one.end, speech.bytes.length / 2)));
      assert.deepEqual(
        result.answers.map((one) => [one.segment, one.bytes]),
        segments.map((one, i) => [one.number, parts[i].length]),
        `${name}, ${size}`,
      );
      assert.ok(result.audio.equals(Buffer.concat(parts)), `${name}, ${size}`);
    }
  }
});

test('answers come in the output format and rate', async (t) => {
  const relay = await startRelay(t);
  const rows = [
    [{ output_format: 'ulaw' }, 1, 16000],
    [{ output_format: 'float32' }, 4, 16000],
    [{ output_rate: 8000, output_format: 'alaw' }, 1, 8000],
    [{ output_rate: 48000 }, 2, 48000],
    [{ output_rate: 44100, mode: 'quality' }, 2, 44100],
  ];
  for (const [query, sampleBytes, outputRate] of rows) {
    const result = await streamAll(relay, { rate: speech.rate, ...query }, cut(speech.bytes, 640));
    const frames = segmentsOf(result.events, speech.rate).map((one) => one.end - one.first);
    assert.deepEqual(
      result.answers.map((one) => one.bytes),
      frames.map((count) => Math.ceil((count * outputRate) / speech.rate) * sampleBytes),
      JSON.stringify(query),
    );
    assert.equal(result.audio.length, result.answers.reduce((sum, one) => sum + one.bytes, 0));
  }
});

test('an answer is whole even where the engine holds audio back', async (t) => {
  const relay = await startRelay(t);
  const query = { rate: speech.rate, mode: 'quality', max_speech_ms: 300, pre_buffer_ms: 0 };
  const result = await streamAll(relay, query, cut(speech.bytes, 640));
  assert.deepEqual(
    result.answers.map((one) => one.bytes),
    segmentsOf(result.events, speech.rate).map((one) => 2 * (one.end - one.first)),
  );
});

test('the answer comes as soon as the segment is over', async (t) => {
  const relay = await startRelay(t);
  const client = new StreamClient(relay, { rate: speech.rate });
  await client.stream(cut(speech.bytes.subarray(0, 5 * 2 * speech.rate), 640));
  const end = await client.message('speech_end');
  await client.message('answer_done');
  assert.equal(end.reason, 'silence');
  client.socket.terminate();
});

test('a provider keeps a bounded amount of audio; the oldest is dropped, said and counted', async (t) => {
  const relay = await startRelay(t, '--max-answer-seconds', '1');
  const client = new StreamClient(relay, { rate: speech.rate, speech_end_ms: 2000 }); // one long segment
  await client.stream(cut(speech.bytes, 640));
  const result = await client.finish();
  assert.deepEqual(result.errors.map((one) => one.code), ['answer_limit']);
  const [segment] = segmentsOf(result.events, speech.rate);
  const [answer] = result.answers;
  assert.ok(answer.bytes >= 2 * speech.rate && answer.bytes < 4 * speech.rate, `${answer.bytes}`);
  assert.ok(result.audio.equals(speech.bytes.subarray(2 * segment.end - answer.bytes, 2 * segment.end)));
  const metrics = await relay.metrics();
  const dropped = metrics.get('audioengine_answers_dropped_seconds_total{reason="answer_limit"}');
  assert.ok(Math.abs(dropped - (2 * (segment.end - segment.first) - answer.bytes) / 2 / speech.rate) < 1e-6);
});
