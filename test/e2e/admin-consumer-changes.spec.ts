import { generateKeyPairSync } from 'node:crypto';
import { send } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';

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

describe('Admin API: consumers that change', () => {
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

  describe('change', () => {
    it('changes what is given, clears what is null, keeps the rest, and moves the entity tag on', async () => {
      const { consumerKey, consumerSecret: _, ...before } = await create(EVERYTHING);
      const { description: __, ...others } = before;
      const reply = await patch(consumerKey, {
        description: null,
        callbackUrls: null,
        status: 'disabled',
        expiresAt: null,
      });
      expect([reply.status, reply.headers['etag']]).toEqual([200, '"2"']);
      const expected = {
        ...others,
        consumerKey,
        description: null,
        callbackUrls: [],
        status: 'disabled',
        expiresAt: null,
        updatedAt: expect.any(String),
      };
      expect(reply.json()).toEqual(expected);
      const shown = (await service.admin('GET', path(consumerKey))).json();
      expect(shown).toEqual(reply.json());
      expect(Date.parse(shown.updatedAt)).toBeGreaterThanOrEqual(Date.parse(shown.createdAt));
    });

    it('keeps the secret: what verified before still does', async () => {
      const consumer = await create({ name: 'V', twoLegged: true });
      await patch(consumer.consumerKey, { name: 'W' });
      const { consumerKey, consumerSecret } = consumer;
      const echo = await service.signed({
        method: 'GET',
        target: '/oauth/oauth10/echo',
        consumerKey,
        consumerSecret,
      });
      expect(echo.status).toBe(200);
    });

    it.each<[string, number]>([
      ['"1"', 200],
      ['*', 200],
      ['"7", "1"', 200],
      ['"2"', 412],
      ['W/"1"', 412],
      ['"abc"', 412],
      ['"99999999999999999999"', 412],
      ['""', 412],
      ['1', 400],
      ['"1', 400],
    ])('honours If-Match: %s by %i', async (ifMatch, status) => {
      const { consumerKey } = await create({ name: 'before' });
      const reply = await patch(consumerKey, { name: 'after' }, ifMatch);
      expect(reply.status).toBe(status);
      if (status === 412) expect(reply.json().code).toBe('precondition_failed');
      const { name } = (await service.admin('GET', path(consumerKey))).json();
      expect(name).toBe(status === 200 ? 'after' : 'before');
    });

    /** Opens all connections of the pool. Otherwise the first racer finishes before the others start. */
    const warmUp = () =>
      Promise.all(Array.from({ length: 20 }, () => service.admin('GET', '/admin/consumers')));

    it('lets one of ten racers with the same If-Match win and tells the others 412', async () => {
      await warmUp();
      for (let round = 0; round < 5; round += 1) {
        const { consumerKey } = await create({ name: 'R' });
        const replies = await Promise.all(
          Array.from({ length: 10 }, (_, index) => patch(consumerKey, { name: `${index}` }, '"1"')),
        );
        expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
        const winner = replies.find(({ status }) => status === 200);
        expect((await service.admin('GET', path(consumerKey))).json()).toEqual(winner?.json());
      }
    });

    it('loses neither of two changes that race without If-Match', async () => {
      await warmUp();
      for (let round = 0; round < 10; round += 1) {
        const { consumerKey } = await create({ name: 'R' });
        const changes = [{ description: 'd' }, { legalNotice: 'l' }, { scopes: ['s'] }];
        const replies = await Promise.all(changes.map((change) => patch(consumerKey, change)));
        expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
        const reply = await service.admin('GET', path(consumerKey));
        expect(reply.headers['etag']).toBe('"4"');
        expect(reply.json()).toMatchObject({ description: 'd', legalNotice: 'l', scopes: ['s'] });
      }
    });

    it('judges the consumer that would result, and drops a secret that nothing uses any more', async () => {
      const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
        .publicKey.export({ type: 'pkcs1', format: 'pem' })
        .toString();
      const { consumerKey } = await create({ name: 'J' });
      const faultOf = async (body: unknown) => {
        const reply = await patch(consumerKey, body);
        return [reply.status, reply.json().errors?.[0]?.pointer];
      };
      expect(await faultOf({ signatureMethods: ['RSA-SHA256'] })).toEqual([400, '/rsaPublicKey']);
      expect((await patch(consumerKey, { rsaPublicKey: pem })).json()).toMatchObject({
        rsaPublicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/),
        signatureMethods: ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512'],
      });
      expect(await faultOf({ signatureMethods: ['RSA-SHA256'] })).toEqual([200, undefined]);
      expect(await faultOf({ rsaPublicKey: null })).toEqual([400, '/rsaPublicKey']);
      expect(await faultOf({ signatureMethods: ['HMAC-SHA1'] })).toEqual([
        400,
        '/signatureMethods',
      ]);
      expect(
        await database.query(
          'SELECT 1 FROM consumers WHERE consumer_key = $1 AND secret IS NULL AND version = 3',
          [consumerKey],
        ),
      ).toHaveLength(1);
    });
  });

  describe('delete', () => {
    it('answers 204, then 404, and its tokens die with it', async () => {
      const consumer = await service.registerConsumer();
      await service.accessToken(consumer);
      const tokens = () =>
        database.query(
          `SELECT 1 FROM access_tokens WHERE consumer_key = $1
           UNION ALL SELECT 1 FROM temporary_credentials WHERE consumer_key = $1`,
          [consumer.consumerKey],
        );
      expect(await tokens()).not.toHaveLength(0);
      const target = path(consumer.consumerKey);
      expect(await service.admin('DELETE', target)).toMatchObject({ status: 204, text: '' });
      expect(await tokens()).toHaveLength(0);
      expect((await service.admin('DELETE', target)).status).toBe(404);
      expect((await service.admin('GET', target)).status).toBe(404);
    });

    it('ignores a body, and honours If-Match', async () => {
      const { consumerKey } = await create({ name: 'D' });
      const remove = (ifMatch: string) =>
        send({
          base: service.adminBase,
          method: 'DELETE',
          target: path(consumerKey),
          headers: [
            ['Authorization', `Bearer ${ADMIN_API_KEY}`],
            ['If-Match', ifMatch],
          ],
          body: 'not JSON',
        });
      expect((await remove('"2"')).status).toBe(412);
      expect((await remove('"1"')).status).toBe(204);
      expect((await remove('"1"')).status).toBe(404);
    });
  });
});
