import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { send } from './http.js';
import { ADMIN_API_KEY } from './service.js';

/** The service as it runs in production: built, a process of its own, JSON on its output. */
export interface BuiltService {
  readonly publicBase: string;
  readonly adminBase: string;
  /** All that it wrote so far, to both outputs. */
  output(): string;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

/** Starts it on a migrated database, on free ports of the loopback. */
export async function startBuiltService(
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<BuiltService> {
  const [port, adminPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, ['dist/main.js'], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      DATABASE_URL: databaseUrl,
      ADMIN_API_KEY,
      SECRET_KEYS: `test:${randomBytes(32).toString('base64')}`,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGINT');
    await exit;
  };
  const deadline = Date.now() + 20_000;
  for (;;) {
    const publicBase = `http://127.0.0.1:${port}`;
    const ready = await send({ base: publicBase, target: '/health/ready' }).catch(() => undefined);
    if (ready?.status === 200) {
      const adminBase = `http://127.0.0.1:${adminPort}`;
      return { publicBase, adminBase, output: () => output, stop };
    }
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`The service did not start: ${output}`);
    }
    await sleep(20);
  }
}
