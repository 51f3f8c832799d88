/**
 * The rules of the house as functions: from the parsed sources to a list of sentences, one for each
 * breach. Specs beside the code are bound by fewer rules, since they may reach for test data.
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

/** The room of a file below src/, or undefined for what stands outside or at its top. */
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

/** protocol/ is pure: hashing from node:crypto, and itself. */
export const protocolStaysPure: Rule = (tree) =>
  eachImport(
    tree,
    ({ path }) => path.startsWith('src/protocol/') && !isSpec(path),
    ({ path }, imported) =>
      imported === 'node:crypto' || imported.startsWith('src/protocol/')
        ? undefined
        : `${path} imports ${imported}`,
  );

/** SQL knows nothing of HTTP, HTTP knows nothing of SQL; use cases stand between them. */
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

/** Each room imports only what the table of rooms grants it. */
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

/** No import leads back to where it came from, not even for a type. */
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

/** A name says what a file does; `index` says nothing, and re-exports breed cycles. */
export const noIndexFiles: Rule = (tree) =>
  [...tree.keys()].filter((path) => /(^|\/)index\.[cm]?[jt]s$/.test(path));

/** A module that needs forwardRef has its parts in the wrong rooms. */
export const noForwardRef: Rule = (tree) =>
  [...tree.values()].filter((file) => file.identifiers.has('forwardRef')).map(({ path }) => path);

/** Settings come from config/, checked and typed; nobody else looks at the environment. */
export const onlyConfigReadsTheEnvironment: Rule = (tree) =>
  [...tree.values()]
    .filter((file) => file.readsEnvironment && file.path.startsWith('src/') && !isSpec(file.path))
    .filter((file) => !file.path.startsWith('src/config/'))
    .map(({ path }) => path);

/** Nobody reads further than this. Vectors are data and may be as long as they must. */
export const filesStayShort: Rule = (tree) =>
  [...tree.values()]
    .filter(({ path }) => !path.startsWith('test/vectors/'))
    .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > LONGEST_FILE_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines`);

/** The tests' own signer is a witness only while it shares no line with the accused. */
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

/** A test runs with all others, or is deleted. */
export const noFocusedOrSkippedTests: Rule = (tree) =>
  [...tree.values()]
    .filter(({ path }) => isSpec(path))
    .filter(({ text, identifiers }) =>
      [...text.matchAll(FOCUSED_OR_SKIPPED)].some(([, member, word]) =>
        identifiers.has((member ?? word)!),
      ),
    )
    .map(({ path }) => path);
