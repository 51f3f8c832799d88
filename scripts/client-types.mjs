// Writes the types of clients/node: those of what it sends and gets, out of docs/openapi.json, and those of its own
// modules. With --check it writes nothing, and ends with 1 where one is out of date.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'clients/node/src');
/** What the client calls. */
const PATHS = ['/verify'];

const { openapi, info, paths, components } = JSON.parse(
  readFileSync(join(root, 'docs/openapi.json'), 'utf8'),
);
const used = {
  openapi,
  info,
  paths: Object.fromEntries(PATHS.map((path) => [path, paths[path]])),
  components: { schemas: {} },
};
// Schemas that schemas name are found in further rounds.
for (let before = -1; before < Object.keys(used.components.schemas).length;) {
  before = Object.keys(used.components.schemas).length;
  for (const [, name] of JSON.stringify(used).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    used.components.schemas[name] = components.schemas[name];
  }
}
// Whatever else is named stays as it is.
for (const kind of Object.keys(components)) used.components[kind] ??= components[kind];

const isCheck = process.argv.includes('--check');
const differing = [];
await settle('openapi.d.ts', astToString(await openapiTS(used)));

// In a copy beside them: where a declaration stands beside a module, tsc would read it in the module's place.
const copy = mkdtempSync(join(root, 'clients/node/.types-'));
const made = join(copy, 'made');
const modules = readdirSync(folder).filter((name) => name.endsWith('.js'));
for (const name of modules) copyFileSync(join(folder, name), join(copy, name));
copyFileSync(join(folder, 'openapi.d.ts'), join(copy, 'openapi.d.ts'));
const project = {
  extends: '../tsconfig.json',
  compilerOptions: { rootDir: '.', outDir: 'made' },
  include: ['*.js'],
};
writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify(project));
const tsc = [join(root, 'node_modules/typescript/bin/tsc'), '-p', copy];
const { status } = spawnSync(process.execPath, tsc, { stdio: 'inherit' });
for (const name of readdirSync(made)) await settle(name, readFileSync(join(made, name), 'utf8'));
rmSync(copy, { recursive: true });
for (const name of differing) process.stderr.write(`${name} is out of date: npm run openapi\n`);
process.exitCode = status === 0 && differing.length === 0 ? 0 : 1;

async function settle(name, text) {
  const file = join(folder, name);
  const wanted = await format(text, { ...(await resolveConfig(file)), filepath: file });
  if (!isCheck) writeFileSync(file, wanted);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== wanted) differing.push(name);
}
