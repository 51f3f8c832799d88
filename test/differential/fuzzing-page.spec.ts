import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REASONS } from './reasons.js';

const page = readFileSync(join(__dirname, '../../docs/fuzzing.md'), 'utf8');

describe('docs/fuzzing.md', () => {
  it('lists the reasons for which oauthlib may differ, and no other', () => {
    const [, section = ''] = /### Listed reasons\n(.*?)\n## /s.exec(page) ?? [];
    const rows = section.split('\n').filter((line) => line.startsWith('| '));
    expect(rows).toEqual([
      '| reason | how the two differ | why |',
      '| --- | --- | --- |',
      ...REASONS.map(({ name, differences, sentence }) => {
        return `| ${name} | ${differences.join('; ')} | ${sentence} |`;
      }),
    ]);
  });

  it('gives no reason twice', () => {
    expect(new Set(REASONS.map(({ name }) => name)).size).toBe(REASONS.length);
  });
});
