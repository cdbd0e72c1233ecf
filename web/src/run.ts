// One run: from a press on Microphone or Recording to Stop. Owns the audio context, the engine's node, the source and the stream to
// the relay, and keeps what both sides decided.
import { createEngineNode, type AudioEngineNode, type Batch } from 'audioengine';
import { Comparison } from './comparison.js';
import { History } from './history.js';
import type { Block, ScoreThresholds, VadEvent } from './model.js';
import { RelayLink, type RelayAddress, type RelaySession } from './relay.js';
import { openMicrophone, openRecording, type Source } from './sources.js';

export type SourceKind = 'microphone' | 'recording';

export interface RunOptions {
  readonly kind: SourceKind;
  readonly recordings: readonly string[];
  readonly relay: RelayAddress | undefined;
  readonly muted: boolean;
}

export interface RunListener {
  /** Something new to show. */
  changed(): void;
  /** The page's state changed, or a segment began or ended. */
  happened(event: VadEvent): void;
  /** The source came to its end by itself; `trouble` says why if it should not have. */
  ended(trouble?: string): void;
}

/** What one side has said so far. */
export interface SideReport {
  readonly events: VadEvent[];
  lastBlock: Block | undefined;
}

const kBatchMs = 20;
const kMetricsEveryMs = 1000;

export class Run {
  readonly context: AudioContext;
  readonly history: History;
  readonly comparison: Comparison;
  readonly page: SideReport = { events: [], lastBlock: undefined };
  readonly relay: SideReport = { events: [], lastBlock: undefined };
  relaySession: RelaySession | undefined;
  relayMetrics: Readonly<Record<string, unknown>> | undefined;
  /** Why there is no relay, or none any more. */
  relayTrouble: string | undefined;
  relayAnswerMs: number | undefined;
  echoBytes = 0;
  floorDbfs: number | undefined;
  live = true;
  sourceName = '';

  #listener: RunListener;
  #node: AudioEngineNode | undefined;
  #source: Source | undefined;
  #link: RelayLink | undefined;
  #loudspeaker: GainNode;
  #metricsTimer: ReturnType<typeof setInterval> | undefined;
  #sent: { lastBlock: number; atMs: number }[] = []; // batches that the relay has not answered yet
  #stopping: Promise<void> | undefined;

  private constructor(context: AudioContext, listener: RunListener, muted: boolean) {
    this.context = context;
    this.#listener = listener;
    this.history = new History(context.sampleRate);
    this.comparison = new Comparison((same) => this.history.same.push(same ? 1 : 0));
    this.#loudspeaker = new GainNode(context, { gain: muted ? 0 : 1 });
    this.#loudspeaker.connect(context.destination);
  }

