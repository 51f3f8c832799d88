// Ids that callers may give their requests, so that their logs and ours can be read together.
import type { IncomingMessage } from 'node:http';

const REQUEST_ID = /^[\w.:~@+/=-]{1,64}$/;
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}/;

/**
 * The caller's `X-Request-Id`, if it consists of 1 to 64 letters, digits and `-._~:@+/=`. A repeated header is
 * ignored, because Node joins the values with a comma.
 */
export function givenRequestId({ headers }: IncomingMessage): string | undefined {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : undefined;
}

/** The trace id in the caller's `traceparent` (W3C Trace Context), if that is well-formed. */
export function givenTraceId({ headers }: IncomingMessage): string | undefined {
  const given = headers['traceparent'];
  return typeof given === 'string' ? TRACEPARENT.exec(given)?.[1] : undefined;
}
