import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A process that owns an embedded server, or failed to start one. It leads its own process group. */
export interface EmbeddedOwner {
  readonly pid: number;
  readonly url: string;
  readonly folder: string;
  /** Why the start failed, if it did. */
  readonly error?: string;
  stop(): Promise<void>;
  /** Sends SIGKILL to the whole process group. */
  kill(): void;
}

interface Start {
  /** The folder of the built modules. */
  readonly modules: string;
  readonly directory: string;
  readonly durable?: boolean;
  readonly uid?: number;
  readonly gid?: number;
}

export async function startOwner({ modules, uid, gid, ...options }: Start): Promise<EmbeddedOwner> {
  const script = join(modules, 'embedded-owner.mjs');
  const owner = spawn(process.execPath, [script, modules, JSON.stringify(options)], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: '/',
    ...(uid === undefined ? {} : { uid, gid }),
  });
  const ended = new Promise<void>((resolve) => owner.once('exit', () => resolve()));
  // Other log lines also go to stdout; only the line of JSON is the result.
  for await (const line of createInterface({ input: owner.stdout })) {
    if (!line.startsWith('{')) continue;
    return {
      pid: owner.pid ?? 0,
      ...(JSON.parse(line) as { url: string; folder: string; error?: string }),
      stop: async () => {
        owner.stdin.on('error', () => undefined).write('stop\n');
        await ended;
      },
      kill: () => void process.kill(-(owner.pid ?? 0), 'SIGKILL'),
    };
  }
  throw new Error('The owner ended without a word');
}

/** The pid in the first line of postmaster.pid. */
export async function postmasterPid(folder: string): Promise<number> {
  const text = await readFile(join(folder, 'cluster/data/postmaster.pid'), 'utf8');
  return Number(text.split('\n')[0]);
}

/** The pids of the server in the folder and of its children, without zombies. */
export async function serverProcesses(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
    const parent = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
    const parentPid = Number(parent.slice(parent.lastIndexOf(')') + 2).split(' ')[1]);
    if (command.includes(join(folder, 'cluster/data')) || found.includes(parentPid)) {
      found.push(Number(pid));
    }
  }
  return found;
}
