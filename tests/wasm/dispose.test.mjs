// The end of every object.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AudioEngineError, createAudioProcessor, createAudioStreamBuffer, createEngine, createFastVADDetector, createResampler } from 'audioengine';
import { speechBytes } from './speech.mjs';

/** Every method and getter, with arguments that it would take. */
const kArguments = {
  advanceTime: [1], configureVad: [{}], configure: [{}], setSpeechProbability: [1], restore: [speechBytes], addPacket: [{ sequence: 1, data: speechBytes }],
  getChunk: [2], getChunkInto: [new Uint8Array(2)], resample: [speechBytes, 16000, 8000], ensureMono: [speechBytes, 1], chunkAudio: [speechBytes, 20],
};
/** These answer from what they know themselves, or do nothing. */
const kStillAnswer = ['constructor', 'core', 'dispose', 'addEventListener', 'removeEventListener', 'state'];

const kObjects = {
  AudioEngine: () => createEngine({ streamBuffer: {} }),
  AudioProcessor: () => createAudioProcessor(),
  FastVADDetector: () => createFastVADDetector(),
  AudioStreamBuffer: () => createAudioStreamBuffer(),
  'AudioStreamBuffer of an engine': async () => {
    const engine = await createEngine({ streamBuffer: {} });
    return { object: engine.streamBuffer, dispose: () => engine.dispose() };
  },
  Resampler: () => createResampler({ fromRateHz: 48000, toRateHz: 16000 }),
};

for (const [name, create] of Object.entries(kObjects)) {
  test(`${name}: dispose may be called again, everything else then says so`, async () => {
    const made = await create();
    const { object = made, dispose = () => made.dispose() } = 'object' in made ? made : {};
    const prototype = Object.getPrototypeOf(object);
    dispose();
    dispose();
    let calls = 0;
    for (const [key, { get, value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (kStillAnswer.includes(key) && !(key === 'state' && name.startsWith('AudioStreamBuffer'))) continue;
      const call = get ? () => get.call(object) : () => value.apply(object, kArguments[key] ?? [speechBytes]);
      assert.throws(call, (error) => error instanceof AudioEngineError && error.code === 'disposed' && error.message.length > 10, key);
      calls++;
    }
    assert.ok(calls >= 6, `${calls} calls`);
    if (Symbol.dispose) assert.equal(typeof object[Symbol.dispose], 'function');
  });
}

test('objects made by the compiled module share nothing', async () => {
  const [one, other] = [await createAudioStreamBuffer(), await createAudioStreamBuffer()];
  one.addAudio(speechBytes);
  assert.deepEqual([one.getAvailableBytes() > 0, other.getAvailableBytes()], [true, 0]);
});
