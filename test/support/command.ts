import { spawn } from 'node:child_process';
import { ADMIN_API_KEY } from './service.js';

/** A command's output and exit code. */
export interface CommandOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built `oauth10 …` until it exits, with the first admin key in its environment. */
export async function runCommand(
  args: readonly string[],
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string | Buffer } = {},
): Promise<CommandOutcome> {
  const child = spawn(process.execPath, ['dist/programs/oauth10.js', ...args], {
    env: { PATH: process.env['PATH'], OAUTH10_API_KEY: ADMIN_API_KEY, ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}
