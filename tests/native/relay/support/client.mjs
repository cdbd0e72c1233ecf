// A client of /v1/stream on `ws`, which we did not write.
import WebSocket from 'ws';

export class StreamClient {
  /** All that came: JSON messages in order, and the answers' audio. */
  messages = [];
  audio = [];

  constructor(relay, query = {}, options = {}) {
    const url = `${relay.streams}?${new URLSearchParams({ blocks: '1', max_gap_ms: '0', ...query })}`;
    this.socket = new WebSocket(options.url ?? url, options.ws);
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString(), error: this.error }));
    });
    this.socket.on('error', (error) => (this.error = error));
    this.socket.on('message', (data, binary) => {
      if (binary) this.audio.push(data);
      else this.messages.push(JSON.parse(data.toString()));
      for (const waiter of [...this.#waiters]) waiter();
    });
    this.opened = new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
    this.opened.catch(() => {});
  }

  #waiters = new Set();

  /** The first message of this type, now or later. Rejects when the socket closes without it. */
  async message(type, test = () => true) {
    const find = () => this.messages.find((one) => one.type === type && test(one));
    const wanted = new Promise((resolve) => {
      const look = () => {
        if (!find()) return;
        this.#waiters.delete(look);
        resolve();
      };
      this.#waiters.add(look);
      look();
    });
    await Promise.race([wanted, this.closed]);
    if (!find()) throw new Error(`closed without a message '${type}'`);
    return find();
  }

  send(data) {
    return new Promise((resolve, reject) => this.socket.send(data, (error) => (error ? reject(error) : resolve())));
  }

  /** Sends all chunks, as fast as the relay takes them. */
  async stream(chunks) {
    await this.opened;
    let pending;
    let count = 0;
    for (const chunk of chunks) {
      pending = this.send(chunk);
      if (++count % 256 === 0) await pending;
    }
    await pending;
  }

  /** Ends in order. Gives everything that was decided and answered. */
  async finish() {
    await this.opened;
    await this.send('{"type":"finish"}');
    const { code, reason } = await this.closed;
    return { code, reason, ...this.result() };
  }

  result() {
    return {
      blocks: joinBlocks(this.messages),
      events: this.messages.filter((one) => ['speech_start', 'speech_end', 'false_start'].includes(one.type)),
      errors: this.messages.filter((one) => one.type === 'error').map((one) => one.error),
      answers: this.messages.filter((one) => one.type === 'answer_done'),
      finished: this.messages.find((one) => one.type === 'finished'),
      audio: Buffer.concat(this.audio),
    };
  }
}

/** All "blocks" messages as one row a block. Throws when one is missing or comes twice. */
function joinBlocks(messages) {
  const rows = [];
  for (const one of messages) {
    if (one.type !== 'blocks') continue;
    if (one.first_block !== rows.length) throw new Error(`block ${one.first_block} follows ${rows.length - 1}`);
    one.probability_q15.forEach((q15, i) => rows.push([q15, one.level_dbfs_x100[i], one.state[i]].join(' ')));
  }
  return rows;
}

/** Streams `bytes` cut by `chunks`, finishes, gives the result. */
export async function streamAll(relay, query, chunks) {
  const client = new StreamClient(relay, query);
  await client.stream(chunks);
  return client.finish();
}
