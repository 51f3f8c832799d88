import { join } from 'node:path';
import {
  lengtheningsOf,
  regularExpressionsOf,
  type FoundExpression,
  type Lengthening,
} from './regular-expressions.js';
import { readSourceTree, sourceTree } from './source-tree.js';

const KIB = 1024;
/**
 * Short texts come first, so that exponential time is detected while it still ends. No request contains a longer text
 * than 64 KiB.
 */
const SIZES = [8, 12, 16, 20, 24, 28, 32, 48, 64, 128, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB];
/** Quadratic time takes seconds at 64 KiB, so this limit separates it from linear time. */
const MOST_MS = 10;
/** Additional time per match of a global expression, for its entry in the result. */
const MOST_MS_A_FIND = 0.001;
/** A time that needs no further try. */
const LEAST_MS = 2;
const TRIES = 12;
const root = join(__dirname, '..', '..');
const serving = [...readSourceTree(root, ['src'])].filter(([path]) => !path.endsWith('.spec.ts'));
const expressions = regularExpressionsOf(new Map(serving));

/** Runs the expression as the code does: a global one finds all matches. */
function tryOn({ expression }: FoundExpression, text: string): void {
  if (expression.global) text.replace(expression, '');
  else expression.exec(text);
}

const mostMs = ({ expression }: FoundExpression, text: string): number =>
  MOST_MS + (expression.global ? (text.match(expression)?.length ?? 0) * MOST_MS_A_FIND : 0);

/** The least processor time in milliseconds, which other load on the machine does not affect. */
function bestOf(tries: number, work: () => void): number {
  let best = Infinity;
  for (let n = 0; n < tries && best > LEAST_MS; n += 1) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

/** Describes the first size at which the text takes too long; undefined if none does. */
function slowness(found: FoundExpression, { before, run, after }: Lengthening): string | undefined {
  for (const size of SIZES) {
    const text = before + run.repeat(Math.ceil(size / run.length)) + after;
    const took = bestOf(TRIES, () => tryOn(found, text));
    if (took > MOST_MS && took > mostMs(found, text)) {
      const kind = JSON.stringify({ before, run, after });
      return `${found.name}: ${took.toFixed(1)} ms for ${size} characters of ${kind}`;
    }
  }
  return undefined;
}

const slownesses = (found: FoundExpression): string[] => {
  for (const lengthening of lengtheningsOf(found.expression)) {
    const slow = slowness(found, lengthening);
    if (slow !== undefined) return [slow];
  }
  return [];
};

describe('the regular expressions of src', () => {
  it('take linear time, whatever they are given', () => {
    expect(expressions.flatMap(slownesses)).toEqual([]);
  });

  it('were found: literals, and those that are put together', () => {
    const names = expressions.map(({ name }) => name);
    expect(names).toContain('src/protocol/timestamp.ts: /^[0-9]{1,15}$/');
    expect(names).toContainEqual(expect.stringMatching(/^src\/secrets\/random-values\.ts: /));
    expect(names.length).toBeGreaterThan(100);
  });
});

describe('what the test of linear time sees', () => {
  const seenIn = (code: string): string[] =>
    regularExpressionsOf(sourceTree({ 'src/a.ts': code })).flatMap(slownesses);

  it.each([
    ['three runs of blanks in a row', String.raw`/^-A-\s*([a-z\s]+=?)\s*-B-\s*$/`],
    ['a run before the end, sought everywhere', String.raw`/\/+$/`],
    ['a run before the end, all of them', String.raw`/\s+$/g`],
    ['classes that share a character', '/^([a-m]*[m-z]*)+x$/'],
    ['one that is put together', 'const A = "[a-z]"; new RegExp(`${A}+\\\\d`)'],
  ])('%s', (_, code) => {
    expect(seenIn(code)).toHaveLength(1);
  });

  it.each([String.raw`/^[a-z]+\d$/`, String.raw`/\s/g`, '/^(?:[a-z]|%[0-9]{2})*$/'])(
    'and lets pass %s',
    (code) => {
      expect(seenIn(code)).toEqual([]);
    },
  );
});
