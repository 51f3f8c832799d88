import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { createLoginRole, type LoginRole } from '../support/login-role.js';
import { startTestService, type TestService } from '../support/service.js';

/** Runs SQL from another database, because this one refuses logins. */
async function onServer(sql: string): Promise<void> {
  const client = new Client({ connectionString: process.env['TEST_SERVER_URL'] });
  await client.connect();
  await client.query(sql);
  await client.end();
}

describe('a database that refuses the login', () => {
  let database: TestDatabase;
  let role: LoginRole;
  let folder: string;
  let file: string;
  let service: TestService;

  beforeAll(async () => {
    database = await createTestDatabase();
    role = await createLoginRole(database, 'first', 'IN ROLE CURRENT_USER');
    folder = await mkdtemp(join(tmpdir(), 'oauth10-login-'));
    file = join(folder, 'url');
    await writeFile(file, role.url('first'));
    service = await startTestService(role.url('first'), {
      DATABASE_URL: '',
      DATABASE_URL_FILE: file,
    });
  });
  afterAll(async () => {
    await service?.stop(0);
    await role?.drop();
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const list = () => service.admin('GET', '/admin/consumers');
  const statuses = async (count: number) =>
    new Set(await Promise.all(Array.from({ length: count }, async () => (await list()).status)));
  const cutAll = () =>
    database.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [
      role.name,
    ]);
  const sessions = async () =>
    Number(
      (
        await database.query<{ count: string }>(
          'SELECT count(*) FROM pg_stat_activity WHERE usename = $1',
          [role.name],
        )
      )[0]?.count,
    );
  const ready = async () =>
    (await send({ base: service.publicBase, target: '/health/ready' })).status;

  it('a new password, in the server first: those who need a new session are served by the others', async () => {
    await list();
    const before = await sessions();
    await database.query(`ALTER ROLE ${role.name} PASSWORD 'second'`);
    expect(await statuses(40)).toEqual(new Set([200]));
    expect(await sessions()).toBeLessThanOrEqual(before);
    await writeFile(file, role.url('second'));
    await eventually(
      () => statuses(40).then(sessions),
      (count) => count > before,
    );
    expect(await sessions()).toBeGreaterThan(before);
  });

  it('a new password, in the file first: the one before is good until the server knows it', async () => {
    await writeFile(file, role.url('third'));
    await cutAll();
    expect(
      await eventually(
        () => statuses(8),
        (seen) => seen.size === 1 && seen.has(200),
      ),
    ).toEqual(new Set([200]));
    await database.query(`ALTER ROLE ${role.name} PASSWORD 'third'`);
    await cutAll();
    await eventually(ready, (status) => status === 200);
    expect(await statuses(8)).toEqual(new Set([200]));
  });

  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      '28P01',
      () => database.query(`ALTER ROLE ${role.name} PASSWORD 'other'`),
      () => database.query(`ALTER ROLE ${role.name} PASSWORD 'third'`),
    ],
    [
      '28000',
      () => database.query(`ALTER ROLE ${role.name} NOLOGIN`),
      () => database.query(`ALTER ROLE ${role.name} LOGIN`),
    ],
    [
      '55000',
      () => onServer(`ALTER DATABASE ${nameOf(database)} ALLOW_CONNECTIONS false`),
      () => onServer(`ALTER DATABASE ${nameOf(database)} ALLOW_CONNECTIONS true`),
    ],
    [
      '3D000',
      () => writeFile(file, role.url('third').replace(nameOf(database), 'nowhere')),
      () => writeFile(file, role.url('third')),
    ],
  ])('%s: 503 with Retry-After, not ready, and back by itself', async (_, refuse, admit) => {
    await refuse();
    // A session that logged in just before is terminated once pg_stat_activity lists it.
    await eventually(
      async () => {
        await cutAll();
        return [await sessions(), (await list()).status];
      },
      ([count, status]) => count === 0 && status !== 200,
    );
    const replies = [
      await list(),
      await service.admin('POST', '/admin/consumers', { name: 'x' }),
      await send({ base: service.publicBase, target: '/oauth/auz/authorize?oauth_token=x' }),
    ];
    for (const { status, headers } of replies) {
      expect([status, Number(headers['retry-after']) > 0]).toEqual([503, true]);
    }
    expect(await eventually(ready, (status) => status === 503)).toBe(503);
    await admit();
    expect(await eventually(ready, (status) => status === 200)).toBe(200);
    expect((await list()).status).toBe(200);
  });

  const nameOf = ({ url }: TestDatabase) => new URL(url).pathname.slice(1);
});
