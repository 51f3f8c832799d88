import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestProperty } from './request-property.js';

/** A request is a few kilobytes, so an honest client needs less time. */
export const BODY_TIMEOUT_MS = 15_000;

/** The time in which the client has to read the 408. */
const TAKEN_MS = 1_000;
const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

const allowed = new RequestProperty<IncomingMessage, true>('longBodyAllowed');
const limits = new RequestProperty<IncomingMessage, NodeJS.Timeout>('limits');

/**
 * Limits the time in which a body must arrive, and then closes the connection. Node's own limit applies to a
 * whole listener; this one can be lifted for a single request.
 */
export function limitBodyTime(request: IncomingMessage): void {
  const { headers, socket } = request;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
  const limit = setTimeout(() => {
    if (request.complete) return;
    socket.end(TOO_SLOW, () => socket.destroy());
    // Without this, a client that does not read the 408 would keep the connection open.
    setTimeout(() => socket.destroy(), TAKEN_MS).unref();
  }, BODY_TIMEOUT_MS);
  limit.unref();
  limits.set(request, limit);
  request.once('close', () => clearTimeout(limit));
}

/**
 * Lets a body take as long as it needs, provided that some of it arrives within each BODY_TIMEOUT_MS. Only for
 * authenticated callers.
 */
export function allowLongBody(request: IncomingMessage, response: ServerResponse): void {
  allowed.set(request, true);
  clearTimeout(limits.get(request));
  request.setTimeout(BODY_TIMEOUT_MS, () => request.destroy());
  // After the body, the connection may be idle for longer. After the response, Node has set its keep-alive
  // timeout.
  const setNoTimeout = (): void => void request.setTimeout(0);
  request.once('end', setNoTimeout);
  response.once('finish', () => request.off('end', setNoTimeout));
}

/** Whether an authenticated caller sends a long body. */
export const isLongBodyAllowed = (request: IncomingMessage): boolean =>
  allowed.get(request) === true;
