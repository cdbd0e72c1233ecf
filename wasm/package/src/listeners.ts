// Who wants to hear of events.
import { AudioEngineError } from './errors.js';
import type { VadEvent, VadEventType } from './types.js';

const kTypes: readonly unknown[] = ['speech_start', 'speech_end', 'false_start'] satisfies VadEventType[];

export type VadListener = (event: VadEvent) => void;

export class Listeners {
  readonly #listeners = new Map<VadEventType, Set<VadListener>>();

  add(type: VadEventType, listener: VadListener): void {
    if (!kTypes.includes(type)) throw new AudioEngineError('bad_option', `there is no event ${String(type)}`, 'type');
    if (typeof listener !== 'function') throw new AudioEngineError('bad_option', `a listener is a function, not ${String(listener)}`, 'listener');
    const listeners = this.#listeners.get(type);
    if (listeners) listeners.add(listener);
    else this.#listeners.set(type, new Set([listener]));
  }

  remove(type: VadEventType, listener: VadListener): void {
    this.#listeners.get(type)?.delete(listener);
  }

  clear(): void {
    this.#listeners.clear();
  }

  announce(events: VadEvent[]): void {
    for (const event of events) {
      for (const listener of [...(this.#listeners.get(event.type) ?? [])]) {
        try {
          listener(event);
        } catch (error) {
          // As with any event target: a listener's failure is reported by the host and does not cost the caller its result.
          queueMicrotask(() => {
            throw error;
          });
        }
      }
    }
  }
}
