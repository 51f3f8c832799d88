import { transformFile } from '@swc/core';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const PROJECT = join(__dirname, '../..');

/**
 * Compiles src/ to ES modules that a plain `node` can run, for tests that kill a process of their own. The output is
 * inside the project, so that imports find node_modules. Takes a tenth of the time of a full build.
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
