/** @typedef {import('./openapi.js').components['schemas']['ReportedRequest']} ReportedRequest */
/** @typedef {import('./openapi.js').components['schemas']['Verdict']} Verdict */
/** @typedef {Extract<Verdict, { active: true }>} Verified who signed, for whom, and what for */
/** @typedef {Extract<Verdict, { active: false }>} RefusedVerdict */
/** The request is not to be let through; `verdict` says why, and which status the client gets. */
export class Refused extends Error {
  /** @param {RefusedVerdict} verdict */
  constructor(verdict: RefusedVerdict);
  verdict: {
    active: false;
    status: number;
    problem: string;
    advice: string;
    parameters?: string[];
    hint?: string;
  };
}
/** There is no verdict: the service is out of reach, or does not know this API's key. The client gets 503. */
export class Unavailable extends Error {
  /**
   * @param {string} reason for the log, and not for the client
   * @param {number} retryAfterSeconds when the client may try again
   * @param {unknown} [cause]
   */
  constructor(reason: string, retryAfterSeconds: number, cause?: unknown);
  retryAfterSeconds: number;
}
/** Asks `POST /verify` of the admin listener. */
export class OAuth10Client {
  /**
   * @param {object} options
   * @param {string} options.adminUrl of the admin listener, `http://127.0.0.1:3001`
   * @param {string} options.key an API key of the role `gateway`
   * @param {number} [options.timeoutMs] 5,000 unless set
   */
  constructor({
    adminUrl,
    key,
    timeoutMs,
  }: {
    adminUrl: string;
    key: string;
    timeoutMs?: number | undefined;
  });
  url: import('url').URL;
  key: string;
  timeoutMs: number;
  /**
   * Who signed the request. Each question spends a nonce: never ask twice about one request.
   *
   * @param {ReportedRequest} request as it came: the raw target, the octets of the body
   * @returns {Promise<Verified>}
   * @throws {Refused | Unavailable}
   */
  verify(request: ReportedRequest): Promise<Verified>;
  #private;
}
export type ReportedRequest = import('./openapi.js').components['schemas']['ReportedRequest'];
export type Verdict = import('./openapi.js').components['schemas']['Verdict'];
/**
 * who signed, for whom, and what for
 */
export type Verified = Extract<
  Verdict,
  {
    active: true;
  }
>;
export type RefusedVerdict = Extract<
  Verdict,
  {
    active: false;
  }
>;
