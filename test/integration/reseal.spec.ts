import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { SEALED_COLUMNS } from '../../src/resealing/sealed-columns.js';
import { tamper } from '../support/audit-record.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ADMIN_API_KEY, startTestService, type TestConsumer } from '../support/service.js';

const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
const [OLD, NEW] = [key('old'), key('the-new-one')];
const ECHO = '/oauth/oauth10/echo';
/** Hashes, digests and MACs are compared, never decrypted. */
const NOT_SEALED = /hash$|digest$|mac$/;
/** The seal of the previous version is a MAC. mac_context contains random octets. */
const ALSO_NOT_SEALED = new Set(['audit_head.seal', 'imports.mac_context']);

describe('npm run reseal', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database?.drop());

  const start = (secretKeys: string) => startTestService(database.url, { SECRET_KEYS: secretKeys });

  async function run(command: string, secretKeys: string) {
    const child = spawn(process.execPath, ['dist/programs/oauth10.js', ...command.split(' ')], {
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        DATABASE_URL: database.url,
        ADMIN_API_KEY,
        SECRET_KEYS: secretKeys,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    return { code, output };
  }

  it('knows every column that may hold something sealed', async () => {
    const columns = await database.query<{ name: string }>(
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type = 'bytea' ORDER BY 1`,
    );
    expect(
      columns
        .map(({ name }) => name)
        .filter((name) => !NOT_SEALED.test(name) && !ALSO_NOT_SEALED.has(name)),
    ).toEqual(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort());
  });

  it('moves all to the first key while requests are served, and the old key can go', async () => {
    let service = await start(OLD);
    const rotated = await service.registerConsumer();
    const path = `/admin/consumers/${rotated.consumerKey}/secret`;
    const reply = await service.admin('POST', path, { overlapSeconds: 3600 });
    expect([200, 201]).toContain(reply.status);
    const consumers: TestConsumer[] = [];
    for (let n = 0; n < 2; n += 1) consumers.push(await service.registerConsumer());
    const [first] = consumers as [TestConsumer];
    const access = await service.accessToken(first);
    const pending = await service.initiate(first);
    await service.stop(0);

    service = await start(`${NEW},${OLD}`);
    const echo = () =>
      service.signed({ method: 'GET', target: ECHO, ...first, ...access }).then((r) => r.status);
    let running = true;
    const seen = new Set<number>();
    const traffic = (async () => {
      while (running) seen.add(await echo());
    })();
    const { code, output } = await run('reseal', `${NEW},${OLD}`);
    running = false;
    await traffic;
    expect(output).toContain('consumers.secret: 3 resealed');
    expect(output).toContain('consumers.previous_secret: 1 resealed');
    expect(output).toContain('access_tokens.secret: 1 resealed');
    expect(output).toMatch(/audit record: \d+ resealed/);
    expect([code, [...seen]]).toEqual([0, [200]]);
    await service.stop(0);

    service = await start(NEW);
    expect(await echo()).toBe(200);
    // Signed with the secret from before its rotation.
    expect((await service.initiate(rotated)).token).toBeTruthy();
    const verifier = await service.accept(pending.token);
    expect((await service.exchange(first, pending, verifier)).status).toBe(200);
    await service.stop(0);
    expect((await run('audit verify', NEW)).code).toBe(0);
    const again = await run('reseal', NEW);
    expect([again.code, again.output.match(/: 0 resealed/g)?.length]).toEqual([
      0,
      SEALED_COLUMNS.length + 1,
    ]);
  });

  it('proves no record with the new key that was altered under the old one', async () => {
    const service = await start(OLD);
    await service.registerConsumer();
    await service.stop(0);
    await tamper(database, `UPDATE audit_events SET actor = 'x' WHERE id = 2`);
    const { code, output } = await run('reseal', `${NEW},${OLD}`);
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('Event 2 is not what was recorded'),
    ]);
    expect((await run('audit verify', OLD)).output).not.toContain('head of the record');
  });

  it('goes through many rows by the page', async () => {
    const service = await start(OLD);
    const consumer = await service.registerConsumer();
    await service.stop(0);
    await database.query(
      `INSERT INTO access_tokens (token, consumer_key, secret, subject, scopes)
       SELECT 't' || n, $1, '\\x036f6c64', 'jane', '{}' FROM generate_series(1, 1700) n`,
      [consumer.consumerKey],
    );
    const { code, output } = await run('reseal', `${NEW},${OLD}`);
    expect(code).toBe(1);
    expect(output).toContain('1700 could not be opened');
    expect(output).toContain('Sealed secret in access_tokens.secret: too short (row t1)');
    // If a key is missing, every row of a large table is a fault; only some of them are listed.
    expect(output).toContain('… and 1600 more like these');
  });

  it('leaves what no key of the ring opens, names it, and ends with 1', async () => {
    const service = await start(OLD);
    const consumer = await service.registerConsumer();
    await service.stop(0);
    const { code, output } = await run('reseal', NEW);
    expect(code).toBe(1);
    expect(output).toContain(
      `Sealed secret in consumers.secret: its key is not in SECRET_KEYS (row ${consumer.consumerKey})`,
    );
    const [row] = await database.query<{ secret: Buffer }>('SELECT secret FROM consumers');
    expect(row?.secret.toString('latin1', 1, 4)).toBe('old');
  });
});
