import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { parseSecretKeys } from '../../src/config/secret-keys.js';
import { SecretBox } from '../../src/secrets/secret-box.js';
import { appendAsBefore, tamper } from '../support/audit-record.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { ADMIN_API_KEY, credentialsIn, startTestService } from '../support/service.js';

const SECRET_KEYS = `k:${Buffer.alloc(32, 7).fill(9, 16).toString('base64')}`;
const ECHO = '/oauth/oauth10/echo';
const GUARDED = ['api_keys', 'consumers', 'access_tokens', 'sessions'];

describe('an upgrade from a version that knew no MACs', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database?.drop());

  const start = () => startTestService(database.url, { SECRET_KEYS });
  const missing = async () => {
    const counts = await Promise.all(
      GUARDED.map((table) =>
        database.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM ${table} WHERE grant_mac IS NULL`,
        ),
      ),
    );
    return counts.reduce((sum, [row]) => sum + (row?.n ?? 0), 0);
  };
  /** Changes the database to what the previous version would have written. */
  async function asFromBefore(): Promise<void> {
    for (const table of GUARDED) await database.query(`UPDATE ${table} SET grant_mac = NULL`);
    // The audit trail begins again, sealed as the previous version does.
    await tamper(
      database,
      'TRUNCATE audit_events',
      `UPDATE audit_head SET last_id = 0, last_hash = '', since = NULL, grants_since = NULL, mac = NULL`,
    );
    await appendAsBefore(database, 1, new SecretBox(parseSecretKeys(SECRET_KEYS)));
  }
  async function reseal(): Promise<[code: unknown, output: string]> {
    const { PATH } = process.env;
    const child = spawn(process.execPath, ['dist/programs/oauth10.js', 'reseal'], {
      env: { PATH, DATABASE_URL: database.url, ADMIN_API_KEY, SECRET_KEYS, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    return [await new Promise((resolve) => child.once('close', resolve)), output];
  }

  it('takes what has no MAC, until npm run reseal has made them; then nothing without', async () => {
    const before = await start();
    const consumer = await before.registerConsumer();
    const token = await before.accessToken(consumer);
    await before.stop(0);
    await asFromBefore();

    const service = await start();
    const call = () => service.signed({ method: 'GET', target: ECHO, ...consumer, ...token });
    expect((await call()).status).toBe(200);
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    expect(text).toContain('\noauth10_grant_macs_complete 0\n');
    // The plain hash also works with a replica of the previous version, at the decision or at the exchange.
    const temporary = await service.initiate(consumer);
    const verifier = await service.accept(temporary.token);
    const [row] = await database.query<{ hash: Buffer }>(
      'SELECT verifier_hash AS hash FROM temporary_credentials WHERE token = $1',
      [temporary.token],
    );
    expect(row?.hash).toEqual(createHash('sha256').update(verifier).digest());
    expect(await missing()).toBeGreaterThan(0);

    expect((await reseal())[0]).toBe(0);
    expect(await missing()).toBe(0);
    const isComplete = async () =>
      (await send({ base: service.adminBase, target: '/metrics' })).text.includes(
        '\noauth10_grant_macs_complete 1\n',
      );
    expect(await eventually(isComplete, Boolean)).toBe(true);
    // A decision from before the completion can still be exchanged.
    const late = credentialsIn(await service.exchange(consumer, temporary, verifier));
    expect((await call()).status).toBe(200);
    await service.stop(0);

    await database.query('UPDATE access_tokens SET grant_mac = NULL WHERE token = $1', [
      token.token,
    ]);
    const after = await start();
    const statusOf = async (credentials: typeof token) =>
      (await after.signed({ method: 'GET', target: ECHO, ...consumer, ...credentials })).status;
    expect([await statusOf(late), await statusOf(token)]).toEqual([200, 401]);
    const [code, output] = await reseal();
    expect([code, output]).toEqual([1, expect.stringContaining('1 rows grant something')]);
    await after.stop(0);
    expect(await missing()).toBe(1);
  });

  describe('what was complete stays so, whatever is written to the database', () => {
    const key = 'oak_of_my_own_making_and_long_enough_for_it';
    const statusWith = async (base: string) =>
      (
        await send({
          base,
          target: '/admin/consumers',
          headers: [['Authorization', `Bearer ${key}`]],
        })
      ).status;
    const forge = () =>
      database.query(
        `INSERT INTO api_keys (id, name, role, hash) VALUES ('forged', 'Forged', 'admin', $1)`,
        [createHash('sha256').update(key).digest()],
      );

    it.each([
      ['nothing', []],
      ['the proof taken off', ['UPDATE audit_head SET grants_since = NULL']],
      [
        'an end from before',
        [
          'UPDATE audit_head SET (last_id, last_hash, last_at, since, grants_since, mac) = (SELECT * FROM kept)',
        ],
      ],
      [
        'an emptied end',
        [
          `UPDATE audit_head SET last_id = 0, last_hash = '', since = NULL, grants_since = NULL, mac = NULL`,
        ],
      ],
      [
        'an emptied record',
        [
          'TRUNCATE audit_events',
          `UPDATE audit_head SET last_id = 0, last_hash = '', since = NULL, grants_since = NULL, mac = NULL`,
        ],
      ],
    ])('with %s, npm run reseal makes no MAC for a row that was forged', async (_, statements) => {
      let service = await start();
      await service.registerConsumer();
      await service.stop(0);
      await asFromBefore();
      service = await start();
      await database.query(
        `CREATE TABLE kept AS
         SELECT last_id, last_hash, last_at, since, grants_since, mac FROM audit_head`,
      );
      await service.stop(0);
      expect((await reseal())[0]).toBe(0);

      await forge();
      await tamper(database, ...statements);
      const [code, output] = await reseal();
      expect([code, output]).toEqual([1, expect.stringContaining('1 rows grant something')]);
      expect(await missing()).toBe(1);
      if (statements.length > 0) await expect(start()).rejects.toThrow('does not fit SECRET_KEYS');
      else {
        service = await start();
        expect(await statusWith(service.adminBase)).toBe(401);
        await service.stop(0);
      }
    });
  });

  it('is none where there is nothing yet: every row has its MAC from the first one on', async () => {
    const service = await start();
    const { text } = await send({ base: service.adminBase, target: '/metrics' });
    expect(text).toContain('\noauth10_grant_macs_complete 1\n');
    await service.stop(0);
  });

  it('takes the MAC from a consumer that the version before changes', async () => {
    const service = await start();
    const { consumerKey } = await service.registerConsumer();
    await database.query(`UPDATE consumers SET name = 'Other' WHERE consumer_key = $1`, [
      consumerKey,
    ]);
    expect(await missing()).toBe(0);
    await database.query(`UPDATE consumers SET scopes = '{}' WHERE consumer_key = $1`, [
      consumerKey,
    ]);
    expect(await missing()).toBe(1);
    await service.stop(0);
  });
});
