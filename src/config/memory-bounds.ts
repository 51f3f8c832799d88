const MEBIBYTE = 1024 * 1024;

/** Memory of a request in flight: its body of at most 64 KiB, and the same as text and as parameters. */
const REQUEST_OCTETS = MEBIBYTE / 2;
/** A connection that is idle, with what Node keeps for it, in and beside the heap. */
const CONNECTION_OCTETS = MEBIBYTE / 16;

const within = (least: number, most: number, count: number): number =>
  Math.min(most, Math.max(least, Math.floor(count)));

/** The most requests in flight for a heap of this size. */
export const requestsInFlightFor = (heapOctets: number): number =>
  within(32, 1024, heapOctets / REQUEST_OCTETS);

/** How many connections a listener may hold beside a heap of this size. */
export const connectionsFor = (heapOctets: number): number =>
  within(512, 8192, heapOctets / CONNECTION_OCTETS);
