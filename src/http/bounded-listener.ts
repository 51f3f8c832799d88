import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { boundBodies, SMALL_CHUNKS, type BodyBounds } from './body-pieces.js';
import { oneRequestPerConnection } from './one-request-per-connection.js';
import { RequestsInFlight, sendNoRoom } from './requests-in-flight.js';
import { UnverifiedConnections } from './unverified-connections.js';
import type { RejectionReason } from './rejection-reason.js';

/** The limits of a listener. */
export interface ListenerBounds {
  readonly connections: number;
  readonly requestsInFlight: number;
  readonly bodies: BodyBounds;
  /** A connection without traffic for this long is closed: the client does not read its response. */
  readonly silenceMs: number;
  /** The prefix of the paths that are always served. */
  readonly probes: string;
  /** Whether such a 2xx proves a valid signature; undefined: all connections are treated alike. */
  readonly isGenuine: ((response: ServerResponse) => boolean) | undefined;
}

/** Limits a listener, and reports its load. */
export interface BoundedListener {
  /** Whether the request may be served; if not, it has been answered. */
  admit(response: ServerResponse): boolean;
  readonly requestsInFlight: number;
  readonly connectionsWaiting: number;
}

/**
 * Limits what a server accepts: connections, requests per connection and in total, and responses that clients
 * do not read.
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
    else connections.refuse(request, SMALL_CHUNKS);
  });
  const room = new RequestsInFlight(bounds.requestsInFlight, () => onRejected('slow_body'));
  const turns = new UnverifiedConnections();
  const known = new WeakSet<Socket>();
  const { isGenuine, probes } = bounds;
  if (isGenuine !== undefined) {
    server.on('connection', (socket: Socket) => {
      // Node starts to read in the next tick, even if the connection is paused before.
      process.nextTick(() => {
        if (!socket.destroyed) turns.queue(socket);
      });
      socket.once('close', () => turns.forget(socket));
    });
  }

  /** After the response, the connection becomes verified or waits for its next turn. */
  const afterAnswer = (socket: Socket, response: ServerResponse): void => {
    const { statusCode } = response;
    if (statusCode >= 200 && statusCode < 300 && isGenuine?.(response)) known.add(socket);
    // If another request is in flight, its own response decides.
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
        // Probes do not take a place, so their body is discarded at once.
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
