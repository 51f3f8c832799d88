import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const pages = readdirSync(join(root, 'docs')).filter((name) => /^rfc\d+\.md$/.test(name));
const pageOf = (name: string) => readFileSync(join(root, 'docs', name), 'utf8');

/** The rows of the tables. Each begins with a section and ends with a test, as file and title. */
const rowsOf = (page: string) => page.split('\n').filter((line) => /^\| \d/.test(line));
const testOf = (row: string) => /`([^`]+\.ts)` “(.+)” *\|$/.exec(row);

/** The sections that each page must mention, and its least number of rules. */
const EXPECTED: Record<string, readonly [rules: number, ...sections: string[]]> = {
  'rfc5849.md': [
    51,
    ...['2.1', '2.2', '2.3', '3.1', '3.2', '3.3', '3.4.1.1', '3.4.1.3.2', '3.5.1', '3.6', '4.14'],
  ],
  'rfc7662.md': [15, '2', '2.1', '2.2', '2.3', '4', '5'],
  'rfc8414.md': [15, '2', '3', '3.1', '3.2', '3.3', '6.2'],
  'rfc9068.md': [20, '2.1', '2.2', '2.2.1', '2.2.3', '3', '4', '5', '6'],
};

it('each page is known here', () => {
  expect(pages.sort()).toEqual(Object.keys(EXPECTED).sort());
});

describe.each(Object.entries(EXPECTED))('docs/%s', (name, [rules, ...sections]) => {
  const page = existsSync(join(root, 'docs', name)) ? pageOf(name) : '';
  const rows = rowsOf(page);

  it('names a test for each rule', () => {
    expect(rows.filter((row) => !testOf(row))).toEqual([]);
    expect(rows.length).toBeGreaterThanOrEqual(rules);
  });

  it('names tests that there are', () => {
    const missing = rows.filter((row) => {
      const [, file = '', title = ''] = testOf(row) ?? [];
      const path = join(root, file);
      return !existsSync(path) || !readFileSync(path, 'utf8').includes(title);
    });
    expect(missing).toEqual([]);
  });

  it.each(sections)('speaks of section %s', (section) => {
    expect(page).toMatch(new RegExp(`^\\| ${section.replaceAll('.', '\\.')} `, 'm'));
  });
});
