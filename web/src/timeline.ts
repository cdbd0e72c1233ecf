// Four plots over one time axis: waveform with segments, level with threshold, score with its thresholds, states of both sides.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { History } from './history.js';
import { kBlockSeconds, kStates, type ScoreThresholds, type State } from './model.js';
import { watchTheme, type ColourName, type Theme } from './theme.js';
import type { Track } from './track.js';

/** A colour and what is drawn in it. */
type Key = readonly (readonly [ColourName, string])[];

const kAxisPx = 46;
const kRightPx = 18;
const kLowestDbfs = -80;
const kColourOfState: Record<State, ColourName> = { silence: 'silence', speech_starting: 'starting', speech: 'speech', speech_ending: 'ending' };
const kStateColours = kStates.map((state) => kColourOfState[state]);

/** The smallest of a few heights that shows the peak, so that the waveform does not pump. */
function fittingTop(peak: number): number {
  return [0.1, 0.25, 0.5, 0.75].find((top) => peak <= top) ?? 1;
}

/** The plots inside `host`, which they fill. */
export class Timeline {
  #host: HTMLElement;
  #theme!: Theme;
  #history: History | undefined;
  #live = false;
  #thresholds: ScoreThresholds | undefined;
  #from = 0; // blocks shown, for the drawing hooks
  #to = 0;
  #wave: uPlot;
  #level: uPlot;
  #score: uPlot;
  #states: uPlot;
  #waveTop = 1; // the waveform's full height
  #drawing = 0;

