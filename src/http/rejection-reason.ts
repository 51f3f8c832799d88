/**
 * Why a listener rejected a request or closed a connection: `in_flight`: too many requests in flight;
 * `pipelined`: a request was sent before the previous one was answered; `connections`: too many connections;
 * `slow_reader`: the client did not read its response; `slow_body`: the listener was full, and a body was
 * incomplete after 5 s; `small_chunks`: the body came in chunks of a few octets; `unread_body`: the body was
 * longer than any handler reads.
 */
export const REJECTION_REASONS = [
  'in_flight',
  'pipelined',
  'connections',
  'slow_reader',
  'slow_body',
  'small_chunks',
  'unread_body',
] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];
