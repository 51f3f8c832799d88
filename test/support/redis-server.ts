import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

/** Makes the primary serve a new replica at once. */
const QUICKLY = ['--repl-diskless-sync-delay', '0'];

/** Debian's Redis on loopback, with its own folder. */
export interface RedisServer {
  readonly port: number;
  /** The port of the cluster bus; unused without a cluster. */
  readonly busPort: number;
  readonly url: string;
  /** Sends a command over its own connection. */
  command(...parts: string[]): Promise<unknown>;
  /** Sends SIGKILL, like a loss of power. */
  kill(): Promise<void>;
  /** Suspends or resumes the process. */
  pause(isPaused: boolean): void;
  /** Starts the server again, on the same port and folder. */
  start(): Promise<void>;
  /** Kills the server and removes its folder. */
  stop(): Promise<void>;
}

/** How often a server or a cluster is tried on other ports, because another program took one of the ports first. */
const TRIES = 3;

/** @param settings arguments such as `--maxmemory 10mb`; without such an argument nothing is saved to disk */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  for (let tries = 1; ; tries += 1) {
    const server = redisServer(await freePort(), await freePort(), settings);
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.stop();
      if (tries === TRIES) throw error;
    }
  }
}

/** Creates a server without starting it. */
function redisServer(port: number, busPort: number, settings: readonly string[]): RedisServer {
  const folder = mkdtempSync(join(tmpdir(), 'oauth10-redis-'));
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  const command = async (...parts: string[]): Promise<unknown> => {
    const client = createClient({ url, RESP: 2, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.sendCommand(parts);
    } finally {
      client.destroy();
    }
  };
  const kill = async (): Promise<void> => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
  const start = async (): Promise<void> => {
    child = spawn(
      'redis-server',
      [
        '--port',
        `${port}`,
        '--cluster-port',
        `${busPort}`,
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        '--save',
        '',
        ...QUICKLY,
        ...settings,
      ],
      { stdio: 'ignore' },
    );
    const started = child;
    const answer = await eventually(
      () => command('PING').catch((error: Error) => error.message),
      // A server exits if its port is taken, and then another program may answer on this port.
      (said) => started.exitCode !== null || /^(PONG|NOAUTH)/.test(String(said)),
    );
    if (started.exitCode !== null || !/^(PONG|NOAUTH)/.test(String(answer)))
      throw new Error(`No Redis on port ${port}: ${String(answer)}`);
  };
  return {
    port,
    busPort,
    url,
    command,
    kill,
    pause: (isPaused) => void child?.kill(isPaused ? 'SIGSTOP' : 'SIGCONT'),
    start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts six servers as a cluster: three primaries, each with a replica. */
export async function startRedisCluster(): Promise<readonly RedisServer[]> {
  const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'];
  for (let tries = 1; ; tries += 1) {
    const servers = await Promise.all(Array.from({ length: 6 }, () => startRedis(settings)));
    try {
      joinCluster(servers.map(({ port, busPort }) => `127.0.0.1:${port}@${busPort}`));
      await settle(servers);
      return servers;
    } catch (error) {
      await Promise.all(servers.map((server) => server.stop()));
      if (tries === TRIES) throw error;
    }
  }
}

function joinCluster(nodes: readonly string[]): void {
  execFileSync(
    'redis-cli',
    ['--cluster', 'create', ...nodes, '--cluster-replicas', '1', '--cluster-yes'],
    { stdio: 'ignore', timeout: 15_000 },
  );
}

/**
 * Waits until each replica is in sync: a primary begins a new replication history, and so a new nonce epoch, for its
 * first.
 */
async function settle(servers: readonly RedisServer[]): Promise<void> {
  for (const server of servers) {
    await eventually(
      async () => String(await server.command('INFO', 'replication')),
      (info) => /state=online|master_link_status:up/.test(info),
    );
    await eventually(
      async () => String(await server.command('CLUSTER', 'INFO')),
      (info) => info.includes('cluster_state:ok'),
    );
  }
}

/** Makes one server the replica of another, and waits until it is in sync. */
export async function replicate(replica: RedisServer, primary: RedisServer): Promise<void> {
  await replica.command('REPLICAOF', '127.0.0.1', String(primary.port));
  await eventually(
    async () => String(await replica.command('INFO', 'replication')),
    (info) => info.includes('master_link_status:up'),
  );
}

/** A Redis Sentinel that promotes a replica when the primary is down for half a second. */
export async function startSentinel(primary: RedisServer): Promise<{ stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'oauth10-sentinel-'));
  const file = join(folder, 'sentinel.conf');
  writeFileSync(
    file,
    [
      `port ${await freePort()}`,
      'bind 127.0.0.1',
      `sentinel monitor nonces 127.0.0.1 ${primary.port} 1`,
      'sentinel down-after-milliseconds nonces 500',
      'sentinel failover-timeout nonces 5000',
    ].join('\n'),
  );
  const child = spawn('redis-server', [file, '--sentinel'], { cwd: folder });
  const exit = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // Sentinel has discovered the replica.
  const said = await eventually(
    () => Promise.resolve(output),
    (text) => text.includes('+slave ') || child.exitCode !== null,
  );
  const stop = async () => {
    child.kill('SIGKILL');
    await exit;
    rmSync(folder, { recursive: true, force: true });
  };
  if (said.includes('+slave ')) return { stop };
  await stop();
  throw new Error(`No Sentinel: ${said}`);
}
