// One engine in its WebAssembly instance, as close to the memory as JavaScript gets: audio is written into `input`, one call
// crosses, and what it gave is read through views that were made once. Host-free: no API but WebAssembly's.
import { AudioEngineError } from './errors.js';
import type { Glue } from './glue.js';
import { instantiate } from './instance.js';
import { kBlockUnits, kEventUnits, kIsBool, kIsNumber, kNotABool, NameList, Word } from './layout.js';
import type { BlockResult, EndReason, EngineConfig, EngineOptions, Finding, ValidationResult, VadEvent, VadEventType, VadOptions, VadState, WasmSource } from './types.js';

const kTwoTo32 = 4294967296;

/** The core's names of the fields, in its order, and what they take. */
interface Field {
  name: string;
  /** `kIsNumber`, `kIsBool` or a NameList. */
  list: number;
}

interface Tables {
  fields: Field[];
  states: VadState[];
  eventTypes: VadEventType[];
  reasons: EndReason[];
  findings: Finding[];
}

// The names are the same in every instance of one build; they are asked for once.
let tables: Tables | undefined;

/** Names from number `from` on, up to the end of the list. */
function readNames(read: (index: number) => string, from = 0): string[] {
  const names: string[] = [];
  for (let index = from; ; index++) {
    const name = read(index);
    if (name === '') return names;
    names.push(name);
  }
}

function readTables(glue: Glue): Tables {
  return {
    fields: readNames((index) => glue.fieldName(index)).map((name, index) => ({ name, list: glue.fieldList(index) })),
    states: readNames((index) => glue.name(NameList.state, index)) as VadState[],
    eventTypes: readNames((index) => glue.name(NameList.event_type, index)) as VadEventType[],
    // The first reason is none, whose name is ''.
    reasons: ['', ...(readNames((index) => glue.name(NameList.end_reason, index), 1) as EndReason[])],
    findings: readNames((index) => glue.name(NameList.finding, index)) as Finding[],
  };
}

const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The shortest decimal that is the same binary32 number: 0.02 for 0.019999999552965164. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** Where the field stands among the options: `audio.sample_rate` is sampleRate, `vad.speech_start_ms` vad.speechStartMs. */
function optionPath(field: string): string {
  return camelCase(field.startsWith('audio.') ? field.slice('audio.'.length) : field);
}

export class Core {
  readonly states: readonly VadState[];

  readonly #glue: Glue;
  readonly #tables: Tables;
  #words!: Float64Array<ArrayBuffer>;
  #input!: Uint8Array<ArrayBuffer>;
  /** The whole memory. */
  #bytes!: Uint8Array<ArrayBuffer>;
  #u16!: Uint16Array<ArrayBuffer>;
  #i16!: Int16Array<ArrayBuffer>;
  #u32!: Uint32Array<ArrayBuffer>;

  /** Throws AudioEngineError when an option is wrong, or memory is out. */
  constructor(wasm: WasmSource, options: EngineOptions) {
    this.#glue = instantiate(wasm);
    this.#tables = tables ??= readTables(this.#glue);
    this.states = this.#tables.states;
    this.#choose(options, '');
    this.#check(this.#glue.create());
    this.#view();
  }

  /** Bytes wait here for `push`. The same object for ever, unless `validate` was given a message that needed more memory. */
  get input(): Uint8Array<ArrayBuffer> {
    return this.#input;
  }

  /** Views are made after the two calls that may have grown the memory, and only if they have. */
  #view(): void {
    const { buffer } = this.#glue.HEAPU8;
    if (this.#bytes?.buffer === buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#u16 = new Uint16Array(buffer);
    this.#i16 = new Int16Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#words = new Float64Array(buffer, this.#glue.wordsAt(), Word.WordCount);
    const at = this.#word(Word.InputAt);
    this.#input = this.#bytes.subarray(at, at + this.#word(Word.InputBytes));
  }

