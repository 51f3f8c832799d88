// Sends requests over keep-alive connections and reports the outcome of each.
import { Agent, request as httpRequest } from 'node:http';

/** Twice the limit that the service guarantees. A longer wait gives no further information. */
const PATIENCE_MS = 10_000;

export class Client {
  // Uses the connections in turn, so that none is idle when its replica shuts down.
  #agent = new Agent({ keepAlive: true, scheduling: 'fifo' });
  inFlight = 0;

  /**
   * Resolves to `{ status, headers, body, sentAt, tookMs }` and never rejects. Status 0 means that no answer came,
   * and `error` says why. Times are those of `performance.now()`.
   */
  send(port, { method, path, headers, body }) {
    const sentAt = performance.now();
    this.inFlight += 1;
    return new Promise((resolve) => {
      const settle = (answer) => {
        if (timer === undefined) return;
        clearTimeout(timer);
        timer = undefined;
        this.inFlight -= 1;
        resolve({ headers: {}, body: '', sentAt, tookMs: performance.now() - sentAt, ...answer });
      };
      const fail = (error) => settle({ status: 0, error: error.code ?? error.message });
      const outgoing = httpRequest({
        agent: this.#agent,
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { ...headers, 'Content-Length': body ? Buffer.byteLength(body) : 0 },
      });
      let timer = setTimeout(() => outgoing.destroy(new Error('no answer in time')), PATIENCE_MS);
      outgoing.on('error', fail);
      outgoing.on('response', (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk) => (text += chunk));
        incoming.on('error', fail);
        incoming.on('end', () =>
          settle({ status: incoming.statusCode, headers: incoming.headers, body: text }),
        );
      });
      outgoing.end(body);
    });
  }

  close() {
    this.#agent.destroy();
  }
}
