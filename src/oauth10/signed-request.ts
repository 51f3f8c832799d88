import type { IncomingMessage } from 'node:http';
import type { Scheme } from '../protocol/base-string-uri.js';

/**
 * A request whose signature is to be verified, wherever it came from: this service's own endpoints
 * or a gateway that reports another's. Raw throughout: what was signed are these octets.
 */
export interface SignedRequest {
  readonly method: string;
  readonly scheme: Scheme;
  /** Host, and the port unless it is the scheme's own, in lower case. */
  readonly authority: string;
  /** Path and query as in the request line. */
  readonly target: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  /** Undefined when a gateway did not forward it, or did not say that there is none. */
  readonly body: Buffer | undefined;
  readonly clientAddress: string | undefined;
  /**
   * What else it was sent to by its own headers, as a gateway reports them; undefined where `source` is
   * the request itself.
   */
  readonly otherHosts?: readonly (string | undefined)[];
  /** What brought it here; notes for the log are kept with that. */
  readonly source: IncomingMessage;
}
