import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { boundBodies, type BodyBounds } from './body-pieces.js';
import { oneRequestPerConnection } from './one-request-per-connection.js';
import { RequestsInFlight, sendNoRoom } from './requests-in-flight.js';
import { UnverifiedConnections } from './unverified-connections.js';
import type { RejectionReason } from './rejection-reason.js';

/** What a listener takes on at most. */
export interface ListenerBounds {
  readonly connections: number;
  readonly requestsInFlight: number;
  readonly bodies: BodyBounds;
  /** A connection on which nothing moves for so long is over: its answer is not being taken. */
  readonly silenceMs: number;
  /** Paths for which there is always room. */
  readonly probes: string;
  /** Whether a 2xx such as this one shows a genuine signature; undefined: all are trusted alike. */
  readonly isGenuine: ((response: ServerResponse) => boolean) | undefined;
}

/** What stands before a listener, and what it has in hand. */
export interface BoundedListener {
  /** Whether the request may be served; if not, it has been answered. */
  admit(response: ServerResponse): boolean;
  readonly requestsInFlight: number;
  readonly connectionsWaiting: number;
}

/**
 * Bounds what a server takes on: its connections, the requests of one and of all, and answers that nobody
 * takes.
 *
 * @param onRejected called for each request or connection that is rejected
 */
export function boundListener(
  server: Server,
  bounds: ListenerBounds,
  onRejected: (why: RejectionReason) => void,
): BoundedListener {
  server.maxConnections = bounds.connections;
  server.on('drop', () => onRejected('connections'));
  server.timeout = bounds.silenceMs;
  server.on('timeout', (socket: Socket) => {
    if (socket.writableLength > 0) onRejected('slow_reader');
    socket.destroy();
  });

  const connections = oneRequestPerConnection(server, bounds.silenceMs, onRejected);
  boundBodies(server, bounds.bodies, (request, why) => {
    onRejected(why);
    if (why === 'unread_body') connections.readNoFurther(request);
    else connections.refuse(request, 'The body came in too many small chunks.');
  });
  const room = new RequestsInFlight(bounds.requestsInFlight, () => onRejected('slow_body'));
  const turns = new UnverifiedConnections();
  const known = new WeakSet<Socket>();
  const { isGenuine, probes } = bounds;
  if (isGenuine !== undefined) {
    server.on('connection', (socket: Socket) => {
      // Node reads from the next tick on, whether the connection is paused until then or not.
      process.nextTick(() => {
        if (!socket.destroyed) turns.queue(socket);
      });
      socket.once('close', () => turns.forget(socket));
    });
  }

  /** Whose turn comes next on this connection is decided when the answer is out. */
  const afterAnswer = (socket: Socket, response: ServerResponse): void => {
    const { statusCode } = response;
    if (statusCode >= 200 && statusCode < 300 && isGenuine?.(response)) known.add(socket);
    // Another request may be in hand by now; its own answer decides then.
    else if (socket.writable && !connections.isBusy(socket)) turns.queue(socket);
  };

  return {
    admit(response) {
      const { socket, url = '' } = response.req;
      connections.setResponse(response);
      const isUnverified = isGenuine !== undefined && !known.has(socket);
      if (isUnverified) response.once('close', () => afterAnswer(socket, response));
      else turns.noteVerified();
      if (url.startsWith(probes)) {
        // Probes have no place to give back, so that no body may lie with one.
        response.req.resume();
        return true;
      }
      if (room.take(response, isUnverified)) return true;
      onRejected('in_flight');
      sendNoRoom(response);
      return false;
    },
    get requestsInFlight() {
      return room.count;
    },
    get connectionsWaiting() {
      return turns.waitingCount;
    },
  };
}
