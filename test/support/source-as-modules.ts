import { transformFile } from '@swc/core';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const PROJECT = join(__dirname, '../..');

/**
 * Turns src/ into ES modules that a plain `node` runs, for tests that need a process of its own
 * to kill. Inside the project, so that imports find node_modules; a tenth of a full build's time.
 */
export async function sourceAsModules(): Promise<{ folder: string; remove(): Promise<void> }> {
  await mkdir(join(PROJECT, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(PROJECT, '.cache/modules-'));
  await chmod(folder, 0o755); // some tests run it as another user
  const files = await readdir(join(PROJECT, 'src'), { recursive: true });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
  for (const file of sources) {
    const { code } = await transformFile(join(PROJECT, 'src', file), {
      swcrc: false,
      configFile: false,
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
      module: { type: 'es6' },
    });
    const target = join(folder, file.replace(/\.ts$/, '.js'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, code);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
