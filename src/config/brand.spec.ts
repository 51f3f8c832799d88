import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brandColor, brandName, logoFile } from './brand.js';
import { scopesFile } from './scopes-file.js';

describe('what makes the pages the platform’s own', () => {
  const directory = mkdtempSync(join(tmpdir(), 'brand-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  const file = (name: string, content: string | Buffer): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };

  it('BRAND_LOGO_FILE is read once, with its media type', () => {
    const { mediaType, octets } = logoFile(file('a.SVG', '<svg/>'));
    expect([mediaType, octets.toString()]).toEqual(['image/svg+xml', '<svg/>']);
  });

  it.each([
    ['a program', () => file('a.html', '<p>'), 'must name an SVG, PNG, WebP or JPEG file'],
    ['nothing', () => join(directory, 'none.png'), 'must name a readable file (ENOENT)'],
    ['an empty file', () => file('b.png', ''), 'must name a picture of at most 256 KiB'],
    [
      'a poster',
      () => file('c.png', Buffer.alloc(262_145)),
      'must name a picture of at most 256 KiB',
    ],
  ])('BRAND_LOGO_FILE refuses %s', (_, path, sentence) => {
    expect(() => logoFile(path())).toThrow(sentence);
  });

  it.each(['red', '#fff', '#12345g', '#000000;}', ''])('BRAND_COLOR refuses %j', (text) => {
    expect(() => brandColor(text)).toThrow('must be a colour as #rrggbb');
  });

  it.each(['', '  ', 'a\nb', 'x'.repeat(81)])('BRAND_NAME refuses %j', (text) => {
    expect(() => brandName(text)).toThrow('must be one line of at most 80 characters');
  });

  it('SCOPES_FILE gives each scope a title and perhaps a description', () => {
    const path = file(
      'scopes.json',
      '{"a":"See A","b":{"title":"See B","description":"All of it"}}',
    );
    expect([...scopesFile(path)]).toEqual([
      ['a', { title: 'See A', description: undefined }],
      ['b', { title: 'See B', description: 'All of it' }],
    ]);
  });

  it.each([
    '[]',
    '{',
    '"a"',
    'null',
    '{"a":7}',
    '{"a":""}',
    '{"a":{}}',
    '{"a":{"title":"x","more":1}}',
    '{"a":{"title":"x","description":7}}',
  ])('SCOPES_FILE refuses %s', (json) => {
    expect(() => scopesFile(file('faulty.json', json))).toThrow('must name a JSON file that holds');
  });

  it('SCOPES_FILE refuses a file that is not there', () => {
    expect(() => scopesFile(join(directory, 'none.json'))).toThrow('readable file (ENOENT)');
  });
});
