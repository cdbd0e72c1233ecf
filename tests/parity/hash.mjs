// Hashes what the package hands out exactly as tests/support/digest.h hashes what the core hands out. README.md has the layout.

/** Two 32-bit lanes over bytes. */
export class Hash {
  #a = 0x811c9dc5;
  #b = 0x9747b28c;

  /** @param {Uint8Array} bytes */
  add(bytes) {
    let a = this.#a;
    let b = this.#b;
    for (let i = 0; i < bytes.length; i++) {
      a = Math.imul(a ^ bytes[i], 0x01000193);
      b = Math.imul(((b << 5) | (b >>> 27)) ^ bytes[i], 0x9e3779b1);
    }
    this.#a = a;
    this.#b = b;
    return this;
  }

  hex() {
    return [this.#a, this.#b].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

const kStates = ['silence', 'speech_starting', 'speech', 'speech_ending'];
const kEventTypes = ['speech_start', 'speech_end', 'false_start'];
const kReasons = ['none', 'silence', 'max_speech', 'gap', 'end_of_stream'];

/** The place of a name in its enumeration; a number stays, '' and undefined are the first. */
function indexOf(names, value) {
  if (typeof value === 'number') return value;
  const index = value ? names.indexOf(value) : 0;
  if (index < 0) throw new Error(`unknown name ${JSON.stringify(value)}, expected one of ${names.join(', ')}`);
  return index;
}

/** Takes the results of one run in order; `digest()` gives the manifest's columns. */
export class ResultHash {
  #audio = new Hash();
  #blocks = new Hash();
  #events = new Hash();
  #counts = { audio: 0, blocks: 0, events: 0 };

  /** What `engine.push`, `finish` or `advanceTime` returned. */
  addResult(result) {
    this.#addAudio(result.audio);
    for (const block of result.blocks) this.#addBlock(block.probabilityQ15, block.levelDbfsX100, block.state);
    for (const event of result.events) this.#addEvent(event);
    return this;
  }

  /** What an engine node's `onbatch` got. */
  addBatch(batch) {
    this.#addAudio(batch.audio);
    batch.probabilitiesQ15.forEach((probability, i) => this.#addBlock(probability, batch.levelsDbfsX100[i], batch.states[i]));
    for (const event of batch.events) this.#addEvent(event);
    return this;
  }

  digest() {
    return {
      audioBytes: this.#counts.audio,
      audio: this.#audio.hex(),
      blocks: this.#counts.blocks,
      blocksHash: this.#blocks.hex(),
      events: this.#counts.events,
      eventsHash: this.#events.hex(),
    };
  }

  #addAudio(audio) {
    this.#audio.add(audio);
    this.#counts.audio += audio.length;
  }

  #addBlock(probabilityQ15, levelDbfsX100, state) {
    const bytes = new DataView(new ArrayBuffer(5));
    bytes.setUint16(0, probabilityQ15, true);
    bytes.setInt16(2, levelDbfsX100, true);
    bytes.setUint8(4, indexOf(kStates, state));
    this.#blocks.add(new Uint8Array(bytes.buffer));
    this.#counts.blocks++;
  }

  #addEvent(event) {
    const bytes = new DataView(new ArrayBuffer(38));
    bytes.setUint8(0, indexOf(kEventTypes, event.type));
    bytes.setUint8(1, indexOf(kReasons, event.reason));
    bytes.setUint32(2, event.segment, true);
    [event.atMs, event.onsetMs, event.paddedMs, event.endMs].forEach((ms, i) => bytes.setBigUint64(6 + 8 * i, BigInt(ms ?? 0), true));
    this.#events.add(new Uint8Array(bytes.buffer));
    this.#counts.events++;
  }
}

/** The golden manifest as a Map from scenario name to its columns. */
export function readManifest(text) {
  const lines = text.split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [name, inputBytes, input, audioBytes, audio, blocks, blocksHash, events, eventsHash] = line.split('\t');
      const row = { inputBytes: +inputBytes, input, audioBytes: +audioBytes, audio, blocks: +blocks, blocksHash, events: +events, eventsHash };
      return [name, row];
    }),
  );
}

/** The differences as sentences; none when all columns that `got` has are as expected. */
export function compare(got, expected) {
  if (!expected) return ['not in the manifest'];
  return Object.keys(got)
    .filter((key) => got[key] !== expected[key])
    .map((key) => `${key} is ${got[key]}, expected ${expected[key]}`);
}
