// Builds another revision of the project.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './rig.mjs';

/**
 * The revision with its own dependencies and its build, below .cache/revisions/. It is built only once.
 *
 * @param revision any revision name of git
 * @returns its short commit hash, and the folder
 */
export function builtRevision(revision) {
  const commit = git('rev-parse', '--verify', '--short=10', `${revision}^{commit}`)
    .toString()
    .trim();
  const root = join(ROOT, '.cache', 'revisions', commit);
  const stamp = join(root, '.complete');
  if (existsSync(stamp)) return { commit, root };
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  const run = (program, args, input) =>
    execFileSync(program, args, { cwd: root, input, stdio: ['pipe', 2, 2] });
  process.stderr.write(`Building ${commit}\n`);
  run('tar', ['-x'], git('archive', '--format=tar', commit));
  run('npm', ['ci', '--no-fund', '--no-audit']);
  run('npm', ['run', 'build']);
  writeFileSync(stamp, '');
  return { commit, root };
}

const git = (...args) => execFileSync('git', args, { cwd: ROOT, maxBuffer: 2 ** 30 });
