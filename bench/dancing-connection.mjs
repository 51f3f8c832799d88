// A client and a consent application in one: each request is a whole flow.
import { Connection } from './connection.mjs';
import { acceptance, initiation, signedGet } from './request-bytes.mjs';

/** Obtains temporary credentials, allows them, and exchanges them (RFC 5849 section 2). */
export class DancingConnection {
  #client;
  #staff;

  /** @param job with `adminBase` and `gatewayKey` @param address a URL of the public listener */
  constructor(job, { hostname, port }) {
    this.job = job;
    this.#client = new Connection(hostname, Number(port));
    const { hostname: adminHost, port: adminPort } = new URL(job.adminBase);
    this.#staff = new Connection(adminHost, Number(adminPort));
  }

  /** Runs the flow for `{ consumer }` once. Resolves to the last response, or the first that is not 200. */
  async request({ consumer }) {
    const { job } = this;
    const initiated = await this.#client.request(
      initiation({ ...job, path: '/oauth/oauth10/initiate' }, { consumer }),
    );
    if (initiated.status !== 200) return initiated;
    const form = new URLSearchParams(initiated.body);
    const [token, secret] = [form.get('oauth_token'), form.get('oauth_token_secret')];
    const accepted = await this.#staff.request(
      acceptance({ ...job, path: '/admin/authorization-requests' }, { token }),
    );
    if (accepted.status !== 200) return accepted;
    const { oauthVerifier } = JSON.parse(accepted.body);
    const credentials = { consumer, token, secret, verifier: oauthVerifier };
    return this.#client.request(signedGet({ ...job, path: '/oauth/oauth10/token' }, credentials));
  }

  close() {
    this.#client.close();
    this.#staff.close();
  }
}
