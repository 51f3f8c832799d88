/** @typedef {import('./openapi.js').components['schemas']['ReportedRequest']} ReportedRequest */
/** @typedef {import('./openapi.js').components['schemas']['Verdict']} Verdict */
/**
 * @typedef {Extract<Verdict, { active: true }>} Verified the consumer, the subject and the scopes of a valid request
 */
/** @typedef {Extract<Verdict, { active: false }>} RefusedVerdict */

/** The request is refused. `verdict` contains the reason, and the status for the client. */
export class Refused extends Error {
  /** @param {RefusedVerdict} verdict */
  constructor(verdict) {
    super(verdict.problem);
    this.name = 'Refused';
    this.verdict = verdict;
  }
}

/** There is no verdict: the service is unreachable, or refused this API's key. The client gets 503. */
export class Unavailable extends Error {
  /**
   * @param {string} reason for the log, not for the client
   * @param {number} retryAfterSeconds when the client may try again
   * @param {unknown} [cause]
   */
  constructor(reason, retryAfterSeconds, cause) {
    super(reason, { cause });
    this.name = 'Unavailable';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Calls `POST /verify` of the admin listener. */
export class OAuth10Client {
  /**
   * @param {object} options
   * @param {string} options.adminUrl URL of the admin listener, such as `http://127.0.0.1:3001`
   * @param {string} options.key an API key with the role `gateway`
   * @param {number} [options.timeoutMs] default 5,000
   */
  constructor({ adminUrl, key, timeoutMs = 5_000 }) {
    this.url = new URL('/verify', adminUrl);
    this.key = key;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Verifies a signed request. Each call spends the request's nonce, so call it only once per request.
   *
   * @param {ReportedRequest} request as received: the raw target, the octets of the body
   * @returns {Promise<Verified>}
   * @throws {Refused | Unavailable}
   */
  async verify(request) {
    const { status, retryAfterSeconds, verdict } = await this.#ask(request);
    // 401 and 403 concern this API's own key, and 400 the report itself.
    if (status !== 200) throw new Unavailable(`/verify answered ${status}`, retryAfterSeconds);
    if (verdict.active === true) return verdict;
    if (verdict.active === false) throw new Refused(verdict);
    throw new Unavailable('/verify answered no verdict', retryAfterSeconds);
  }

  /** @param {ReportedRequest} request */
  async #ask(request) {
    try {
      const reply = await fetch(this.url, {
        method: 'POST',
        headers: { 'X-Gateway-Key': this.key, 'Content-Type': 'application/json' },
        body: JSON.stringify(request),
        redirect: 'error',
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      const { status, headers } = reply;
      const retryAfterSeconds = Number(headers.get('Retry-After')) || 1;
      const verdict = /** @type {Verdict} */ (status === 200 ? await reply.json() : {});
      return { status, retryAfterSeconds, verdict };
    } catch (error) {
      throw new Unavailable('/verify is out of reach', 1, error);
    }
  }
}
