import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QueryRunner } from 'typeorm';
import { StagedForAFile1700000000030 } from '../../src/database/migrations/0030-staged-for-a-file.js';
import { refusedGrantsAt } from '../support/refused-grants.js';
import { serviceForAllTests } from '../support/service-for-all-tests.js';
import { consumer as consumerLine, file, token as tokenLine } from '../support/transfer-lines.js';
import { transferPrograms } from '../support/transfer-programs.js';

const ECHO = '/oauth/oauth10/echo';
const SECRET_KEYS = `test:${randomBytes(32).toString('base64')}`;

/** The attacker can write to the database during an import but has none of SECRET_KEYS. */
describe('what an import has staged, written to beside the service', () => {
  const { database, service } = serviceForAllTests();

  afterEach(async () => {
    await database.query('DROP FUNCTION meddle CASCADE');
    await database.query('DROP TABLE IF EXISTS copied');
  });
  const refusedGrants = (kind: string) => refusedGrantsAt(service, kind);
  const meddling = async (sql: string, table = 'import_tokens') => {
    await database.query(`CREATE OR REPLACE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN ${sql} RETURN NEW; END $$`);
    await database.query(`CREATE TRIGGER meddle BEFORE INSERT ON ${table} FOR EACH ROW
      EXECUTE FUNCTION meddle()`);
  };

  it('is no row of its own yet, and has no MAC of one', async () => {
    await database.query('CREATE TABLE copied (LIKE import_tokens)');
    await meddling('INSERT INTO copied SELECT NEW.*;');
    const lines = file(consumerLine(), tokenLine());
    expect((await service.adminFile('/admin/import?dryRun=true', lines)).status).toBe(200);
    expect((await service.adminFile('/admin/import', lines)).status).toBe(200);
    const { token, consumerKey } = tokenLine() as Record<string, string>;
    const genuine = await database.query('SELECT 1 FROM access_tokens WHERE token = $1', [token]);
    expect(genuine).toHaveLength(1);
    await database.query(`UPDATE access_tokens t SET grant_mac = c.grant_mac FROM copied c
      WHERE c.token = t.token`);
    const reply = await service.signed({
      method: 'GET',
      target: ECHO,
      consumerKey: consumerKey!,
      consumerSecret: consumerLine()['consumerSecret'] as string,
      token: token!,
      tokenSecret: tokenLine()['tokenSecret'] as string,
    });
    expect(reply.form()['oauth_problem']).toBe('token_rejected');
  });

  it('is not taken over when it was altered', async () => {
    await meddling(`NEW.subject := 'victim';`);
    const lines = file(
      consumerLine({ consumerKey: 'other' }),
      tokenLine({ token: 'other', consumerKey: 'other' }),
    );
    const reply = await service.adminFile('/admin/import', lines);
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('was altered')]);
    expect(await database.query(`SELECT 1 FROM consumers WHERE consumer_key = 'other'`)).toEqual(
      [],
    );
  });

  it.each([
    ['under the id that comes next', 0],
    ['under the id that it was staged for', -1],
  ])('is not taken over by another import, %s', async (_, step) => {
    await database.query('CREATE TABLE copied (LIKE import_tokens)');
    await meddling('INSERT INTO copied SELECT NEW.*;');
    const consumerKey = `of-another-${step}`;
    const looked = file(
      consumerLine({ consumerKey }),
      tokenLine({ token: `looked-at${step}`, consumerKey, subject: 'victim' }),
    );
    expect((await service.adminFile('/admin/import?dryRun=true', looked)).status).toBe(200);
    await database.query('DROP TRIGGER meddle ON import_tokens');
    await database.query(
      `SELECT setval(pg_get_serial_sequence('imports', 'id'), import_id + 1 + $1, false) FROM copied`,
      [step],
    );
    await meddling(`SELECT NEW.import_id, c.line, c.token, c.consumer_key, c.secret, c.subject, c.scopes,
        c.created_at, c.expires_at, c.revoked_at, c.grant_mac
      INTO NEW.import_id, NEW.line, NEW.token, NEW.consumer_key, NEW.secret, NEW.subject, NEW.scopes,
        NEW.created_at, NEW.expires_at, NEW.revoked_at, NEW.grant_mac
      FROM copied c;`);
    const brought = file(
      consumerLine({ consumerKey }),
      tokenLine({ token: `brought${step}`, consumerKey }),
    );
    const reply = await service.adminFile('/admin/import', brought);
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('was altered')]);
  });

  it('is not taken over as revoked, and nothing that was revoked in its place', async () => {
    const lines = file(
      consumerLine({ consumerKey: 'of-revoked' }),
      tokenLine({ token: 'of-revoked', consumerKey: 'of-revoked' }),
    );
    for (const sql of [
      'NEW.revoked_at := now();',
      `NEW.token := 'junk'; NEW.revoked_at := now(); NEW.grant_mac := NULL;`,
    ]) {
      await meddling(sql);
      const reply = await service.adminFile('/admin/import', lines);
      expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('was altered')]);
      await database.query('DROP TRIGGER meddle ON import_tokens');
    }
    await meddling('');
  });

  it('is not taken over when the secret of its consumer was removed', async () => {
    await meddling('NEW.secret := NULL;', 'import_consumers');
    const before = await refusedGrants('staged-consumer');
    const lines = file(consumerLine({ consumerKey: 'of-no-secret' }));
    const reply = await service.adminFile('/admin/import', lines);
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('was altered')]);
    expect(await refusedGrants('staged-consumer')).toBe(before + 1);
  });

  it('has no secret that a dry run has sealed, and neither has a live row', async () => {
    const consumerKey = 'of-a-seal';
    const token = { token: 'of-a-seal', consumerKey };
    await database.query('CREATE TABLE copied (LIKE import_tokens)');
    await meddling('INSERT INTO copied SELECT NEW.*;');
    const looked = file(
      consumerLine({ consumerKey }),
      tokenLine({ ...token, tokenSecret: 'known' }),
    );
    expect((await service.adminFile('/admin/import?dryRun=true', looked)).status).toBe(200);
    await database.query('DROP TRIGGER meddle ON import_tokens');
    await meddling('SELECT c.secret INTO NEW.secret FROM copied c;');
    const brought = file(consumerLine({ consumerKey }), tokenLine(token));
    const before = await refusedGrants('staged-access-token');
    const reply = await service.adminFile('/admin/import', brought);
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('was altered')]);
    expect(await refusedGrants('staged-access-token')).toBe(before + 1);

    await database.query('DROP TRIGGER meddle ON import_tokens');
    await meddling('');
    expect((await service.adminFile('/admin/import', brought)).status).toBe(200);
    await database.query(`UPDATE access_tokens t SET secret = c.secret FROM copied c
      WHERE c.token = t.token`);
    const called = await service.signed({
      method: 'GET',
      target: ECHO,
      consumerKey,
      consumerSecret: consumerLine()['consumerSecret'] as string,
      token: token.token,
      tokenSecret: 'known',
    });
    expect(called.status).not.toBe(200);
  });

  it('is not taken over as another line', async () => {
    await meddling('NEW.line := NEW.line + 1;');
    const lines = file(
      consumerLine({ consumerKey: 'of-a-line' }),
      tokenLine({ token: 'of-a-line', consumerKey: 'of-a-line' }),
    );
    const reply = await service.adminFile('/admin/import', lines);
    expect([reply.status, reply.text]).toEqual([400, expect.stringContaining('was altered')]);
  });
});

