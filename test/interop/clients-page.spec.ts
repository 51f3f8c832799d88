import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DANCES, INTEROP_CASES } from './cases.js';
import { clientsPage } from './clients-page.js';
import { INTEROP_CLIENTS } from './clients.js';
import { EVERYTHING } from './known-defect.js';
import { KNOWN_DEFECTS } from './known-defects.js';

const ROOT = join(__dirname, '../..');
const PAGE = join(ROOT, 'docs/clients.md');

describe('docs/clients.md', () => {
  it('says what the matrix is held to (npm run docs:clients writes it)', () => {
    if (process.env['WRITE_CLIENTS_PAGE']) writeFileSync(PAGE, clientsPage());
    expect(readFileSync(PAGE, 'utf8')).toBe(clientsPage());
  });
});

describe('the matrix’s data', () => {
  it('knows defects only of clients and cases that there are', () => {
    const clients = new Set(INTEROP_CLIENTS.map(({ name }) => name));
    const all = [...DANCES, ...INTEROP_CASES, { name: EVERYTHING }].map(({ name }) => name);
    const cases = new Set(all);
    const strangers = Object.entries(KNOWN_DEFECTS).flatMap(([client, defects]) =>
      [client, ...Object.keys(defects)].filter((name) => !clients.has(name) && !cases.has(name)),
    );
    expect(strangers).toEqual([]);
    expect(clients.size).toBe(INTEROP_CLIENTS.length);
    expect(cases.size).toBe(all.length);
  });

  it('needs no Debian package that .ci/debian-packages does not install', () => {
    const listed = readFileSync(join(ROOT, '.ci/debian-packages'), 'utf8').split('\n');
    const needed = INTEROP_CLIENTS.flatMap(({ tools }) => tools.map((tool) => tool.debianPackage));
    expect(needed.filter((name) => !listed.includes(name))).toEqual([]);
  });
});
