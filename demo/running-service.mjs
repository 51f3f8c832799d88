// Finds the running service, or starts one for the duration of the demo.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_TIMEOUT_MS = 90_000;
const POLL_INTERVAL_MS = 100;
const projectFolder = fileURLToPath(new URL('..', import.meta.url));

export const publicBase = `http://127.0.0.1:${process.env.PORT || 3000}`;
export const adminBase = `http://127.0.0.1:${process.env.ADMIN_PORT || 3001}`;

/**
 * Makes sure that the service runs. Resolves to a function that stops the service, if this function started it.
 *
 * @param {() => void} announceStart called if no service is running yet
 */
export async function runningService(announceStart) {
  if (await isReady()) return async () => {};
  announceStart();
  // A separate process group, so that npm and its node process receive the same signal.
  const child = spawn('npm', ['start'], {
    cwd: projectFolder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (output = (output + chunk).slice(-4000)));
  }
  const ended = new Promise((resolve) => child.on('close', resolve));
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    if (!isOver()) process.kill(-child.pid, 'SIGINT');
    await ended;
  };
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => void stop().then(() => process.exit(1)));
  }
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline;) {
    if (await isReady()) return stop;
    if (isOver()) throw new Error(`The service did not start. It said:\n\n${output}`);
    await sleep(POLL_INTERVAL_MS);
  }
  await stop();
  throw new Error(`The service was not ready in time. It said:\n\n${output}`);
}

/** The admin key: ADMIN_API_KEY, or the one that the first start in development saved. */
export async function adminKey() {
  if (process.env.ADMIN_API_KEY) return process.env.ADMIN_API_KEY;
  const file =
    process.env.ADMIN_API_KEY_FILE ||
    resolve(projectFolder, process.env.DATA_DIR || '.data', 'admin-api-key');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch {
    throw new Error(
      `No admin key: set ADMIN_API_KEY, or start the service once (looked in ${file}).`,
    );
  }
}

async function isReady() {
  try {
    return (await fetch(`${publicBase}/health/ready`)).ok;
  } catch {
    return false;
  }
}
