// One object of the core in its WebAssembly instance, as close to the memory as JavaScript gets: bytes are written into
// `input`, one call crosses, and what it gave is read through views that were made once. Host-free: no API but WebAssembly's.
import { AudioEngineError } from './errors.js';
import type { Glue } from './glue.js';
import { optionsIn } from './input.js';
import { instantiate, textAt } from './instance.js';
import { kBlockUnits, kEventUnits, kIsBool, kIsNumber, kNotABool, kRecordCapacity, NameList, Word } from './layout.js';
import { camelCase, type Shape } from './shapes.js';
import type { BlockResult, EndReason, Finding, Metrics, PushResult, VadEvent, VadEventType, VadOptions, VadState, WasmSource } from './types.js';

const kTwoTo32 = 4294967296;
/** Of `buffer.prebuffer_ms`: as the mode says. */
const kByMode = 4294967295;

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
const lists = new Map<number, string[]>();
const recordKeys = new Map<number, string[]>();

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
    fields: readNames((index) => textAt(glue, glue.fieldName(index))).map((name, index) => ({ name, list: glue.fieldList(index) })),
    states: readNames((index) => textAt(glue, glue.name(NameList.state, index))) as VadState[],
    eventTypes: readNames((index) => textAt(glue, glue.name(NameList.event_type, index))) as VadEventType[],
    // The first reason is none, whose name is ''.
    reasons: ['', ...(readNames((index) => textAt(glue, glue.name(NameList.end_reason, index)), 1) as EndReason[])],
    findings: readNames((index) => textAt(glue, glue.name(NameList.finding, index))) as Finding[],
  };
}

