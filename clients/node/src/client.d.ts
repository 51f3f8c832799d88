/** @typedef {import('./openapi.js').components['schemas']['ReportedRequest']} ReportedRequest */
/** @typedef {import('./openapi.js').components['schemas']['Verdict']} Verdict */
/**
 * @typedef {Extract<Verdict, { active: true }>} Verified the consumer, the subject and the scopes of a valid request
 */
/** @typedef {Extract<Verdict, { active: false }>} RefusedVerdict */
/** The request is refused. `verdict` contains the reason, and the status for the client. */
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
/** There is no verdict: the service is unreachable, or refused this API's key. The client gets 503. */
export class Unavailable extends Error {
  /**
   * @param {string} reason for the log, not for the client
   * @param {number} retryAfterSeconds when the client may try again
   * @param {unknown} [cause]
   */
  constructor(reason: string, retryAfterSeconds: number, cause?: unknown);
  retryAfterSeconds: number;
}
/** Calls `POST /verify` of the admin listener. */
export class OAuth10Client {
  /**
   * @param {object} options
   * @param {string} options.adminUrl URL of the admin listener, such as `http://127.0.0.1:3001`
   * @param {string} options.key an API key with the role `gateway`
   * @param {number} [options.timeoutMs] default 5,000
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
   * Verifies a signed request. Each call spends the request's nonce, so call it only once per request.
   *
   * @param {ReportedRequest} request as received: the raw target, the octets of the body
   * @returns {Promise<Verified>}
   * @throws {Refused | Unavailable}
   */
  verify(request: ReportedRequest): Promise<Verified>;
  #private;
}
export type ReportedRequest = import('./openapi.js').components['schemas']['ReportedRequest'];
export type Verdict = import('./openapi.js').components['schemas']['Verdict'];
/**
 * the consumer, the subject and the scopes of a valid request
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
