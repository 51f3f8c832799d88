import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { eventually } from './eventually.js';

/** An event as the receiver parses it. */
export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly time: string;
  readonly partitionkey: string;
  readonly specversion: string;
  readonly data: Record<string, unknown>;
}

export interface Received {
  readonly event: ReceivedEvent;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one delivery: returns a status, or writes the response itself. */
export type Answer = (received: Received, response: ServerResponse) => number | void;

export type EventReceiver = Awaited<ReturnType<typeof startEventReceiver>>;

/** A receiver that rejects deliveries whose signature the standardwebhooks library does not verify. */
export async function startEventReceiver() {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const received: Received[] = [];
  const unsigned: unknown[] = [];
  let answer: Answer = () => 204;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { headers } = request;
      try {
        new Webhook(secret).verify(body, headers as Record<string, string>);
      } catch (error) {
        unsigned.push(error);
        response.writeHead(401).end();
        return;
      }
      const one = { event: JSON.parse(body) as ReceivedEvent, headers, body };
      received.push(one);
      const status = answer(one, response);
      if (status !== undefined) response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    secret,
    port,
    received,
    unsigned,
    /** Settings for a service that sends its events here. */
    env: {
      EVENTS_URL: `http://127.0.0.1:${port}/events`,
      EVENTS_SECRET: secret,
      PLATFORM_TOKEN_ISSUER: 'https://auth.example.com',
      PLATFORM_TOKEN_AUDIENCE: 'https://api.example.com',
    },

    /** Sets the answer from now on. */
    answers(how: Answer): void {
      answer = how;
    },

    /** The deliveries about a consumer, in order of arrival. */
    of: (consumerKey: string): Received[] =>
      received.filter(({ event }) => event.partitionkey === consumerKey),

    /** Waits for this many deliveries about a consumer, and returns their types. */
    async typesOf(consumerKey: string, count: number): Promise<string[]> {
      const types = () =>
        Promise.resolve(
          received
            .filter(({ event }) => event.partitionkey === consumerKey)
            .map(({ event }) => event.type.replace('oauth10.', '')),
        );
      return eventually(types, ({ length }) => length >= count);
    },

    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
