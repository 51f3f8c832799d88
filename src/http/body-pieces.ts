import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { isLongBodyAllowed } from './body-time.js';
import { RequestProperty } from './request-property.js';

/** The function that Node calls when its parser has read a piece of a body. Not documented; a test checks it. */
type OnBody = (this: Parser, piece: Buffer) => void;

/** Node stores a parser's callbacks under numbers. */
interface Parser {
  [slot: number]: OnBody | undefined;
  socket: Socket | null;
  incoming: IncomingMessage | null;
}

const SLOTS = 8;
/** The name of Node's own callback, which all parsers share. */
const ON_BODY = 'parserOnBody';

/** Why the rest of a body is not read. */
export type Surplus = 'small_chunks' | 'unread_body';

/** The detail of the 400 for a body in too many small chunks. */
export const SMALL_CHUNKS = 'The body came in too many small chunks.';

/** `few` chunks may have any size; beyond that, the body must have `octetsPerChunk` octets a chunk on average. */
interface ChunkBounds {
  readonly few: number;
  readonly octetsPerChunk: number;
}

/**
 * Of a body of at most 64 KiB that its handler reads whole: to deliver a chunk takes about 2 µs, however small it
 * is. Only authenticated callers may send more, and the listener's own bounds apply to them.
 */
const CHUNKS_OF_SHORT: ChunkBounds = { few: 256, octetsPerChunk: 512 };
const SHORT_OCTETS = 64 * 1024;
/** Of a file that an authenticated caller sends, perhaps with one short line in each chunk. */
const CHUNKS_OF_LONG: ChunkBounds = { few: 512, octetsPerChunk: 16 };

/** The limits of a body that no handler has asked for yet (request-body.ts, body-time.ts). */
export interface BodyBounds {
  /** The most octets that are read. */
  readonly mostUnasked: number;
  readonly chunks: ChunkBounds;
}

/** What has arrived of a body, and what its handler wants of it. */
interface BodyMeter {
  chunks: number;
  octets: number;
  /** The most octets that the handler reads; 0 until it asks. */
  asked: number;
  /** Finds whether the body exceeds a limit, and then ends its connection. Set with the first piece. */
  check?: () => Surplus | undefined;
}

const meters = new RequestProperty<IncomingMessage, BodyMeter>('bodyMeter');

function meterOf(request: IncomingMessage): BodyMeter {
  let meter = meters.get(request);
  if (meter === undefined) {
    meter = { chunks: 0, octets: 0, asked: 0 };
    meters.set(request, meter);
  }
  return meter;
}

/**
 * Notes that the handler reads at most `octets` of the body.
 *
 * @returns the limit that the body exceeds: its rest does not come, and the connection is closed
 */
export function askForBody(request: IncomingMessage, octets: number): Surplus | undefined {
  const meter = meterOf(request);
  meter.asked = octets;
  return meter.check?.();
}

interface Found {
  readonly slot: number;
  readonly onBody: OnBody;
}

/** Taken from the first parser. A later one may still contain a callback of `boundBodies`. */
let found: Found | undefined;

/**
 * Limits the cost of bodies. Each chunk of a chunked body (RFC 9112 section 7.1) costs Node about 2.5 µs, so 64
 * KiB in chunks of one octet take 150 ms and 20 MB. Node also reads a body that a handler left unread to its
 * end, however long it is.
 *
 * @param stop called once for a request whose body exceeds a limit; it must end the connection. The request
 *   emits no further data and no `end`, so that no handler takes the part for the whole body
 */
export function boundBodies(
  server: Server,
  bounds: BodyBounds,
  stop: (request: IncomingMessage, why: Surplus) => void,
): void {
  const bounded = new WeakMap<Socket, Parser>();

  server.on('connection', (socket: Socket & { parser?: Parser }) => {
    const { parser } = socket;
    if (!parser) throw new Error('Node keeps no parser with a connection');
    const { slot, onBody } = (found ??= findIn(parser));
    bounded.set(socket, parser);
    const check = (request: IncomingMessage, meter: BodyMeter): Surplus | undefined => {
      // A handler may ask late, when the parser already serves another connection.
      if (!bounded.has(socket)) return undefined;
      const why = surplusOf(request, meter, bounds);
      if (why === undefined) return undefined;
      // The parser still parses the data that has already arrived. Without the callback it ignores the body,
      // and without a request it cannot end one.
      parser[slot] = undefined;
      if (parser.incoming === request) parser.incoming = null;
      meter.check = () => why;
      stop(request, why);
      return why;
    };

    parser[slot] = function (piece) {
      const request = this.incoming;
      if (request === null) return onBody.call(this, piece);
      const meter = meterOf(request);
      meter.check ??= () => check(request, meter);
      // An unchunked piece is the data of one read. Small pieces cost the sender one packet each.
      if (request.headers['transfer-encoding'] !== undefined) meter.chunks += 1;
      meter.octets += piece.length;
      onBody.call(this, piece);
      if (this.socket === socket) meter.check();
    };
    socket.once('close', () => restore(socket));
  });
  // Node has detached its parser by now, and the `close` handler would be too late to restore it. Without a
  // listener, Node destroys a CONNECT's connection too.
  server.on('connect', (_, socket: Socket) => {
    restore(socket);
    socket.destroy();
  });

  /** Node reuses the parser for other connections, possibly one on which this process is the client. */
  function restore(socket: Socket): void {
    const parser = bounded.get(socket);
    if (parser && found) parser[found.slot] = found.onBody;
    bounded.delete(socket);
  }
}

/** The limit that the body exceeds; undefined: none. */
function surplusOf(
  request: IncomingMessage,
  { chunks, octets, asked }: BodyMeter,
  bounds: BodyBounds,
): Surplus | undefined {
  const isLong = isLongBodyAllowed(request);
  if (!isLong && octets > Math.max(bounds.mostUnasked, asked)) return 'unread_body';
  const isShort = asked > 0 && asked <= SHORT_OCTETS;
  const { few, octetsPerChunk } = isLong
    ? CHUNKS_OF_LONG
    : isShort
      ? CHUNKS_OF_SHORT
      : bounds.chunks;
  return chunks > few + octets / octetsPerChunk ? 'small_chunks' : undefined;
}

function findIn(parser: Parser): Found {
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const onBody = parser[slot];
    if (onBody?.name === ON_BODY) return { slot, onBody };
  }
  throw new Error('Node parses bodies in another way than expected');
}
