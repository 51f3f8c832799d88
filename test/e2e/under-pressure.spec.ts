import { Logger } from '@nestjs/common';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import {
  ADMIN_API_KEY,
  sendSigned,
  type TestConsumer,
  type TestCredentials,
} from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const ECHO = '/oauth/oauth10/echo';

describe('contract section 17: a stranger takes nothing from others', () => {
  const { database, service } = serviceForAllTests({ MAX_REQUESTS_IN_FLIGHT: '4' });
  let consumer: TestConsumer;
  let access: TestCredentials;
  const clients: Socket[] = [];

  beforeAll(async () => {
    consumer = await service.registerConsumer();
    access = await service.accessToken(consumer);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
  });

  /** Sends these octets on a new connection, and resolves to everything received until it ends. */
  function sendRaw(base: string, octets: string) {
    const socket = connect(Number(new URL(base).port), '127.0.0.1');
    clients.push(socket);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    socket.write(octets);
    const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
    return { socket, ended, text: () => text };
  }
  const statuses = (text: string) =>
    [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status));
  const metric = async (sample: string): Promise<number> => {
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    const [, value] =
      text
        .split('\n')
        .find((line) => line.startsWith(sample))
        ?.split(' ') ?? [];
    return Number(value);
  };
  const inFlight = (listener = 'public') =>
    metric(`oauth10_requests_in_flight{listener="${listener}"}`);
  const halfABody = (target: string, key = '') =>
    `POST ${target} HTTP/1.1\r\nHost: x\r\n${key}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\nhalf`;
  const echo = () =>
    signRequest({ method: 'GET', url: service.publicBase + ECHO, ...consumer, ...access });

  const stranger = (): string => {
    const { target, headers } = signRequest({
      method: 'GET',
      url: `${service.publicBase}${ECHO}`,
      consumerKey: 'nobody',
      consumerSecret: 'nothing',
    });
    const fields = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    return `GET ${target} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`;
  };

  it('of 200 requests that come at once by a connection one is read, one answered', async () => {
    const before = await metric(
      'oauth10_verdicts_total{endpoint="echo",problem="consumer_key_unknown"}',
    );
    const { ended } = sendRaw(service.publicBase, stranger().repeat(200));
    expect(statuses(await ended)).toEqual([401]);
    const after = await eventually(
      () => metric('oauth10_verdicts_total{endpoint="echo",problem="consumer_key_unknown"}'),
      (value) => value > (before || 0),
    );
    expect(after - (before || 0)).toBe(1);
    expect(await metric('oauth10_turned_away_total{listener="public",reason="pipelined"}')).toBe(1);
  });

  it('the same holds on the admin listener', async () => {
    const { ended } = sendRaw(
      service.adminBase,
      'GET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(300),
    );
    expect(statuses(await ended)).toEqual([200]);
  });

  it('beyond MAX_REQUESTS_IN_FLIGHT: 503, the nonce unspent; probes and the admin listener go on', async () => {
    const held = Array.from({ length: 4 }, () =>
      sendRaw(service.publicBase, halfABody('/oauth/oauth10/initiate')),
    );
    expect(
      await eventually(
        () => inFlight(),
        (count) => count === 4,
      ),
    ).toBe(4);
    const request = echo();
    const refused = await sendSigned(request);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
    // The refusal comes before the body, of which nothing was sent.
    const { ended } = sendRaw(
      service.publicBase,
      'POST /oauth/oauth10/token HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n',
    );
    expect(statuses(await ended)).toEqual([503]);
    for (const base of [service.publicBase, service.adminBase]) {
      for (const probe of ['live', 'ready', 'startup']) {
        expect((await send({ base, target: `/health/${probe}` })).status).toBe(200);
      }
    }
    expect((await service.admin('GET', '/admin/consumers')).status).toBe(200);
    expect(await metric('oauth10_turned_away_total{listener="public",reason="in_flight"}')).toBe(2);
    held[0]?.socket.destroy();
    await eventually(
      () => inFlight(),
      (count) => count < 4,
    );
    expect((await sendSigned(request)).status).toBe(200);
  });

  it('many on the admin listener are none on the public one, whose setting is not theirs', async () => {
    for (let n = 0; n < 12; n += 1) {
      const key = `X-Gateway-Key: ${ADMIN_API_KEY}\r\n`;
      sendRaw(service.adminBase, halfABody('/verify', key));
    }
    expect(
      await eventually(
        () => inFlight('admin'),
        (count) => count >= 13,
      ),
    ).toBe(13);
    expect((await sendSigned(echo())).status).toBe(200);
  });

  it('a body in small chunks is refused once, and its handler’s late answer is no fault', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error');
    const chunks = 'Transfer-Encoding: chunked\r\n\r\n' + '1\r\na\r\n'.repeat(400);
    // Waits until a cached readiness result has expired, so that the handler queries the database.
    await sleep(600);
    const { ended } = sendRaw(
      service.publicBase,
      `GET /health/ready HTTP/1.1\r\nHost: x\r\n${chunks}`,
    );
    expect(statuses(await ended)).toEqual([400]);
    await sleep(100);
    expect(errors.mock.calls).toEqual([]);
    errors.mockRestore();
  });

  it.each([
    ['/nowhere', 404],
    ['/console/sign-in', 400],
  ])(
    'a body in chunks of a few octets ends its connection on the admin listener: %s',
    async (target, status) => {
      const name = 'oauth10_turned_away_total{listener="admin",reason="small_chunks"}';
      const before = await metric(name);
      const { ended } = sendRaw(
        service.adminBase,
        `POST ${target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n` +
          `10\r\n${'a'.repeat(16)}\r\n`.repeat(4_000),
      );
      expect(statuses(await ended)).toEqual([status]);
      expect(await metric(name)).toBe((before ?? 0) + 1);
    },
  );

  it('a file in a chunk a line is imported, and its lines may be short', async () => {
    const line = (n: number) =>
      JSON.stringify({
        type: 'consumer',
        name: `n${n}`,
        consumerKey: `key-${n}`,
        consumerSecret: 'secret',
      });
    const chunks = Array.from({ length: 3_000 }, (_, n) => {
      const text = `${line(n)}\n`;
      return `${text.length.toString(16)}\r\n${text}\r\n`;
    });
    const { ended } = sendRaw(
      service.adminBase,
      `POST /admin/import?dryRun=true HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${ADMIN_API_KEY}\r\n` +
        `Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n${chunks.join('')}0\r\n\r\n`,
    );
    expect(await ended).toMatch(/^HTTP\/1\.1 200 .*"consumers":3000/s);
  });

  it('of a body that no key goes with, the admin listener reads little', async () => {
    const octets = 64 * 1024 * 1024;
    const { socket, ended } = sendRaw(
      service.adminBase,
      `POST /admin/import HTTP/1.1\r\nHost: x\r\nContent-Length: ${octets}\r\n\r\n`,
    );
    const rest = Buffer.alloc(64 * 1024);
    const sending = setInterval(() => socket.writable && socket.write(rest), 1);
    expect(statuses(await ended)).toEqual([401]);
    clearInterval(sending);
    expect(socket.bytesWritten).toBeLessThan(octets / 4);
  });

  const readiness = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const base = n % 2 ? service.publicBase : service.adminBase;
        return (await send({ base, target: '/health/ready' })).status;
      }),
    );

  it('a thousand who ask for readiness are told yes', async () => {
    expect(new Set(await readiness(1_000))).toEqual(new Set([200]));
  });

  it('one look at the database serves all who ask for readiness meanwhile, and ends', async () => {
    await database.query('BEGIN');
    try {
      await database.query('LOCK TABLE migrations IN ACCESS EXCLUSIVE MODE');
      // Waits until the result from before the lock has expired.
      await sleep(600);
      const asked = readiness(200);
      const waiting = () =>
        database.query(`SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'
          AND datname = current_database()`);
      expect(await eventually(waiting, ({ length }) => length > 0)).toHaveLength(1);
      await sleep(300);
      expect(await waiting()).toHaveLength(1);
      expect(new Set(await asked)).toEqual(new Set([503]));
    } finally {
      await database.query('ROLLBACK');
    }
    const ready = () => send({ base: service.publicBase, target: '/health/ready' });
    expect((await eventually(ready, ({ status }) => status === 200)).status).toBe(200);
  });
});
