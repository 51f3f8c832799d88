import { setTimeout as sleep } from 'node:timers/promises';
import { expectProblem } from '../support/admin-problem.js';
import { eventually } from '../support/eventually.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import type { TestConsumer, TestCredentials, TestService } from '../support/service.js';

interface Rotated {
  consumerSecret: string;
  previousSecretExpiresAt: string | null;
}

describe('Admin API: rotation of a consumer secret, over two replicas', () => {
  const { database, service, replica } = serviceForAllTests();
  const other = replica();
  let consumer: TestConsumer;
  let access: TestCredentials;

  beforeEach(async () => {
    consumer = await service.registerConsumer();
    access = await service.accessToken(consumer);
  });

  const path = () => `/admin/consumers/${consumer.consumerKey}/secret`;
  const rotate = async (body?: unknown) => {
    const reply = await service.admin('POST', path(), body);
    expect([reply.status, reply.text]).toEqual([200, expect.anything()]);
    return reply.json<Rotated>();
  };
  const verdictAt = async (replica: TestService, consumerSecret: string, method?: string) => {
    const reply = await replica.signed({
      method: 'GET',
      target: '/oauth/oauth10/echo',
      ...consumer,
      consumerSecret,
      ...access,
      ...(method !== undefined && { signatureMethod: method as 'HMAC-SHA256' }),
    });
    return reply.status === 200 ? 'served' : reply.form()['oauth_problem'];
  };

  it('both secrets verify during the overlap, everywhere, and by every method', async () => {
    await verdictAt(other, consumer.consumerSecret); // cached from here on
    const before = Date.now();
    const { consumerSecret, previousSecretExpiresAt } = await rotate({ overlapSeconds: 60 });
    expect(consumerSecret).not.toBe(consumer.consumerSecret);
    const expiry = Date.parse(previousSecretExpiresAt ?? '');
    expect(expiry - before).toBeGreaterThan(55_000);
    expect(expiry - before).toBeLessThan(65_000);
    await sleep(1_000);
    for (const replica of [service, other]) {
      for (const method of ['HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512']) {
        expect(await verdictAt(replica, consumerSecret, method)).toBe('served');
        expect(await verdictAt(replica, consumer.consumerSecret, method)).toBe('served');
      }
      expect(await verdictAt(replica, 'neither')).toBe('signature_invalid');
    }
  });

  it('without an overlap the old secret is refused everywhere within a second', async () => {
    await verdictAt(other, consumer.consumerSecret);
    const { consumerSecret, previousSecretExpiresAt } = await rotate({ overlapSeconds: 0 });
    expect(previousSecretExpiresAt).toBeNull();
    await sleep(1_000);
    expect(await verdictAt(other, consumer.consumerSecret)).toBe('signature_invalid');
    expect(await verdictAt(other, consumerSecret)).toBe('served');
  });

  it('the old secret ends when the overlap does, without another change', async () => {
    await rotate({ overlapSeconds: 3 });
    expect(await verdictAt(service, consumer.consumerSecret)).toBe('served');
    await sleep(4_000);
    expect(await verdictAt(service, consumer.consumerSecret)).toBe('signature_invalid');
  });

  it.each([0, 60, 7_776_000])(
    'an overlap that runs is not cut short by another rotation, of %i s',
    async (overlapSeconds) => {
      const { consumerSecret: second, previousSecretExpiresAt } = await rotate({
        overlapSeconds: 60,
      });
      for (const body of [{ overlapSeconds }, { overlapSeconds, force: false }]) {
        const reply = await service.admin('POST', path(), body);
        expectProblem(reply, 409, 'secret_overlap_running');
        expect(reply.json().detail).toContain(previousSecretExpiresAt);
      }
      await sleep(1_000);
      expect(await verdictAt(other, consumer.consumerSecret)).toBe('served');
      expect(await verdictAt(other, second)).toBe('served');
    },
  );

  it('of those who rotate at once one does, and the others are told', async () => {
    const replies = await Promise.all(
      [service, other, service, other].map((replica) =>
        replica.admin('POST', path(), { overlapSeconds: 60 }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  it('rotates again once the overlap is over', async () => {
    await rotate({ overlapSeconds: 1 });
    const again = await eventually(
      () => service.admin('POST', path(), { overlapSeconds: 60 }),
      ({ status }) => status !== 409,
    );
    expect(again.status).toBe(200);
  });

  it('by force a second rotation ends the secret before the previous one, and is on record', async () => {
    const { consumerSecret: second, previousSecretExpiresAt } = await rotate({
      overlapSeconds: 60,
    });
    const { consumerSecret: third } = await rotate({ overlapSeconds: 60, force: true });
    const target = `/admin/audit-events?action=consumer.rotate-secret&target=consumer:${consumer.consumerKey}`;
    expect((await service.admin('GET', target)).json().items.at(-1).detail).toMatchObject({
      overlapCutShort: previousSecretExpiresAt,
    });
    await sleep(1_000);
    expect(await verdictAt(other, consumer.consumerSecret)).toBe('signature_invalid');
    expect(await verdictAt(other, second)).toBe('served');
    expect(await verdictAt(other, third)).toBe('served');
  });

  it('shows when the previous secret was last used, and neither secret', async () => {
    const { previousSecretExpiresAt } = await rotate({ overlapSeconds: 60 });
    expect((await service.admin('GET', path())).json()).toEqual({
      hasSecret: true,
      previousSecretExpiresAt,
      previousSecretLastUsedAt: null,
    });
    await verdictAt(service, consumer.consumerSecret);
    const shown = await eventually(
      () => service.admin('GET', path()),
      (reply) => reply.json().previousSecretLastUsedAt !== null,
    );
    expect(shown.json()).toEqual({
      hasSecret: true,
      previousSecretExpiresAt,
      previousSecretLastUsedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  it('gives a secret back to a consumer that signed with RSA alone for a while', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rsaPublicKey = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const target = `/admin/consumers/${consumer.consumerKey}`;
    await rotate({ overlapSeconds: 60 });
    await service.admin('PATCH', target, { rsaPublicKey, signatureMethods: ['RSA-SHA256'] });
    const [row] = await database.query<{ secret: null; previous_secret: null }>(
      'SELECT secret, previous_secret FROM consumers WHERE consumer_key = $1',
      [consumer.consumerKey],
    );
    expect(row).toEqual({ secret: null, previous_secret: null });
    const { consumerSecret, previousSecretExpiresAt } = await rotate({ overlapSeconds: 60 });
    expect(previousSecretExpiresAt).toBeNull();
    const back = await service.admin('PATCH', target, { signatureMethods: ['HMAC-SHA256'] });
    expect(back.status).toBe(200);
    await sleep(1_000);
    expect(await verdictAt(service, consumerSecret, 'HMAC-SHA256')).toBe('served');
  });

  it('is on record without the secret, and changes the ETag', async () => {
    const target = `/admin/consumers/${consumer.consumerKey}`;
    const before = (await service.admin('GET', target)).headers['etag'];
    const { consumerSecret } = await rotate({ overlapSeconds: 60 });
    const events = await service.admin(
      'GET',
      `/admin/audit-events?action=consumer.rotate-secret&target=consumer:${consumer.consumerKey}`,
    );
    expect(events.json<{ items: unknown[] }>().items).toHaveLength(1);
    expect(events.text).not.toContain(consumerSecret);
    expect((await service.admin('GET', target)).headers['etag']).not.toBe(before);
  });

  it.each([
    undefined,
    {},
    { overlapSeconds: null },
    { force: true },
    { overlapSeconds: -1 },
    { overlapSeconds: '60' },
    { overlapSeconds: 0.5 },
    { overlapSeconds: 7_776_001 },
    { overlapSeconds: 0, force: 'yes' },
    { overlapSeconds: 0, x: 1 },
  ])('refuses %j and rotates nothing', async (body) => {
    const reply = await service.admin('POST', path(), body);
    expect([reply.status, reply.json().code]).toEqual([400, 'validation_failed']);
    expect(await verdictAt(service, consumer.consumerSecret)).toBe('served');
  });

  it('knows no unknown consumer', async () => {
    for (const method of ['POST', 'GET']) {
      const reply = await service.admin(
        method,
        '/admin/consumers/nobody/secret',
        method === 'POST' ? { overlapSeconds: 0 } : undefined,
      );
      expect([reply.status, reply.json().code]).toEqual([404, 'not_found']);
    }
  });
});
