import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Account } from './embedded-server-account.js';
import { PROGRAM_DIRECTORY, PROGRAM_ENVIRONMENT } from './embedded-server-programs.js';

/**
 * A shell in a session of its own starts the server and reads from a pipe whose other end this process holds. However
 * this process ends, even by kill -9 of its whole process group, the kernel closes its end of the pipe, and the shell
 * stops the server: fast shutdown by SIGINT, and SIGQUIT after five seconds.
 *
 * In a script without job control, background jobs have no stdin and ignore SIGINT. Therefore the script copies the
 * pipe to descriptor 3. PostgreSQL sets its signal handlers itself.
 */
const GUARD_SCRIPT = `
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
(
  read -r line <&3
  kill -INT $server
  sleep 5
  kill -QUIT $server
) 2>/dev/null &
watcher=$!
exec 3<&-
trap 'kill -INT $server' HUP INT TERM
while kill -0 $server 2>/dev/null; do
  wait $server
  status=$?
done
kill $watcher 2>/dev/null
exit $status
`;

export interface Guard {
  /** Resolves when the server has ended. */
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** Closes the pipe, which stops the server. */
  release(): void;
}

/** Starts the command under guard as the account. Its output goes to the log file, which is emptied first. */
export async function startUnderGuard(
  command: readonly string[],
  account: Account | undefined,
  logFile: string,
): Promise<Guard> {
  const log = await open(logFile, 'w', 0o600);
  try {
    const guard = spawn('/bin/sh', ['-c', GUARD_SCRIPT, 'guard', ...command], {
      ...account,
      cwd: PROGRAM_DIRECTORY,
      env: PROGRAM_ENVIRONMENT,
      detached: true,
      stdio: ['pipe', log.fd, log.fd],
    });
    let over = false;
    const ended = new Promise<void>((resolve) => {
      const end = () => {
        over = true;
        resolve();
      };
      guard.once('exit', end).once('error', end);
    });
    const pipe = guard.stdin as Socket;
    pipe.on('error', () => undefined);
    // A running server must not keep this process alive.
    guard.unref();
    pipe.unref();
    const release = () => {
      // The caller then waits for the end of the server, so the process must stay alive until then.
      if (!over) guard.ref();
      pipe.destroy();
    };
    return { ended, hasEnded: () => over, release };
  } finally {
    await log.close();
  }
}
