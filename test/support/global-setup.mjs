// Starts a temporary PostgreSQL for the whole run, unless DATABASE_URL names a server. Migrates one template
// database, which every test file copies. Jest does not transform this file, so it uses the built code.
//
// With TEST_POOLED=1 the services under test connect through pgbouncer in transaction mode, as a role that owns
// nothing and has the grants of deploy/postgresql/roles.sql (npm run test:pooled).
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ONE_DAY_SECONDS = 86_400;
const FOLDER_PREFIX = 'oauth10-test-';

export default async function globalSetup() {
  const build = spawnSync(process.execPath, [join(root, 'scripts/build-when-stale.mjs')], {
    stdio: 'inherit',
  });
  if (build.status !== 0) throw new Error('The build failed');

  let serverUrl = process.env.DATABASE_URL;
  let stopServer = async () => undefined;
  if (serverUrl === undefined) {
    const { startEmbeddedServer } =
      await import('../../dist/database/embedded-server/embedded-server.js');
    await removeAbandonedFolders();
    const directory = await mkdtemp(join(tmpdir(), FOLDER_PREFIX));
    const server = await startEmbeddedServer({
      directory,
      durable: false,
      settings: { max_connections: '300' },
    });
    serverUrl = server.url;
    stopServer = async () => {
      await server.stop();
      await rm(server.folder, { recursive: true, force: true });
      await rm(directory, { recursive: true, force: true });
    };
  }
  // Each test chooses the service's settings itself.
  delete process.env.DATABASE_URL;
  process.env.TEST_SERVER_URL = serverUrl;
  process.env.TEST_TEMPLATE = `oauth10_test_${Math.floor(Date.now() / 1000)}_${process.pid}_template`;
  await dropLeftovers(serverUrl);
  await makeTemplate(serverUrl, process.env.TEST_TEMPLATE);
  const pooled = process.env.TEST_POOLED === '1' ? await startPooled(serverUrl) : undefined;
  globalThis.__stopTestServer = async () => {
    await pooled?.stop();
    await withClient(serverUrl, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${process.env.TEST_TEMPLATE}`),
    );
    await pooled?.dropRole();
    await stopServer();
  };
}

async function makeTemplate(serverUrl, name) {
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`));
  const { DataSource } = await import('typeorm');
  const { dataSourceOptions } = await import('../../dist/database/data-source.js');
  const { migrate } = await import('../../dist/database/migrate.js');
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const dataSource = await new DataSource(
    dataSourceOptions({ databasePoolSize: 2 }, url),
  ).initialize();
  await migrate(dataSource);
  await dataSource.destroy();
}

/** Copies of the template include the grants. */
async function startPooled(serverUrl) {
  const { startPgbouncer } = await import('../../bench/neighbours.mjs');
  const role = `oauth10_test_service_${process.pid}`;
  const password = randomBytes(12).toString('hex');
  await withClient(serverUrl, async (client) => {
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
    await client.query(`ALTER ROLE ${role} SET statement_timeout = '4s'`);
    await client.query(`ALTER ROLE ${role} SET lock_timeout = '1500ms'`);
  });
  const url = new URL(serverUrl);
  url.pathname = `/${process.env.TEST_TEMPLATE}`;
  const grants = await readFile(join(root, 'deploy/postgresql/roles.sql'), 'utf8');
  await withClient(url.href, (client) =>
    client.query(
      grants
        .replaceAll(/^\\set .*$/gm, '')
        .replaceAll(':"schema"', 'public')
        .replaceAll(':"service"', role)
        .replaceAll(':"DBNAME"', process.env.TEST_TEMPLATE),
    ),
  );
  // The pooler does not connect to the template, because a database in use cannot be copied.
  Object.assign(url, { username: role, password, pathname: '/postgres' });
  const pooler = await startPgbouncer(url.href);
  process.env.TEST_SERVICE_URL = pooler.url;
  return {
    stop: () => pooler.stop(),
    dropRole: () => withClient(serverUrl, (client) => client.query(`DROP ROLE ${role}`)),
  };
}

/** When a run is killed, its server stops, but the server's files stay. */
async function removeAbandonedFolders() {
  const names = await readdir(tmpdir());
  for (const name of names.filter((name) => name.startsWith(FOLDER_PREFIX))) {
    const folder = join(tmpdir(), name);
    const madeAt = (await stat(folder).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (madeAt < Date.now() - ONE_DAY_SECONDS * 1000) {
      // Folders of other users cannot be removed.
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** Drops what killed runs left on a server from DATABASE_URL. */
async function dropLeftovers(serverUrl) {
  await withClient(serverUrl, async (client) => {
    const { rows } = await client.query(
      "SELECT datname FROM pg_database WHERE datname LIKE 'oauth10\\_test\\_%'",
    );
    for (const { datname } of rows) {
      const startedAt = Number(datname.split('_')[2]);
      if (startedAt < Date.now() / 1000 - ONE_DAY_SECONDS) {
        await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
      }
    }
  });
}

async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
