import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** What Node does with a piece of a body that its parser has read. Not documented; a test holds it. */
type OnBody = (this: Parser, piece: Buffer) => void;

/** Node keeps the functions of a parser under numbers. */
interface Parser {
  [slot: number]: OnBody | undefined;
  readonly incoming: IncomingMessage | null;
}

const SLOTS = 8;
/** The name of Node's own function. */
const ON_BODY = 'parserOnBody';

/** Bodies of fewer chunks are not looked at. */
const FEW_CHUNKS = 256;

/** Why the rest of a body is not read. */
export type Surplus = 'small_chunks' | 'unread_body';

/** What a body may be made of. */
export interface BodyBounds {
  /** Octets of a body beyond which no handler reads on. */
  readonly mostOctets: number;
  /** Of a body of many chunks each has so many octets on average. */
  readonly octetsPerChunk: number;
}

/**
 * Bounds what the octets of a body cost. Each chunk of a chunked body (RFC 9112 section 7.1) costs Node some 2.5 µs,
 * so that 64 KiB in chunks of one octet take the process 150 ms and 20 MB; and what a handler has left
 * unread, Node reads to its end, for as long as it comes.
 *
 * @param stop is called once for a body that breaks a bound; what comes after it on the connection is not looked at
 */
export function boundBodies(
  server: Server,
  { mostOctets, octetsPerChunk }: BodyBounds,
  stop: (socket: Socket, why: Surplus) => void,
): void {
  server.on('connection', (socket: Socket & { parser?: Parser }) => {
    const { parser } = socket;
    const slot = Array.from({ length: SLOTS }, (_, n) => n).find(
      (n) => parser?.[n]?.name === ON_BODY,
    );
    if (!parser || slot === undefined) {
      throw new Error('Node parses bodies in another way than expected');
    }
    const readOn = parser[slot] as OnBody;
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
      readOn.call(this, piece);
      const isFine = octets <= mostOctets && chunks <= FEW_CHUNKS + octets / octetsPerChunk;
      if (isFine) return;
      // The parser goes on to the end of what the system has brought. Without a function it makes nothing of it.
      parser[slot] = undefined;
      stop(socket, octets > mostOctets ? 'unread_body' : 'small_chunks');
    };
    // Node takes the parser for another connection, perhaps one of a client.
    socket.once('close', () => (parser[slot] = readOn));
  });
}
