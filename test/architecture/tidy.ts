/**
 * Checks texts for words that must not be in any committed file. The patterns are assembled from pieces, so that this
 * file does not violate its own rules.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const words = (...pieces: string[]): string => pieces.join('');

const FORBIDDEN: readonly (readonly [what: string, pattern: RegExp])[] = [
  [
    'a path of one particular machine',
    new RegExp(
      words(
        '(?<![\\w.~-])(/home/',
        '\\w|/Users/',
        '\\w|/root/',
        '\\w|/work/',
        '\\w|/tmp/',
        '\\w|C:\\\\Users)',
      ),
    ),
  ],
  ['a folder beside the project', new RegExp(words('\\.\\./', 'shared\\b'))],
  [
    'a registry other than the public one',
    new RegExp(
      words('"resol', 'ved": "(?!https://registry\\.npmjs\\.org/)|registry', '\\s*=\\s*http'),
    ),
  ],
  ['an unfinished thought', new RegExp(words('\\b(TO', 'DO|FIX', 'ME)\\b'))],
  ['a merge left open', new RegExp(words('^(<{7}', '|>{7}) '), 'm')],
  ['a second author', new RegExp(words('[Cc]o-[Aa]uthored', '-[Bb]y:'))],
];

/** One sentence for each violation in the text. */
export function untidyPlaces(path: string, text: string): string[] {
  if (text.includes('\0')) return [];
  return FORBIDDEN.flatMap(([what, pattern]) => {
    const match = pattern.exec(text);
    if (!match) return [];
    const line = text.slice(0, match.index).split('\n').length;
    return [`${path}:${line} names ${what}: ${match[0]}`];
  });
}

/** All files of the project that .gitignore does not exclude. */
export function keptFiles(root: string): { path: string; text: string }[] {
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/\/$/, ''));
  const isIgnored = (name: string): boolean =>
    name === '.git' ||
    ignored.some((entry) =>
      entry.startsWith('*') ? name.endsWith(entry.slice(1)) : name === entry,
    );
  const files: { path: string; text: string }[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (isIgnored(entry.name)) continue;
      const full = join(folder, entry.name);
      if (entry.isDirectory()) walk(full);
      else if (entry.isFile()) {
        files.push({ path: relative(root, full), text: readFileSync(full, 'utf8') });
      }
    }
  };
  walk(root);
  return files;
}
