// A loopback TCP proxy that can cut, delay and silence connections, and swallow answers.
import { connect, createServer } from 'node:net';

export class Wire {
  #server;
  #pairs = new Set();
  #stalled = false;
  port;
  /** Closes new connections at once. */
  refusing = false;
  /** Delay of each chunk in milliseconds, called per chunk; undefined: none. */
  delayMs;
  /** Whether the connection breaks at this chunk, called per chunk; undefined: never. */
  breaks;
  /** Whether to drop the answer to this chunk from the client; undefined: never. */
  swallowsAnswerTo;
  swallowed = 0;

  /** @param target port to connect to; undefined: none yet */
  constructor(target) {
    this.target = target;
  }

  async open() {
    this.#server = createServer({ noDelay: true }, (client) => this.#join(client));
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
    return this;
  }

  /** Breaks every connection. */
  cut() {
    for (const { client, upstream } of this.#pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  }

  /** Forwards nothing and keeps connections open. Data waits on the way. */
  stall() {
    this.#stalled = true;
    for (const pair of this.#pairs) pauseBoth(pair);
  }

  /** Ends all faults of the wire and delivers the data that waited. */
  mend() {
    this.refusing = false;
    this.#stalled = false;
    this.delayMs = this.breaks = this.swallowsAnswerTo = undefined;
    for (const { client, upstream } of this.#pairs) {
      client.resume();
      upstream.resume();
    }
  }

  async close() {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client) {
    const port = this.refusing ? undefined : this.target();
    if (port === undefined) return void client.destroy();
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true });
    const pair = { client, upstream, isSwallowing: false };
    this.#pairs.add(pair);
    this.#carry(pair, client, upstream, (chunk) => {
      if (this.swallowsAnswerTo?.(chunk)) pair.isSwallowing = true;
      return true;
    });
    this.#carry(pair, upstream, client, () => {
      if (!pair.isSwallowing) return true;
      this.swallowed += 1;
      client.resetAndDestroy();
      upstream.resetAndDestroy();
      return false;
    });
    if (this.#stalled) pauseBoth(pair);
  }

  #carry(pair, from, to, passes) {
    let dueAt = 0;
    from.on('data', (chunk) => {
      if (this.breaks?.()) {
        pair.client.resetAndDestroy();
        pair.upstream.resetAndDestroy();
        return;
      }
      if (!passes(chunk)) return;
      const now = performance.now();
      dueAt = Math.max(dueAt, now + (this.delayMs?.() ?? 0));
      if (dueAt <= now) to.write(chunk);
      else setTimeout(() => to.writable && to.write(chunk), dueAt - now);
    });
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#pairs.delete(pair);
      to.end();
    });
  }
}

function pauseBoth({ client, upstream }) {
  client.pause();
  upstream.pause();
}
