import { spawn } from 'node:child_process';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { send, type HttpReply } from './http.js';

/** An API in a process of its own. */
export interface ApiProcess {
  /** host:port */
  readonly address: string;
  readonly base: string;
  ask(target: string, headers?: readonly (readonly [string, string])[]): Promise<HttpReply>;
  stop(): Promise<void>;
}

/**
 * Starts a program of docs/integrating/ and waits until it answers.
 *
 * @param argsFor returns the arguments of the command for the port to listen on; the program also gets `PORT`
 */
export async function startApi(
  command: string,
  argsFor: (port: number) => readonly string[],
  env: Record<string, string>,
): Promise<ApiProcess> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const child = spawn(command, argsFor(port), {
    env: { PATH: process.env['PATH'], PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await exit;
  };
  const isThere = async () => {
    if (child.exitCode !== null) throw new Error(`${command} ended: ${output}`);
    return send({ base, target: '/' }).then(
      () => true,
      () => false,
    );
  };
  try {
    await eventually(isThere, (there) => there);
  } catch (error) {
    await stop();
    throw error;
  }
  const ask: ApiProcess['ask'] = (target, headers = []) => send({ base, target, headers });
  return { address: `127.0.0.1:${port}`, base, ask, stop };
}
