import type { IncomingMessage } from 'node:http';
import type { Scheme } from '../protocol/base-string-uri.js';

/**
 * A request whose signature is to be verified: sent to this service's own endpoints, or reported by a gateway. All
 * values are raw, because these octets were signed.
 */
export interface SignedRequest {
  readonly method: string;
  readonly scheme: Scheme;
  /** Host, and port unless it is the scheme's default, in lower case. */
  readonly authority: string;
  /** Path and query as in the request line. */
  readonly target: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  /** Undefined if a gateway did not forward it and did not say that it is empty. */
  readonly body: Buffer | undefined;
  readonly clientAddress: string | undefined;
  /**
   * Other hosts in the request's own headers, as a gateway reports them; undefined if `source` is the request
   * itself.
   */
  readonly otherHosts?: readonly (string | undefined)[];
  /** The HTTP request that contains or reports it; it carries the notes for the log. */
  readonly source: IncomingMessage;
}
