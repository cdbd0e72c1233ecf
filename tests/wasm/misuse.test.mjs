// Every method of every object with every kind of wrong argument: an AudioEngineError, or an answer; never another error, and the
// object goes on as if nothing had been asked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as audioengine from 'audioengine';
import { speechBytes } from './speech.mjs';

const { AudioEngineError, createAudioProcessor, createAudioStreamBuffer, createEngine, createFastVADDetector, createResampler } = audioengine;

const kOdd = {
  nothing: undefined, null: null, NaN, 'minus one': -1, 'a fraction': 0.5, 'a huge number': 1e300, infinity: Infinity, 'a string': 'x', 'an empty string': '', true: true, 'an object': {}, 'an array': [1],
  'a function': () => 1, 'a bigint': 10n, 'a symbol': Symbol('s'), 'odd bytes': new Uint8Array(3), nothing_inside: new Uint8Array(0), floats: new Float32Array(5), doubles: new Float64Array(1), shorts: new Int16Array(5),
  'wide numbers': new BigInt64Array(1), 'a detached buffer': (() => {
    const buffer = new ArrayBuffer(8);
    structuredClone(buffer, { transfer: [buffer] });
    return buffer;
  })(),
};

// what makes it, what is asked of it before and after
const kObjects = {
  AudioEngine: [() => createEngine({ streamBuffer: {}, vad: { type: 'external' } }), (engine) => [engine.optimizeForLatency(), engine.reset(), engine.push(speechBytes.subarray(0, 9600)), engine.validateAudio(speechBytes)]],
  AudioProcessor: [() => createAudioProcessor(), (processor) => [processor.processQuality(speechBytes.subarray(0, 9600))]],
  FastVADDetector: [() => createFastVADDetector(), (detector) => [detector.configure({ threshold: 0.5 }), detector.reset(), detector.process(speechBytes.subarray(0, 9600))]],
  AudioStreamBuffer: [() => createAudioStreamBuffer(), (buffer) => [buffer.reset(), buffer.addAudio(speechBytes.subarray(0, 9600)), buffer.getChunk(960), buffer.stats()]],
  Resampler: [() => createResampler({ fromRateHz: 16000, toRateHz: 8000 }), (resampler) => [resampler.reset(), resampler.process(new Int16Array(160)), resampler.flush()]],
};
/** Good enough for the other places while one is wrong. */
const kGood = [speechBytes.subarray(0, 960), 16000, 8000];

function onlyOurs(what, call) {
  try {
    const answer = call();
    if (answer !== null && typeof answer === 'object' && typeof answer.next === 'function') for (const chunk of answer) assert.ok(chunk);
  } catch (error) {
    assert.ok(error instanceof AudioEngineError && error.code.length > 2 && error.message.length > 10, `${what}: ${String(error?.stack ?? error)}`);
  }
}

for (const [name, [create, use]] of Object.entries(kObjects)) {
  test(`${name}: wrong arguments are named and harm nothing`, async () => {
    const [object, twin] = [await create(), await create()];
    let calls = 0;
    const prototype = audioengine[name].prototype;
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value !== 'function' || ['constructor', 'dispose'].includes(key)) continue;
      for (const [kind, odd] of Object.entries(kOdd)) {
        for (let place = 0; place < 3; place++) {
          const words = kGood.map((good, i) => (i === place ? odd : good));
          onlyOurs(`${key} with ${kind} as argument ${place + 1}`, () => value.apply(object, words.slice(0, place + 1)));
          calls++;
        }
      }
    }
    assert.ok(calls > 150);
    assert.deepEqual(use(object), use(twin));
  });
}

test('functions and factories: wrong arguments are named', async () => {
  const own = Object.entries(audioengine).filter(([, value]) => typeof value === 'function' && !/^class/.test(String(value)));
  assert.ok(own.length >= 11);
  for (const [name, make] of own) {
    for (const [kind, odd] of Object.entries(kOdd)) {
      const what = `${name} with ${kind}`;
      if (/G711$/.test(name)) {
        for (const law of [odd, 'ulaw']) onlyOurs(what, () => make(odd, law));
        continue;
      }
      const words = name === 'createEngineNode' ? [{}, odd] : [odd];
      await make(...words).then(
        (made) => made.dispose(),
        (error) => assert.ok(error instanceof AudioEngineError, `${what}: ${String(error?.stack ?? error)}`),
      );
    }
  }
});