  #word(index: number): number {
    return this.#words[index] as number;
  }

  // Settings

  /** Sets every option given; `prefix` is '' or 'vad.'. */
  #choose(options: object, prefix: string): void {
    this.#glue.beginConfig();
    this.#chooseAll(options, prefix);
  }

  #chooseAll(options: object, prefix: string): void {
    for (const [key, value] of Object.entries(options) as [string, unknown][]) {
      const path = prefix + key;
      if (value === undefined) continue;
      if (path === 'output' || path === 'vad') {
        if (typeof value !== 'object' || value === null) throw new AudioEngineError('bad_option', `${path} must be an object`, path);
        this.#chooseAll(value, `${path}.`);
      } else {
        this.#chooseOne(path, value);
      }
    }
  }

  #chooseOne(path: string, value: unknown): void {
    const index = this.#tables.fields.findIndex((field) => optionPath(field.name) === path);
    const field = this.#tables.fields[index];
    if (field === undefined) throw new AudioEngineError('unknown_option', `there is no option ${path}`, path);
    let status;
    if (field.list === kIsNumber) status = this.#glue.set(index, typeof value === 'number' ? value : NaN);
    else if (field.list === kIsBool) status = this.#glue.set(index, typeof value === 'boolean' ? Number(value) : NaN);
    else status = this.#glue.setName(index, typeof value === 'string' ? value : '');
    if (status === kNotABool) throw new AudioEngineError('bad_option', `${path} must be true or false`, field.name);
    if (status !== 0) throw this.#error(status, field.name, value);
  }

  /** Everything that is in force, defaults filled in. */
  config(): EngineConfig {
    this.#glue.beginConfig();
    const config: Record<string, unknown> = {};
    const groups: Record<string, Record<string, unknown>> = { output: {}, vad: {} };
    for (const [index, field] of this.#tables.fields.entries()) {
      const [first, second] = optionPath(field.name).split('.') as [string, string?];
      const group = second === undefined ? config : groups[first]!;
      const value = this.#glue.get(index);
      group[second ?? first] =
        field.list === kIsNumber ? shortest(value) : field.list === kIsBool ? value === 1 : this.#glue.name(field.list, value);
    }
    return { ...config, ...groups } as unknown as EngineConfig;
  }

  configureVad(vad: VadOptions): void {
    this.#choose(vad, 'vad.');
    this.#check(this.#glue.configureVad());
  }

  #check(status: number): void {
    if (status === 0) return;
    const field = this.#glue.errorField();
    throw this.#error(status, field, undefined);
  }

  #error(status: number, field: string, value: unknown): AudioEngineError {
    const subject = field === '' ? '' : `${optionPath(field)}${value === undefined ? '' : ` = ${String(value)}`}: `;
    return new AudioEngineError(this.statusName(status), subject + this.#glue.statusMessage(status), field);
  }

  // The stream. Each answers the status as a number, 0 is ok; the accessors below tell what the call gave.

  /** Takes the first `bytes` of `input`. */
  push(bytes: number): number {
    return this.#glue.push(bytes);
  }
  finish(): number {
    return this.#glue.finish();
  }
  advanceTime(ms: number): number {
    return this.#glue.advanceTime(ms);
  }
  reset(): void {
    this.#glue.reset();
  }

  /** For detector type 'external': 0 to 1, for every block that completes from now on. */
  setSpeechProbability(probability: number): void {
    if (typeof probability !== 'number' || !(probability >= 0 && probability <= 1)) {
      throw new AudioEngineError('bad_threshold', `a probability must be 0 to 1, not ${String(probability)}`, 'probability');
    }
    this.#check(this.#glue.setSpeechProbability(Math.round(probability * 32768)));
  }

  get stateIndex(): number {
    return this.#word(Word.State);
  }
  get audioBytes(): number {
    return this.#word(Word.AudioBytes);
  }
  get blockCount(): number {
    return this.#word(Word.BlockCount);
  }
  get eventCount(): number {
    return this.#word(Word.EventCount);
  }
  get firstBlock(): number {
    return this.#word(Word.FirstBlock);
  }
  get thresholdDbfsX100(): number {
    return this.#word(Word.ThresholdDbfsX100);
  }
  get noiseFloorDbfsX100(): number {
    return this.#word(Word.NoiseFloorDbfsX100);
  }

  /** Copies the audio of the last call to `out` from `offset` on. */
  copyAudio(out: Uint8Array, offset: number): void {
    const bytes = this.#word(Word.AudioBytes);
    if (bytes === 0) return;
    const at = this.#word(Word.AudioAt);
    out.set(this.#bytes.subarray(at, at + bytes), offset);
  }

  probabilityQ15(block: number): number {
    return this.#u16[this.#word(Word.BlocksAt) / 2 + block * kBlockUnits] as number;
  }
  levelDbfsX100(block: number): number {
    return this.#i16[this.#word(Word.BlocksAt) / 2 + block * kBlockUnits + 1] as number;
  }
  blockStateIndex(block: number): number {
    return (this.#u16[this.#word(Word.BlocksAt) / 2 + block * kBlockUnits + 2] as number) & 255;
  }

  block(index: number): BlockResult {
    return {
      probabilityQ15: this.probabilityQ15(index),
      levelDbfsX100: this.levelDbfsX100(index),
      state: this.states[this.blockStateIndex(index)] as VadState,
    };
  }

  event(index: number): VadEvent {
    const at = this.#word(Word.EventsAt) / 4 + index * kEventUnits;
    const unit = (offset: number): number => this.#u32[at + offset] as number;
    const time = (offset: number): number => unit(offset) + unit(offset + 1) * kTwoTo32;
    return {
      type: this.#tables.eventTypes[unit(0) & 255] as VadEventType,
      reason: this.#tables.reasons[(unit(0) >>> 8) & 255] as EndReason,
      segment: unit(1),
      atMs: time(2),
      onsetMs: time(4),
      paddedMs: time(6),
      endMs: time(8),
    };
  }

  /** The caller's time for the last `push`; it counts from the next call on. */
  recordElapsedNs(ns: number): void {
    this.#words[Word.ElapsedNs] = ns;
  }

  // Questions

  preBuffer(): Uint8Array<ArrayBuffer> {
    this.#glue.preBuffer();
    const [firstAt, firstBytes] = [this.#word(Word.RingFirstAt), this.#word(Word.RingFirstBytes)];
    const [secondAt, secondBytes] = [this.#word(Word.RingSecondAt), this.#word(Word.RingSecondBytes)];
    const out = new Uint8Array(firstBytes + secondBytes);
    out.set(this.#bytes.subarray(firstAt, firstAt + firstBytes));
    out.set(this.#bytes.subarray(secondAt, secondAt + secondBytes), firstBytes);
    return out;
  }

  validate(bytes: Uint8Array): ValidationResult {
    const at = this.#glue.reserveMessage(bytes.length);
    this.#view();
    if (at === 0) throw new AudioEngineError('out_of_memory', `no memory for a message of ${bytes.length} bytes`);
    this.#bytes.set(bytes, at);
    const status = this.#glue.validate();
    return {
      ok: status === 0,
      status: this.statusName(status),
      position: this.#word(Word.Position),
      findings: this.#findings(),
      metadata: {
        frames: this.#word(Word.Frames),
        durationUs: this.#word(Word.DurationUs),
        peakDbfsX100: this.#word(Word.PeakDbfsX100),
        rmsDbfsX100: this.#word(Word.RmsDbfsX100),
        dcPpm: this.#word(Word.DcPpm),
        clippedPpm: this.#word(Word.ClippedPpm),
        zeroPpm: this.#word(Word.ZeroPpm),
      },
    };
  }

  findings(): Finding[] {
    this.#glue.findings();
    return this.#findings();
  }

  #findings(): Finding[] {
    const set = this.#word(Word.Findings);
    return this.#tables.findings.filter((_, bit) => ((set >>> bit) & 1) === 1);
  }

  metricsJson(): string {
    return this.#glue.metricsJson();
  }

  statusName(status: number): string {
    return this.#glue.name(NameList.status, status);
  }
  statusMessage(status: number): string {
    return this.#glue.statusMessage(status);
  }

  get version(): string {
    return this.#glue.version();
  }
  get outputRateHz(): number {
    return this.#word(Word.OutputRateHz);
  }
  get latencyFrames(): number {
    return this.#word(Word.LatencyFrames);
  }
  get memoryBytes(): number {
    return this.#word(Word.MemoryBytes);
  }
}
