/**
 * The names of statements that a service sends beside requests, whenever it is time; a bare SELECT asks whether
 * the change feed still hears. Who counts the statements of a request leaves them out.
 */
export const BESIDE_REQUESTS =
  /^SELECT$|clock|probe|last-use|note-weak|note-previous|note-verdicts|forget-replica|sweep|partition|heartbeat|pg_notify|timeline|nonce-store|claimed-ahead|backlog|event-lane/;