/** The shortest decimal that is the same binary32 number: 0.02 for 0.019999999552965164. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

export class Core {
  readonly states: readonly VadState[];
  /** Every call that this class gives no form. */
  readonly glue: Glue;

  readonly #shape: Shape;
  readonly #tables: Tables;
  #words!: Float64Array<ArrayBuffer>;
  #input!: Uint8Array<ArrayBuffer>;
  /** The whole memory. */
  #bytes!: Uint8Array<ArrayBuffer>;
  #u16!: Uint16Array<ArrayBuffer>;
  #i16!: Int16Array<ArrayBuffer>;
  #u32!: Uint32Array<ArrayBuffer>;
  #lastSlice: Uint8Array<ArrayBuffer> | undefined;

  /** Throws AudioEngineError when an option is wrong, or memory is out. */
  constructor(wasm: WasmSource, shape: Shape, options: object) {
    this.#shape = shape;
    this.glue = instantiate(wasm);
    this.#tables = tables ??= readTables(this.glue);
    this.states = this.#tables.states;
    this.#view();
    this.glue.beginConfig();
    this.#choose(optionsIn(options), '');
    this.#checkSettings(this.glue.create(shape.object));
    this.#view();
  }

  /** Views are made when first needed, and again when the memory has grown: the old ones are then of length 0. */
  #view(): void {
    const { buffer } = this.glue.HEAPU8;
    this.#bytes = new Uint8Array(buffer);
    this.#u16 = new Uint16Array(buffer);
    this.#i16 = new Int16Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#words = new Float64Array(buffer, this.glue.wordsAt(), Word.Record + kRecordCapacity);
    this.#viewInput();
  }
  #viewInput(): void {
    const at = this.word(Word.InputAt);
    this.#input = this.#bytes.subarray(at, at + this.word(Word.InputBytes));
  }

  word(index: number): number {
    if (this.#words.length === 0) this.#view();
    return this.#words[index] as number;
  }

  /** Bytes wait here for a call. The same object as long as no call needs more room than any before it. */
  get input(): Uint8Array<ArrayBuffer> {
    if (this.#words.length === 0) this.#view();
    return this.#input;
  }

  /** Writes `bytes` where the next call finds them, and answers how many. */
  put(bytes: Uint8Array): number {
    if (bytes.length > this.input.length) {
      const reserved = this.glue.reserve(bytes.length);
      if (this.#words.length === 0) this.#view();
      else this.#viewInput();
      if (reserved === 0) throw new AudioEngineError('out_of_memory', `no memory for ${bytes.length} bytes`);
    }
    this.#input.set(bytes);
    return bytes.length;
  }

  /** Writes a name where the next call finds it, and answers its length. One that can't be the core's stays one. */
  putName(name: string): number {
    const at = this.glue.wordsAt() + 8 * Word.Record;
    const length = Math.min(name.length, 8 * kRecordCapacity);
    for (let i = 0; i < length; i++) this.glue.HEAPU8[at + i] = Math.min(name.charCodeAt(i), 255);
    return length;
  }

  // Settings

  #choose(options: object, prefix: string): void {
    for (const [key, value] of Object.entries(options) as [string, unknown][]) {
      const path = prefix + key;
      if (value === undefined) continue;
      if (this.#isGroup(path)) {
        if (typeof value !== 'object' || value === null) throw new AudioEngineError('bad_option', `${path} must be an object`, path);
        const presence = this.#indexOf(path);
        if (presence >= 0) this.glue.set(presence, 1);
        this.#choose(value, `${path}.`);
      } else {
        this.#chooseOne(path, value);
      }
    }
  }

  #indexOf(path: string): number {
    return this.#tables.fields.findIndex((field) => this.#shape.path(field.name) === path);
  }
  #isGroup(path: string): boolean {
    return this.#tables.fields.some((field) => this.#shape.path(field.name)?.startsWith(`${path}.`));
  }

  #chooseOne(path: string, value: unknown): void {
    const index = this.#indexOf(path);
    const field = this.#tables.fields[index];
    if (field === undefined) throw new AudioEngineError('unknown_option', `there is no option ${path}`, path);
    let status;
    if (field.list === kIsNumber) status = this.glue.set(index, typeof value === 'number' ? value : NaN);
    else if (field.list === kIsBool) status = this.glue.set(index, typeof value === 'boolean' ? Number(value) : NaN);
    else status = this.glue.setName(index, this.putName(typeof value === 'string' ? value : ''));
    if (status === kNotABool) throw new AudioEngineError('bad_option', `${path} must be true or false`, field.name);
    if (status !== 0) throw this.#settingsError(status, field.name, value);
  }

  /** Everything that is in force, defaults filled in. */
  config(): Record<string, unknown> {
    this.glue.beginConfig();
    const config: Record<string, unknown> = {};
    for (const [index, field] of this.#tables.fields.entries()) {
      const path = this.#shape.path(field.name);
      if (path === undefined) continue;
      const [first, second] = path.split('.') as [string, string?];
      const value = this.glue.get(index);
      if (this.#isGroup(path)) {
        config[path] = value === 1 ? {} : undefined;
      } else if (second === undefined) {
        config[first] = this.#plain(field, value);
      } else if (config[first] !== undefined || !(first in config)) {
        ((config[first] ??= {}) as Record<string, unknown>)[second] = this.#plain(field, value);
      }
    }
    return config;
  }

  #plain({ name, list }: Field, value: number): unknown {
    if (name === 'buffer.prebuffer_ms' && value === kByMode) return undefined;
    if (list === kIsNumber) return shortest(value);
    return list === kIsBool ? value === 1 : textAt(this.glue, this.glue.name(list, value));
  }

  /** `prefix`: where the detector's settings stand among the options. */
  configureVad(vad: VadOptions, prefix: '' | 'vad.'): void {
    this.glue.beginConfig();
    this.#choose(optionsIn(vad), prefix);
    this.#checkSettings(this.glue.configureVad());
  }

  #checkSettings(status: number): void {
    if (status !== 0) throw this.#settingsError(status, textAt(this.glue, this.glue.errorField()), undefined);
  }

  #settingsError(status: number, field: string, value: unknown): AudioEngineError {
    const path = this.#shape.path(field) ?? field;
    const subject = field === '' ? '' : `${path}${value === undefined ? '' : ` = ${String(value)}`}: `;
    return new AudioEngineError(this.statusName(status), subject + this.#message(status), field);
  }

  // What the last call gave

  /** Throws what a status other than ok means. */
  check(status: number, field = ''): void {
    if (status !== 0) throw new AudioEngineError(this.statusName(status), this.#message(status), field);
  }
  /** The same by name. */
  fail(status: string): never {
    throw new AudioEngineError(status, this.#message(this.names(NameList.status).indexOf(status)));
  }
  #message(status: number): string {
    return textAt(this.glue, this.glue.statusMessage(status));
  }
  statusName(status: number): string {
    return this.nameIn(NameList.status, status);
  }

  /** Names are fetched once a list. */
  names(list: number): readonly string[] {
    let names = lists.get(list);
    if (names === undefined) lists.set(list, (names = readNames((index) => textAt(this.glue, this.glue.name(list, index)))));
    return names;
  }
  nameIn(list: number, index: number): string {
    return this.names(list)[index] as string;
  }

  get stateIndex(): number {
    return this.word(Word.State);
  }
  get audioBytes(): number {
    return this.word(Word.AudioBytes);
  }
  get blockCount(): number {
    return this.word(Word.BlockCount);
  }
  get eventCount(): number {
    return this.word(Word.EventCount);
  }

  /** Copies the audio of the last call to `out` from `offset` on. */
  copyAudio(out: Uint8Array, offset: number): void {
    const bytes = this.word(Word.AudioBytes);
    if (bytes > 0) out.set(this.#slice(this.word(Word.AudioAt), bytes), offset);
  }
  /** Fills `out` from where the audio of the last call begins. */
  fill(out: Uint8Array): void {
    if (out.length > 0) out.set(this.#slice(this.word(Word.AudioAt), out.length));
  }
  /** A view of the memory; the last one again where it fits, for a stream's calls are alike. */
  #slice(at: number, bytes: number): Uint8Array<ArrayBuffer> {
    const { buffer } = this.#bytes;
    const last = this.#lastSlice;
    if (last?.buffer === buffer && last.byteOffset === at && last.length === bytes) return last;
    return (this.#lastSlice = new Uint8Array(buffer, at, bytes));
  }
  audio(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.audioBytes);
    this.copyAudio(out, 0);
    return out;
  }

  /** Both parts of a ring, as a copy. */
  ring(): Uint8Array<ArrayBuffer> {
    const [firstAt, firstBytes] = [this.word(Word.RingFirstAt), this.word(Word.RingFirstBytes)];
    const [secondAt, secondBytes] = [this.word(Word.RingSecondAt), this.word(Word.RingSecondBytes)];
    const out = new Uint8Array(firstBytes + secondBytes);
    out.set(this.#bytes.subarray(firstAt, firstAt + firstBytes));
    out.set(this.#bytes.subarray(secondAt, secondAt + secondBytes), firstBytes);
    return out;
  }

  /** A struct of the core (wasm/records.h) with the names of `list` in camelCase. */
  record(list: number): Record<string, number> {
    let keys = recordKeys.get(list);
    if (keys === undefined) recordKeys.set(list, (keys = this.names(list).map(camelCase)));
    const record: Record<string, number> = {};
    for (let i = 0; i < keys.length; i++) record[keys[i] as string] = this.word(Word.Record + i);
    return record;
  }
  /** One number of it, by the core's name. */
  recordNumber(list: number, name: string): number {
    return this.word(Word.Record + this.names(list).indexOf(name));
  }

  /** Its number as a bit. */
  findingBit(finding: Finding): number {
    const index = this.#tables.findings.indexOf(finding);
    if (index < 0) throw new AudioEngineError('bad_option', `there is no finding ${String(finding)}`, 'finding');
    return 1 << index;
  }

  findings(): Finding[] {
    const set = this.word(Word.Findings);
    return this.#tables.findings.filter((_, bit) => ((set >>> bit) & 1) === 1);
  }

  probabilityQ15(block: number): number {
    return this.#u16[this.word(Word.BlocksAt) / 2 + block * kBlockUnits] as number;
  }
  levelDbfsX100(block: number): number {
    return this.#i16[this.word(Word.BlocksAt) / 2 + block * kBlockUnits + 1] as number;
  }
  blockStateIndex(block: number): number {
    return (this.#u16[this.word(Word.BlocksAt) / 2 + block * kBlockUnits + 2] as number) & 255;
  }

  event(index: number): VadEvent {
    const at = this.word(Word.EventsAt) / 4 + index * kEventUnits;
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

  /** What a call on a stream gave, copied out of the memory. */
  result(): PushResult {
    const blocks: BlockResult[] = [];
    for (let i = 0; i < this.blockCount; i++) {
      blocks.push({ probabilityQ15: this.probabilityQ15(i), levelDbfsX100: this.levelDbfsX100(i), state: this.states[this.blockStateIndex(i)] as VadState });
    }
    const events: VadEvent[] = [];
    for (let i = 0; i < this.eventCount; i++) events.push(this.event(i));
    return { state: this.states[this.stateIndex] as VadState, audio: this.audio(), events, blocks, firstBlock: this.word(Word.FirstBlock) };
  }

  // Of an engine

  metrics(): Metrics {
    return JSON.parse(textAt(this.glue, this.glue.metricsJson())) as Metrics;
  }

  // Of engine and detector

  /** For detector type 'external': 0 to 1, for every block that completes from now on. */
  setSpeechProbability(probability: number): void {
    if (typeof probability !== 'number' || !(probability >= 0 && probability <= 1)) {
      throw new AudioEngineError('bad_threshold', `a probability must be 0 to 1, not ${String(probability)}`, 'probability');
    }
    this.glue.setSpeechProbability(Math.round(probability * 32768));
  }

  /** The caller's time for the last `push`; it counts from the next call on. */
  recordElapsedNs(ns: number): void {
    if (this.#words.length === 0) this.#view();
    this.#words[Word.ElapsedNs] = ns;
  }
}
