import { Logger } from '@nestjs/common';
import { exportPKCS8, exportJWK, calculateJwkThumbprint, generateKeyPair } from 'jose';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.js';
import { issuersForEachTest, signingKeys } from '../support/platform-issuer.js';

describe('stored keys that sign the tokens of the platform', () => {
  const issuers = issuersForEachTest();
  const { start } = issuers;
  const { shown, rotate, publishedBy, kidOf } = signingKeys;

  it('the private key is sealed, and a row of others signs nothing and is not published', async () => {
    const service = await start();
    const consumer = await service.registerConsumer({ twoLegged: true });
    const kid = await kidOf(service, consumer);
    const [row] = await issuers.database.query<{ secret: Buffer }>(
      'SELECT secret FROM token_signing_keys',
    );
    expect(row?.secret.toString('latin1')).not.toContain('PRIVATE KEY');

    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const forged = await calculateJwkThumbprint(await exportJWK(publicKey));
    const pem = await exportPKCS8(privateKey);
    const insert = (mac: string) =>
      issuers.database.query(
        `INSERT INTO token_signing_keys
           (kid, position, algorithm, secret, created_at, signs_from, longest_ttl_seconds, grant_mac)
         SELECT $1, (SELECT max(position) + 1 FROM token_signing_keys), 'ES256', $2, now(), now(), 60, ${mac}
         FROM token_signing_keys LIMIT 1`,
        [forged, Buffer.from(pem)],
      );
    await insert(`'\\x00'`);
    await sleep(300);
    expect([await publishedBy(service), await kidOf(service, consumer)]).toEqual([[kid], kid]);
    await issuers.database.query('DELETE FROM token_signing_keys WHERE kid = $1', [forged]);
    await insert('grant_mac');
    await sleep(300);
    expect([await publishedBy(service), await kidOf(service, consumer)]).toEqual([[kid], kid]);
    // Another position does not bring an old key back either.
    const { kid: next } = await rotate(await start({ PLATFORM_TOKEN_KEY_LEAD_SECONDS: '0' }));
    await issuers.database.query(`UPDATE token_signing_keys SET position = 99 WHERE kid = $1`, [
      kid,
    ]);
    await sleep(300);
    expect(await kidOf(service, consumer)).toBe(next);
  });

  it('are had while the store is out of reach, from memory', async () => {
    const service = await start();
    const kids = await publishedBy(service);
    await issuers.database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    expect(await publishedBy(service)).toEqual(kids);
  });

  it('that can not be read are told once, however often they are asked for', async () => {
    const service = await start();
    const kids = await publishedBy(service);
    const told: string[] = [];
    const warn = (line: string) => {
      if (line === 'Reading the signing keys failed') told.push(line);
    };
    Logger.overrideLogger({ log() {}, warn, error() {} });
    try {
      await issuers.database.query('ALTER TABLE token_signing_keys RENAME TO out_of_reach');
      await issuers.database.query(`SELECT pg_notify('oauth10_changes', 'signing-keys')`);
      const failing = await eventually(
        async () => {
          expect(await publishedBy(service)).toEqual(kids);
          return told.length;
        },
        (count) => count > 0,
      );
      for (let n = 0; n < 5; n += 1) expect(await publishedBy(service)).toEqual(kids);
      expect([failing, told.length]).toEqual([1, 1]);
    } finally {
      Logger.overrideLogger(true);
      await issuers.database.query('ALTER TABLE out_of_reach RENAME TO token_signing_keys');
    }
  });

  it('retired ones are swept, and the one that signs never is', async () => {
    const service = await start({
      PLATFORM_TOKEN_KEY_LEAD_SECONDS: '0',
      SWEEP_INTERVAL_SECONDS: '1',
    });
    await rotate(service);
    const { kid } = await rotate(service);
    await sleep(2_500);
    expect((await shown(service)).length).toBe(3);
    await issuers.database.query(
      `UPDATE token_signing_keys SET signs_from = now() - interval '3 hours' WHERE position = 3`,
    );
    const left = await eventually(
      () => issuers.database.query<{ kid: string }>('SELECT kid FROM token_signing_keys'),
      (rows) => rows.length === 1,
    );
    expect(left).toEqual([{ kid }]);
  });
});
