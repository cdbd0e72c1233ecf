// AudioStreamBuffer on its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAudioStreamBuffer } from 'audioengine';
import { speechBytes } from './speech.mjs';

/** 8 kHz, so that 1 ms is 8 frames of 2 bytes; nothing is faded. */
const kOptions = { sampleRate: 8000, prebufferMs: 0, fadeMs: 0 };
const bytesOfMs = (ms) => ms * 16;
/** `ms` of audio whose every sample is `value`. */
const audio = (ms, value) => new Int16Array(8 * ms).fill(value);
const samples = (bytes) => (bytes === undefined ? undefined : [...new Set(new Int16Array(bytes.buffer))]);

test('what goes in comes out however it is cut', async () => {
  const buffer = await createAudioStreamBuffer({ ...kOptions, maxDurationMs: 20000 });
  for (let at = 0; at < speechBytes.length; at += 1777) assert.equal(buffer.addAudio(speechBytes.subarray(at, at + 1777)), true);
  assert.equal(buffer.getAvailableBytes(), speechBytes.length);
  assert.equal(buffer.getDurationMs(), speechBytes.length / 16);
  assert.deepEqual(Buffer.compare(buffer.peek(), speechBytes), 0);
  buffer.markEnd();
  assert.ok(buffer.endMarked);
  const parts = [];
  for (let chunk = buffer.getChunk(500); chunk !== undefined; chunk = buffer.getChunk(500)) parts.push(chunk);
  assert.equal(Buffer.compare(Buffer.concat(parts), speechBytes), 0);
  assert.equal(buffer.state, 'ended');
});

test('what is too much gives way as the overflow strategy says', async () => {
  // 10 ms fit; 6 ms of 1, then 6 ms of 2: strategy, answer, what is left
  const kRows = [
    ['drop_oldest', true, [...Array(4 * 8).fill(1), ...Array(6 * 8).fill(2)], 2],
    ['drop_newest', false, [...Array(6 * 8).fill(1), ...Array(4 * 8).fill(2)], 2],
    ['error', 'buffer_full', Array(6 * 8).fill(1), 0],
  ];
  for (const [overflowStrategy, answer, left, droppedMs] of kRows) {
    const buffer = await createAudioStreamBuffer({ ...kOptions, maxDurationMs: 10, overflowStrategy });
    assert.equal(buffer.addAudio(audio(6, 1)), true);
    if (typeof answer === 'string') assert.throws(() => buffer.addAudio(audio(6, 2)), { name: 'AudioEngineError', code: answer });
    else assert.equal(buffer.addAudio(audio(6, 2)), answer, overflowStrategy);
    assert.deepEqual([...new Int16Array(buffer.peek().buffer)], left, overflowStrategy);
    const stats = buffer.stats();
    assert.deepEqual([stats.droppedFrames, stats.overflows, stats.refusedCalls], [8 * droppedMs, 1, overflowStrategy === 'error' ? 1 : 0], overflowStrategy);
  }
});

test('what is missing is made as the underflow strategy says', async () => {
  // 5 ms of 1000, then 10 ms are asked for: strategy, format, the missing samples or bytes
  const kRows = [
    ['silence', 'pcm16', new Uint8Array(bytesOfMs(5))],
    ['silence', 'g711_ulaw', new Uint8Array(40).fill(0xff)],
    ['silence', 'g711_alaw', new Uint8Array(40).fill(0xd5)],
    ['repeat', 'pcm16', undefined],
    ['error', 'pcm16', null],
  ];
  for (const [underflowStrategy, format, missing] of kRows) {
    const buffer = await createAudioStreamBuffer({ ...kOptions, underflowStrategy, format });
    const unit = format === 'pcm16' ? 2 : 1;
    const there = new Uint8Array(format === 'pcm16' ? audio(5, 1000).buffer : 40).fill(format === 'pcm16' ? undefined : 0x20);
    if (format === 'pcm16') new Int16Array(there.buffer).fill(1000);
    buffer.addAudio(there);
    const chunk = buffer.getChunk(80 * unit);
    const name = `${underflowStrategy} ${format}`;
    if (missing === null) {
      assert.equal(chunk, undefined, name);
      assert.equal(buffer.getAvailableBytes(), there.length, 'nothing was taken');
      assert.equal(buffer.stats().underflows, 1);
      continue;
    }
    assert.deepEqual(chunk.subarray(0, there.length), there, name);
    const rest = chunk.subarray(there.length);
    if (missing) assert.deepEqual(rest, missing, name);
    else assert.ok(new Int16Array(rest.slice().buffer).every((sample) => sample > 0 && sample <= 1000), name);
    assert.deepEqual([buffer.stats().filledFrames, buffer.state], [40, 'refilling'], name);
  }
});

