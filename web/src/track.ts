// One number a block, for the plots: the latest kKeptBlocks of a stream that may go on for hours.

export const kKeptBlocks = 18_000; // 3 minutes

export class Track {
  #values = new Float32Array(2 * kKeptBlocks);
  #first = 0; // number of the block that stands at values[0]
  #count = 0;

  /** The number after the latest block's. */
  get end(): number {
    return this.#first + this.#count;
  }

  /** The number of the oldest block that is kept. */
  get begin(): number {
    return Math.max(this.#first, this.end - kKeptBlocks);
  }

  push(value: number): void {
    if (this.#count === this.#values.length) {
      this.#values.copyWithin(0, kKeptBlocks);
      this.#first += kKeptBlocks;
      this.#count -= kKeptBlocks;
    }
    this.#values[this.#count++] = value;
  }

  at(block: number): number {
    return this.#values[block - this.#first] ?? NaN;
  }

  /** Blocks `from` up to `to`, which must be kept. A view, valid until the next push. */
  slice(from: number, to: number): Float32Array {
    return this.#values.subarray(from - this.#first, to - this.#first);
  }
}
