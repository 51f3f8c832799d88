import { Logger } from '@nestjs/common';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { StoreUnavailable } from '../../src/failures/store-unavailable.js';
import { OurDatabase } from '../../src/grants/our-database.js';
import { tamper } from '../support/audit-record.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PATIENCE_MS } from '../support/eventually.js';
import { send } from '../support/http.js';
import { ADMIN_API_KEY, startTestService } from '../support/service.js';

const keyOf = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [OURS, SAME_ID, OTHER] = [keyOf('k1'), keyOf('k1'), keyOf('k2')];

// Each test starts processes, which is slow on a busy machine.

describe('SECRET_KEYS that do not open what the database holds', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database?.drop());

  async function run(secretKeys: string, command = 'serve') {
    const child = spawn(process.execPath, ['dist/programs/oauth10.js', ...command.split(' ')], {
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: '0',
        ADMIN_PORT: '0',
        LOG_LEVEL: 'fatal',
        DATABASE_URL: database.url,
        ADMIN_API_KEY,
        SECRET_KEYS: secretKeys,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PATIENCE_MS,
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, output };
  }

  it.each([
    ['under another id', OTHER],
    ['under the same id', SAME_ID],
  ])('stop the start in words, also before anything was made: %s', async (_, keys) => {
    const service = await startTestService(database.url, { SECRET_KEYS: OURS });
    try {
      const { code, output } = await run(keys);
      expect(code).toBe(1);
      expect(output).toMatch(/^The record of staff does not fit SECRET_KEYS: .+\n$/);
      const more = await startTestService(database.url, { SECRET_KEYS: `${keyOf('new')},${OURS}` });
      await more.stop(0);
    } finally {
      await service.stop(0);
    }
  });

  it('stop the start when rows need a key that was dropped, until npm run reseal moved them', async () => {
    const start = (keys: string) => startTestService(database.url, { SECRET_KEYS: keys });
    let service = await start(OURS);
    const consumer = await service.registerConsumer();
    await service.stop(0);
    // From here on the head is sealed with the new key.
    service = await start(`${OTHER},${OURS}`);
    await service.registerConsumer();
    await service.stop(0);

    const lacking = {
      code: 1,
      output: expect.stringMatching(/^SECRET_KEYS lacks .+ need: k1\. .+\n$/),
    };
    expect(await run(OTHER)).toEqual(lacking);
    // A failed start with a wrong new key leaves no row that needs this key.
    expect((await run(keyOf('slip'))).code).toBe(1);
    expect((await run(OTHER, 'reseal')).code).toBe(1);
    expect(await run(OTHER)).toEqual(lacking);
    expect((await run(`${OTHER},${OURS}`, 'reseal')).code).toBe(0);
    service = await start(OTHER);
    expect((await service.initiate(consumer)).token).toBeTruthy();
    // A start with only the old key fails. A replica whose first key is the old one seals with it, so the replicas
    // without this key become unready.
    await expect(start(OURS)).rejects.toThrow('does not fit SECRET_KEYS');
    const back = await start(`${OURS},${OTHER}`);
    await new Promise((resolve) => setTimeout(resolve, 600));
    const { status, text } = await send({ base: service.adminBase, target: '/health/ready' });
    expect([status, text]).toEqual([503, expect.stringContaining('other SECRET_KEYS')]);
    await back.stop(0);
    await service.stop(0);
  });

  it('stop the start all the same when the database goes away in that moment', async () => {
    await (await startTestService(database.url, { SECRET_KEYS: OURS })).stop(0);
    const open = jest.spyOn(OurDatabase.prototype, 'open');
    open.mockRejectedValueOnce(new StoreUnavailable());
    const start = startTestService(database.url, { SECRET_KEYS: OTHER });
    await expect(start).rejects.toThrow('does not fit SECRET_KEYS');
    expect(open).toHaveBeenCalledTimes(2);
    open.mockRestore();
  });

  it('readiness opens the end of the record', async () => {
    const service = await startTestService(database.url, { SECRET_KEYS: OURS });
    const ready = async () => {
      const { status, text } = await send({ base: service.adminBase, target: '/health/ready' });
      return [status, text] as const;
    };
    try {
      expect((await ready())[0]).toBe(200);
      await tamper(database, `UPDATE audit_head SET last_hash = reverse(last_hash)`);
      // Readiness may reuse a result for half a second.
      await new Promise((resolve) => setTimeout(resolve, 600));
      expect(await ready()).toEqual([503, expect.stringContaining('other SECRET_KEYS')]);
      const fatal = jest.spyOn(Logger.prototype, 'fatal');
      const errors = jest.spyOn(Logger.prototype, 'error');
      for (let n = 0; n < 3; n += 1) {
        const refused = await service.admin('POST', '/admin/consumers', { name: 'x' });
        expect([refused.status, refused.json<{ code: string }>().code]).toEqual([
          503,
          'store_unavailable',
        ]);
      }
      // Logged once, not for each refused act.
      expect([fatal.mock.calls.length, errors.mock.calls.length]).toEqual([1, 0]);
      jest.restoreAllMocks();
      const { text } = await send({ base: service.adminBase, target: '/metrics' });
      expect(text).toMatch(/^oauth10_audit_append_refusals_total [1-9]/m);
      expect(await database.query('SELECT 1 FROM consumers')).toEqual([]);
    } finally {
      await service.stop(0);
    }
  });

  it('an emptied record is begun by nobody but npm run audit:begin', async () => {
    const service = await startTestService(database.url, { SECRET_KEYS: OURS });
    await service.registerConsumer();
    await service.stop(0);
    await tamper(
      database,
      'TRUNCATE audit_events',
      `UPDATE audit_head SET last_id = 0, last_hash = '', since = NULL, mac = NULL`,
    );
    expect(await run(OURS)).toEqual({
      code: 1,
      output: expect.stringContaining('it is empty, and the database is not'),
    });
    expect((await run(OTHER, 'audit begin')).code).toBe(2);
    expect(await run(OURS, 'audit begin')).toMatchObject({ code: 0 });
    expect((await run(OURS, 'audit verify')).code).toBe(0);
    const again = await startTestService(database.url, { SECRET_KEYS: OURS });
    await again.stop(0);
  });
});
