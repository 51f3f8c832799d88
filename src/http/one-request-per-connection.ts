import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RejectionReason } from './rejection-reason.js';
import { sendText } from './send-text.js';

/** The function that Node calls when its parser has read the head of a request. Not documented; a test checks it. */
type OnIncoming = (request: ParsedRequest, keepAlive: boolean) => number;

interface ParsedRequest extends IncomingMessage {
  upgrade?: boolean;
}

interface ParsedSocket extends Socket {
  parser?: { onIncoming?: OnIncoming };
}

const LINGER_MS = 1_000;

/** Node's return value for an upgraded connection: the parser stops. */
const PARSE_NO_FURTHER = 2;

/** Controls the requests in flight on the connections of a server. */
interface OneRequestPerConnection {
  /** Call this with each response as soon as it exists. */
  setResponse(response: ServerResponse): void;
  /** Whether a request of the connection is in flight. */
  isBusy(socket: Socket): boolean;
  /** Sends a 400 with this text and ends the connection. Ends it at once if another response has begun. */
  refuse(request: IncomingMessage, text: string): void;
  /** Ends the connection after the response in flight, so that a client that is still sending can read it. */
  readNoFurther(request: IncomingMessage): void;
}

/** One connection: its latest request, and the response once it exists. */
interface InFlight {
  request: IncomingMessage | undefined;
  response: ServerResponse | undefined;
  ending: boolean;
}

/**
 * Limits each connection of the server to one request at a time. Node would emit all requests that arrive in
 * one read, which may be 2,000 requests of a few octets. Here Node does not even emit the second one: the
 * service answers the first and ends the connection, as RFC 9112 section 9.3.2 allows. Clients that pipeline
 * send the rest again.
 *
 * @param silenceMs an ending connection is destroyed if the client reads nothing of the response for this long
 * @param onRejected called for each connection that is ended because of pipelining
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

  /** Serves no further request on the connection, and returns the response in flight. */
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
      // The handler that reads the body now gets an error instead of waiting for its end.
      response.once('close', () => request.destroy());
      // The handler may still write its own response.
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

/** Node sets `_last` for a response with `Connection: close`. Not documented; a test checks it. */
type MaybeLast = ServerResponse & { readonly _last?: boolean };

/**
 * Whether the response is complete but partly still in Node's buffer. A client that has read all of it may send
 * its next request before the system reports the last write. One such request is allowed: Node sends its
 * response after this one. No request can follow the last response of a connection.
 */
const isOnItsWay = (response: MaybeLast | undefined): boolean =>
  response !== undefined &&
  response.writableEnded &&
  response._last !== true &&
  response.socket !== null &&
  response.writableLength > 0;

/** Without a response, Node itself has answered a request that it did not emit. */
function endAfter(response: ServerResponse | undefined, socket: Socket): void {
  if (response === undefined) return socket.destroySoon();
  response.shouldKeepAlive = false;
  response.once('close', () => socket.destroySoon());
}

/** Closing a socket with unread data resets the connection, and the client may lose the response. */
function linger(socket: Socket): void {
  socket.pause();
  socket.end();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

/** Node's own timeout restarts when the client sends something. This one restarts only when the client reads. */
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
