// Do page and relay agree? Counts, the first difference if there is one, and who the two sides are.
import { byId, setChip, setText } from './dom.js';
import { count, hertz, microseconds } from './format.js';
import { kStates, type Block } from './model.js';
import type { Run } from './run.js';
import { showSegments } from './segmentTable.js';

const card = byId('agreement');
const verdict = byId('verdict');
const tally = byId('tally');
const identical = byId('count-identical');
const compared = byId('count-compared');
const differing = byId('count-differing');
const difference = byId('difference');
const sides = byId<HTMLTableSectionElement>('sides');

/** What the page knows about itself. */
export interface PageFacts {
  version: string;
  settings?: string | undefined;
  relaySettings?: string | undefined;
  costMicroseconds?: number | undefined;
}

export function showAgreement(run: Run): void {
  const { comparison } = run;
  setText(identical, count(comparison.identical));
  setText(compared, count(comparison.compared));
  setText(differing, count(comparison.differing));
  showVerdict(run);
  showTally(run);
  const first = comparison.firstDifference;
  difference.hidden = first === undefined;
  if (first) setText(difference, `The first difference is block ${first.block}: page ${blockWords(first.page)}; relay ${blockWords(first.relay)}.`);
  showSegments(run.page.events, run.relay.events, run.relaySession !== undefined);
}

function showVerdict({ comparison, relaySession, relayTrouble }: Run): void {
  const tone = comparison.differing > 0 ? 'bad' : comparison.compared > 0 ? 'good' : 'idle';
  card.dataset['verdict'] = tone;
  if (comparison.differing > 0) setChip(verdict, 'bad', `${count(comparison.differing)} blocks differ`);
  else if (comparison.compared > 0) setChip(verdict, 'good', relayTrouble ? 'Every block identical, until the relay went' : 'Every block identical');
  else setChip(verdict, 'idle', nothingWords(relaySession));
}

function nothingWords(relaySession: Run['relaySession']): string {
  return relaySession ? 'Nothing compared yet' : 'The page decides alone';
}

/** The same in one line, beside the plots. */
function showTally({ comparison, relaySession }: Run): void {
  const tone = comparison.differing > 0 ? 'bad' : comparison.compared > 0 ? 'good' : 'idle';
  setChip(tally, tone, comparison.compared > 0 ? `${count(comparison.identical)} of ${count(comparison.compared)} identical` : nothingWords(relaySession));
}

function blockWords(block: Block): string {
  return `score ${block.probabilityQ15}/32768, ${(block.levelDbfsX100 / 100).toFixed(2)} dBFS, ${kStates[block.state] ?? block.state}`;
}

const kNothing = '–';

/** The table of facts; every row is there from the start, so that nothing jumps. */
export function showSides(run: Run | undefined, page: PageFacts): void {
  const relay = run?.relaySession;
  const rate = run ? hertz(run.context.sampleRate) : undefined;
  const relayCostMs = (run?.relayMetrics?.['performance'] as { p50_ms?: number } | undefined)?.p50_ms;
  const rows: [string, string, string][] = [
    ['Core', 'WebAssembly, AudioWorklet', 'native C++, WebSocket'],
    ['Version', page.version, relay?.version ?? kNothing],
    ['Settings', page.settings ?? kNothing, page.relaySettings ?? kNothing],
    ['Audio in', rate ? `float32, ${rate}` : kNothing, relay ? `${relay.format}, ${hertz(relay.rate)}` : kNothing],
    ['Per 20 ms', page.costMicroseconds === undefined ? kNothing : microseconds(page.costMicroseconds), relayCostMs ? microseconds(relayCostMs * 1000) : kNothing],
    ['Answers', 'at once', run?.relayAnswerMs === undefined ? kNothing : `after ${run.relayAnswerMs.toFixed(1)} ms`],
    ['Echo', kNothing, run && run.echoBytes > 0 ? `${(run.echoBytes / 2 / run.context.sampleRate).toFixed(1)} s of audio` : kNothing],
  ];
  for (const [i, cells] of rows.entries()) {
    const tr = sides.rows[i] ?? newRow();
    for (const [j, text] of cells.entries()) setText(tr.cells[j]!, text);
  }
}

function newRow(): HTMLTableRowElement {
  const tr = sides.insertRow();
  const head = document.createElement('th');
  head.scope = 'row';
  tr.append(head);
  tr.insertCell();
  tr.insertCell();
  return tr;
}
