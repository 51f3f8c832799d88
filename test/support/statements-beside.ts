/**
 * The names of the statements that a service sends periodically, independent of requests. A bare SELECT is the
 * heartbeat of the change feed. Tests that count the statements of a request leave these out.
 */
export const BESIDE_REQUESTS =
  /^SELECT$|clock|probe|last-use|note-weak|note-previous|note-verdicts|forget-replica|sweep|partition|heartbeat|pg_notify|timeline|nonce-store|claimed-ahead|backlog|event-lane/;
