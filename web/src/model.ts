// The words of this page: what one side decided. Both sides are brought into these shapes before anything compares them.
import type { VadEvent } from 'audioengine';

export type { VadEvent };

/** The four states, in the order of the numbers that the worklet hands over. */
export const kStates = ['silence', 'speech_starting', 'speech', 'speech_ending'] as const;

export type State = (typeof kStates)[number];

export const kStateWords: Record<State, string> = {
  silence: 'Silence',
  speech_starting: 'Speech starting',
  speech: 'Speech',
  speech_ending: 'Speech ending',
};

export const kBlockSeconds = 0.01;
export const kProbabilityOneQ15 = 32768;

/** Probabilities from which a block is voice, and below which it is not. */
export interface ScoreThresholds {
  readonly enter: number;
  readonly exit: number;
}

/** What was decided about one block of 10 ms. Integers, as the core made them. */
export interface Block {
  readonly probabilityQ15: number;
  readonly levelDbfsX100: number;
  /** Index into kStates. */
  readonly state: number;
}

export function sameBlock(a: Block, b: Block): boolean {
  return a.probabilityQ15 === b.probabilityQ15 && a.levelDbfsX100 === b.levelDbfsX100 && a.state === b.state;
}

export function sameEvent(a: VadEvent, b: VadEvent): boolean {
  return (
    a.type === b.type &&
    a.reason === b.reason &&
    a.segment === b.segment &&
    a.atMs === b.atMs &&
    a.onsetMs === b.onsetMs &&
    a.paddedMs === b.paddedMs &&
    a.endMs === b.endMs
  );
}
