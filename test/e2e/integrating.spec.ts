import { readdirSync, readFileSync } from 'node:fs';
import { startApi, type ApiProcess } from '../support/api-process.js';
import { proxyTo, type DatabaseProxy } from '../support/database-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { describeWith, PHP, PYJWT } from '../support/debian-tools.js';
import { send } from '../support/http.js';
import {
  bearerToken,
  resourceServerEnv,
  startIssuer,
  unverified,
} from '../support/platform-issuer.js';
import {
  ADMIN_API_KEY,
  type TestConsumer,
  type TestCredentials,
  type TestService,
} from '../support/service.js';
import { signRequest, type SigningInput } from '../support/signing-client.js';

const FOLDER = 'docs/integrating';
const ORIGIN = 'https://api.example.com';

const PROGRAMS = [
  {
    program: 'express-api.mjs',
    tools: [],
    command: process.execPath,
    args: () => [`${FOLDER}/express-api.mjs`],
    takesBearer: false,
  },
  {
    program: 'wsgi_api.py',
    tools: [PYJWT],
    command: '/usr/bin/python3',
    args: () => ['-B', 'test/support/wsgi-server.py'],
    takesBearer: true,
  },
  {
    program: 'verify.php',
    tools: [PHP],
    command: 'php',
    args: (port: number) => ['-S', `127.0.0.1:${port}`, 'test/support/php-api.php'],
    takesBearer: false,
  },
];

describe('docs/integrating', () => {
  let database: TestDatabase;
  let wayToDatabase: DatabaseProxy;
  let service: TestService;
  let consumer: TestConsumer;
  let token: TestCredentials;

  beforeAll(async () => {
    database = await createTestDatabase();
    wayToDatabase = await proxyTo(database.url);
    service = await startIssuer(wayToDatabase.url);
    consumer = await service.registerConsumer({ twoLegged: true });
    token = await service.accessToken(consumer);
  });
  afterAll(async () => {
    await service?.stop(0);
    await wayToDatabase?.close();
    await database?.drop();
  });

  it('has programs of under 80 lines, each of which its page names', () => {
    const names = readdirSync(FOLDER);
    const pages = names.filter((name) => name.endsWith('.md'));
    const told = pages.map((name) => readFileSync(`${FOLDER}/${name}`, 'utf8')).join('\n');
    expect(pages.sort()).toEqual(
      ['README.md', 'express.md', 'go.md', 'php.md', 'python.md', 'spring-boot.md'].sort(),
    );
    for (const name of names.filter((other) => !pages.includes(other))) {
      const lines = readFileSync(`${FOLDER}/${name}`, 'utf8').split('\n').length;
      expect([name, lines < 80, told.includes(`(${name})`)]).toEqual([name, true, true]);
    }
  });

  describe.each(PROGRAMS)('$program', ({ program, tools, command, args, takesBearer }) => {
    describeWith(tools, `${program} in front of an API`, () => {
      let api: ApiProcess;
      let strange: ApiProcess;

      beforeAll(async () => {
        const env = { ...resourceServerEnv(service), ORIGIN };
        const VERIFY_URL = `${service.adminBase}/verify`;
        api = await startApi(command, args, { ...env, VERIFY_URL, GATEWAY_KEY: ADMIN_API_KEY });
        strange = await startApi(command, args, { ...env, VERIFY_URL, GATEWAY_KEY: 'not-a-key' });
      });
      afterAll(async () => {
        await api?.stop();
        await strange?.stop();
      });

      const sign = (input: Partial<SigningInput> = {}) =>
        signRequest({
          method: 'GET',
          url: `${ORIGIN}/photos?a=%7Eb%2Cc&d=e+f`,
          ...consumer,
          ...token,
          ...input,
        });
      const ask = (signed: ReturnType<typeof signRequest>, { base } = api) =>
        send({ base, ...signed });

      it('lets a signed request through, once', async () => {
        const signed = sign();
        const reply = await ask(signed);
        expect([reply.status, reply.json()]).toMatchObject([200, { subject: 'jane' }]);
        const again = await ask(signed);
        expect([again.status, again.headers['www-authenticate']]).toEqual([
          401,
          'OAuth realm="api", oauth_problem="nonce_used"',
        ]);
      });

      it('refuses what is not signed, or otherwise than it came', async () => {
        const unsigned = await api.ask('/photos');
        expect([unsigned.status, unsigned.headers['www-authenticate']]).toEqual([
          401,
          'OAuth realm="api", oauth_problem="parameter_absent"',
        ]);
        expect((await ask({ ...sign(), target: '/photos?a=b' })).status).toBe(401);
        const form = sign({ method: 'POST', parameters: [['x', 'y']] });
        expect((await ask({ ...form, body: 'x=z' })).status).toBe(401);
      });

      it('hands a form on that was verified with its body', async () => {
        const reply = await ask(sign({ method: 'POST', parameters: [['x', 'y z']] }));
        expect([reply.status, reply.json()]).toMatchObject([200, { body: 'x=y+z' }]);
      });

      it('is told that its own key is wrong: 503, and never 401', async () => {
        const reply = await ask(sign(), strange);
        expect([reply.status, reply.headers['retry-after']]).toEqual([503, '1']);
      });

      it('the store out of reach: 503 with Retry-After, and nothing is let through', async () => {
        wayToDatabase.cut();
        const reply = await ask(sign()).finally(() => wayToDatabase.mend());
        expect(reply.status).toBe(503);
        expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
      });

      if (!takesBearer) return;
      it('takes a JWT of the issuer, and no other', async () => {
        const jwt = await bearerToken(service, consumer, token);
        const [head, , signature] = jwt.split('.');
        const claims = { ...unverified(jwt).payload, sub: 'admin' };
        const forged = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
        const status = async (bearer: string) =>
          (await api.ask('/photos', [['Authorization', `Bearer ${bearer}`]])).status;
        expect(await Promise.all([jwt, forged, 'x', ''].map(status))).toEqual([200, 401, 401, 401]);
      });
    });
  });
});
