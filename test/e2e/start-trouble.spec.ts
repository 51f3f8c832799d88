import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { launchBuiltService, type LaunchedService } from '../support/built-service.js';
import { proxyTo } from '../support/database-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { send } from '../support/http.js';
import { createLoginRole, type LoginRole } from '../support/login-role.js';

let database: TestDatabase;
let role: LoginRole;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  role = await createLoginRole(database, 'secret-word');
  folder = await mkdtemp(join(tmpdir(), 'oauth10-start-'));
});
afterAll(async () => {
  await role?.drop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const statusOf = async (base: string, target: string) =>
  (await send({ base, target }).catch(() => undefined))?.status;

describe('a start before the database', () => {
  it('both listeners answer: alive, not ready, 503; one line says so; it heals', async () => {
    const proxy = await proxyTo(database.url);
    proxy.cut();
    const service = await launchBuiltService(proxy.url);
    try {
      const { publicBase, adminBase } = service;
      const live = await eventually(
        () => statusOf(publicBase, '/health/live'),
        (status) => status === 200,
      );
      expect(live).toBe(200);
      expect(await statusOf(adminBase, '/health/live')).toBe(200);
      expect(await statusOf(publicBase, '/health/ready')).toBe(503);
      expect(await statusOf(adminBase, '/health/startup')).toBe(503);
      for (const [base, target] of [
        [publicBase, '/oauth/oauth10/token'],
        [adminBase, '/admin/consumers'],
        [adminBase, '/verify'],
        // Even for a path of the other listener: routes are known only after the start.
        [publicBase, '/admin/consumers'],
      ] as const) {
        const reply = await send({ base, target });
        expect([reply.status, Number(reply.headers['retry-after']) > 0]).toEqual([503, true]);
      }
      await sleep(2_000);
      expect(service.output().match(/not ready yet/g)).toHaveLength(1);
      proxy.mend();
      const ready = await eventually(
        () => statusOf(publicBase, '/health/ready'),
        (status) => status === 200,
      );
      expect(ready).toBe(200);
      expect(await statusOf(adminBase, '/admin/consumers')).toBe(401);
      expect(await statusOf(publicBase, '/admin/consumers')).toBe(404);
    } finally {
      await service.stop();
      await proxy.close();
    }
    expect(service.exitCode()).toBe(0);
  });

  it('is ended by a signal all the same', async () => {
    const service = await launchBuiltService('postgres://u:p@127.0.0.1:9/d');
    await eventually(
      () => statusOf(service.publicBase, '/health/live'),
      (status) => status === 200,
    );
    await service.stop();
    expect(service.exitCode()).toBe(0);
  });

  it('waits for migrations that somebody else makes', async () => {
    await database.query('ALTER TABLE migrations RENAME TO migrations_elsewhere');
    const service = await launchBuiltService(database.url, { AUTO_MIGRATE: 'false' });
    try {
      await eventually(
        () => Promise.resolve(service.output()),
        (output) => output.includes('migrations are missing'),
      );
      expect(await statusOf(service.publicBase, '/health/ready')).toBe(503);
      await database.query('ALTER TABLE migrations_elsewhere RENAME TO migrations');
      const ready = await eventually(
        () => statusOf(service.publicBase, '/health/ready'),
        (status) => status === 200,
      );
      expect(ready).toBe(200);
    } finally {
      await service.stop();
    }
  });
});

describe('what no waiting mends stops the start in words', () => {
  // Starting a process takes seconds on a busy machine, but waiting for the database took 60 s.
  const ends = async (
    url: string,
    env: Record<string, string> = {},
    command?: 'serve' | 'migrate',
  ): Promise<LaunchedService> => {
    const service = await launchBuiltService(url, env, command);
    const isLate = await Promise.race([
      service.ended.then(() => false),
      sleep(30_000, true, { ref: false }),
    ]);
    if (isLate) await service.stop();
    expect([isLate, service.exitCode()]).toEqual([false, 1]);
    expect(service.output()).not.toMatch(/\n\s+at |secret-word/);
    return service;
  };

  it('a wrong password', async () => {
    const { output } = await ends(role.url('wrong'));
    expect(output()).toMatch(/refuses \(28P01\).*\n.*password in DATABASE_URL/);
  });

  it('a database that is not there', async () => {
    const url = new URL(database.url);
    url.pathname = '/nowhere';
    expect((await ends(url.href)).output()).toMatch(/refuses \(3D000\).*"nowhere"/);
  });

  it('a role that may not log in', async () => {
    await database.query(`ALTER ROLE ${role.name} NOLOGIN`);
    const { output } = await ends(role.url('secret-word'));
    await database.query(`ALTER ROLE ${role.name} LOGIN`);
    expect(output()).toMatch(/refuses \(28000\)/);
  });

  it('a role that may not make tables, and what to grant', async () => {
    await database.query('CREATE SCHEMA bare');
    await database.query(`GRANT USAGE ON SCHEMA bare TO ${role.name}`);
    const env = { DATABASE_SCHEMA: 'bare' };
    for (const command of ['serve', 'migrate'] as const) {
      const { output } = await ends(role.url('secret-word'), env, command);
      expect(output()).toContain(`GRANT USAGE, CREATE ON SCHEMA bare TO ${role.name};`);
    }
  });

  it('a grant that is missing, and the statement that gives it', async () => {
    await database.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public
      TO ${role.name}`);
    await database.query(`REVOKE UPDATE, DELETE ON audit_events FROM ${role.name}`);
    await database.query(`REVOKE INSERT, DELETE ON access_tokens FROM ${role.name}`);
    const { output } = await ends(role.url('secret-word'), { AUTO_MIGRATE: 'false' });
    expect(output()).toContain(`\n  GRANT INSERT, DELETE ON access_tokens TO ${role.name};\n`);
    expect(output()).not.toContain('audit_events');
    await database.query(`REVOKE ALL ON migrations FROM ${role.name}`);
    const other = await ends(role.url('secret-word'), { AUTO_MIGRATE: 'false' });
    expect(other.output()).toMatch(/refuses \(42501\).*migrations/);
  });

  it('a certificate that is not there, a parameter that nobody knows', async () => {
    const url = `${database.url}?sslmode=verify-full&sslrootcert=/nowhere/root.crt`;
    expect((await ends(url)).output()).toContain('DATABASE_URL has a sslrootcert');
    const other = await ends(`${database.url}?schema=auth`);
    expect(other.output()).toContain('unknown parameter schema; DATABASE_SCHEMA');
  });

  it('a certificate that nobody vouches for; require asks nobody', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-days', '2'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    const tls = { key: await readFile(key), cert: await readFile(cert) };
    let encrypted = 0;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      // Answers SSLRequest and completes the TLS handshake, but sends nothing more.
      socket.once('data', () => {
        socket.write('S');
        const secure = new TLSSocket(socket, { isServer: true, ...tls });
        secure.on('error', () => undefined).on('data', () => (encrypted += 1));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const base = `postgres://u:p@127.0.0.1:${(server.address() as AddressInfo).port}/d`;
    const { output } = await ends(`${base}?sslmode=verify-full`);
    expect(output()).toMatch(/can't be encrypted as DATABASE_URL says: self-signed certificate/);
    expect(encrypted).toBe(0);
    const service = await launchBuiltService(`${base}?sslmode=require`);
    await eventually(
      () => Promise.resolve(encrypted),
      (count) => count > 0,
    );
    expect([encrypted > 0, service.exitCode()]).toEqual([true, null]);
    await service.stop();
    server.close();
  });
});

describe('oauth10 migrate', () => {
  it('needs the database and no other secret, in production as well', async () => {
    const file = join(folder, 'migration-url');
    await writeFile(file, `${database.url}\n`);
    const env = { SECRET_KEYS: '', ADMIN_API_KEY: '', MIGRATION_DATABASE_URL_FILE: file };
    // DATABASE_URL has a wrong password, so only MIGRATION_DATABASE_URL works.
    const program = await launchBuiltService(role.url('wrong'), env, 'migrate');
    await program.ended;
    expect([program.exitCode(), program.output()]).toEqual([
      0,
      expect.stringContaining('The schema is up to date.'),
    ]);
  });

  it('makes the schema that DATABASE_SCHEMA names, and all tables there', async () => {
    const env = { DATABASE_SCHEMA: 'Own_1' };
    const program = await launchBuiltService(database.url, env, 'migrate');
    await program.ended;
    expect([program.exitCode(), program.output()]).toEqual([
      0,
      expect.stringContaining('The schema is up to date.'),
    ]);
    const here = await database.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'");
    const there = await database.query("SELECT 1 FROM pg_tables WHERE schemaname = 'Own_1'");
    expect(there.length).toBeGreaterThan(10);
    expect(Math.abs(there.length - here.length)).toBeLessThan(15);
    const service = await launchBuiltService(database.url, { ...env, AUTO_MIGRATE: 'false' });
    const ready = await eventually(
      () => statusOf(service.publicBase, '/health/ready'),
      (status) => status === 200,
    );
    await service.stop();
    expect(ready).toBe(200);
  });

  it('by a second login of the owner leaves all tables to the owner', async () => {
    const second = await createLoginRole(database, 'second', 'IN ROLE CURRENT_USER');
    const [owner] = await database.query<{ name: string }>('SELECT current_user AS name');
    await database.query('DROP SCHEMA IF EXISTS "Own_2" CASCADE');
    await database.query(`CREATE SCHEMA "Own_2" AUTHORIZATION ${owner?.name}`);
    await database.query('CREATE TABLE "Own_2".migrations (LIKE public.migrations INCLUDING ALL)');
    const env = { DATABASE_SCHEMA: 'Own_2' };
    const program = await launchBuiltService(second.url('second'), env, 'migrate');
    await program.ended;
    expect([program.exitCode(), program.output()]).toEqual([
      0,
      expect.stringContaining('The schema is up to date.'),
    ]);
    const foreign = await database.query(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'Own_2' AND tableowner <> $1`,
      [owner?.name],
    );
    expect(foreign).toEqual([]);
    await database.query(`DROP ROLE ${second.name}`);
  });
});
