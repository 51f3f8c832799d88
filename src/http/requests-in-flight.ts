import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLongBodyAllowed } from './body-time.js';
import { sendText } from './send-text.js';

/** How long who was turned away is asked to wait. */
const RETRY_AFTER_SECONDS = 1;

/** Rooms of fewer places than this have none set aside. */
const SHARED_BELOW = 64;
const SET_ASIDE = 1 / 8;
/** A body that is on its way for longer gives its place to who needs it. */
const BODY_MS = 5_000;

/** A request whose body is announced. */
interface Unfinished {
  readonly isUnverified: boolean;
  readonly since: number;
  /** Gives its place back. */
  readonly leave: () => void;
}

/**
 * The requests in hand, each with a place in a room of so many. Some places are for connections that
 * have brought a genuine request before: unverified ones can't take all of them. Where there is no place, the oldest
 * request whose body has not come is ended: who sends half a body holds a place at no cost.
 */
export class RequestsInFlight {
  private inFlight = 0;
  private readonly mostUnverified: number;
  /** The oldest first. */
  private readonly unfinished = new Map<ServerResponse, Unfinished>();

  /** @param endedUnfinished called for each request that is ended so */
  constructor(
    readonly most: number,
    private readonly endedUnfinished: () => void = () => undefined,
  ) {
    this.mostUnverified = most < SHARED_BELOW ? most : Math.floor(most * (1 - SET_ASIDE));
  }

  get count(): number {
    return this.inFlight;
  }

  /** Gives the request a place until it is answered, or says that there is none. */
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
    // A response behind one that ended the connection never gets a socket, and Node never closes it.
    socket.once('close', leave);
    if (hasBody(response.req)) {
      this.unfinished.set(response, { isUnverified, since: performance.now(), leave });
    }
    return true;
  }

  /** An unverified connection's first; it ends no verified one's. */
  private endOldestUnfinished(isUnverified: boolean): boolean {
    const oldest =
      this.oldestUnfinished(true) ?? (isUnverified ? undefined : this.oldestUnfinished(false));
    if (oldest === undefined) return false;
    // The socket says later that it is closed.
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

/** Before anything of the body is read, and without a look at what is asked: no nonce is spent. */
export function sendNoRoom(response: ServerResponse): void {
  sendText(response, 503, 'Too many requests are in hand. Try again in a second.', {
    'Retry-After': String(RETRY_AFTER_SECONDS),
    Connection: 'close',
  });
}
