import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { isLongBodyAllowed } from './body-time.js';
import { octetsAskedOf } from './request-body.js';

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

/**
 * The least average chunk size of a body with many chunks. A long body may have one short line per chunk, so
 * its limit is lower.
 */
const OCTETS_PER_CHUNK = 128;
const OCTETS_PER_CHUNK_OF_LONG = 16;

/** Why the rest of a body is not read. */
export type Surplus = 'small_chunks' | 'unread_body';

/** The limits of a body. */
export interface BodyBounds {
  /** The most octets that are read of a body before a handler asks for it (request-body.ts, body-time.ts). */
  readonly mostUnasked: number;
  /** This many chunks may have any size. */
  readonly fewChunks: number;
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
  { mostUnasked, fewChunks }: BodyBounds,
  stop: (request: IncomingMessage, why: Surplus) => void,
): void {
  const bounded = new WeakMap<Socket, Parser>();

  server.on('connection', (socket: Socket & { parser?: Parser }) => {
    const { parser } = socket;
    if (!parser) throw new Error('Node keeps no parser with a connection');
    const { slot, onBody } = (found ??= findIn(parser));
    bounded.set(socket, parser);
    let request: IncomingMessage | null = null;
    let chunks = 0;
    let octets = 0;

    parser[slot] = function (piece) {
      if (this.incoming !== request) {
        request = this.incoming;
        chunks = octets = 0;
      }
      // An unchunked piece is the data of one read. Small pieces cost the sender one packet each.
      if (request?.headers['transfer-encoding'] !== undefined) chunks += 1;
      octets += piece.length;
      onBody.call(this, piece);
      if (request === null || this.socket !== socket) return;
      const isLong = isLongBodyAllowed(request);
      const isWanted = isLong || octets <= Math.max(mostUnasked, octetsAskedOf(request));
      const average = isLong ? OCTETS_PER_CHUNK_OF_LONG : OCTETS_PER_CHUNK;
      if (isWanted && chunks <= fewChunks + octets / average) return;
      // The parser still parses the data that has already arrived. Without the callback it ignores the body,
      // and without a request it cannot end one.
      parser[slot] = undefined;
      this.incoming = null;
      stop(request, isWanted ? 'small_chunks' : 'unread_body');
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

function findIn(parser: Parser): Found {
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const onBody = parser[slot];
    if (onBody?.name === ON_BODY) return { slot, onBody };
  }
  throw new Error('Node parses bodies in another way than expected');
}
