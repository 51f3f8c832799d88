import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RejectionReason } from './rejection-reason.js';
import { sendText } from './send-text.js';

/** What Node does with a head that its parser has read. Not documented; a test holds it. */
type OnIncoming = (request: ParsedRequest, keepAlive: boolean) => number;

interface ParsedRequest extends IncomingMessage {
  upgrade?: boolean;
}

interface ParsedSocket extends Socket {
  parser?: { onIncoming?: OnIncoming };
}

const LINGER_MS = 1_000;

/** What Node tells its parser of a connection that leaves HTTP: the rest is not parsed. */
const PARSE_NO_FURTHER = 2;

/** What the connections of a server have in hand. */
interface OneRequestPerConnection {
  /** To be called with each response as soon as there is one. */
  setResponse(response: ServerResponse): void;
  /** Whether a request of the connection is in hand. */
  isBusy(socket: Socket): boolean;
  /** Ends the connection behind a 400 with this text, or at once where another response has begun. */
  refuse(request: IncomingMessage, text: string): void;
  /** Ends the connection behind the response in hand, so that who is still sending can read it. */
  readNoFurther(request: IncomingMessage): void;
}

/** One connection: the request that was read last, and its response once there is one. */
interface InFlight {
  request: IncomingMessage | undefined;
  response: ServerResponse | undefined;
  ending: boolean;
}

/**
 * Holds each connection of the server to one request at a time. Node hands out all that one read brings,
 * which may be 2,000 requests of a few octets; here the second is not even made: the first is answered,
 * and the connection ends, as RFC 9112 section 9.3.2 allows. Clients that pipeline send the rest again.
 *
 * @param silenceMs how long a connection that is to end may go without that something of its answer is taken
 * @param onRejected called for each connection that is ended so
 */
export function oneRequestPerConnection(
  server: Server,
  silenceMs: number,
  onRejected: (why: RejectionReason) => void,
): OneRequestPerConnection {
  const connections = new WeakMap<Socket, InFlight>();

  server.on('connection', (socket: ParsedSocket) => {
    const { parser } = socket;
    const readOn = parser?.onIncoming;
    if (!parser || !readOn) throw new Error('Node parses connections in another way than expected');
    const inFlight: InFlight = { request: undefined, response: undefined, ending: false };
    connections.set(socket, inFlight);
    parser.onIncoming = (request, keepAlive) => {
      const isFree = inFlight.request === undefined || isOnItsWay(inFlight.response);
      if (isFree && !inFlight.ending) {
        inFlight.request = request;
        inFlight.response = undefined;
        return readOn(request, keepAlive);
      }
      request.upgrade = false;
      socket.pause();
      if (!inFlight.ending) {
        inFlight.ending = true;
        endWhenSilent(socket, silenceMs);
        onRejected('pipelined');
        endAfter(inFlight.response, socket);
      }
      return PARSE_NO_FURTHER;
    };
  });

  /** No other request of the connection is served. */
  const lastResponseOn = (socket: Socket): ServerResponse | undefined => {
    const inFlight = connections.get(socket);
    if (inFlight) inFlight.ending = true;
    endWhenSilent(socket, silenceMs);
    return inFlight?.response;
  };

  return {
    setResponse(response) {
      const inFlight = connections.get(response.req.socket);
      if (inFlight === undefined) return;
      inFlight.response = response;
      response.once('close', () => {
        if (inFlight.response === response) inFlight.request = inFlight.response = undefined;
      });
    },
    isBusy: (socket) => connections.get(socket)?.request !== undefined,
    refuse(request, text) {
      const response = lastResponseOn(request.socket);
      if (response === undefined) return request.socket.destroySoon();
      if (response.headersSent) return void request.socket.destroy();
      // Whoever reads the body learns now that it does not end.
      response.once('close', () => request.destroy());
      // A handler may be about to write its own.
      response.on('error', () => undefined);
      endAfter(response, request.socket);
      sendText(response, 400, text);
    },
    readNoFurther(request) {
      const response = lastResponseOn(request.socket);
      if (response === undefined) linger(request.socket);
      else response.once('close', () => linger(request.socket));
    },
  };
}

/** What Node knows of a response with `Connection: close`. Not documented; a test holds it. */
type MaybeLast = ServerResponse & { readonly _last?: boolean };

/**
 * Who has the whole answer may ask again sooner than the system tells us that the last of it was taken. So
 * may one request, since its own answer is then behind the other. Behind the last one of a connection there is none.
 */
const isOnItsWay = (response: MaybeLast | undefined): boolean =>
  response !== undefined &&
  response.writableEnded &&
  response._last !== true &&
  response.socket !== null &&
  response.writableLength > 0;

/** Without a response, Node has answered by itself what it does not hand out. */
function endAfter(response: ServerResponse | undefined, socket: Socket): void {
  if (response === undefined) return socket.destroySoon();
  response.shouldKeepAlive = false;
  response.once('close', () => socket.destroySoon());
}

/** A connection that is closed with something unread is reset, and the client may lose the answer. */
function linger(socket: Socket): void {
  socket.pause();
  socket.end();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

/** What the client sends keeps its connection, for Node. Here it counts what the client takes. */
function endWhenSilent(socket: Socket, silenceMs: number): void {
  const taken = () => socket.bytesWritten - socket.writableLength;
  let before = taken();
  const timer = setInterval(() => {
    const now = taken();
    if (now === before) socket.destroy();
    before = now;
  }, silenceMs);
  timer.unref();
  socket.once('close', () => clearInterval(timer));
}
