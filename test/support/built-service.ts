import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from './eventually.js';
import { freePort } from './free-port.js';
import { send } from './http.js';
import { ADMIN_API_KEY, SECRET_KEYS } from './service.js';

/** The service as it runs in production: built, in its own process, with JSON logs. */
export interface BuiltService {
  readonly publicBase: string;
  readonly adminBase: string;
  /** All output so far, stdout and stderr. */
  output(): string;
  /** Sends SIGTERM and waits for the process to exit. */
  stop(): Promise<void>;
  /** Kills the process at once. */
  kill(): Promise<void>;
}

/** A service that may fail before it is ready. */
export interface LaunchedService extends BuiltService {
  /** Undefined while the process runs. */
  exitCode(): number | null;
  /** Resolves when the process has exited. */
  readonly ended: Promise<void>;
}

/** Starts the service on a migrated database and free loopback ports, and waits until it is ready. */
export async function startBuiltService(
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<BuiltService> {
  const service = await launchBuiltService(databaseUrl, env);
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const base = service.publicBase;
    const ready = await send({ base, target: '/health/ready' }).catch(() => undefined);
    if (ready?.status === 200) return service;
    if (service.exitCode() !== null || Date.now() > deadline) {
      await service.stop();
      throw new Error(`The service did not start: ${service.output()}`);
    }
    await sleep(20);
  }
}

/** Starts the service without waiting. */
export async function launchBuiltService(
  databaseUrl: string,
  env: Record<string, string> = {},
  command: 'serve' | 'migrate' = 'serve',
): Promise<LaunchedService> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, ['dist/programs/oauth10.js', command], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      DATABASE_URL: databaseUrl,
      ADMIN_API_KEY,
      // The same keys for all processes of a test: a database can only be opened with the keys that it was created
      // with.
      SECRET_KEYS,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    publicBase: `http://127.0.0.1:${port}`,
    adminBase: `http://127.0.0.1:${adminPort}`,
    output: () => output,
    exitCode: () => child.exitCode,
    ended,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
