import { generateKeyPairSync } from 'node:crypto';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import {
  credentialsIn,
  sendSigned,
  startTestService,
  type TestConsumer,
  type TestService,
} from '../support/service.js';
import { signRequest } from '../support/signing-client.js';

const INITIATE = '/oauth/oauth10/initiate';
const FORM = 'application/x-www-form-urlencoded';

describe('contract sections 1 to 3: the HTTP form of the token endpoints', () => {
  const { database, service } = serviceForAllTests({ TRUST_PROXY: '127.0.0.1' });
  let consumer: TestConsumer;
  let rsaConsumer: TestConsumer;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

  beforeAll(async () => {
    consumer = await service.registerConsumer({
      signatureMethods: ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512', 'PLAINTEXT'],
    });
    rsaConsumer = await service.registerConsumer({
      rsaPublicKey: rsa.publicKey.export({ type: 'spki', format: 'pem' }),
      signatureMethods: ['RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512'],
    });
  });

  const initiate = (change: Partial<Parameters<TestService['signed']>[0]> = {}, extra = {}) =>
    service.signed(
      { method: 'POST', target: INITIATE, callback: 'oob', ...consumer, ...change },
      extra,
    );
  const nonces = async (): Promise<number> => {
    const [row] = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM nonces');
    return row?.n ?? -1;
  };

  describe.each(['GET', 'POST'])('§3.5 by %s', (method) => {
    const places =
      method === 'GET' ? (['header', 'query'] as const) : (['header', 'query', 'body'] as const);
    it.each(places)('takes parameters from the %s', async (place) => {
      expect((await initiate({ method, place })).status).toBe(200);
    });
  });

  it('§3.5.2 takes a form body with GET, too, and whatever charset it is labelled with', async () => {
    const reply = await initiate({
      method: 'GET',
      place: 'body',
      contentType: `${FORM.toUpperCase()}; charset=iso-8859-1`,
    });
    expect(reply.status).toBe(200);
  });

  it.each(['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512'])(
    '§3.4.2 verifies %s',
    async (signatureMethod) => {
      expect((await initiate({ signatureMethod })).status).toBe(200);
    },
  );

  it.each(['RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512'])(
    '§3.4.3 verifies %s',
    async (signatureMethod) => {
      const { consumerKey } = rsaConsumer;
      const signing = { signatureMethod, consumerKey, privateKey: rsa.privateKey };
      expect((await initiate({ ...signing, consumerSecret: undefined })).status).toBe(200);
    },
  );

  it('§3.4.4 verifies PLAINTEXT when the client is on TLS, without timestamp and nonce', async () => {
    const request = signRequest({
      method: 'POST',
      url: `https://api.example.com${INITIATE}`,
      ...consumer,
      callback: 'oob',
      signatureMethod: 'PLAINTEXT',
      omit: ['oauth_timestamp', 'oauth_nonce'],
      headers: [
        ['X-Forwarded-Proto', 'https'],
        ['X-Forwarded-Host', 'api.example.com'],
      ],
    });
    expect((await sendSigned(request, { base: service.publicBase })).status).toBe(200);
  });

  it('an RSA consumer has no shared secret that HMAC could be keyed with', async () => {
    const { consumerKey } = rsaConsumer;
    await database.query(
      "UPDATE consumers SET signature_methods = signature_methods || '{HMAC-SHA1}' WHERE consumer_key = $1",
      [consumerKey],
    );
    for (const consumerSecret of [
      '',
      'null',
      String(rsa.publicKey.export({ type: 'spki', format: 'pem' })),
    ]) {
      const reply = await initiate({ consumerKey, consumerSecret });
      expect(reply.form()['oauth_problem']).toBe('signature_invalid');
    }
  });

  it('oauth_version 1.0A is let pass', async () => {
    expect((await initiate({ version: '1.0A' })).status).toBe(200);
  });

  it('§2.1 an empty oauth_token is none', async () => {
    expect((await initiate({ token: '' })).status).toBe(200);
  });

  it('§2.1 a loopback callback may differ in port, and in nothing else', async () => {
    const native = await service.registerConsumer({ callbackUrls: ['http://127.0.0.1/done'] });
    const statuses = [];
    for (const callback of [
      'http://127.0.0.1:49152/done',
      'http://127.0.0.1:49152/other',
      'http://localhost/done',
    ]) {
      statuses.push((await initiate({ ...native, callback })).status);
    }
    expect(statuses).toEqual([200, 400, 400]);
  });

  it('an Accept that allows neither: 406, nothing consumed', async () => {
    const before = await nonces();
    const reply = await initiate({ headers: [['Accept', 'application/json']] });
    expect([reply.status, await nonces()]).toEqual([406, before]);
  });

  it.each(['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])(
    '%s: 405 with Allow, nothing consumed',
    async (method) => {
      const before = await nonces();
      const reply = await initiate({ method });
      expect([reply.status, reply.headers['allow'], await nonces()]).toEqual([
        405,
        'GET, POST',
        before,
      ]);
    },
  );

  it('revoke takes POST alone', async () => {
    const reply = await send({ base: service.publicBase, target: '/oauth/oauth10/revoke' });
    expect([reply.status, reply.headers['allow']]).toEqual([405, 'POST']);
  });

  it('OAUTH_GET_ENABLED=false turns GET off', async () => {
    const strict = await startTestService(database.url, { OAUTH_GET_ENABLED: 'false' });
    const reply = await strict.signed({
      method: 'GET',
      target: INITIATE,
      callback: 'oob',
      ...consumer,
    });
    expect([reply.status, reply.text, reply.headers['www-authenticate']]).toEqual([
      401,
      'The request is invalid',
      'OAuth realm="oauth10"',
    ]);
    await strict.stop(0);
  });

  it('an access token with a life says how long', async () => {
    const brief = await service.registerConsumer({ accessTokenTtlSeconds: 60 });
    const temporary = await service.initiate(brief);
    const verifier = await service.accept(temporary.token);
    const reply = await service.exchange(brief, temporary, verifier);
    expect(reply.form()['oauth_expires_in']).toBe('60');
    expect(credentialsIn(reply).token).not.toBe('');
  });

  it('PUBLIC_URL stands for scheme and authority', async () => {
    const named = await startTestService(database.url, { PUBLIC_URL: 'https://api.example.com' });
    const sign = (url: string) =>
      sendSigned(
        signRequest({ method: 'POST', url: url + INITIATE, callback: 'oob', ...consumer }),
        {
          base: named.publicBase,
        },
      );
    const replies = [await sign('https://api.example.com:443'), await sign(named.publicBase)];
    expect(replies.map(({ status }) => status)).toEqual([200, 401]);
    await named.stop(0);
  });

  it('X-Forwarded-* from a peer that is not trusted is ignored', async () => {
    const wary = await startTestService(database.url);
    const request = signRequest({
      method: 'POST',
      url: `https://api.example.com${INITIATE}`,
      callback: 'oob',
      ...consumer,
      headers: [
        ['X-Forwarded-Proto', 'https'],
        ['X-Forwarded-Host', 'api.example.com'],
      ],
    });
    const replies = [
      await sendSigned(request, { base: wary.publicBase }),
      await sendSigned(request, { base: service.publicBase }),
    ];
    expect(replies.map(({ status }) => status)).toEqual([401, 200]);
    await wary.stop(0);
  });

  it('each listener serves its own paths alone', async () => {
    const paths = [
      '/oauth/oauth10/token',
      '/oauth/auz/authorize',
      '/admin/consumers',
      '/verify',
      '/metrics',
    ];
    const statuses = async (base: string) =>
      Promise.all(paths.map(async (target) => (await send({ base, target })).status === 404));
    expect(await statuses(service.publicBase)).toEqual([false, false, true, true, true]);
    expect((await statuses(service.adminBase)).slice(0, 3)).toEqual([true, true, false]);
  });

  it('health answers on both', async () => {
    for (const base of [service.publicBase, service.adminBase]) {
      for (const probe of ['live', 'ready', 'startup']) {
        const reply = await send({ base, target: `/health/${probe}` });
        expect([reply.status, reply.json<{ status: string }>().status]).toEqual([200, 'ok']);
      }
    }
  });
});
