// Builds dist/ unless it is newer than everything it is made from, so that `npm start` costs a
// build once and nothing after that.
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'dist', '.built');
const inputs = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

const changed = (path) => statSync(path).mtimeMs;
const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true });
// Folders count too: deleting a file changes nothing else.
const newest = Math.max(
  ...inputs.map((name) => changed(join(root, name))),
  changed(join(root, 'src')),
  ...sources.map((entry) => changed(join(entry.parentPath, entry.name))),
);

const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (built <= newest) {
  const startedAt = new Date();
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = [tsc, '-p', 'tsconfig.build.json'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, '');
  // What was edited while the build ran may not be in it.
  utimesSync(stamp, startedAt, startedAt);
}
