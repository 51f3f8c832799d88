// The costs of processes, from /proc; undefined without /proc.
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/**
 * Processor seconds of the processes and their descendants, including those that have ended.
 *
 * @param roots a pid, or several pids of which none is another's descendant
 */
export function cpuSeconds(roots) {
  const processes = allProcesses();
  if (!processes) return undefined;
  return (
    treeOf(processes, [roots].flat()).reduce((sum, { ticks }) => sum + ticks, 0) / TICKS_PER_SECOND
  );
}

/** Processor milliseconds of one process with all its threads, to the microsecond. */
export function processorMilliseconds(pid) {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'))
    .reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1e6, 0);
}

/** Memory of the processes and their descendants. Shared memory counts once. */
export function memoryMegabytes(roots) {
  const processes = allProcesses();
  if (!processes) return undefined;
  const kilobytes = treeOf(processes, [roots].flat()).map(({ pid }) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
    } catch {
      return 0;
    }
  });
  return Math.round(kilobytes.reduce((sum, value) => sum + (value || 0), 0) / 1024);
}

function allProcesses() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => readProcess(Number(pid)) ?? []);
  } catch {
    return undefined;
  }
}

function readProcess(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may contain any characters. The fields after it are numbers.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, parent: Number(fields[1]), ticks };
  } catch {
    return undefined;
  }
}

function treeOf(processes, roots) {
  const tree = processes.filter(({ pid }) => roots.includes(pid));
  for (const { pid } of tree) tree.push(...processes.filter(({ parent }) => parent === pid));
  return tree;
}
