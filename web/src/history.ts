// Everything that the plots draw about one run.
import { kProbabilityOneQ15, type Block, type VadEvent } from './model.js';
import { Track } from './track.js';

/** One side's blocks. */
export class SideHistory {
  readonly level = new Track(); // dBFS
  readonly score = new Track(); // 0 to 1
  readonly state = new Track(); // index into kStates

  add(blocks: readonly Block[]): void {
    for (const block of blocks) {
      this.level.push(block.levelDbfsX100 / 100);
      this.score.push(block.probabilityQ15 / kProbabilityOneQ15);
      this.state.push(block.state);
    }
  }
}

/** A stretch of speech, in milliseconds. `endMs` is missing while it lasts. */
export interface Segment {
  readonly paddedMs: number;
  readonly onsetMs: number;
  endMs?: number;
}

export class History {
  readonly page = new SideHistory();
  readonly relay = new SideHistory();
  readonly floor = new Track(); // of the noise: dBFS, the page's, one a block
  readonly same = new Track(); // 1 identical, 0 not; one a compared block
  readonly low = new Track(); // smallest and largest sample of each 10 ms, -1 to 1
  readonly high = new Track();
  readonly segments: Segment[] = []; // the page's
  peak = 0; // largest sample so far, 0 to 1

  #samplesPerBin: number;
  #binFill = 0;
  #binLow = 0;
  #binHigh = 0;

  constructor(sampleRateHz: number) {
    this.#samplesPerBin = sampleRateHz / 100;
  }

  get seconds(): number {
    return Math.max(this.high.end, this.page.level.end) / 100;
  }

  /** PCM16 as the page sends it. */
  addAudio(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + 1 < bytes.byteLength; at += 2) {
      const sample = view.getInt16(at, true) / 32768;
      if (sample < this.#binLow) this.#binLow = sample;
      if (sample > this.#binHigh) this.#binHigh = sample;
      if (++this.#binFill >= this.#samplesPerBin) this.#closeBin();
    }
  }

  addEvents(events: readonly VadEvent[]): void {
    for (const event of events) {
      if (event.type === 'speech_start') this.segments.push({ paddedMs: event.paddedMs, onsetMs: event.onsetMs });
      const open = this.segments.at(-1);
      if (event.type === 'speech_end' && open) open.endMs = event.endMs;
    }
  }

  #closeBin(): void {
    this.low.push(this.#binLow);
    this.high.push(this.#binHigh);
    this.peak = Math.max(this.peak, -this.#binLow, this.#binHigh);
    this.#binFill -= this.#samplesPerBin; // at 22.05 kHz a bin is 220.5 samples: the half is carried
    this.#binLow = 0;
    this.#binHigh = 0;
  }
}
