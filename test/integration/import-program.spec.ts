import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startTestService } from '../support/service.js';
import { transferPrograms } from '../support/transfer-programs.js';

const SECRET_KEYS = `test:${randomBytes(32).toString('base64')}`;

describe('npm run import', () => {
  const { at, start, run, fileOf, count } = transferPrograms(SECRET_KEYS);
  const staged = async () => (await count('import_consumers')) + (await count('import_tokens'));
  const killWhenStaged = async (child: ChildProcess, least: number) => {
    while (child.exitCode === null && (await staged()) < least) await sleep(2);
    child.kill('SIGKILL');
  };

  it('takes over a file that an unchanged client goes on with, once', async () => {
    const path = fileOf(3);
    const took = await run('import', path);
    expect(took).toEqual({ code: 0, output: '1 consumers and 3 access tokens were taken over.\n' });
    const service = await startTestService(at.database.url, { SECRET_KEYS });
    const reply = await service.signed({
      method: 'GET',
      target: '/oauth/oauth10/echo',
      consumerKey: 'printer',
      consumerSecret: 'its secret',
      token: 'printer-2',
      tokenSecret: 'secret 2',
    });
    await service.stop(0);
    expect(reply.status).toBe(200);
    expect(await run('import', path)).toEqual({
      code: 0,
      output: expect.stringMatching(
        /was taken over before, on 20[-\dT:.]+Z: 1 consumers and 3 access tokens\. Nothing was done\.\n$/,
      ),
    });
    const acts = await at.database.query(`SELECT actor, action, detail->'tokens' AS tokens
      FROM audit_events WHERE action LIKE 'records.%'`);
    expect(acts).toEqual([
      { actor: expect.stringMatching(/^import:\w+$/), action: 'records.import', tokens: 3 },
    ]);
    expect(await staged()).toBe(0);
  });

  it('goes on where it was killed, and shows nothing before it is whole', async () => {
    const path = fileOf(30_000);
    const { child, ended } = start('import', [path]);
    await killWhenStaged(child, 2_000);
    await ended;
    const before = await staged();
    expect(before).toBeGreaterThanOrEqual(2_000);
    expect(before).toBeLessThan(30_001);
    expect([await count('consumers'), await count('access_tokens')]).toEqual([0, 0]);
    // Lines that are staged already are not staged again: the row keeps its ctid.
    const [first] = await at.database.query('SELECT ctid, secret FROM import_consumers');
    const again = start('import', [path]);
    while (again.child.exitCode === null && (await staged()) <= before) await sleep(2);
    expect(await at.database.query('SELECT ctid, secret FROM import_consumers')).toEqual([first]);
    expect(await again.ended).toMatchObject({ code: 0 });
    expect([await count('consumers'), await count('access_tokens')]).toEqual([1, 30_000]);
    expect(await staged()).toBe(0);
  });

  it('reseals what is staged, so that it can go on under another key', async () => {
    const path = fileOf(12_000);
    const { child, ended } = start('import', [path]);
    await killWhenStaged(child, 2_000);
    await ended;
    const newer = `new:${randomBytes(32).toString('base64')}`;
    const resealed = await start('reseal', [], `${newer},${SECRET_KEYS}`).ended;
    expect(resealed).toMatchObject({
      code: 0,
      output: expect.stringMatching(/import_tokens\.secret: [1-9]\d{3,} resealed/),
    });
    expect(await start('import', [path], newer).ended).toMatchObject({ code: 0 });
    const service = await startTestService(at.database.url, { SECRET_KEYS: newer });
    const reply = await service.signed({
      method: 'GET',
      target: '/oauth/oauth10/echo',
      consumerKey: 'printer',
      consumerSecret: 'its secret',
      token: 'printer-1',
      tokenSecret: 'secret 1',
    });
    await service.stop(0);
    expect(reply.status).toBe(200);
  });

  const line = (value: object): string => `${JSON.stringify(value)}\n`;
  const another = {
    type: 'consumer',
    consumerKey: 'another',
    consumerSecret: 's',
    name: 'Another',
  };

  it.each([
    [
      'a repeated key',
      (text: string) => text + line(another) + line(another),
      'Line 12003 repeats',
    ],
    [
      'a key of the first line',
      (text: string) => text + line({ ...another, consumerKey: 'printer' }),
      'Line 12002 repeats',
    ],
    [
      'lines after the end',
      (text: string) => line({ type: 'end', consumers: 0, tokens: 0 }) + text,
      'Line 2 comes after the end',
    ],
  ])('refuses %s also when it goes on', async (_, change, fault) => {
    const path = fileOf(12_000);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    const { child, ended } = start('import', [path]);
    if (!fault.includes('end')) await killWhenStaged(child, 2_000);
    await ended;
    const { code, output } = await run('import', path);
    expect([code, output]).toEqual([1, expect.stringContaining(fault)]);
    expect([await count('consumers'), await count('access_tokens')]).toEqual([0, 0]);
    expect([await staged(), await count('imports')]).toEqual([0, 0]);
  });

  it('meets the end of a file again when it goes on', async () => {
    const path = fileOf(12_000);
    writeFileSync(
      path,
      readFileSync(path, 'utf8') + line({ type: 'end', consumers: 1, tokens: 9 }),
    );
    const { child, ended } = start('import', [path]);
    await killWhenStaged(child, 2_000);
    await ended;
    expect(await run('import', path)).toMatchObject({
      code: 1,
      output: expect.stringContaining('Line 12002 does not fit: 1 consumers and 12000 tokens'),
    });
  });

  it('takes over nothing when a staged row is missing', async () => {
    const path = fileOf(12_000);
    const { child, ended } = start('import', [path]);
    await killWhenStaged(child, 2_000);
    await ended;
    await at.database.query(`DELETE FROM import_tokens WHERE token = 'printer-7'`);
    expect(await run('import', path)).toMatchObject({
      code: 1,
      output: expect.stringContaining('The file was cleared away meanwhile; import it again'),
    });
    expect([await count('consumers'), await count('access_tokens')]).toEqual([0, 0]);
    expect(await run('import', path)).toMatchObject({ code: 0 });
  });

  it('takes over nothing of a file that is half cleared away', async () => {
    // The audit trail has to begin before there are consumers.
    expect(await run('import', fileOf(3), '--dry-run')).toMatchObject({ code: 0 });
    const path = fileOf(12_000);
    await at.database
      .query(`INSERT INTO consumers (consumer_key, secret, name, callback_urls, scopes,
        signature_methods, two_legged, allowed_addresses, labels, status, version)
      VALUES ('printer', '', 'There', '{}', '{}', '{HMAC-SHA1}', false, '{}', '{}', 'active', 1)`);
    const holder = new Client({ connectionString: at.database.url });
    await holder.connect();
    await holder.query('BEGIN');
    const first = start('import', [path]);
    while (first.child.exitCode === null && (await staged()) < 2_000) await sleep(2);
    // The import can still stage the other lines, but cannot delete the locked rows.
    await holder.query(`SELECT FROM import_tokens FOR UPDATE`);
    expect(await first.ended).toMatchObject({ code: 1 });
    await holder.query('ROLLBACK');
    await holder.end();
    expect(await staged()).toBeGreaterThan(0);
    await at.database.query('DELETE FROM consumers');
    expect(await run('import', path)).toMatchObject({ code: 0 });
    expect([await count('consumers'), await count('access_tokens')]).toEqual([1, 12_000]);
  });

  it('has one of two processes read the same file', async () => {
    const path = fileOf(60_000);
    const results = await Promise.all([run('import', path), run('import', path)]);
    expect(results.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(results.find(({ code }) => code === 1)?.output).toContain('Another process');
    expect([await count('consumers'), await count('access_tokens')]).toEqual([1, 60_000]);
  });

  it('looks only with --dry-run', async () => {
    const path = fileOf(3);
    expect(await run('import', path, '--dry-run')).toEqual({
      code: 0,
      output: expect.stringMatching(/can be taken over: 1 consumers and 3 .*Nothing was done\.\n$/),
    });
    expect([await count('consumers'), await staged(), await count('imports')]).toEqual([0, 0, 0]);
  });

  it('says 1 and which lines are at fault', async () => {
    const path = join(at.folder, 'bad.ndjson');
    writeFileSync(path, `{"type":"consumer","consumerKey":"x","name":""}\n{"type":"token"`);
    const { code, output } = await run('import', path);
    expect(code).toBe(1);
    expect(output.split('\n').slice(0, 2)).toEqual([
      'Nothing was imported.',
      'Line 1: /name must have 1 to 200 characters',
    ]);
    expect(output).toContain('Line 2 must be one JSON object in UTF-8');
    expect(await count('imports')).toBe(0);
  });

  it.each([[[]], [['a', 'b']], [['--dry']], [['/nowhere/at/all']], [['/']]])(
    'says 2 and why for %j',
    async (args) => {
      for (const program of ['import', 'export']) {
        const { code, output } = await run(program, ...args);
        expect([code, output]).toEqual([2, expect.stringMatching(/Usage|can't be|is not|there/)]);
        expect(output).not.toContain('    at ');
      }
    },
  );

  it('says 2 and what to do when the database goes away', async () => {
    const path = fileOf(30_000);
    const { child, ended } = start('import', [path]);
    while (child.exitCode === null && (await staged()) < 2_000) await sleep(2);
    for (let n = 0; n < 20; n += 1) {
      await at.database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'oauth10'`,
      );
      await sleep(5);
    }
    expect(await ended).toEqual({
      code: 2,
      output: expect.stringContaining('Run the same command again to go on.'),
    });
    expect(await run('import', path)).toMatchObject({ code: 0 });
    expect(await count('access_tokens')).toBe(30_000);
  });
});
