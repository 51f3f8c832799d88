import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const page = readFileSync(join(root, 'docs/rfc5849.md'), 'utf8');

/** The rows of its tables begin with a section and end with a test: its file, and its title. */
const rows = page.split('\n').filter((line) => /^\| \d/.test(line));
const testOf = (row: string) => /`([^`]+\.ts)` “(.+)” *\|$/.exec(row);

describe('docs/rfc5849.md', () => {
  it('names a test for each rule', () => {
    expect(rows.filter((row) => !testOf(row))).toEqual([]);
    expect(rows.length).toBeGreaterThan(50);
  });

  it('names tests that there are', () => {
    const missing = rows.filter((row) => {
      const [, file = '', title = ''] = testOf(row) ?? [];
      const path = join(root, file);
      return !existsSync(path) || !readFileSync(path, 'utf8').includes(title);
    });
    expect(missing).toEqual([]);
  });

  it.each([
    '2.1',
    '2.2',
    '2.3',
    '3.1',
    '3.2',
    '3.3',
    '3.4.1.1',
    '3.4.1.3.2',
    '3.5.1',
    '3.6',
    '4.14',
  ])('speaks of section %s', (section) => {
    expect(page).toMatch(new RegExp(`^\\| ${section.replaceAll('.', '\\.')} `, 'm'));
  });
});
