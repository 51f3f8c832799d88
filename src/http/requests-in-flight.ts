import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLongBodyAllowed } from './body-time.js';
import { sendText } from './send-text.js';

/** The Retry-After of a rejected request. */
const RETRY_AFTER_SECONDS = 1;

/** If fewer requests than this may be in flight, none of the places are reserved. */
const SHARED_BELOW = 64;
const SET_ASIDE = 1 / 8;
/** After this time, a request whose body is incomplete can lose its place to another request. */
const BODY_MS = 5_000;

/** A request with a body that has not arrived completely. */
interface Unfinished {
  readonly isUnverified: boolean;
  readonly since: number;
  /** Frees the place of the request. */
  readonly leave: () => void;
}

/**
 * Limits the requests in flight. Some places are reserved for verified connections, which have sent a request
 * with a valid signature before, so that unverified ones cannot take all places. When no place is free, the
 * oldest request with an incomplete body is ended, because sending half a body and holding a place costs the
 * client nothing.
 */
export class RequestsInFlight {
  private inFlight = 0;
  private readonly mostUnverified: number;
  /** Oldest first. */
  private readonly unfinished = new Map<ServerResponse, Unfinished>();

  /** @param endedUnfinished called for each request that is ended because its body is incomplete */
  constructor(
    readonly most: number,
    private readonly endedUnfinished: () => void = () => undefined,
  ) {
    this.mostUnverified = most < SHARED_BELOW ? most : Math.floor(most * (1 - SET_ASIDE));
  }

  get count(): number {
    return this.inFlight;
  }

  /** Gives the request a place until its response is closed. Returns false if no place is free. */
  take(response: ServerResponse, isUnverified: boolean): boolean {
    const isFull = this.inFlight >= (isUnverified ? this.mostUnverified : this.most);
    if (isFull && !this.endOldestUnfinished(isUnverified)) return false;
    this.inFlight += 1;
    const { socket } = response.req;
    let hasPlace = true;
    const leave = (): void => {
      if (hasPlace) this.inFlight -= 1;
      hasPlace = false;
      this.unfinished.delete(response);
      socket.off('close', leave);
    };
    response.once('close', leave);
    // A response that is queued behind the last one of a connection never gets a socket, and Node never closes
    // it.
    socket.once('close', leave);
    if (hasBody(response.req)) {
      this.unfinished.set(response, { isUnverified, since: performance.now(), leave });
    }
    return true;
  }

  /** Prefers a request of an unverified connection. A request of an unverified connection ends no verified one. */
  private endOldestUnfinished(isUnverified: boolean): boolean {
    const oldest =
      this.oldestUnfinished(true) ?? (isUnverified ? undefined : this.oldestUnfinished(false));
    if (oldest === undefined) return false;
    // The socket emits `close` only later.
    oldest.unfinished.leave();
    oldest.response.req.socket.destroy();
    this.endedUnfinished();
    return true;
  }

  private oldestUnfinished(isUnverified: boolean) {
    const now = performance.now();
    for (const [response, unfinished] of this.unfinished) {
      if (response.req.complete || isLongBodyAllowed(response.req)) {
        this.unfinished.delete(response);
        continue;
      }
      if (now - unfinished.since < BODY_MS) return undefined;
      if (unfinished.isUnverified === isUnverified) return { response, unfinished };
    }
    return undefined;
  }
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** Rejects before the body is read and the signature is verified, so the request spends no nonce. */
export function sendNoRoom(response: ServerResponse): void {
  sendText(response, 503, 'Too many requests are in hand. Try again in a second.', {
    'Retry-After': String(RETRY_AFTER_SECONDS),
    Connection: 'close',
  });
}
