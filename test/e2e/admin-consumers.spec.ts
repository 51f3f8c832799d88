import { generateKeyPairSync } from 'node:crypto';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';

const PROPERTIES = [
  'accessTokenTtlSeconds',
  'allowedAddresses',
  'callbackUrls',
  'compatibility',
  'consumerKey',
  'createdAt',
  'description',
  'expiresAt',
  'labels',
  'legalNotice',
  'name',
  'rsaPublicKey',
  'scopes',
  'signatureMethods',
  'status',
  'twoLegged',
  'updatedAt',
  'websiteUrl',
];

const EVERYTHING = {
  name: 'Printer “Größe” 印刷 😀',
  description: 'Prints photos.\nIn two lines.',
  callbackUrls: ['https://printer.example.com/ready?a=b', 'com.example.printer:/back'],
  scopes: ['photos', 'profile:read'],
  signatureMethods: ['HMAC-SHA256', 'PLAINTEXT'],
  twoLegged: true,
  accessTokenTtlSeconds: 0,
  websiteUrl: 'https://printer.example.com/',
  legalNotice: 'None.',
  allowedAddresses: ['192.0.2.0/24', '2001:db8::1'],
  expiresAt: '2999-12-31T23:59:59+02:00',
  labels: { team: 'prints', 'a/b~c': '' },
};