test('nothing before the start-up depth, and the end mark releases a short tail', async () => {
  for (const [options, depthMs] of [[{ prebufferMs: 30 }, 30], [{ prebufferMs: undefined, mode: 'realtime' }, 0], [{ prebufferMs: undefined }, 60], [{ prebufferMs: undefined, mode: 'quality' }, 200]]) {
    const buffer = await createAudioStreamBuffer({ ...kOptions, ...options });
    assert.equal(buffer.prebufferFrames, 8 * depthMs);
    assert.equal(buffer.config.prebufferMs, options.prebufferMs);
    assert.equal(buffer.getChunk(160), undefined);
    if (depthMs > 10) {
      buffer.addAudio(audio(depthMs - 10, 7));
      assert.equal(buffer.getChunk(160), undefined);
      assert.equal(buffer.state, 'starting');
    }
    buffer.addAudio(audio(10, 7));
    assert.deepEqual(samples(buffer.getChunk(160)), [7]);
    buffer.reset();
    buffer.addAudio(audio(3, 9));
    buffer.markEnd();
    const tail = buffer.getChunk(160);
    assert.deepEqual([tail.length, samples(tail)], [48, [9]]);
    assert.equal(buffer.getChunk(160), undefined);
    assert.equal(buffer.state, 'ended');
  }
});

test('packets come out in order, and every one is accounted for', async () => {
  const buffer = await createAudioStreamBuffer({ ...kOptions, reorderPackets: 2, sequenceBits: 16 });
  const add = (sequence, timestamp) => buffer.addPacket({ sequence, timestamp, data: audio(10, sequence % 65536 || 1) });
  for (const sequence of [65534, 1, 65535, 0]) assert.deepEqual(add(sequence), { status: 'ok', accepted: true, storedBytes: 160, droppedBytes: 0 });
  assert.deepEqual(Array.from({ length: 4 }, () => samples(buffer.getChunk(160))[0]), [-2, -1, 1, 1]);
  assert.equal(add(0).status, 'duplicate_packet');
  assert.equal(add(30000).status, 'sequence_jump');
  assert.equal(add(3).accepted, true);
  const { packets, reordered, duplicates, sequenceJumps, waitingFrames } = buffer.stats();
  assert.deepEqual([packets, reordered, duplicates, sequenceJumps, waitingFrames], [5, 2, 1, 1, 80]);
  assert.throws(() => buffer.addAudio(audio(1, 1)), { code: 'mixed_input' });
  assert.throws(() => buffer.addPacket({ sequence: 4, data: new Uint8Array(3) }), { code: 'truncated_frame' });
  assert.throws(() => buffer.addPacket({ sequence: 4, data: audio(201, 1) }), { code: 'chunk_too_large' });
  for (const sequence of [-1, 0.5, '1', undefined, 2 ** 32]) assert.throws(() => buffer.addPacket({ sequence, data: audio(1, 1) }), { code: 'bad_option', field: 'sequence' });
  assert.throws(() => buffer.addPacket({ sequence: 4, timestamp: -1, data: audio(1, 1) }), { code: 'bad_option', field: 'timestamp' });
});

