import type { ServerResponse } from 'node:http';
import { sendText } from './send-text.js';

/** How long who was turned away is asked to wait. */
const RETRY_AFTER_SECONDS = 1;

/** Rooms of fewer places than this have none set aside. */
const SHARED_BELOW = 64;
const SET_ASIDE = 1 / 8;

/**
 * The requests in hand, each with a place in a room of so many. Some places are for connections that
 * have brought a genuine request before: strangers can't take all of them.
 */
export class RequestsInFlight {
  private inHand = 0;
  private readonly forStrangers: number;

  constructor(readonly most: number) {
    this.forStrangers = most < SHARED_BELOW ? most : Math.floor(most * (1 - SET_ASIDE));
  }

  get count(): number {
    return this.inHand;
  }

  /** Gives the request a place until it is answered, or says that there is none. */
  take(response: ServerResponse, isStranger: boolean): boolean {
    if (this.inHand >= (isStranger ? this.forStrangers : this.most)) return false;
    this.inHand += 1;
    response.once('close', () => (this.inHand -= 1));
    return true;
  }
}

/** Before anything of the body is read, and without a look at what is asked: no nonce is spent. */
export function sendNoRoom(response: ServerResponse): void {
  sendText(response, 503, 'Too many requests are in hand. Try again in a second.', {
    'Retry-After': String(RETRY_AFTER_SECONDS),
    Connection: 'close',
  });
}
