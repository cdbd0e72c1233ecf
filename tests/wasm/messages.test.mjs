// AudioProcessor: work on complete messages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAudioProcessor, createEngine } from 'audioengine';
import { fingerprint, kSpeechRate, speechBytes, speechFloats, speechSamples } from './speech.mjs';

const kOptions = { sampleRate: kSpeechRate };
const second = new Uint8Array(48000); // of silence at 24 kHz

test('a message is valid in its format, or says where it is not', async () => {
  const processor = await createAudioProcessor(kOptions);
  const kRows = [
    ['speech', speechBytes, undefined, 'ok', 0],
    ['silence', second, undefined, 'ok', 0],
    ['nothing', new Uint8Array(0), undefined, 'empty_input', 0],
    ['half a sample', new Uint8Array(961), undefined, 'truncated_frame', 960],
    ['the same as mu-law', new Uint8Array(961), 'g711_ulaw', 'ok', 0],
    ['the same by an alias', new Uint8Array(961), 'pcma', 'ok', 0],
    ['float, cut', new Uint8Array(962), 'float32', 'truncated_frame', 960],
    ['a file', Buffer.from('RIFF....WAVEfmt '), undefined, 'unsupported_format', 0],
  ];
  for (const [name, data, expected, status, position] of kRows) {
    const result = processor.validateFormat(data, expected);
    assert.deepEqual([result.ok, result.status, result.position], [status === 'ok', status, position], name);
  }
  assert.equal(processor.validateFormat(new Uint8Array(4), 'f32').metadata.format, 'float32');
  assert.throws(() => processor.validateFormat(new Uint8Array(4), 'mp3'), { code: 'bad_format', field: 'expected' });
});

test('realtime passes every sample and mixes channels', async () => {
  const mono = await createAudioProcessor(kOptions);
  assert.equal(fingerprint(mono.processRealtime(speechBytes)), fingerprint(speechBytes));
  const float = await createAudioProcessor({ ...kOptions, format: 'float32' });
  assert.deepEqual(float.processRealtime(speechFloats), new Uint8Array(speechFloats.buffer));
  const stereo = await createAudioProcessor({ ...kOptions, channels: 2 });
  assert.deepEqual(new Int16Array(stereo.processRealtime(Int16Array.of(100, 300, -5, -6, 32767, 32767)).buffer), Int16Array.of(200, -6, 32767));
});

test('quality removes direct current, levels speech, keeps the length, and describes what came in', async () => {
  const processor = await createAudioProcessor({ sampleRate: kSpeechRate, mode: 'quality' });
  const quiet = Int16Array.from(speechSamples, (sample) => (sample >> 3) + 1000);
  const before = processor.analyzeAudio(quiet);
  const { audio, metadata } = processor.processQuality(quiet);
  const after = processor.analyzeAudio(audio);
  assert.deepEqual(metadata, before);
  assert.equal(audio.length, quiet.byteLength);
  assert.ok(before.dcPpm > 25000 && Math.abs(after.dcPpm) < 300, `${before.dcPpm} ${after.dcPpm}`);
  const enhanced = processor.analyzeAudio(processor.processQuality(quiet, { normalize: false }).audio);
  assert.ok(after.rmsDbfsX100 > enhanced.rmsDbfsX100 + 300, `${after.rmsDbfsX100} ${enhanced.rmsDbfsX100}`);
  assert.equal(fingerprint(processor.processQuality(quiet, { enhance: false, normalize: false }).audio), fingerprint(new Uint8Array(quiet.buffer)));
  assert.deepEqual(processor.processQuality(quiet).audio, audio); // every message is on its own
});

test('process goes by the mode', async () => {
  for (const [mode, enhance, normalize] of [['realtime', false, false], ['balanced', true, false], ['quality', true, true]]) {
    const processor = await createAudioProcessor({ ...kOptions, mode });
    assert.deepEqual(processor.process(speechBytes), processor.processQuality(speechBytes, { enhance, normalize }).audio, mode);
  }
});

