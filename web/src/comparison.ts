// Are page and relay of one mind? Takes the blocks of both sides as they arrive, in their order, and compares each block as soon as
// both have decided it.
import { sameBlock, type Block } from './model.js';

export interface Difference {
  readonly block: number;
  readonly page: Block;
  readonly relay: Block;
}

export class Comparison {
  identical = 0;
  differing = 0;
  firstDifference: Difference | undefined;

  #page: Block[] = [];
  #relay: Block[] = [];

  /** `onVerdict` hears of every compared block, in order. */
  constructor(private readonly onVerdict: (same: boolean) => void) {}

  get compared(): number {
    return this.identical + this.differing;
  }

  addPage(blocks: readonly Block[]): void {
    this.#page.push(...blocks);
    this.#compare();
  }

  addRelay(blocks: readonly Block[]): void {
    this.#relay.push(...blocks);
    this.#compare();
  }

  #compare(): void {
    const ready = Math.min(this.#page.length, this.#relay.length);
    for (let i = 0; i < ready; ++i) {
      const page = this.#page[i]!;
      const relay = this.#relay[i]!;
      const same = sameBlock(page, relay);
      if (same) {
        ++this.identical;
      } else {
        this.firstDifference ??= { block: this.compared, page, relay };
        ++this.differing;
      }
      this.onVerdict(same);
    }
    this.#page.splice(0, ready);
    this.#relay.splice(0, ready);
  }
}
