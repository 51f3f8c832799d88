import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from '../support/eventually.js';
import { send } from '../support/http.js';

// The built process as in production: ES modules, its own PostgreSQL, real signals.
interface RunningProcess {
  readonly child: ChildProcess;
  readonly publicBase: string;
  readonly output: () => string;
  readonly exit: Promise<number | null>;
}

describe('the process', () => {
  let dataDir: string;
  const running = new Set<ChildProcess>();

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'oauth10-process-'));
    // As root, PostgreSQL runs as another user, who needs access to the folder.
    await chmod(dataDir, 0o711);
  });
  afterAll(async () => {
    running.forEach((child) => child.kill('SIGKILL'));
    await vacant();
    await rm(dataDir, { recursive: true, force: true });
  });

  function launch(env: Record<string, string> = {}): Omit<RunningProcess, 'publicBase'> {
    const child = spawn(process.execPath, ['dist/main.js'], {
      env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', ADMIN_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exit = new Promise<number | null>((resolve) => {
      child.once('exit', (code) => {
        running.delete(child);
        resolve(code);
      });
    });
    return { child, output: () => output, exit };
  }

  async function start(env: Record<string, string> = {}): Promise<RunningProcess> {
    const launched = launch(env);
    for (;;) {
      const publicBase = /public +(http:\S+)/.exec(launched.output())?.[1];
      if (publicBase !== undefined && launched.output().includes('Ctrl+C')) {
        return { ...launched, publicBase };
      }
      if (launched.child.exitCode !== null) throw new Error(launched.output());
      await sleep(20);
    }
  }

  const ready = async (base: string) => (await send({ base, target: '/health/ready' })).status;

  /** The pid of the PostgreSQL in the data folder; undefined if none runs. */
  async function serverPid(): Promise<number | undefined> {
    const folder = /embedded PostgreSQL in (\S+)/.exec(lastGreeting)?.[1];
    if (folder === undefined) return undefined;
    const lock = await readFile(join(folder, 'cluster', 'data', 'postmaster.pid'), 'utf8').catch(
      () => '',
    );
    const pid = Number.parseInt(lock, 10);
    return Number.isInteger(pid) && existsSync(`/proc/${pid}`) ? pid : undefined;
  }
  let lastGreeting = '';

  async function vacant(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while ((await serverPid()) !== undefined) {
      if (Date.now() > deadline) throw new Error('PostgreSQL is still there');
      await sleep(50);
    }
  }

  it('says where it is and what to type next, and keeps its secrets to itself', async () => {
    const service = await start();
    lastGreeting = service.output();
    expect(await ready(service.publicBase)).toBe(200);
    for (const expected of [
      'public',
      'admin',
      'embedded PostgreSQL',
      'admin-api-key',
      'npm run demo',
    ]) {
      expect(service.output()).toContain(expected);
    }
    const keyFile = join(dataDir, 'admin-api-key');
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect(service.output()).not.toContain((await readFile(keyFile, 'utf8')).trim());
    service.child.kill('SIGINT');
    expect(await service.exit).toBe(0);
    await vacant();
  });

  it('killed with SIGKILL it leaves no PostgreSQL behind, and the next start works at once', async () => {
    const first = await start();
    lastGreeting = first.output();
    expect(await serverPid()).toBeDefined();
    first.child.kill('SIGKILL');
    await first.exit;
    const second = await start();
    expect(await ready(second.publicBase)).toBe(200);
    second.child.kill('SIGKILL');
    await second.exit;
    await vacant();
  });

  it('SIGTERM: readiness turns at once, requests are still served for the delay, exit 0', async () => {
    const service = await start({ SHUTDOWN_DELAY_SECONDS: '6' });
    lastGreeting = service.output();
    const signalledAt = Date.now();
    service.child.kill('SIGTERM');
    while ((await ready(service.publicBase)) === 200) await sleep(10);
    expect(Date.now() - signalledAt).toBeLessThan(2_000);
    const served = await send({ base: service.publicBase, target: '/oauth/oauth10/token' });
    expect([served.status, served.headers['connection']]).toEqual([401, 'close']);
    expect(await service.exit).toBe(0);
    expect(Date.now() - signalledAt).toBeGreaterThanOrEqual(6_000);
    await vacant();
  });

  it('broken settings stop the start, every fault named, without a stack trace', async () => {
    const service = launch({ PORT: 'many', NODE_ENV: 'production', ADMIN_API_KEY: 'too-short' });
    expect(await service.exit).toBe(1);
    for (const name of ['PORT', 'DATABASE_URL', 'SECRET_KEYS', 'ADMIN_API_KEY']) {
      expect(service.output()).toContain(name);
    }
    expect(service.output()).not.toMatch(/too-short|\n {4}at /);
  });
});
