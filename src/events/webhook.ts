import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { EventSettings } from '../config/events.js';
import { VERSION } from '../config/version.js';
import { cloudEvent, type StoredEvent } from './event.js';

/**
 * The outcome of one delivery. `refused`: the receiver rejects this event. `stopped`: this process is shutting down.
 */
export type Delivery = { readonly outcome: 'delivered' | 'stopped' } | Undelivered;

export interface Undelivered {
  readonly outcome: 'refused' | 'failed';
  /** Worded by this service, without any content of the response. */
  readonly error: string;
}

/** 4xx statuses that are temporary and do not concern the event. */
const NOT_NOW = new Set([408, 425, 429]);
/**
 * The longest response body that is read. The content is not used, but a connection can be reused only after the body
 * was read.
 */
const REPLY_OCTETS_MAX = 65_536;

/**
 * The signature header of Standard Webhooks: one signature of id, timestamp and body for each key.
 *
 * @param timestamp seconds since 1970
 */
export const webhookSignature = (
  keys: readonly Buffer[],
  id: string,
  timestamp: number,
  body: string,
): string =>
  keys
    .map((key) => createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64'))
    .map((signature) => `v1,${signature}`)
    .join(' ');

/** Sends signed events to the receiver's URL by POST. */
export class Webhook {
  private readonly agent: HttpAgent;
  private readonly request: typeof httpRequest;

  constructor(
    private readonly settings: EventSettings,
    private readonly stop: AbortSignal,
  ) {
    const isTls = /^https:/i.test(settings.url);
    this.agent = new (isTls ? HttpsAgent : HttpAgent)({ keepAlive: true });
    this.request = isTls ? httpsRequest : httpRequest;
  }

  /**
   * Sends an event. Redirects are not followed, because only EVENTS_URL decides where events are sent.
   *
   * @param timestamp seconds since 1970, which the receiver compares with its clock
   */
  async deliver(event: StoredEvent, timestamp: number): Promise<Delivery> {
    const { url, source, keys } = this.settings;
    const body = cloudEvent(source, event);
    const options: RequestOptions = {
      method: 'POST',
      agent: this.agent,
      signal: this.stop,
      headers: {
        'Content-Type': 'application/cloudevents+json; charset=utf-8',
        'Content-Length': Buffer.byteLength(body),
        'User-Agent': `oauth10/${VERSION}`,
        'webhook-id': event.id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': webhookSignature(keys, event.id, timestamp, body),
      },
    };
    try {
      const untilMs = performance.now() + this.settings.timeoutSeconds * 1000;
      return judged(await this.post(new URL(url), options, body, untilMs));
    } catch (error) {
      if (this.stop.aborted) return { outcome: 'stopped' };
      const { code, message } = error as NodeJS.ErrnoException;
      return {
        outcome: 'failed',
        error: message === TIMED_OUT ? TIMED_OUT : (code ?? 'no answer'),
      };
    }
  }

  /** Closes the connections that are kept alive. */
  close(): void {
    this.agent.destroy();
  }

  /**
   * @param untilMs deadline of the delivery, including a second attempt, by `performance.now()`
   * @returns the status of the response, after its body was read
   */
  private post(
    url: URL,
    options: RequestOptions,
    body: string,
    untilMs: number,
    isAgain = false,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      const outgoing = this.request(url, options);
      let hasReply = false;
      const late = setTimeout(
        () => outgoing.destroy(new Error(TIMED_OUT)),
        untilMs - performance.now(),
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(late);
        // The receiver may close a kept connection at the moment when this process reuses it.
        const isStale = outgoing.reusedSocket && error.code === 'ECONNRESET' && !isAgain;
        if (isStale) resolve(this.post(url, options, body, untilMs, true));
        else reject(error);
      });
      // A switch of protocols that was not requested. Without a listener, Node closes the connection without an
      // error.
      outgoing.on('upgrade', (reply, socket) => {
        clearTimeout(late);
        socket.destroy();
        resolve(reply.statusCode ?? 0);
      });
      outgoing.on('close', () => {
        if (hasReply) return;
        clearTimeout(late);
        reject(new Error('closed'));
      });
      outgoing.on('response', (reply) => {
        hasReply = true;
        const status = reply.statusCode ?? 0;
        let octets = 0;
        reply.on('data', ({ length }: Buffer) => {
          octets += length;
          if (octets > REPLY_OCTETS_MAX) reply.destroy();
        });
        // The status is known, so an error in the rest of the response does not matter.
        reply.on('error', () => undefined);
        reply.on('close', () => {
          clearTimeout(late);
          resolve(status);
        });
      });
      outgoing.end(body);
    });
  }
}

const TIMED_OUT = 'timed out';

function judged(status: number): Delivery {
  if (status >= 200 && status < 300) return { outcome: 'delivered' };
  const isRefused = status >= 400 && status < 500 && !NOT_NOW.has(status);
  return { outcome: isRefused ? 'refused' : 'failed', error: `answered ${status}` };
}
