import type { IncomingMessage, ServerResponse } from 'node:http';
import { RequestProperty } from './request-property.js';

/** A request is a few kilobytes: who needs longer is not honest. */
export const BODY_TIMEOUT_MS = 15_000;

/** How long the answer may take to leave. */
const TAKEN_MS = 1_000;
const TOO_SLOW = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

const allowed = new RequestProperty<IncomingMessage, true>('longBodyAllowed');
const limits = new RequestProperty<IncomingMessage, NodeJS.Timeout>('limits');

/**
 * Gives a body its time, after which the connection is closed. Node's own limit is one for a whole
 * listener; this one can be lifted for a request.
 */
export function limitBodyTime(request: IncomingMessage): void {
  const { headers, socket } = request;
  if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
  const limit = setTimeout(() => {
    if (request.complete) return;
    socket.end(TOO_SLOW, () => socket.destroy());
    // Who takes no answer waits for none.
    setTimeout(() => socket.destroy(), TAKEN_MS).unref();
  }, BODY_TIMEOUT_MS);
  limit.unref();
  limits.set(request, limit);
  request.once('close', () => clearTimeout(limit));
}

/**
 * Lets a body take as long as it needs, provided that something of it comes within each such time.
 * For callers whom the guard has let through.
 */
export function allowLongBody(request: IncomingMessage, response: ServerResponse): void {
  allowed.set(request, true);
  clearTimeout(limits.get(request));
  request.setTimeout(BODY_TIMEOUT_MS, () => request.destroy());
  // What follows the body may be silent for longer. Behind the answer Node has set the time of a kept connection.
  const setNoTimeout = (): void => void request.setTimeout(0);
  request.once('end', setNoTimeout);
  response.once('finish', () => request.off('end', setNoTimeout));
}

/** Whether the guard has let the caller through who sends a long body. */
export const isLongBodyAllowed = (request: IncomingMessage): boolean =>
  allowed.get(request) === true;