test('what is no message is refused', async () => {
  const processor = await createAudioProcessor(kOptions);
  const kWrong = [[new Uint8Array(0), 'empty_input'], [new Uint8Array(3), 'truncated_frame'], [Buffer.from('OggS....'), 'unsupported_format'], [new Float32Array(4), 'bad_input'], ['audio', 'bad_input'], [null, 'bad_input']];
  for (const call of ['processRealtime', 'processQuality', 'process']) {
    for (const [data, code] of kWrong) assert.throws(() => processor[call](data), { name: 'AudioEngineError', code }, call);
  }
});

test('chunks join to the message for every length and remainder', async () => {
  const kFormats = [['pcm16', 1, 0], ['pcm16', 2, 0], ['g711_ulaw', 1, 0xff], ['g711_alaw', 1, 0xd5], ['float32', 1, 0]];
  for (const [format, channels, silence] of kFormats) {
    const frame = { pcm16: 2, g711_ulaw: 1, g711_alaw: 1, float32: 4 }[format] * channels;
    const [processor, engine] = [await createAudioProcessor({ format, channels, sampleRate: 8000 }), await createEngine({ format, channels, sampleRate: 8000 })];
    for (const ms of [1, 20, 33]) {
      const length = ms * 8 * frame;
      for (const total of [0, 1, frame, length - 1, length, length + 1, 5 * length + frame]) {
        const data = Uint8Array.from({ length: total }, (_, i) => i * 7);
        const join = (remainder) => Buffer.concat([...processor.chunkAudio(data, ms, remainder)]);
        const name = `${format} x${channels}, ${ms} ms, ${total} bytes`;
        const rest = total % length;
        assert.ok(join('keep').equals(data), name);
        assert.ok(join(undefined).equals(data), name);
        assert.ok(join('drop').equals(data.subarray(0, total - rest)), name);
        const padded = rest === 0 ? data : Buffer.concat([data, Buffer.alloc(length - rest, silence)]);
        assert.ok(join('pad').equals(padded), name);
        for (const chunk of processor.chunkAudio(data, ms, 'pad')) assert.equal(chunk.length, length, name);
        assert.deepEqual([...engine.chunkAudio(data, ms, 'drop')], [...processor.chunkAudio(data, ms, 'drop')], name);
      }
    }
  }
  const processor = await createAudioProcessor();
  assert.equal([...processor.chunkAudio(second)].length, 50); // the configured 20 ms
  assert.equal([...processor.chunkAudio(second, 30)].at(-1).length, 480);
  assert.equal([...processor.chunkAudio(second)][3].buffer, second.buffer); // a view
  for (const ms of [0, -1, 1.5, '20', NaN, null]) assert.throws(() => processor.chunkAudio(second, ms), { code: 'bad_option', field: 'chunkDurationMs' });
  assert.throws(() => processor.chunkAudio(second, 20, 'throw'), { code: 'bad_option', field: 'remainder' });
  assert.throws(() => processor.chunkAudio('audio', 20), { code: 'bad_input' });
});

test('duration counts whole frames', async () => {
  const kRows = [[{}, 48000, 1000], [{}, 48001, 1000], [{}, 0, 0], [{ format: 'ulaw', sampleRate: 8000 }, 160, 20], [{ channels: 2, format: 'float32', sampleRate: 48000 }, 383, 47 / 48], [{ sampleRate: 44100 }, 2, 1000 / 44100]];
  for (const [options, bytes, ms] of kRows) assert.equal((await createAudioProcessor(options)).calculateDuration(new Uint8Array(bytes)), ms, JSON.stringify(options));
});

