import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROPERTIES } from './property-runs.js';

const PROTOCOL = join(__dirname, '../../src/protocol');

describe('PROPERTY_CASES, the cases of all property tests together', () => {
  it('are shared among as many as there are, each of which takes its share', () => {
    const specs = readdirSync(PROTOCOL)
      .filter((name) => name.endsWith('.spec.ts'))
      .map((name) => readFileSync(join(PROTOCOL, name), 'utf8'))
      .join('');
    expect(specs.match(/\bfc\.property\(/g)).toHaveLength(PROPERTIES);
    expect(specs.match(/^ +propertyRuns,$/gm)).toHaveLength(PROPERTIES);
  });
});
