import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Webhook as Verifier } from 'standardwebhooks';
import type { StoredEvent } from './event.js';
import { Webhook } from './webhook.js';

const EVENT: StoredEvent = {
  position: '1',
  id: '019cb2b5-0d4e-7c4a-9c1f-3f1f1d0a7a11',
  type: 'oauth10.consumer.registered',
  consumerKey: 'k',
  subject: 'consumer:k',
  data: { consumerKey: 'k' },
  createdAt: new Date(),
  attempts: 0,
  refusals: 0,
};

describe('an event is posted to its receiver', () => {
  let server: Server;
  let webhook: Webhook;
  let answer: (response: ServerResponse, socket: Socket) => void;
  let received: { headers: Record<string, string>; body: string }[];
  const keys = [randomBytes(32), randomBytes(32)];
  const stop = new AbortController();
  const now = () => Math.floor(Date.now() / 1000);

  beforeEach(async () => {
    received = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ headers: request.headers as Record<string, string>, body });
        answer(response, request.socket);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/`;
    const settings = { url, source: 'https://auth.example.com', keys, timeoutSeconds: 10 };
    webhook = new Webhook(settings, stop.signal);
  });
  afterEach(async () => {
    webhook.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('signed by each of two keys, so that the receiver may know either', async () => {
    answer = (response) => response.writeHead(204).end();
    await webhook.deliver(EVENT, now());
    const [{ headers, body } = { headers: {}, body: '' }] = received;
    for (const key of keys) {
      const verified = new Verifier(key.toString('base64')).verify(body, headers);
      expect(verified).toMatchObject({ id: EVENT.id });
    }
    const stranger = new Verifier(randomBytes(32).toString('base64'));
    expect(() => stranger.verify(body, headers)).toThrow();
  });

  it('once more where its receiver ended a kept connection just as it was used again', async () => {
    const used = new Map<Socket, number>();
    answer = (response, socket) => {
      const times = (used.get(socket) ?? 0) + 1;
      used.set(socket, times);
      if (times === 2) socket.resetAndDestroy();
      else response.writeHead(204).end();
    };
    const outcomes = [await webhook.deliver(EVENT, now()), await webhook.deliver(EVENT, now())];
    expect(outcomes).toEqual([{ outcome: 'delivered' }, { outcome: 'delivered' }]);
    expect([received.length, used.size]).toEqual([3, 2]);
  });

  it('and not again on a new connection that ends: that may be a receiver in trouble', async () => {
    answer = (_, socket) => socket.resetAndDestroy();
    const failed = { outcome: 'failed', error: 'ECONNRESET' };
    expect(await webhook.deliver(EVENT, now())).toEqual(failed);
    expect(received).toHaveLength(1);
  });

  it('of an answer without end no more is read than its status and 64 kB', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(16_384, 'x');
    answer = (response, socket) => {
      response.writeHead(200);
      const more = (): void => {
        if (socket.destroyed) return;
        sent += chunk.length;
        response.write(chunk, more);
      };
      more();
    };
    expect(await webhook.deliver(EVENT, now())).toEqual({ outcome: 'delivered' });
    // What the system itself had taken on the way is among it.
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });
});
