// The segments of both sides, a row each, newest first.
import { byId } from './dom.js';
import { seconds } from './format.js';
import { sameEvent, type VadEvent } from './model.js';

/** A segment, or a false start, as its events. */
interface Entry {
  readonly first: VadEvent;
  end?: VadEvent;
}

const kMostRows = 50; // the newest; a microphone may run for hours

const body = byId<HTMLTableSectionElement>('segments');
const none = byId('no-segments');
let shown = '';

function entriesOf(events: readonly VadEvent[]): Entry[] {
  const entries: Entry[] = [];
  for (const event of events) {
    const last = entries.at(-1);
    if (event.type === 'speech_end' && last) last.end = event;
    else entries.push({ first: event });
  }
  return entries;
}

function words(entry: Entry | undefined): string {
  if (!entry) return '–';
  if (entry.first.type === 'false_start') return `${seconds(entry.first.onsetMs)} s`;
  return entry.end ? `${seconds(entry.first.onsetMs)} – ${seconds(entry.end.endMs)} s` : `${seconds(entry.first.onsetMs)} s …`;
}

function verdict(page: Entry | undefined, relay: Entry | undefined): 'same' | 'differs' | 'waiting' {
  if (!page || !relay) return 'waiting';
  if (!sameEvent(page.first, relay.first)) return 'differs';
  if (!page.end || !relay.end) return page.end === relay.end ? 'same' : 'waiting';
  return sameEvent(page.end, relay.end) ? 'same' : 'differs';
}

const kVerdictWords = { same: 'same', differs: 'differs', waiting: '' };

/** Writes the table; `hasRelay` false: the page is alone and its column says so. */
export function showSegments(page: readonly VadEvent[], relay: readonly VadEvent[], hasRelay: boolean): void {
  const key = `${page.length} ${relay.length} ${hasRelay} ${page[0]?.onsetMs} ${page.at(-1)?.atMs}`;
  if (key === shown) return;
  shown = key;
  const pageEntries = entriesOf(page);
  const relayEntries = entriesOf(relay);
  const rows: HTMLTableRowElement[] = [];
  for (let i = Math.max(pageEntries.length, relayEntries.length) - 1; i >= 0 && rows.length < kMostRows; --i) {
    rows.push(row(pageEntries[i], relayEntries[i], hasRelay));
  }
  body.replaceChildren(...rows);
  none.hidden = rows.length > 0;
}

function row(page: Entry | undefined, relay: Entry | undefined, hasRelay: boolean): HTMLTableRowElement {
  const entry = (page ?? relay)!;
  const falseStart = entry.first.type === 'false_start';
  const result = hasRelay ? verdict(page, relay) : 'waiting';
  const tr = document.createElement('tr');
  tr.dataset['verdict'] = result;
  if (falseStart) tr.className = 'false-start';
  const head = document.createElement('th');
  head.scope = 'row';
  head.textContent = falseStart ? 'false start' : `${entry.first.segment}`;
  const cells = [words(page), hasRelay ? words(relay) : 'no relay', kVerdictWords[result]].map((text) => {
    const td = document.createElement('td');
    td.textContent = text;
    return td;
  });
  tr.append(head, ...cells);
  return tr;
}
