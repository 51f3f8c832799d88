import { spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbeddedServer } from '../../src/database/embedded-server/embedded-server.js';
import {
  postmasterPid,
  serverProcesses,
  startOwner,
  type EmbeddedOwner,
} from '../support/embedded-owners.js';
import { eventually } from '../support/eventually.js';
import { sourceAsModules } from '../support/source-as-modules.js';

/** The guard reacts at once, but a busy machine may take a few seconds. */
const FEW_SECONDS_MS = 5_000;

let modules: Awaited<ReturnType<typeof sourceAsModules>>;
let directory: string;
const owners: EmbeddedOwner[] = [];

async function own(): Promise<EmbeddedOwner> {
  const owner = await startOwner({ modules: modules.folder, directory, durable: false });
  owners.push(owner);
  return owner;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  // Tests kill the server during the query.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  modules = await sourceAsModules();
  await cp(
    join(__dirname, '../support/embedded-owner.mjs'),
    join(modules.folder, 'embedded-owner.mjs'),
  );
  directory = await mkdtemp(join(tmpdir(), 'oauth10-embedded-'));
});

afterEach(async () => {
  for (const owner of owners.splice(0)) {
    if (owner.error === undefined) await owner.stop();
  }
});

afterAll(async () => {
  await modules.remove();
  await rm(directory, { recursive: true, force: true });
});

describe('the embedded server', () => {
  it('keeps its data from one start to the next, and is gone when stop() resolves', async () => {
    const first = await startEmbeddedServer({ directory, durable: false });
    const pid = await postmasterPid(first.folder);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');

    const second = await startEmbeddedServer({ directory, durable: false });
    await expect(query(second.url, 'SELECT answer FROM kept')).resolves.toEqual([42]);
    await second.stop();
  });

  it('writes through to the disk unless told otherwise', async () => {
    const server = await startEmbeddedServer({ directory });
    const durable =
      'SELECT setting FROM pg_settings WHERE name = ANY(ARRAY[$$fsync$$,$$synchronous_commit$$,$$full_page_writes$$])';
    await expect(query(server.url, durable)).resolves.toEqual(['on', 'on', 'on']);
    await server.stop();
  });

  it('asks for its password, which only its owner can read', async () => {
    const { url, folder } = await own();
    const wrong = new URL(url);
    wrong.password = 'guessed';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    const { mode } = await stat(join(folder, 'cluster/password'));
    expect(mode & 0o777).toBe(0o600);
    expect(await readFile(join(folder, 'server.log'), 'utf8')).not.toContain(new URL(url).password);
  });

  it('listens on the loopback interface only, and on no Unix socket', async () => {
    const { url } = await own();
    const [addresses, sockets] = await query(
      url,
      "SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')",
    );
    expect([addresses, sockets]).toEqual(['127.0.0.1', '']);
  });

  it('takes other settings of PostgreSQL', async () => {
    const server = await startEmbeddedServer({
      directory,
      durable: false,
      settings: { max_connections: '77' },
    });
    await expect(query(server.url, 'SHOW max_connections')).resolves.toEqual(['77']);
    await server.stop();
  });
});

describe('an owner that is killed', () => {
  it('leaves no server process behind after kill -9 of its whole process group', async () => {
    const owner = await own();
    const before = await serverProcesses(owner.folder);
    expect(before.length).toBeGreaterThan(2);
    owner.kill();
    const processes = () => serverProcesses(owner.folder);
    const left = await eventually(processes, ({ length }) => length === 0, FEW_SECONDS_MS);
    expect(left).toEqual([]);
  });

  it('can be replaced at once, while the old server is still going down', async () => {
    const owner = await own();
    // A client with a running query makes the shutdown slower.
    const busy = query(owner.url, 'SELECT pg_sleep(30)').then(
      () => 'answered',
      () => 'broken off',
    );
    owner.kill();
    const next = await own();
    expect(next.error).toBeUndefined();
    await expect(query(next.url, 'SELECT 1')).resolves.toEqual([1]);
    expect(await busy).toBe('broken off');
  });

  it('is replaced even if its guard was killed with it', async () => {
    const owner = await own();
    const server = await postmasterPid(owner.folder);
    for (const pid of await serverProcesses(owner.folder)) {
      // Some processes have already ended.
      const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
      if (command.startsWith('/bin/sh')) process.kill(pid, 'SIGKILL');
    }
    owner.kill();
    const next = await own();
    expect(next.error).toBeUndefined();
    expect(await postmasterPid(next.folder)).not.toBe(server);
  });
});

describe('a directory that is in use', () => {
  it('is refused to a second process with a sentence that names the first', async () => {
    const first = await own();
    const second = await own();
    expect(second.error).toContain(`is already in use by process ${first.pid}`);
    expect(second.error).not.toContain('    at ');
    await expect(query(first.url, 'SELECT 1')).resolves.toEqual([1]);
  });

  it('is refused to the same process, too', async () => {
    const server = await startEmbeddedServer({ directory, durable: false });
    await expect(startEmbeddedServer({ directory, durable: false })).rejects.toThrow(
      `already in use by process ${process.pid}`,
    );
    await server.stop();
  });

  it('goes to one of several that race to make it', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'oauth10-embedded-race-'));
    const start = () => startOwner({ modules: modules.folder, directory: fresh, durable: false });
    const racers = await Promise.all([start(), start(), start()]);
    const winners = racers.filter(({ error }) => error === undefined);
    expect(winners).toHaveLength(1);
    for (const { error } of racers.filter((racer) => racer !== winners[0])) {
      expect(error).toContain(`already in use by process ${winners[0]?.pid}`);
    }
    await expect(query(winners[0]?.url ?? '', 'SELECT 1')).resolves.toEqual([1]);
    await winners[0]?.stop();
    await rm(fresh, { recursive: true, force: true });
  });

  it('is free although a process of today has the number of the server of old', async () => {
    const { uid, gid } = await stat(join(directory, 'cluster/data'));
    const stranger = spawn('/bin/sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
    const lockFile = join(directory, 'cluster/data/postmaster.pid');
    await writeFile(lockFile, `${stranger.pid}\n/elsewhere\n1\n5432\n\n127.0.0.1\n\nready   \n`);
    const owner = await own();
    stranger.kill();
    expect(owner.error).toBeUndefined();
  });
});

describe('a server that can not start', () => {
  it('says what its log says', async () => {
    await expect(
      startEmbeddedServer({ directory, durable: false, settings: { shared_buffers: 'plenty' } }),
    ).rejects.toThrow(/did not start[^]*invalid value for parameter "shared_buffers"/);
  });

  it('leaves half-made clusters of killed starts to nobody', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'oauth10-embedded-cut-'));
    const dead = spawn('/bin/true');
    await new Promise((resolve) => dead.once('exit', resolve));
    const draft = join(fresh, `cluster-draft-${dead.pid}-abc123`);
    await cp(join(directory, 'cluster'), draft, { recursive: true });
    await chmod(draft, 0o700);
    const server = await startEmbeddedServer({ directory: fresh, durable: false });
    await server.stop();
    await expect(stat(draft)).rejects.toThrow('ENOENT');
    await rm(fresh, { recursive: true, force: true });
  });
});
