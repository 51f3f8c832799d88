import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Account } from './embedded-server-account.js';

/** Nothing of this process's environment, which may contain secrets, and only the C locale. */
export const PROGRAM_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Every program starts here, because the account may have no access to this process's working directory. */
export const PROGRAM_DIRECTORY = '/';

/** Runs a program to its end as the account; rejects with its stderr if it fails. */
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
  // A program that ends without reading its input breaks the pipe; only its exit status matters.
  running.child.stdin?.on('error', () => undefined).end(input);
  await running;
}

/** Whether the program and its libraries can be loaded and run as the account. */
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
