/** @typedef {import('./openapi.js').components['schemas']['ReportedRequest']} ReportedRequest */
/** @typedef {import('./openapi.js').components['schemas']['Verdict']} Verdict */
/** @typedef {Extract<Verdict, { active: true }>} Verified who signed, for whom, and what for */
/** @typedef {Extract<Verdict, { active: false }>} RefusedVerdict */

/** The request is not to be let through; `verdict` says why, and which status the client gets. */
export class Refused extends Error {
  /** @param {RefusedVerdict} verdict */
  constructor(verdict) {
    super(verdict.problem);
    this.name = 'Refused';
    this.verdict = verdict;
  }
}

/** There is no verdict: the service is out of reach, or does not know this API's key. The client gets 503. */
export class Unavailable extends Error {
  /**
   * @param {string} reason for the log, and not for the client
   * @param {number} retryAfterSeconds when the client may try again
   * @param {unknown} [cause]
   */
  constructor(reason, retryAfterSeconds, cause) {
    super(reason, { cause });
    this.name = 'Unavailable';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Asks `POST /verify` of the admin listener. */
export class OAuth10Client {
  /**
   * @param {object} options
   * @param {string} options.adminUrl of the admin listener, `http://127.0.0.1:3001`
   * @param {string} options.key an API key of the role `gateway`
   * @param {number} [options.timeoutMs] 5,000 unless set
   */
  constructor({ adminUrl, key, timeoutMs = 5_000 }) {
    this.url = new URL('/verify', adminUrl);
    this.key = key;
    this.timeoutMs = timeoutMs;
  }

  /**
   * Who signed the request. Each question spends a nonce: never ask twice about one request.
   *
   * @param {ReportedRequest} request as it came: the raw target, the octets of the body
   * @returns {Promise<Verified>}
   * @throws {Refused | Unavailable}
   */
  async verify(request) {
    const { status, retryAfterSeconds, verdict } = await this.#ask(request);
    // 401 and 403 are about this API's own key, and 400 about its own report.
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
