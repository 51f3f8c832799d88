import { generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpReply } from '../support/http.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { ADMIN_API_KEY } from '../support/service.js';
import { consumer, file, token, type Line } from '../support/transfer-lines.js';

describe('Admin API: export', () => {
  const { database, service } = serviceForAllTests();

  beforeEach(() => database.query('DELETE FROM consumers'));

  const importFile = (text: string): Promise<HttpReply> => service.adminFile('/admin/import', text);
  const exported = (query = '?secrets=true') => service.admin('GET', `/admin/export${query}`);
  const linesOf = (reply: HttpReply): Line[] =>
    reply.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);

  it('brings back what it exported, the same to the last property', async () => {
    await importFile(
      file(
        consumer({
          description: 'Ünï – code',
          callbackUrls: ['https://printer.example.com/ready?a=%2F'],
          scopes: ['photos', 'profile'],
          signatureMethods: ['HMAC-SHA1', 'PLAINTEXT'],
          previousSecret: 'the one before',
          previousSecretExpiresAt: '2050-01-01T00:00:00.000Z',
          twoLegged: true,
          accessTokenTtlSeconds: 0,
          websiteUrl: 'https://printer.example.com/',
          legalNotice: 'None.\nWhatever.',
          allowedAddresses: ['127.0.0.0/8'],
          expiresAt: '2051-01-01T00:00:00.000Z',
          labels: { team: 'a', __proto__x: '\\' },
          status: 'disabled',
          weakSignaturesUntil: '2049-01-01T00:00:00.000Z',
          createdAt: '2011-01-01T00:00:00.123Z',
        }),
        token({
          scopes: ['photos'],
          createdAt: '2012-01-01T00:00:00.000Z',
          expiresAt: '2052-01-01T00:00:00.000Z',
          revokedAt: '2013-01-01T00:00:00.000Z',
        }),
      ),
    );
    const first = await exported();
    expect(first.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
    });
    expect(linesOf(first)[0]).toMatchObject({
      consumerSecret: 'the secret of ten years',
      previousSecret: 'the one before',
      labels: { team: 'a' },
    });
    expect(linesOf(first).at(-1)).toEqual({ type: 'end', consumers: 1, tokens: 1 });
    await database.query('DELETE FROM consumers');
    expect((await importFile(first.text)).status).toBe(200);
    expect((await exported()).text).toBe(first.text);
  });

  it('brings back a consumer that has a secret and signs with RSA alone', async () => {
    await importFile(file(consumer()));
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const rsaPublicKey = publicKey.export({ type: 'spki', format: 'pem' });
    const change = { rsaPublicKey, signatureMethods: ['RSA-SHA256'] };
    expect((await service.admin('PATCH', '/admin/consumers/printer', change)).status).toBe(200);
    expect(
      (await service.admin('POST', '/admin/consumers/printer/secret', { overlapSeconds: 0 }))
        .status,
    ).toBe(200);
    const first = await exported();
    expect(first.text).toContain('consumerSecret');
    await database.query('DELETE FROM consumers');
    expect((await importFile(first.text)).status).toBe(200);
    expect((await exported()).text).toBe(first.text);
  });

  it('writes one export at a time, and cuts off who takes nothing of it', async () => {
    await importFile(file(consumer()));
    // More than the socket buffers of both ends can hold.
    await database.query(
      `INSERT INTO access_tokens (token, consumer_key, secret, subject, scopes)
       SELECT 't' || n, 'printer', '', repeat('s', 255), '{}' FROM generate_series(1, 60000) n`,
    );
    const socket = connect(Number(new URL(service.adminBase).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(
      `GET /admin/export HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_API_KEY}\r\n\r\n`,
    );
    let other = await exported('');
    while (other.status === 200) other = await exported('');
    expect([other.status, other.json().code]).toEqual([409, 'request_in_flight']);
    const startedAt = Date.now();
    while ((await exported('')).status === 409) await sleep(200);
    expect(Date.now() - startedAt).toBeLessThan(20_000);
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    await new Promise((resolve) => socket.once('close', resolve).resume());
    expect(heard).not.toContain('"type":"end"');
  });

  it('tells secrets only when asked, and then a file can not be imported', async () => {
    await importFile(file(consumer(), token()));
    const reply = await exported('');
    expect(reply.text).not.toMatch(/[sS]ecret/);
    await database.query('DELETE FROM consumers');
    const refused = await importFile(reply.text);
    expect(refused.json().errors).toEqual([
      { pointer: '/1/consumerSecret', detail: expect.stringContaining('is required') },
      { pointer: '/2/tokenSecret', detail: 'must be a string' },
    ]);
    const acts = await database.query(
      `SELECT detail FROM audit_events WHERE action = 'records.export' ORDER BY id DESC LIMIT 1`,
    );
    const by = { address: '127.0.0.1', requestId: expect.any(String) };
    expect(acts).toEqual([{ detail: { ...by, secrets: false } }]);
  });
});
