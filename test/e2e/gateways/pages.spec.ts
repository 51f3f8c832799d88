import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const IDENTITY = ['Consumer-Key', 'Token', 'Subject', 'Scope', 'Body-Verified', 'Assertion'];
const pages = readdirSync('docs/gateways').filter((name) => name.endsWith('.md'));

describe('docs/gateways', () => {
  it('has a page for each gateway that the README names', () => {
    const readme = readFileSync('README.md', 'utf8');
    const named = [...readme.matchAll(/docs\/gateways\/([a-z-]+\.md)/g)].map(([, name]) => name);
    expect(named.sort()).toEqual([...pages].sort());
    expect(named).toHaveLength(9);
  });

  it.each(pages)('%s configures the key and every identity header, readably', (name) => {
    const page = readFileSync(`docs/gateways/${name}`, 'utf8');
    const [, language = '', configuration = ''] = /\n```(\w+)\n([^]*?)\n```\n/.exec(page) ?? [];
    // The configuration of HAProxy is in two files.
    const told = [configuration, name === 'haproxy.md' ? page : ''].join('\n').toLowerCase();
    for (const header of IDENTITY) expect(told).toContain(`x-oauth-${header.toLowerCase()}`);
    expect(told).toContain('x-gateway-key');
    if (language !== 'yaml') return;
    const documents = parseAllDocuments(configuration);
    expect(Array.isArray(documents) && documents.flatMap(({ errors }) => errors)).toEqual([]);
  });

  it.each(pages)('%s speaks of replays, forms and raw targets', (name) => {
    const page = readFileSync(`docs/gateways/${name}`, 'utf8');
    const [, mind = ''] = page.split('## What to mind');
    expect(mind).toMatch(/\bJWT\b/);
    for (const word of [/nonce|nginx\.md/, /forms?\b/i, /target|`Host`|path/i]) {
      expect(mind).toMatch(word);
    }
  });
});
