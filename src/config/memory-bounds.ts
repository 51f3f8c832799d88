const MEBIBYTE = 1024 * 1024;

/** The memory of a request in flight: a body of at most 64 KiB, also as text and as parameters. */
const REQUEST_OCTETS = MEBIBYTE / 2;
/** The memory of an idle connection in Node, inside and outside the heap. */
const CONNECTION_OCTETS = MEBIBYTE / 16;

const within = (least: number, most: number, count: number): number =>
  Math.min(most, Math.max(least, Math.floor(count)));

/** The maximum number of requests in flight for a heap of this size. */
export const requestsInFlightFor = (heapOctets: number): number =>
  within(32, 1024, heapOctets / REQUEST_OCTETS);

/** The maximum number of connections of a listener for a heap of this size. */
export const connectionsFor = (heapOctets: number): number =>
  within(512, 8192, heapOctets / CONNECTION_OCTETS);
