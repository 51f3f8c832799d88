import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase } from '../support/database.js';
import { startTestService } from '../support/service.js';
import { transferPrograms } from '../support/transfer-programs.js';

const SECRET_KEYS = `test:${randomBytes(32).toString('base64')}`;

describe('npm run export, beside npm run import', () => {
  const { at, start, run, fileOf, count } = transferPrograms(SECRET_KEYS);
  const line = (value: object): string => `${JSON.stringify(value)}\n`;
  const another = {
    type: 'consumer',
    consumerKey: 'another',
    consumerSecret: 's',
    name: 'Another',
  };

  it('changes nothing with keys that are not the service’s, nor does an export', async () => {
    const service = await startTestService(at.database.url, { SECRET_KEYS });
    await service.registerConsumer();
    await service.stop(0);
    const events = await count('audit_events');
    const foreign = `other:${randomBytes(32).toString('base64')}`;
    for (const [program, path] of [
      ['import', fileOf(3)],
      ['export', join(at.folder, 'out.ndjson')],
    ] as const) {
      expect(await start(program, [path], foreign).ended).toEqual({
        code: 2,
        output: expect.stringContaining('does not fit SECRET_KEYS'),
      });
    }
    expect([await count('consumers'), await count('audit_events')]).toEqual([1, events]);
    expect(await run('audit verify')).toMatchObject({ code: 0 });
  });

  it('says where there is no schema yet', async () => {
    await at.database.query('DROP TABLE audit_head CASCADE');
    expect(await run('export', join(at.folder, 'out.ndjson'))).toEqual({
      code: 2,
      output: 'The schema is not there yet: npm run migrate\n',
    });
  });

  /** Starts an export and returns once it begins to write. */
  async function begun(path: string): Promise<ReturnType<typeof start>> {
    const program = start('export', [path, '--secrets']);
    while (program.child.exitCode === null && !existsSync(`${path}.part`)) await sleep(2);
    return program;
  }

  it('leaves no half export behind, and nothing else than it was', async () => {
    await run('import', fileOf(30_000));
    const path = join(at.folder, 'out.ndjson');
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
      const { child, ended } = await begun(path);
      child.kill(signal);
      expect((await ended).code).toBe(2);
      expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
    }
    const { ended } = await begun(path);
    rmSync(`${path}.part`);
    writeFileSync(`${path}.part`, 'of somebody else');
    expect(await ended).toMatchObject({ code: 2, output: expect.stringContaining('taken away') });
    expect([existsSync(path), readFileSync(`${path}.part`, 'utf8')]).toEqual([
      false,
      'of somebody else',
    ]);
    expect((await run('export', path)).output).toContain('delete it first');
  });

  it('ends well, though nobody reads what it says any more', async () => {
    await run('import', fileOf(2));
    const path = join(at.folder, 'out.ndjson');
    const { child, ended } = start('export', [path]);
    child.stdout.destroy();
    expect((await ended).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('"type":"end"');
  });

  it('shows no control character of a file on the screen', async () => {
    const evil = join(at.folder, 'evil.ndjson');
    writeFileSync(evil, line({ ...another, '\u001b[31mred\u0085': 1 }));
    const { output } = await run('import', evil);
    expect(output).toContain('is not a property that is known here');
    expect(output.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  it('exports a file for its owner alone, that comes back elsewhere as it is', async () => {
    const path = join(at.folder, 'all.ndjson');
    await run('import', fileOf(2_500));
    expect(await run('export', path, '--secrets')).toEqual({
      code: 0,
      output: `1 consumers and 2500 access tokens are in ${path}.\n`,
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await run('export', path)).toMatchObject({ code: 2 });
    const elsewhere = await createTestDatabase();
    const here = at.database;
    try {
      at.database = elsewhere;
      const other = `other:${randomBytes(32).toString('base64')}`;
      expect(await start('import', [path], other).ended).toMatchObject({ code: 0 });
      const again = join(at.folder, 'again.ndjson');
      expect(await start('export', [again, '--secrets'], other).ended).toMatchObject({ code: 0 });
      expect(readFileSync(again, 'utf8')).toBe(readFileSync(path, 'utf8'));
    } finally {
      at.database = here;
      await elsewhere.drop();
    }
  });
});
