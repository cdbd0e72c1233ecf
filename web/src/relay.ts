// The other side: finding the relay, and one stream to it.
import { kStates, type Block, type State, type VadEvent } from './model.js';

/** Where the relay takes audio. */
export interface RelayAddress {
  readonly url: string;
}

/** Asks the server that gave us the page. `undefined`: it is a plain web server, there is no relay. */
export async function findRelay(): Promise<RelayAddress | undefined> {
  try {
    const response = await fetch('/config.json', { cache: 'no-store' });
    if (!response.ok) return undefined;
    const config = (await response.json()) as { stream_url?: string };
    return config.stream_url ? { url: config.stream_url } : undefined;
  } catch {
    return undefined; // no server at all, or HTML where JSON should be
  }
}

/** What the relay tells about a stream when it begins. */
export interface RelaySession {
  readonly id: string;
  readonly version: string;
  readonly format: string;
  readonly rate: number;
  readonly channels: number;
  readonly mode: string;
  readonly output: { readonly format: string; readonly rate: number };
  readonly vad: Readonly<Record<string, unknown>>;
  readonly config_hash: string;
}

export interface RelayListener {
  blocks(first: number, blocks: Block[]): void;
  event(event: VadEvent): void;
  /** Audio that the relay's provider answered with. */
  audio(bytes: number): void;
  metrics(metrics: Readonly<Record<string, unknown>>): void;
  /** The stream broke off. Not called after finish(). */
  gone(reason: string): void;
}

type Message =
  | { type: 'session.created'; session: RelaySession }
  | { type: 'blocks'; first_block: number; final?: true; probability_q15: number[]; level_dbfs_x100: number[]; state: State[] }
  | { type: VadEvent['type']; reason: VadEvent['reason']; segment: number; at_ms: number; onset_ms: number; padded_ms: number; end_ms: number }
  | { type: 'metrics' | 'finished'; metrics: Record<string, unknown> }
  | { type: 'error'; error: { code: string; message: string; param?: string; position?: number } };

const kConnectMs = 3000;
const kFinishMs = 3000;
const kMostBacklogBytes = 4 << 20; // 20 s of 48 kHz PCM16 and more: then the network is too slow for live audio

/** One stream of PCM16 to the relay. */
export class RelayLink {
  readonly session: RelaySession;
  #socket: WebSocket;
  #listener: RelayListener;
  #finished: (() => void) | undefined;
  #over = false;

  private constructor(socket: WebSocket, session: RelaySession, listener: RelayListener) {
    this.#socket = socket;
    this.session = session;
    this.#listener = listener;
    socket.onmessage = (message) => this.#receive(message);
    socket.onclose = (close) => this.#closed(close.reason || `the connection closed (code ${close.code})`);
  }

  /** Connects and waits for the relay's greeting. Rejects with words for people. */
  static connect(address: RelayAddress, sampleRateHz: number, listener: RelayListener): Promise<RelayLink> {
    const query = new URLSearchParams({ format: 'pcm16', rate: `${sampleRateHz}`, channels: '1', mode: 'realtime', vad: 'neural', max_gap_ms: '0', blocks: '1' });
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(`${address.url}?${query}`);
      socket.binaryType = 'arraybuffer';
      const fail = (reason: string): void => {
        clearTimeout(timer);
        socket.onmessage = socket.onclose = null;
        socket.close();
        reject(new Error(reason));
      };
      const timer = setTimeout(() => fail(`no answer within ${kConnectMs / 1000} s`), kConnectMs);
      socket.onclose = (close) => fail(close.reason || 'it cannot be reached');
      socket.onmessage = ({ data }) => {
        const message = parse(data);
        if (message?.type === 'session.created') {
          clearTimeout(timer);
          resolve(new RelayLink(socket, message.session, listener));
        } else {
          fail(message?.type === 'error' ? message.error.message : 'it does not speak this protocol');
        }
      };
    });
  }

  send(audio: Uint8Array): void {
    if (this.#over || audio.byteLength === 0) return;
    if (this.#socket.bufferedAmount > kMostBacklogBytes) {
      this.#closed('the network is too slow for live audio');
      return;
    }
    this.#socket.send(audio as Uint8Array<ArrayBuffer>);
  }

  askMetrics(): void {
    if (!this.#over) this.#socket.send('{"type":"metrics"}');
  }

  /** Ends the stream and waits for the relay's last decisions. */
  async finish(): Promise<void> {
    if (this.#over) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, kFinishMs);
      this.#finished = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#socket.send('{"type":"finish"}');
    });
    this.#over = true;
    this.#socket.close();
  }

  #receive({ data }: MessageEvent): void {
    if (this.#over) return;
    if (data instanceof ArrayBuffer) {
      this.#listener.audio(data.byteLength);
      return;
    }
    const message = parse(data);
    if (!this.#finished && message && endsTheStream(message)) {
      this.#closed('it is going away'); // it heard an end that we did not hear, so its last decisions are no concern of ours
      return;
    }
    switch (message?.type) {
      case 'blocks':
        this.#listener.blocks(message.first_block, blocksOf(message));
        break;
      case 'speech_start':
      case 'speech_end':
      case 'false_start':
        this.#listener.event(eventOf(message));
        break;
      case 'metrics':
        this.#listener.metrics(message.metrics);
        break;
      case 'finished':
        this.#listener.metrics(message.metrics);
        this.#finished?.();
        break;
      case 'error':
        this.#closed(message.error.message);
        break;
    }
  }

  #closed(reason: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#socket.close();
    if (this.#finished) this.#finished();
    else this.#listener.gone(reason);
  }
}

function parse(data: unknown): Message | undefined {
  try {
    return JSON.parse(String(data)) as Message;
  } catch {
    return undefined;
  }
}

function endsTheStream(message: Message): boolean {
  return message.type === 'finished' || (message.type === 'blocks' && message.final === true) || (message.type === 'speech_end' && message.reason === 'end_of_stream');
}

function blocksOf(message: Extract<Message, { type: 'blocks' }>): Block[] {
  return message.probability_q15.map((probabilityQ15, i) => ({
    probabilityQ15,
    levelDbfsX100: message.level_dbfs_x100[i] ?? NaN,
    state: kStates.indexOf(message.state[i] ?? 'silence'),
  }));
}

function eventOf(message: Extract<Message, { at_ms: number }>): VadEvent {
  return {
    type: message.type,
    reason: message.reason,
    segment: message.segment,
    atMs: message.at_ms,
    onsetMs: message.onset_ms,
    paddedMs: message.padded_ms,
    endMs: message.end_ms,
  };
}
