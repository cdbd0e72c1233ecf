// The state in large words, and the level meter.
import { byId, setText } from './dom.js';
import { kStates, kStateWords } from './model.js';
import { seconds } from './format.js';
import type { Run } from './run.js';

const kLowestDbfs = -80;

const now = byId('now');
const word = byId('state-word');
const detail = byId('state-detail');
const clock = byId('clock');
const meter = byId('meter');
const fill = byId('meter-fill');
const floorMark = byId('meter-floor');
const levelText = byId('level-text');

/** 0 to 1 along the meter. */
function along(dbfs: number): number {
  return Math.min(1, Math.max(0, 1 - dbfs / kLowestDbfs));
}

export function showIdle(title: string, words: string): void {
  now.dataset['state'] = 'idle';
  setText(word, title);
  setText(detail, words);
  fill.style.setProperty('--along', '0');
  floorMark.hidden = true;
  setText(levelText, '– dBFS');
  meter.setAttribute('aria-valuenow', `${kLowestDbfs}`);
  meter.setAttribute('aria-valuetext', 'no audio');
}

export function showRun(run: Run): void {
  const block = run.page.lastBlock;
  const state = kStates[block?.state ?? 0] ?? 'silence';
  now.dataset['state'] = state;
  setText(word, kStateWords[state]);
  setText(detail, `${segmentWords(run)} · ${run.sourceName}`);
  setText(clock, `${run.history.seconds.toFixed(1)} s`);

  const level = (block?.levelDbfsX100 ?? kLowestDbfs * 100) / 100;
  fill.style.setProperty('--along', along(level).toFixed(3));
  floorMark.hidden = run.floorDbfs === undefined;
  if (run.floorDbfs !== undefined) floorMark.style.left = `${(along(run.floorDbfs) * 100).toFixed(1)}%`;
  setText(levelText, `${level.toFixed(1)} dBFS`);
  meter.setAttribute('aria-valuenow', Math.max(kLowestDbfs, level).toFixed(0));
  meter.setAttribute('aria-valuetext', `${level.toFixed(0)} decibels`);
}

function segmentWords({ history }: Run): string {
  const last = history.segments.at(-1);
  if (!last) return 'No speech yet';
  if (last.endMs === undefined) return `Segment ${history.segments.length} since ${seconds(last.onsetMs)} s`;
  return history.segments.length === 1 ? '1 segment' : `${history.segments.length} segments`;
}
