import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (path: string) => readFileSync(join(__dirname, path), 'utf8');

describe('.env.example', () => {
  it('names every setting that the service reads, and no other', () => {
    const known = [...read('environment.ts').matchAll(/^ {2}([A-Z][A-Z_]+)[?!]:/gm)];
    const shown = [...read('../../.env.example').matchAll(/^#([A-Z][A-Z_]+)=/gm)];
    expect(known.length).toBeGreaterThan(20);
    expect(shown.map(([, name]) => name)).toEqual(known.map(([, name]) => name));
  });
});
