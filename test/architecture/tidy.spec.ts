import { join } from 'node:path';
import { keptFiles, untidyPlaces } from './tidy.js';

const pieced = (...pieces: string[]): string => pieces.join('');

describe('the project speaks of itself alone', () => {
  const files = keptFiles(join(__dirname, '..', '..'));

  it('names no machine, no unfinished thought and no author', () => {
    expect(files.flatMap(({ path, text }) => untidyPlaces(path, text))).toEqual([]);
  });

  it('looked at the files that are kept, and at none that git ignores', () => {
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['package.json', 'package-lock.json']));
    expect(paths.filter((path) => /^(node_modules|dist|\.cache|\.git)\//.test(path))).toEqual([]);
  });

  it.each([
    pieced('see /ho', 'me/jane/notes'),
    pieced('cd "/ro', 'ot/project"'),
    pieced('read ../sha', 'red/page.md'),
    pieced('// TO', 'DO: later'),
    pieced('// FIX', 'ME'),
    pieced('dir /tm', 'p/x1'),
    pieced('registry', '=https://mirror.example/'),
    pieced('"resol', 'ved": "https://mirror.example/a.tgz"'),
    pieced('a\n<<<<', '<<< HEAD\nb'),
    pieced('Co-author', 'ed-by: someone'),
  ])('refuses: %s', (text) => {
    expect(untidyPlaces('a.md', text)).toHaveLength(1);
  });

  it.each([
    'GET /root HTTP/1.1',
    'https://example.com/home/page',
    'integrity sha512-x/AI+y==',
    'a todo list',
    '"resolved": "https://registry.npmjs.org/a/-/a-1.0.0.tgz"',
  ])('lets pass: %s', (text) => {
    expect(untidyPlaces('a.md', text)).toEqual([]);
  });
});