  /** Rejects, with everything closed again, when the source or the engine cannot be had. A missing relay is no reason. */
  static async start(options: RunOptions, listener: RunListener): Promise<Run> {
    const context = new AudioContext(); // at the rate the browser likes: the core takes any
    const run = new Run(context, listener, options.muted);
    try {
      await context.resume();
      await Promise.all([run.#openNode(), run.#openLink(options.relay)]);
      await run.#openSource(options);
    } catch (error) {
      await run.stop();
      throw error;
    }
    return run;
  }

  get node(): AudioEngineNode | undefined {
    return this.#node;
  }

  get thresholds(): ScoreThresholds | undefined {
    const vad = this.#node?.config.vad;
    return vad && { enter: vad.threshold, exit: vad.exitThreshold < 0 ? Math.max(vad.threshold - 0.15, 0.01) : vad.exitThreshold };
  }

  setMuted(muted: boolean): void {
    this.#loudspeaker.gain.setTargetAtTime(muted ? 0 : 1, this.context.currentTime, 0.01);
  }

  /** Ends both streams, waits for their last decisions and gives everything back. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    clearInterval(this.#metricsTimer);
    this.#source?.stop();
    await this.#node?.finish().catch(() => undefined); // a worklet that failed has said all that it will say
    await this.#link?.finish();
    this.#node?.dispose();
    await this.context.close();
    this.live = false;
    this.#listener.changed();
  }

  async #openNode(): Promise<void> {
    // PCM16 at the context's own rate in the mode "realtime" are the very samples that the detector hears: the relay gets these.
    // It hears nothing of time that passes without audio, so here such time must not end a segment either: maxGapMs 0.
    const options = { mode: 'realtime', output: { format: 'pcm16' }, vad: { type: 'neural', maxGapMs: 0 }, batchMs: kBatchMs } as const;
    const node = await createEngineNode(this.context, options);
    node.onbatch = (batch) => this.#takeBatch(batch);
    node.onfailure = (error) => this.#listener.ended(`The audio engine stopped: ${error.message}`);
    this.#node = node;
  }

  async #openLink(address: RelayAddress | undefined): Promise<void> {
    if (!address) return;
    try {
      this.#link = await RelayLink.connect(address, this.context.sampleRate, {
        blocks: (first, blocks) => this.#takeRelayBlocks(first, blocks),
        event: (event) => {
          this.relay.events.push(event);
          this.#listener.changed();
        },
        audio: (bytes) => (this.echoBytes += bytes),
        metrics: (metrics) => (this.relayMetrics = metrics),
        gone: (reason) => {
          this.relayTrouble = reason;
          this.#listener.changed();
        },
      });
      this.relaySession = this.#link.session;
      this.#metricsTimer = setInterval(() => this.#link?.askMetrics(), kMetricsEveryMs);
    } catch (error) {
      this.relayTrouble = error instanceof Error ? error.message : String(error);
    }
  }

  async #openSource({ kind, recordings }: RunOptions): Promise<void> {
    const node = this.#node!;
    this.#source =
      kind === 'microphone'
        ? await openMicrophone(this.context, node, (why) => this.#listener.ended(why))
        : await openRecording(this.context, recordings, node, this.#loudspeaker, () => this.#listener.ended());
    this.sourceName = this.#source.name;
  }

  #takeBatch(batch: Batch): void {
    const blocks: Block[] = Array.from(batch.probabilitiesQ15, (probabilityQ15, i) => ({
      probabilityQ15,
      levelDbfsX100: batch.levelsDbfsX100[i]!,
      state: batch.states[i]!,
    }));
    const compares = this.#link !== undefined && this.relayTrouble === undefined;
    if (compares) {
      this.#link!.send(batch.audio);
      this.#sent.push({ lastBlock: batch.firstBlock + blocks.length - 1, atMs: performance.now() });
      this.comparison.addPage(blocks);
    }

    this.floorDbfs = batch.noiseFloorDbfsX100 / 100;
    this.history.addAudio(batch.audio);
    this.history.page.add(blocks);
    for (const _ of blocks) this.history.floor.push(this.floorDbfs);
    this.history.addEvents(batch.events);
    this.page.events.push(...batch.events);
    this.page.lastBlock = blocks.at(-1) ?? this.page.lastBlock;
    for (const event of batch.events) this.#listener.happened(event);
    this.#listener.changed();
  }

  #takeRelayBlocks(first: number, blocks: Block[]): void {
    if (first !== this.history.relay.state.end) {
      this.relayTrouble = `it skipped from block ${this.history.relay.state.end} to ${first}`;
      return;
    }
    this.history.relay.add(blocks);
    this.relay.lastBlock = blocks.at(-1);
    this.comparison.addRelay(blocks);
    this.#measureAnswer(first + blocks.length - 1);
    this.#listener.changed();
  }

  /** From sending the audio that completes a block to having the relay's decision on it; a running average. */
  #measureAnswer(lastBlock: number): void {
    let sentMs: number | undefined;
    while (this.#sent[0] && this.#sent[0].lastBlock <= lastBlock) sentMs = this.#sent.shift()!.atMs;
    if (sentMs === undefined) return;
    const tookMs = performance.now() - sentMs;
    this.relayAnswerMs = this.relayAnswerMs === undefined ? tookMs : this.relayAnswerMs + (tookMs - this.relayAnswerMs) / 16;
  }
}
