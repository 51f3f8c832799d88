import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Account } from './embedded-server-account.js';

/** Nothing of our own environment, which may contain secrets, and only the C locale. */
export const PROGRAM_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Every program starts here: our own working directory may be closed to the account. */
export const PROGRAM_DIRECTORY = '/';

/** Runs a program to its end as the account; rejects, with its stderr, when it fails. */
export async function runProgram(
  file: string,
  args: readonly string[],
  account: Account | undefined,
  input = '',
): Promise<void> {
  const running = promisify(execFile)(file, args, {
    ...account,
    cwd: PROGRAM_DIRECTORY,
    env: PROGRAM_ENVIRONMENT,
  });
  // A program that ends without reading breaks the pipe; what counts is how it ends.
  running.child.stdin?.on('error', () => undefined).end(input);
  await running;
}

/** Whether the program can be started as the account, its libraries found and read. */
export async function runs(
  file: string,
  args: readonly string[],
  account: Account | undefined,
): Promise<boolean> {
  return runProgram(file, args, account).then(
    () => true,
    () => false,
  );
}