describe('Admin API: consumers', () => {
  const { database, service } = serviceForAllTests();

  const path = (consumerKey: string) => `/admin/consumers/${encodeURIComponent(consumerKey)}`;
  const create = async (body: unknown) => {
    const reply = await service.admin('POST', '/admin/consumers', body);
    expect([reply.status, reply.text]).toEqual([201, expect.anything()]);
    return reply.json();
  };
  const patch = (consumerKey: string, body: unknown, ifMatch?: string) =>
    send({
      base: service.adminBase,
      method: 'PATCH',
      target: path(consumerKey),
      headers: [
        ['Authorization', `Bearer ${ADMIN_API_KEY}`],
        ['Content-Type', 'application/merge-patch+json'],
        ...(ifMatch === undefined ? [] : [['If-Match', ifMatch] as const]),
      ],
      body: JSON.stringify(body),
    });

  describe('create', () => {
    it('answers 201 with Location, ETag, the defaults, and a secret that is shown here only', async () => {
      const reply = await service.admin('POST', '/admin/consumers', { name: 'Plain' });
      const { consumerKey, consumerSecret, ...rest } = reply.json();
      expect(reply.status).toBe(201);
      expect(reply.headers).toMatchObject({
        location: path(consumerKey),
        etag: '"1"',
        'cache-control': 'no-store',
        'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'content-type': expect.stringMatching(/^application\/json/),
      });
      expect(consumerKey).toMatch(/^[\w-]{32}$/);
      expect(consumerSecret).toMatch(/^[\w-]{43}$/);
      expect(rest).toEqual({
        name: 'Plain',
        description: null,
        callbackUrls: [],
        scopes: [],
        signatureMethods: ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512'],
        rsaPublicKey: null,
        twoLegged: false,
        accessTokenTtlSeconds: null,
        websiteUrl: null,
        legalNotice: null,
        allowedAddresses: [],
        compatibility: [],
        expiresAt: null,
        labels: {},
        status: 'active',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        updatedAt: rest.createdAt,
      });
      const shown = await service.admin('GET', path(consumerKey));
      expect(shown.text).not.toContain(consumerSecret);
      expect(Object.keys(shown.json()).sort()).toEqual(PROPERTIES);
    });

    it('keeps every property as it was given, times as UTC', async () => {
      const made = await create(EVERYTHING);
      const shown = (await service.admin('GET', path(made.consumerKey))).json();
      expect(shown).toMatchObject({ ...EVERYTHING, expiresAt: '2999-12-31T21:59:59.000Z' });
    });

    it('takes null for the default', async () => {
      const nulls = Object.fromEntries(Object.keys(EVERYTHING).map((name) => [name, null]));
      const made = await create({ ...nulls, name: 'N', consumerKey: null, consumerSecret: null });
      expect(made).toMatchObject({ callbackUrls: [], twoLegged: false, labels: {} });
      expect(made.consumerSecret).toEqual(expect.any(String));
    });

    it('imports a key and secret of any alphabet, and the secret verifies', async () => {
      const consumerKey = 'acme corp/ключ%2F?&#+😀';
      const consumerSecret = ' s€cret&%=';
      const made = await create({ name: 'I', consumerKey, consumerSecret, twoLegged: true });
      expect(made).toMatchObject({ consumerKey, consumerSecret });
      expect((await service.admin('GET', path(consumerKey))).json().consumerKey).toBe(consumerKey);
      const echo = await service.signed({
        method: 'GET',
        target: '/oauth/oauth10/echo',
        consumerKey,
        consumerSecret,
      });
      expect([echo.status, echo.json().consumerKey]).toEqual([200, consumerKey]);
    });

    it('keeps the secret sealed', async () => {
      const consumerSecret = 'a-secret-to-look-for-0123456789';
      const { consumerKey } = await create({ name: 'S', consumerSecret });
      const [row] = await database.query<{ secret: Buffer }>(
        'SELECT secret FROM consumers WHERE consumer_key = $1',
        [consumerKey],
      );
      expect(row?.secret.includes(consumerSecret)).toBe(false);
    });

    it('gives a consumer with RSA methods alone no secret, not even an empty one', async () => {
      const rsaPublicKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
        .publicKey.export({ type: 'spki', format: 'pem' })
        .toString();
      const made = await create({ name: 'R', rsaPublicKey });
      expect(made).toMatchObject({
        rsaPublicKey,
        consumerSecret: null,
        signatureMethods: ['RSA-SHA256', 'RSA-SHA512'],
      });
      const rows = await database.query(
        'SELECT 1 FROM consumers WHERE consumer_key = $1 AND secret IS NULL',
        [made.consumerKey],
      );
      expect(rows).toHaveLength(1);
    });

    it('lets one of ten racers have a key and tells the others 409 consumer_key_taken', async () => {
      // Opens all connections of the pool. Otherwise the first racer finishes before the others start.
      await Promise.all(Array.from({ length: 20 }, () => service.admin('GET', '/admin/consumers')));
      const replies = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          service.admin('POST', '/admin/consumers', { name: `${index}`, consumerKey: 'raced' }),
        ),
      );
      const codes = replies.map((reply) => reply.json().code ?? reply.status);
      expect(codes.sort()).toEqual([201, ...Array(9).fill('consumer_key_taken')]);
      expect(replies.filter(({ status }) => status === 409)).toHaveLength(9);
    });

    it('keeps keys apart that differ in case or in Unicode form', async () => {
      for (const consumerKey of ['é', 'e\u0301', 'É', 'abc', 'ABC']) {
        await create({ name: 'K', consumerKey });
      }
    });

    it('keeps labels with the names of object internals', async () => {
      const body = '{"name":"L","labels":{"__proto__":"a","constructor":"b"}}';
      const reply = await send({
        base: service.adminBase,
        method: 'POST',
        target: '/admin/consumers',
        headers: [
          ['Authorization', `bearer ${ADMIN_API_KEY}`],
          ['Content-Type', 'application/json; charset=UTF-8'],
        ],
        body,
      });
      expect(reply.text).toContain('"labels":{"__proto__":"a","constructor":"b"}');
      const { consumerKey } = reply.json();
      const shown = await service.admin('GET', path(consumerKey));
      expect(shown.text).toMatch(/"__proto__":\s*"a"/);
      const changed = await patch(consumerKey, JSON.parse('{"labels":{"__proto__":"c"}}'));
      const merged = '"labels":{"__proto__":"c","constructor":"b"}';
      expect(changed.text).toContain(merged);
      expect((await service.admin('GET', path(consumerKey))).text).toMatch(/"__proto__":\s*"c"/);
    });
  });

  describe('get', () => {
    it('answers 304 to the entity tag that is current', async () => {
      const { consumerKey } = await create({ name: 'T' });
      const get = (tag: string) =>
        send({
          base: service.adminBase,
          target: path(consumerKey),
          headers: [
            ['Authorization', `Bearer ${ADMIN_API_KEY}`],
            ['If-None-Match', tag],
          ],
        });
      expect(await get('"1"')).toMatchObject({ status: 304, text: '' });
      await patch(consumerKey, { name: 'U' });
      expect(await get('"1"')).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    });

    it('serves HEAD as GET without a body', async () => {
      const { consumerKey } = await create({ name: 'H' });
      const reply = await service.admin('HEAD', path(consumerKey));
      expect(reply).toMatchObject({ status: 200, text: '', headers: { etag: '"1"' } });
    });

    it.each([
      'unknown',
      'a%00b',
      'x'.repeat(256),
      'x'.repeat(5000),
      'CON',
      '..',
      '%2e%2e%2fconsumers',
      "';--",
    ])(
      'answers 404 not_found for a key that no consumer has, whatever its form (%#)',
      async (key) => {
        for (const method of ['GET', 'DELETE', 'PATCH']) {
          const reply = await service.admin(
            method,
            `/admin/consumers/${key}`,
            method === 'PATCH' ? {} : undefined,
          );
          expect([reply.status, reply.json().code]).toEqual([404, 'not_found']);
        }
      },
    );
  });
});
