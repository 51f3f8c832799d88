import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Whether the process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return process.platform !== 'linux' || stateIn(statusOf(pid)) !== 'Z';
}

/** When the process started, in clock ticks of the kernel. A pid together with its start time is unique. */
export async function startOf(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return fieldsAfterName(status)[19] ?? '-';
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return '';
  }
}

function stateIn(status: string): string | undefined {
  return fieldsAfterName(status)[0];
}

/** The name is in parentheses and may contain any character, including blanks and parentheses. */
function fieldsAfterName(status: string): string[] {
  return status.slice(status.lastIndexOf(')') + 2).split(' ');
}