test('timestamps keep the time of what was lost', async () => {
  const buffer = await createAudioStreamBuffer({ ...kOptions, reorderPackets: 0 });
  buffer.addPacket({ sequence: 1, timestamp: 1000, data: audio(10, 5) });
  buffer.addPacket({ sequence: 3, timestamp: 1160, data: audio(10, 6) });
  assert.deepEqual([buffer.getDurationMs(), buffer.stats().gapFrames, buffer.stats().lost], [30, 80, 1]);
});

test('a chunk into memory of the caller is the same chunk, and can be played whatever the answer', async () => {
  const [one, other] = [await createAudioStreamBuffer(kOptions), await createAudioStreamBuffer(kOptions)];
  const out = new Uint8Array(160).fill(99);
  const result = one.getChunkInto(out);
  assert.deepEqual([result, out.every((byte) => byte === 0)], [{ status: 'not_ready', audioBytes: 0, filledBytes: 0 }, true]);
  for (const buffer of [one, other]) buffer.addAudio(audio(15, 1234));
  for (const expected of [{ status: 'ok', audioBytes: 160, filledBytes: 0 }, { status: 'ok', audioBytes: 80, filledBytes: 80 }]) {
    assert.equal(one.getChunkInto(out, result), result);
    assert.deepEqual(result, expected);
    assert.deepEqual(out, other.getChunk(160));
  }
});

test('clear keeps the counters, reset does not, and the sum is always right', async () => {
  const buffer = await createAudioStreamBuffer({ ...kOptions, maxDurationMs: 50 });
  for (const ms of [20, 40, 30]) buffer.addAudio(audio(ms, 3));
  buffer.getChunk(800);
  buffer.getChunk(800);
  buffer.addAudio(audio(10, 4));
  buffer.clear();
  const stats = buffer.getStats();
  assert.equal(stats.addedFrames + stats.gapFrames, stats.readFrames + stats.droppedFrames + stats.clearedFrames + stats.availableFrames + stats.waitingFrames);
  assert.deepEqual([stats.addedFrames, stats.clearedFrames, stats.state], [800, 80, 'starting']);
  buffer.reset();
  assert.equal(buffer.stats().addedFrames, 0);
  assert.deepEqual([buffer.capacityFrames, buffer.stats().capacityBytes], [400, 800]);
  assert.ok(buffer.memoryBytes >= 800);
});

test('the limit is the smaller of size and duration, and wrong options are named', async () => {
  assert.equal((await createAudioStreamBuffer({ sampleRate: 8000, maxSizeBytes: 1000, maxDurationMs: 1000 })).capacityFrames, 500);
  assert.equal((await createAudioStreamBuffer({ sampleRate: 8000, maxSizeBytes: 100000, maxDurationMs: 1000 })).capacityFrames, 8000);
  const kWrong = [
    [{ maxSizeBytes: 0 }, 'bad_buffer_size', 'buffer.max_size_bytes'],
    [{ maxDurationMs: -5 }, 'bad_buffer_duration', 'buffer.max_duration_ms'],
    [{ overflowStrategy: 'drop' }, 'bad_strategy', 'buffer.overflow_strategy'],
    [{ underflowStrategy: 1 }, 'bad_strategy', 'buffer.underflow_strategy'],
    [{ reorderPackets: 65 }, 'bad_reorder_window', 'buffer.reorder_packets'],
    [{ preAllocate: 'no' }, 'bad_option', 'buffer.pre_allocate'],
    [{ speechEndMs: 100 }, 'unknown_option', 'speechEndMs'],
    [{ maxSizeBytes: 2 ** 30, maxDurationMs: 600000, sampleRate: 192000, channels: 8 }, 'out_of_memory', ''],
  ];
  for (const [options, code, field] of kWrong) await assert.rejects(createAudioStreamBuffer(options), { code, field }, JSON.stringify(options));
  const buffer = await createAudioStreamBuffer({ channels: 2 });
  for (const bytes of [3, -4, 1.5, NaN, '960', undefined]) assert.throws(() => buffer.getChunk(bytes), { code: 'bad_option', field: 'bytes' });
  assert.throws(() => buffer.addAudio(new Float32Array(1)), { code: 'bad_input' });
});
