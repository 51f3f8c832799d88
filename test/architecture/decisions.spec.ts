import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '../../docs/adr');
const names = readdirSync(folder).filter(
  (name) => /^\d{4}-/.test(name) && !name.startsWith('0000'),
);

describe('the records of decisions', () => {
  it.each(names)('%s has number, date, status, context and consequences', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const [title = '', , status = ''] = text.split('\n');
    expect(title).toMatch(new RegExp(`^# ${name.slice(0, 4)}\\. \\S`));
    expect(status).toMatch(/^Date: 20\d\d-\d\d-\d\d\. Status: (accepted|replaced by \d{4})/);
    const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, section]) => section);
    expect(sections[0]).toBe('Context');
    expect(sections.at(-1)).toBe('Consequences');
    expect(sections.some((section) => section === 'Decision' || section === 'Options')).toBe(true);
  });

  it('have numbers of their own, and replacements that exist', () => {
    const numbers = names.map((name) => name.slice(0, 4));
    expect(new Set(numbers).size).toBe(numbers.length);
    for (const name of names) {
      const [, by] = /replaced by (\d{4})/.exec(readFileSync(join(folder, name), 'utf8')) ?? [];
      if (by !== undefined) expect(numbers).toContain(by);
    }
  });
});
