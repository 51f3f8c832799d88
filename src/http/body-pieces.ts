import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { isLongBodyAllowed } from './body-time.js';
import { octetsAskedOf } from './request-body.js';

/** What Node does with a piece of a body that its parser has read. Not documented; a test holds it. */
type OnBody = (this: Parser, piece: Buffer) => void;

/** Node keeps the functions of a parser under numbers. */
interface Parser {
  [slot: number]: OnBody | undefined;
  socket: Socket | null;
  incoming: IncomingMessage | null;
}

const SLOTS = 8;
/** The name of Node's own function, which is the same for all parsers. */
const ON_BODY = 'parserOnBody';

/** Of a body of many chunks each has so many octets on average; of a long one, which may come in a chunk a line, so many. */
const OCTETS_PER_CHUNK = 128;
const OCTETS_PER_CHUNK_OF_LONG = 16;

/** Why the rest of a body is not read. */
export type Surplus = 'small_chunks' | 'unread_body';

/** What a body may be made of. */
export interface BodyBounds {
  /** What is read of a body for which no handler has asked (request-body.ts, body-time.ts), in octets. */
  readonly mostUnasked: number;
  /** So many chunks may be of any size. */
  readonly fewChunks: number;
}

interface Found {
  readonly slot: number;
  readonly onBody: OnBody;
}

/** Found on the first parser: a later one may be in the hands of `boundBodies` still. */
let found: Found | undefined;

/**
 * Bounds what the octets of a body cost. Each chunk of a chunked body (RFC 9112 section 7.1) costs Node some 2.5 µs,
 * so that 64 KiB in chunks of one octet take the process 150 ms and 20 MB; and what a handler has left
 * unread, Node reads to its end, for as long as it comes.
 *
 * @param stop is called once for a request whose body breaks a bound, and has to end the connection. Nothing more comes of
 *   the body, not even its end: nobody takes what came for all of it
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
      // Without chunks a piece is what one read brought: small ones cost the sender a packet each.
      if (request?.headers['transfer-encoding'] !== undefined) chunks += 1;
      octets += piece.length;
      onBody.call(this, piece);
      if (request === null || this.socket !== socket) return;
      const isLong = isLongBodyAllowed(request);
      const isWanted = isLong || octets <= Math.max(mostUnasked, octetsAskedOf(request));
      const average = isLong ? OCTETS_PER_CHUNK_OF_LONG : OCTETS_PER_CHUNK;
      if (isWanted && chunks <= fewChunks + octets / average) return;
      // The parser goes on to the end of what the system has brought. Without a function it makes nothing of it, and
      // without a request it ends none.
      parser[slot] = undefined;
      this.incoming = null;
      stop(request, isWanted ? 'small_chunks' : 'unread_body');
    };
    socket.once('close', () => restore(socket));
  });
  // Node has taken the parser away by now, which it otherwise does where the connection closes. Without a listener it
  // would end the connection just so.
  server.on('connect', (_, socket: Socket) => {
    restore(socket);
    socket.destroy();
  });

  /** Node takes the parser for another connection, perhaps one of a client. */
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
