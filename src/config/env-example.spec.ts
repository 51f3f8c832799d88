import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import './setting-definitions.js';
import { settingRules } from './setting.decorator.js';
import { readSettings } from './settings.js';

const example = readFileSync(join(__dirname, '../../.env.example'), 'utf8');
const listed = [...example.matchAll(/^#?([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(
  ([, name = '', value = '']) => [name, value] as const,
);

describe('.env.example', () => {
  it('lists every setting once, and nothing else', () => {
    expect(listed.map(([name]) => name).sort()).toEqual([...settingRules().keys()].sort());
  });

  it('gives every default as it is', () => {
    for (const [name, { fallback }] of settingRules()) {
      if (fallback !== undefined) expect(listed).toContainEqual([name, fallback]);
    }
  });

  it('gives examples that would be taken', () => {
    const taken = listed.filter(([, value]) => value !== '' && !value.includes('BASE64'));
    const env = { ...Object.fromEntries(taken), NODE_ENV: undefined };
    expect(() => readSettings(env)).not.toThrow();
  });
});
