import { spawn } from 'node:child_process';
import {
  act,
  openAuditRecord,
  SEALING_KEY,
  tamper,
  type TestAuditRecord,
} from '../support/audit-record.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('npm run audit:verify', () => {
  let database: TestDatabase;
  let record: TestAuditRecord;

  beforeAll(async () => {
    database = await createTestDatabase();
    record = await openAuditRecord(database);
  });
  afterAll(async () => {
    await record?.close();
    await database?.drop();
  });

  /** Runs the program and returns its exit code and output. */
  async function run(args: string[] = [], env: Record<string, string> = {}) {
    const child = spawn(
      process.execPath,
      ['dist/programs/oauth10.js', 'audit', 'verify', ...args],
      {
        env: {
          PATH: process.env['PATH'],
          NODE_ENV: 'production',
          DATABASE_URL: database.url,
          ADMIN_API_KEY: 'test-admin-api-key-0123456789abcdef',
          SECRET_KEYS: `${SEALING_KEY.id}:${SEALING_KEY.key.toString('base64')}`,
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, output };
  }

  it('says 0 for a record that is whole, and what to note; 1 for one that was altered', async () => {
    expect(await run()).toEqual({
      code: 1,
      output: 'The record was altered.\nThe record has not begun, or all of it was taken away.\n',
    });
    for (let n = 2; n <= 1100; n += 1) await record.trail.note(act(n));
    const { code, output } = await run();
    const noted =
      /^Every event has a proof of its own.\nThe record is whole: 1100 events. Note where it ends: (1100:\w{64})\n$/;
    expect([code, output]).toEqual([0, expect.stringMatching(noted)]);
    const [, known = ''] = noted.exec(output) ?? [];
    expect(await run(['--known', known])).toMatchObject({ code: 0 });
    expect(await run(['--known', known.replace('1100', '1099')])).toEqual({
      code: 1,
      output: 'The record was altered.\nEvent 1099 is not the one that was noted.\n',
    });
    await tamper(database, 'DELETE FROM audit_events WHERE id = 1050');
    expect(await run()).toEqual({
      code: 1,
      output: expect.stringContaining('Event 1051 follows event 1049: what was between them'),
    });
  });

  it.each([['x'], ['--known', `1:${'A'.repeat(64)}`, 'x']])(
    'says 2 and how to ask for %s %s',
    async (...args) => {
      const { code, output } = await run(args.filter((one) => one !== undefined));
      expect(code).toBe(2);
      expect(output).toContain('\nUsage: oauth10 audit verify [options]\n');
      expect(output).toContain('--known <ID:HASH>');
    },
  );

  it('says 2 where it can not look', async () => {
    const nowhere = { DATABASE_URL: 'postgres://nobody:x@127.0.0.1:9/nothing' };
    expect(await run([], nowhere)).toMatchObject({ code: 2 });
  });
});