test('a message is resampled to the length that it promises', async () => {
  const processor = await createAudioProcessor();
  for (const [from, to] of [[16000, 24000], [48000, 16000], [8000, 44100], [16000, 16000], [47999, 8000], [192000, 4000]]) {
    for (const samples of [0, 1, 441, 16000]) {
      assert.equal(processor.resample(speechSamples.subarray(0, samples), from, to).length, 2 * Math.ceil((samples * to) / from), `${samples} from ${from} to ${to}`);
    }
  }
  assert.equal(fingerprint(processor.resample(speechBytes, 16000, 16000)), fingerprint(speechBytes));
  for (const [from, to] of [[16000, 0], [3999, 8000], [8000, 192001]]) assert.throws(() => processor.resample(second, from, to), { code: 'bad_sample_rate' });
  for (const [from, to, field] of [['16000', 8000, 'fromRateHz'], [16000, 8000.5, 'toRateHz'], [16000, undefined, 'toRateHz']]) assert.throws(() => processor.resample(second, from, to), { code: 'bad_option', field });
  assert.throws(() => processor.resample(new Uint8Array(3), 16000, 8000), { code: 'truncated_frame' });
});

test('channels are averaged to mono', async () => {
  const processor = await createAudioProcessor();
  const mono = (samples, channels) => [...new Int16Array(processor.ensureMono(Int16Array.from(samples), channels).buffer)];
  assert.deepEqual(mono([1, 2, -1, -2], 2), [2, -2]); // halves away from zero
  assert.deepEqual(mono([32767, 32767, 32767], 3), [32767]);
  assert.deepEqual(mono([5, 6, 7], 1), [5, 6, 7]);
  for (const channels of [0, 9]) assert.throws(() => processor.ensureMono(second, channels), { code: 'bad_channels', field: 'channels' });
  for (const channels of [-1, 1.5, '2', undefined]) assert.throws(() => processor.ensureMono(second, channels), { code: 'bad_option', field: 'channels' });
  assert.throws(() => processor.ensureMono(new Uint8Array(6), 2), { code: 'truncated_frame' });
});

test('analysis finds the tone, the floor and the band', async () => {
  const processor = await createAudioProcessor({ sampleRate: 16000 });
  const tone = Int16Array.from({ length: 32000 }, (_, i) => Math.round((i < 16000 ? 16384 : 16) * Math.sin((2 * Math.PI * 997.3 * i) / 16000)));
  const plain = processor.analyzeAudio(tone);
  assert.deepEqual([plain.format, plain.sampleRateHz, plain.channels, plain.frames, plain.durationUs], ['pcm16', 16000, 1, 32000, 2000000]);
  assert.deepEqual([plain.peakDbfsX100, plain.clippedPpm, plain.noiseFloorDbfsX100, plain.bandwidthHz], [-602, 0, 0, 0]);
  assert.ok(Math.abs(plain.rmsDbfsX100 + 1204) < 5 && Math.abs(plain.crestDbX100 - 602) < 5, JSON.stringify(plain));
  const detailed = processor.analyzeAudio(tone, { detailed: true });
  assert.ok(Math.abs(detailed.noiseFloorDbfsX100 + 6924) < 30, String(detailed.noiseFloorDbfsX100));
  const { bandwidthHz } = processor.analyzeAudio(tone.subarray(0, 16000), { detailed: true });
  assert.ok(bandwidthHz >= 1000 && bandwidthHz <= 2000, String(bandwidthHz));
  assert.deepEqual({ ...detailed, noiseFloorDbfsX100: 0, bandwidthHz: 0 }, plain);
  assert.equal(processor.analyzeAudio(second).zeroPpm, 1000000);
});

test('options are those of messages, and the wrong ones are named', async () => {
  const { config } = await createAudioProcessor({ format: 'f32', mode: 'quality' });
  assert.deepEqual(config, { mode: 'quality', sampleRate: 24000, channels: 1, bitDepth: 0, format: 'float32', chunkDurationMs: 20, minAmplitude: 0.01, maxAmplitude: 0.95 });
  for (const [options, code, field] of [[{ channels: 9 }, 'bad_channels', 'audio.channels'], [{ vad: {} }, 'unknown_option', 'vad'], [{ maxChunkMs: 20 }, 'unknown_option', 'maxChunkMs'], [{ mode: 'fast' }, 'bad_mode', 'mode']]) {
    await assert.rejects(createAudioProcessor(options), { code, field });
  }
});
