/**
 * The architecture rules as functions: from the parsed sources to a list with one sentence per violation. Spec files
 * in src/ have fewer rules, because they may import test data.
 */
import type { Rooms } from './rooms.js';
import type { SourceFile, SourceTree } from './source-tree.js';

export type Rule = (tree: SourceTree) => string[];

const LONGEST_FILE_LINES = 300;
const HTTP = /^src\/(http\/|.*\.(controller|guard|filter)\.ts$)/;
const PERSISTENCE = /^src\/(database\/|.*\.(repository|schema)\.ts$)/;

const FOCUSED_OR_SKIPPED =
  /\b(?:it|test|describe)\s*\.\s*(only|skip|todo)\b|\b(xit|xtest|xdescribe|fit|fdescribe)\(/g;

const isSpec = (path: string): boolean => path.endsWith('.spec.ts');

/** The folder of a file below src/; undefined for files outside src/ or directly in it. */
function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function eachImport(
  tree: SourceTree,
  from: (file: SourceFile) => boolean,
  breach: (file: SourceFile, imported: string) => string | undefined,
): string[] {
  const breaches: string[] = [];
  for (const file of tree.values()) {
    if (!from(file)) continue;
    for (const imported of file.imports) {
      const sentence = breach(file, imported);
      if (sentence !== undefined) breaches.push(sentence);
    }
  }
  return breaches;
}

/** protocol/ is pure: it imports only itself and hashing from node:crypto. */
export const protocolStaysPure: Rule = (tree) =>
  eachImport(
    tree,
    ({ path }) => path.startsWith('src/protocol/') && !isSpec(path),
    ({ path }, imported) =>
      imported === 'node:crypto' || imported.startsWith('src/protocol/')
        ? undefined
        : `${path} imports ${imported}`,
  );

/** Database code does not import HTTP code, and the reverse. Use cases connect them. */
export const persistenceAndHttpStayApart: Rule = (tree) =>
  eachImport(
    tree,
    ({ path }) => !isSpec(path),
    ({ path }, imported) =>
      (HTTP.test(path) && PERSISTENCE.test(imported)) ||
      (PERSISTENCE.test(path) && HTTP.test(imported))
        ? `${path} imports ${imported}`
        : undefined,
  );

/** Each folder imports only what the table in docs/architecture.md allows. */
export function roomsImportWhatTheyMay(rooms: Rooms): Rule {
  return (tree) => {
    const unknown = new Set<string>();
    for (const path of tree.keys()) {
      const room = roomOf(path);
      if (room !== undefined && !rooms.has(room)) unknown.add(room);
    }
    return [
      ...[...unknown].map((room) => `src/${room}/ is missing in the table of rooms`),
      ...eachImport(
        tree,
        ({ path }) => !isSpec(path) && rooms.has(roomOf(path) ?? ''),
        ({ path }, imported) => {
          const from = roomOf(path) ?? '';
          if (!imported.startsWith('src/')) return undefined;
          const to = roomOf(imported);
          if (to === from || (to !== undefined && rooms.get(from)?.has(to))) return undefined;
          return `${path} imports ${imported}`;
        },
      ),
    ];
  };
}

/** No import cycles, not even of types. */
export const noCycles: Rule = (tree) => {
  const done = new Set<string>();
  const breaches: string[] = [];
  const walk = (path: string, trail: string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      breaches.push([...trail.slice(start), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    for (const imported of tree.get(path)?.imports ?? []) {
      if (tree.has(imported)) walk(imported, [...trail, path]);
    }
    done.add(path);
  };
  for (const path of tree.keys()) walk(path, []);
  return breaches;
};

/** A file name should say what the file contains. `index` does not, and re-exports cause cycles. */
export const noIndexFiles: Rule = (tree) =>
  [...tree.keys()].filter((path) => /(^|\/)index\.[cm]?[jt]s$/.test(path));

/** A module that needs forwardRef is in the wrong folder. */
export const noForwardRef: Rule = (tree) =>
  [...tree.values()].filter((file) => file.identifiers.has('forwardRef')).map(({ path }) => path);

/** Only config/ reads the environment. It validates and types the settings. */
export const onlyConfigReadsTheEnvironment: Rule = (tree) =>
  [...tree.values()]
    .filter((file) => file.readsEnvironment && file.path.startsWith('src/') && !isSpec(file.path))
    .filter((file) => !file.path.startsWith('src/config/'))
    .map(({ path }) => path);

/** Long files are hard to read. Test vectors are data and may have any length. */
export const filesStayShort: Rule = (tree) =>
  [...tree.values()]
    .filter(({ path }) => !path.startsWith('test/vectors/'))
    .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > LONGEST_FILE_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines`);

/** The tests' signer is only independent if it imports nothing from src/. */
export const witnessIsIndependent: Rule = (tree) => {
  const seen = new Set<string>();
  const queue = ['test/support/signing-client.ts', 'test/support/signature-witness.ts'];
  for (const path of queue) {
    if (seen.has(path)) continue;
    seen.add(path);
    queue.push(...(tree.get(path)?.imports ?? []));
  }
  return [...seen].filter((path) => path.startsWith('src/'));
};

/** Tests are never focused or skipped. A test that should not run is deleted. */
export const noFocusedOrSkippedTests: Rule = (tree) =>
  [...tree.values()]
    .filter(({ path }) => isSpec(path))
    .filter(({ text, identifiers }) =>
      [...text.matchAll(FOCUSED_OR_SKIPPED)].some(([, member, word]) =>
        identifiers.has((member ?? word)!),
      ),
    )
    .map(({ path }) => path);