describe('what npm run import has staged and goes on with', () => {
  const programs = transferPrograms(SECRET_KEYS);
  const { at, fileOf, count } = programs;
  const start = (path: string) => programs.start('import', [path]);
  const run = (path: string) => start(path).ended;
  const cutOff = async (path: string): Promise<void> => {
    const least = (await count('import_tokens')) + 2_000;
    const { child, ended } = start(path);
    while (child.exitCode === null && (await count('import_tokens')) < least) await sleep(2);
    child.kill('SIGKILL');
    await ended;
  };
  const refusedOnce = async (path: string): Promise<void> => {
    expect(await run(path)).toMatchObject({
      code: 1,
      output: expect.stringContaining('The file was altered while it was staged'),
    });
    expect([await count('consumers'), await count('access_tokens')]).toEqual([0, 0]);
    expect(await run(path)).toMatchObject({ code: 0 });
    expect(await count('access_tokens')).toBe(12_000);
  };

  it.each([
    [
      'to hide the loss of a row',
      'tokens = tokens - 1',
      `DELETE FROM import_tokens WHERE line = 8`,
    ],
    ['from tokens to consumers', 'tokens = tokens - 1, consumers = consumers + 1', 'SELECT'],
  ])('takes over nothing when the counts were altered %s', async (_, counts, loss) => {
    const path = fileOf(12_000);
    await cutOff(path);
    await at.database.query(loss);
    await at.database.query(`UPDATE imports SET ${counts}`);
    const { code, output } = await run(path);
    expect([code, output]).toEqual([1, expect.stringContaining('import it again')]);
    expect([await count('consumers'), await count('access_tokens')]).toEqual([0, 0]);
  });

  it('takes over no row that was staged for another file', async () => {
    const path = fileOf(12_000);
    await cutOff(path);
    await at.database.query(`UPDATE import_tokens SET token = 'theirs' WHERE token = 'printer-7'`);
    const other = join(at.folder, 'other.ndjson');
    writeFileSync(other, readFileSync(path, 'utf8').replace('"person 7"', '"victim"'));
    await cutOff(other);
    await at.database.query(`
      WITH genuine AS (DELETE FROM import_tokens WHERE token = 'theirs' RETURNING import_id)
      UPDATE import_tokens t SET import_id = g.import_id FROM genuine g WHERE t.token = 'printer-7'`);
    await refusedOnce(path);
  });

  it('goes on with no file that an earlier release has staged', async () => {
    const path = fileOf(12_000);
    await cutOff(path);
    await at.database.query('UPDATE imports SET mac_context = NULL');
    await refusedOnce(path);
  });

  it('begins anew with the migration that binds rows to their file', async () => {
    const runner = { query: (sql: string) => at.database.query(sql) } as unknown as QueryRunner;
    const migration = new StagedForAFile1700000000030();
    await migration.down(runner);
    const path = fileOf(12_000);
    await at.database.query(
      `
      WITH import AS (INSERT INTO imports (file_hash, lines, tokens)
        VALUES (decode($1, 'hex'), 8, 8) RETURNING id)
      INSERT INTO import_tokens (import_id, line, token, consumer_key, secret, subject, scopes)
      SELECT id, n, 'printer-' || n, 'printer', '', 'jane', '{}' FROM import, generate_series(1, 8) n`,
      [createHash('sha256').update(readFileSync(path)).digest('hex')],
    );
    await migration.up(runner);
    expect(await count('import_tokens')).toBe(0);
    expect(await run(path)).toMatchObject({ code: 0 });
    expect(await count('access_tokens')).toBe(12_000);
  });
});
