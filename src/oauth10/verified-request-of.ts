import type { IncomingMessage } from 'node:http';
import type { VerifiedRequest } from './verified-request.js';

/** Metadata key of SignedEndpointOptions. */
export const SIGNED_ENDPOINT = Symbol('signed endpoint');

const verifiedRequests = new WeakMap<IncomingMessage, VerifiedRequest>();

/** Leaves the verdict of the guard for the handler. */
export function rememberVerified(request: IncomingMessage, verified: VerifiedRequest): void {
  verifiedRequests.set(request, verified);
}

/** The verdict of the guard. Throws when a handler runs without one, which is a fault in our code. */
export function verifiedRequestOf(request: IncomingMessage): VerifiedRequest {
  const verified = verifiedRequests.get(request);
  if (!verified) throw new Error('A handler asked for a signed request that no guard verified');
  return verified;
}
