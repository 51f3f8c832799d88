// Where the service's events are sent to: it takes none without a signature that a library of others has
// verified, keeps what it took, and stands behind a wire that can be broken.
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
  /** What each delivery is answered. */
  status = TAKEN;
  /** Deliveries that came, whatever they were answered. */
  tries = 0;
  /** Of these, the ones that were taken, each repetition counted. */
  deliveries = 0;
  /** The id of an event → the event, in the order in which each was taken first. */
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

  /** For a service that sends its events here. */
  get env() {
    return {
      EVENTS_URL: `http://127.0.0.1:${this.door.port}${PATH}`,
      EVENTS_SECRET: this.#secret,
      EVENTS_TIMEOUT_SECONDS: '2',
      PLATFORM_TOKEN_ISSUER: 'https://auth.example.com',
      PLATFORM_TOKEN_AUDIENCE: 'https://api.example.com',
    };
  }

  /** All is well with it again. */
  mend() {
    this.status = TAKEN;
    this.door.mend();
  }

  async #receive(request, response) {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // Its sender was killed, or its way was cut.
    }
    response.on('error', () => undefined);
    response.writeHead(this.#take(request, Buffer.concat(chunks).toString()), {
      Location: `${PATH}/elsewhere`,
    });
    response.end();
  }

  /** The status of the answer. */
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
