import { Controller, Get, Module, Post, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { execFileSync } from 'node:child_process';
import express from 'express';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OAuth10Client, Refused, Unavailable } from '../../clients/node/src/client.js';
import { oauth10 } from '../../clients/node/src/express.js';
import { OAuth10Guard } from '../../clients/node/src/nest.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { send } from '../support/http.js';
import {
  ADMIN_API_KEY,
  startTestService,
  type TestConsumer,
  type TestCredentials,
  type TestService,
} from '../support/service.js';
import { signRequest, type SigningInput } from '../support/signing-client.js';

const ORIGIN = 'https://api.example.com';

@Controller('photos')
class PhotosController {
  @Get()
  read(@Req() request: { oauth10: { subject: string } }) {
    return { subject: request.oauth10.subject };
  }

  @Post()
  write(@Req() request: { oauth10: { subject: string; bodyVerified: boolean } }) {
    return { subject: request.oauth10.subject, bodyVerified: request.oauth10.bodyVerified };
  }
}

@Module({ controllers: [PhotosController] })
class ApiModule {}

type Running = { readonly base: string; stop(): Promise<void> };

const listening = (server: Server): Promise<Running> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () =>
      resolve({
        base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        stop: () => new Promise((done) => server.close(() => done())),
      }),
    ),
  );

const OPTIONS = { origin: ORIGIN, clientAddress: ({ ip }: { ip?: string }) => ip };

const APIS = {
  Express: (client: OAuth10Client): Promise<Running> => {
    const app = express();
    app.set('trust proxy', 'loopback');
    app.use(express.raw({ type: () => true, inflate: false }), oauth10(client, OPTIONS));
    app.all('/photos', (request, response) => {
      const { subject, bodyVerified } = (request as unknown as { oauth10: Record<string, unknown> })
        .oauth10;
      response.status(request.method === 'POST' ? 201 : 200).json({ subject, bodyVerified });
    });
    return listening(createServer(app));
  },
  Nest: async (client: OAuth10Client): Promise<Running> => {
    const app = await NestFactory.create<NestExpressApplication>(ApiModule, {
      rawBody: true,
      logger: false,
    });
    app.set('trust proxy', 'loopback');
    app.useGlobalGuards(new OAuth10Guard(client, OPTIONS));
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
    return { base: `http://127.0.0.1:${port}`, stop: () => app.close() };
  },
};

describe('clients/node', () => {
  let database: TestDatabase;
  let service: TestService;
  let consumer: TestConsumer;
  let token: TestCredentials;
  let client: OAuth10Client;
  let stranger: OAuth10Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    consumer = await service.registerConsumer({ twoLegged: true });
    token = await service.accessToken(consumer);
    client = new OAuth10Client({ adminUrl: service.adminBase, key: ADMIN_API_KEY });
    stranger = new OAuth10Client({ adminUrl: service.adminBase, key: 'not-a-key' });
  });
  afterAll(async () => {
    await service?.stop(0);
    await database?.drop();
  });

  const sign = (input: Partial<SigningInput> = {}) =>
    signRequest({ method: 'GET', url: `${ORIGIN}/photos`, ...consumer, ...token, ...input });
  const reported = () => {
    const { headers } = sign();
    return { method: 'GET', url: `${ORIGIN}/photos`, headers: Object.fromEntries(headers) };
  };

  it('has types that its sources and docs/openapi.json make', () => {
    execFileSync(process.execPath, ['scripts/client-types.mjs', '--check']);
  });

  it('tells who signed, or throws why not', async () => {
    const report = reported();
    expect(await client.verify(report)).toMatchObject({ active: true, subject: 'jane' });
    const again = await client.verify(report).catch((error: unknown) => error);
    expect(again).toBeInstanceOf(Refused);
    expect(again).toMatchObject({ verdict: { status: 401, problem: 'nonce_used' } });
    const nobody = await stranger.verify(reported()).catch((error: unknown) => error);
    expect(nobody).toBeInstanceOf(Unavailable);
    expect(nobody).toMatchObject({ retryAfterSeconds: 1 });
    const nowhere = new OAuth10Client({ adminUrl: 'http://127.0.0.1:1', key: ADMIN_API_KEY });
    await expect(nowhere.verify(reported())).rejects.toBeInstanceOf(Unavailable);
  });

  it('hands on when to come back', async () => {
    const busy = await listening(
      createServer((_, response) => response.writeHead(503, { 'Retry-After': '7' }).end()),
    );
    const asking = new OAuth10Client({ adminUrl: busy.base, key: ADMIN_API_KEY });
    const error = await asking.verify(reported()).catch((thrown: unknown) => thrown);
    await busy.stop();
    expect(error).toMatchObject({ name: 'Unavailable', retryAfterSeconds: 7 });
  });

  describe.each(Object.entries(APIS))('in %s', (_, start) => {
    let api: Running;
    let unknown: Running;
    beforeAll(async () => {
      [api, unknown] = [await start(client), await start(stranger)];
    });
    afterAll(async () => {
      await api?.stop();
      await unknown?.stop();
    });
    const ask = (signed: ReturnType<typeof signRequest>, { base } = api) =>
      send({ base, ...signed });

    it('lets through who signed, once', async () => {
      const signed = sign();
      const reply = await ask(signed);
      expect([reply.status, reply.json()]).toMatchObject([200, { subject: 'jane' }]);
      const again = await ask(signed);
      expect([again.status, again.headers['www-authenticate'], again.text]).toEqual([
        401,
        'OAuth realm="api", oauth_problem="nonce_used"',
        expect.stringContaining('oauth_problem=nonce_used'),
      ]);
    });

    it('has a form verified with its octets', async () => {
      const form = sign({ method: 'POST', parameters: [['a', 'b c']] });
      expect((await ask({ ...form, body: 'a=b' })).status).toBe(401);
      const reply = await ask(form);
      expect([reply.status, reply.json()]).toMatchObject([201, { bodyVerified: true }]);
    });

    it('refuses two Authorization headers, of which Node would take the first', async () => {
      const signed = sign();
      const headers = [...signed.headers, ['Authorization', 'OAuth x="y"']] as [string, string][];
      expect((await ask({ ...signed, headers })).status).toBe(400);
    });

    it('reports the address of the client, and not that of the proxy', async () => {
      const elsewhere = await service.registerConsumer({
        twoLegged: true,
        allowedAddresses: ['203.0.113.9'],
      });
      const from = (address: string) => {
        const signed = signRequest({ method: 'GET', url: `${ORIGIN}/photos`, ...elsewhere });
        const headers = [...signed.headers, ['X-Forwarded-For', address]] as [string, string][];
        return ask({ ...signed, headers });
      };
      expect((await from('203.0.113.9')).status).toBe(200);
      expect((await from('203.0.113.10')).status).toBe(401);
    });

    it('answers 503 where its own key is not known', async () => {
      const reply = await ask(sign(), unknown);
      expect([reply.status, reply.headers['retry-after']]).toEqual([503, '1']);
    });
  });
});