  constructor(host: HTMLElement) {
    this.#host = host;
    watchTheme((theme) => {
      this.#theme = theme;
      if (this.#states) for (const plot of this.#plots()) plot.redraw(false, true);
    });

    this.#wave = this.#lane('Waveform', [['wave', 'samples'], ['segment', 'segment'], ['pre-roll', 'pre-roll']], 'wave', {
      scales: { y: { range: () => [-this.#waveTop, this.#waveTop] } },
      axes: [this.#noAxis(), this.#yAxis(() => [-this.#waveTop, 0, this.#waveTop], (v) => `${v}`)],
      series: [{}, this.#line('wave', 1), this.#line('wave', 1)],
      bands: [{ series: [2, 1], fill: () => this.#theme.wave }],
      hooks: { drawClear: [(plot) => this.#drawSegments(plot)] },
    });
    this.#level = this.#lane('Level, dBFS', [['page', 'this page'], ['relay', 'relay'], ['threshold', 'noise floor']], 'level', {
      scales: { y: { range: [kLowestDbfs, 0] } },
      axes: [this.#noAxis(), this.#yAxis([-80, -60, -40, -20, 0], (v) => `${v}`)],
      series: [{}, this.#line('relay', 5), this.#line('page', 1.5), this.#line('threshold', 1.5, [5, 4])],
    });
    this.#score = this.#lane('Score', [['page', 'this page'], ['relay', 'relay'], ['threshold', 'enter, exit']], 'score', {
      scales: { y: { range: [0, 1] } },
      axes: [this.#noAxis(), this.#yAxis([0, 0.5, 1], (v) => `${v}`)],
      series: [{}, this.#line('relay', 5), this.#line('page', 1.5)],
      hooks: { drawAxes: [(plot) => this.#drawThresholds(plot)] },
    });
    this.#states = this.#lane('State', [['silence', 'silence'], ['starting', 'starting'], ['speech', 'speech'], ['ending', 'ending']], 'states', {
      scales: { y: { range: [0, 3] } },
      axes: [this.#timeAxis(), this.#yAxis([0.5, 1.5, 2.5], (v) => ['same', 'relay', 'page'][Math.floor(v)] ?? '', false)],
      series: [{}],
      hooks: { drawAxes: [(plot) => this.#drawStates(plot)] },
    });

    new ResizeObserver(() => this.#resize()).observe(host);
    this.#resize();
  }

  /** Shows a run; undefined clears the plots. While `live` only its last seconds are shown, afterwards all that is kept. */
  show(history: History | undefined, live: boolean, thresholds: ScoreThresholds | undefined): void {
    this.#history = history;
    this.#live = live;
    this.#thresholds = thresholds;
    this.invalidate();
  }

  /** Draws at the next frame. */
  invalidate(): void {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#drawing = 0;
      this.#draw();
    });
  }

  #plots(): readonly uPlot[] {
    return [this.#wave, this.#level, this.#score, this.#states];
  }

  /** Seconds that fit so that ten milliseconds have about one pixel. */
  #windowSeconds(): number {
    return this.#host.clientWidth < 560 ? 5 : 10;
  }

  #draw(): void {
    const history = this.#history;
    const window = this.#windowSeconds();
    const now = history?.seconds ?? 0;
    const end = this.#live || !history ? Math.max(now, window) : Math.max(now, 1);
    const oldest = history ? history.high.begin * kBlockSeconds : 0;
    const start = this.#live || !history ? end - window : oldest;

    this.#from = Math.max(0, Math.floor(start / kBlockSeconds) - 1);
    this.#to = Math.ceil(end / kBlockSeconds);
    const { low, high, page, relay, floor } = history ?? {};
    this.#waveTop = history ? fittingTop(history.peak) : 1;
    this.#set(this.#wave, start, end, [low, high]);
    this.#set(this.#level, start, end, [relay?.level, page?.level, floor]);
    this.#set(this.#score, start, end, [relay?.score, page?.score]);
    this.#set(this.#states, start, end, []);
  }

  #set(plot: uPlot, start: number, end: number, tracks: readonly (Track | undefined)[]): void {
    const from = Math.max(this.#from, ...tracks.map((track) => track?.begin ?? 0));
    const to = Math.max(from, Math.min(this.#to, Math.max(...tracks.map((track) => track?.end ?? 0))));
    const x = new Float64Array(to - from);
    for (let i = 0; i < x.length; ++i) x[i] = (from + i + 0.5) * kBlockSeconds;
    const columns = tracks.map((track) => {
      const values: (number | null)[] = new Array(x.length).fill(null); // null: that side has not decided it yet
      const have = track ? track.slice(from, Math.max(from, Math.min(to, track.end))) : [];
      for (let i = 0; i < have.length; ++i) values[i] = have[i]!;
      return values;
    });
    plot.batch(() => {
      plot.setData([x, ...columns], false);
      plot.setScale('x', { min: start, max: end });
    });
  }

  #lane(title: string, key: Key, name: string, options: Partial<uPlot.Options>): uPlot {
    const lane = document.createElement('div');
    lane.className = `lane lane-${name}`;
    const head = document.createElement('div');
    head.className = 'lane-head';
    const word = document.createElement('span');
    word.className = 'lane-title';
    word.textContent = title;
    head.append(word);
    for (const [colour, meaning] of key) {
      const item = document.createElement('span');
      item.className = `key key-${colour}`;
      item.textContent = meaning;
      head.append(item);
    }
    const body = document.createElement('div');
    body.className = 'lane-body';
    lane.append(head, body);
    this.#host.append(lane);
    return new uPlot(
      {
        width: 100,
        height: 10,
        padding: [8, kRightPx, 6, 0],
        legend: { show: false },
        cursor: { show: false },
        pxAlign: 0,
        ...options,
        scales: { x: { time: false, auto: false, range: (_, min, max) => [min, max] }, ...options.scales },
      } as uPlot.Options,
      [[], ...(options.series ?? []).slice(1).map(() => [])] as unknown as uPlot.AlignedData,
      body,
    );
  }

  #resize(): void {
    for (const plot of this.#plots()) {
      const body = plot.root.parentElement!;
      if (body.clientWidth > 0) plot.setSize({ width: body.clientWidth, height: body.clientHeight });
    }
    this.invalidate();
  }

  #line(colour: ColourName, width: number, dash?: number[]): uPlot.Series {
    return { stroke: () => this.#theme[colour], width, points: { show: false }, spanGaps: false, ...(dash ? { dash } : {}) };
  }

  #noAxis(): uPlot.Axis {
    return { size: 0, values: (_, splits) => splits.map(() => ''), grid: this.#grid(), ticks: { show: false } };
  }

  #timeAxis(): uPlot.Axis {
    return {
      ...this.#text(),
      size: 26,
      gap: 4,
      values: (_, splits) => splits.map((v) => `${v} s`),
      grid: { show: false },
      ticks: { show: false },
      space: 60,
    };
  }

  #yAxis(splits: number[] | (() => number[]), text: (value: number) => string, grid = true): uPlot.Axis {
    return {
      ...this.#text(),
      size: kAxisPx,
      gap: 6,
      splits: typeof splits === 'function' ? splits : () => splits,
      values: (_, values) => values.map(text),
      grid: { ...this.#grid(), show: grid },
      ticks: { show: false },
    };
  }

  #text(): Pick<uPlot.Axis, 'stroke' | 'font'> {
    return { stroke: () => this.#theme.muted, font: '11px system-ui, sans-serif' };
  }

  #grid(): uPlot.Axis.Grid {
    return { stroke: () => this.#theme.grid, width: 1 };
  }

  #drawSegments(plot: uPlot): void {
    const history = this.#history;
    if (!history) return;
    const nowMs = history.seconds * 1000;
    const fromMs = this.#from * kBlockSeconds * 1000;
    for (let i = history.segments.length - 1; i >= 0; --i) {
      const { paddedMs, onsetMs, endMs = nowMs } = history.segments[i]!;
      if (endMs < fromMs) break; // this one and all before it lie left of the plot
      this.#rectangle(plot, paddedMs / 1000, onsetMs / 1000, 'pre-roll');
      this.#rectangle(plot, onsetMs / 1000, endMs / 1000, 'segment');
    }
  }

  #drawThresholds(plot: uPlot): void {
    if (!this.#thresholds) return;
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.strokeStyle = this.#theme.threshold;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
    for (const value of [this.#thresholds.enter, this.#thresholds.exit]) {
      const y = plot.valToPos(value, 'y', true);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
    ctx.restore();
  }

  #drawStates(plot: uPlot): void {
    const history = this.#history;
    if (!history) return;
    this.#drawRow(plot, history.page.state, 2, (state) => kStateColours[state] ?? 'silence');
    this.#drawRow(plot, history.relay.state, 1, (state) => kStateColours[state] ?? 'silence');
    this.#drawRow(plot, history.same, 0, (same) => (same ? 'same' : 'differing'));
  }

  /** One strip: neighbours of equal value become one rectangle. */
  #drawRow(plot: uPlot, track: Track, row: number, colour: (value: number) => ColourName): void {
    const to = Math.min(this.#to, track.end);
    for (let from = Math.max(this.#from, track.begin); from < to; ) {
      const value = track.at(from);
      let end = from + 1;
      while (end < to && track.at(end) === value) ++end;
      this.#rectangle(plot, from * kBlockSeconds, end * kBlockSeconds, colour(value), row + 0.12, row + 0.88);
      from = end;
    }
  }

  /** In values of the axes; over the full height without `low` and `high`. */
  #rectangle(plot: uPlot, from: number, to: number, colour: ColourName, low?: number, high?: number): void {
    const { ctx, bbox } = plot;
    const left = Math.max(bbox.left, plot.valToPos(from, 'x', true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to, 'x', true));
    if (right <= left) return;
    const top = high === undefined ? bbox.top : plot.valToPos(high, 'y', true);
    const bottom = low === undefined ? bbox.top + bbox.height : plot.valToPos(low, 'y', true);
    ctx.save(); // uPlot remembers what it set
    ctx.fillStyle = this.#theme[colour];
    ctx.fillRect(left, top, right - left, bottom - top);
    ctx.restore();
  }
}
