// The receiver of the service's events. It accepts only deliveries whose signature the standardwebhooks library
// verifies, keeps them, and is behind a wire that tests can break.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { Wire } from './wire.mjs';

const PATH = '/events';
const TAKEN = 204;

export class Receiver {
  #secret = `whsec_${randomBytes(32).toString('base64')}`;
  #server;
  #port;
  door = new Wire(() => this.#port);
  /** The status for each delivery. */
  status = TAKEN;
  /** The number of deliveries received, whatever the answer. */
  tries = 0;
  /** The number of deliveries accepted, including repetitions. */
  deliveries = 0;
  /** Event id → event, in the order of first acceptance. */
  taken = new Map();

  constructor(findings) {
    this.findings = findings;
  }

  async open() {
    this.#server = createServer((request, response) => this.#receive(request, response));
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#port = this.#server.address().port;
    await this.door.open();
  }

  /** Settings for a service that sends its events here. */
  get env() {
    return {
      EVENTS_URL: `http://127.0.0.1:${this.door.port}${PATH}`,
      EVENTS_SECRET: this.#secret,
      EVENTS_TIMEOUT_SECONDS: '2',
      PLATFORM_TOKEN_ISSUER: 'https://auth.example.com',
      PLATFORM_TOKEN_AUDIENCE: 'https://api.example.com',
    };
  }

  /** Ends all faults of the receiver. */
  mend() {
    this.status = TAKEN;
    this.door.mend();
  }

  async #receive(request, response) {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // The sender was killed, or its connection was cut.
    }
    response.on('error', () => undefined);
    response.writeHead(this.#take(request, Buffer.concat(chunks).toString()), {
      Location: `${PATH}/elsewhere`,
    });
    response.end();
  }

  /** Returns the status of the answer. */
  #take({ url, headers }, body) {
    this.tries += 1;
    const { status, findings } = this;
    findings.expect('I10', url === PATH, 'a redirect was followed', { url });
    try {
      new Webhook(this.#secret).verify(body, headers);
    } catch (error) {
      findings.report('I10', 'a signature does not hold', { error: error.message, headers, body });
      return 401;
    }
    if (status !== TAKEN) return status;
    this.deliveries += 1;
    const event = JSON.parse(body);
    if (!this.taken.has(event.id)) this.taken.set(event.id, event);
    return status;
  }

  async close() {
    this.#server.closeAllConnections();
    await this.door.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
