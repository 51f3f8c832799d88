import { SettingsError, type Settings } from '../config/settings.js';
import { PageLanguages } from './page-languages.js';
import { CATALOGUES } from './texts/catalogues.js';
import { english } from './texts/english.js';

const languages = (...pagesLanguages: string[]) =>
  new PageLanguages({ pagesLanguages } as unknown as Settings);

describe('the language of a page', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['DE-AT', 'de'],
    ['de-DE,de;q=0.9,en;q=0.8', 'de'],
    ['en-US,en;q=0.9,de;q=0.8', 'en'],
    ['en;q=0.5, de;q=0.7', 'de'],
    ['en;q=0.5 , de; q=0.7', 'de'],
    ['fr, de;q=0.1', 'de'],
    ['fr', 'en'],
    ['*', 'en'],
    ['fr, *;q=0.5, de;q=0.4', 'en'],
    ['de;q=0', 'en'],
    ['de;q=0.000, de-CH;q=0', 'en'],
    ['den', 'en'],
    ['de;q=2', 'en'],
    ['de;level=1', 'en'],
    ['de;q=1;q=1', 'en'],
    ['de_DE', 'en'],
    [',,;;, de', 'de'],
    [`${'fr,'.repeat(16)}de`, 'en'],
    ['x'.repeat(60_000), 'en'],
  ])('Accept-Language %j: %s', (header, lang) => {
    expect(languages('en', 'de').textsFor(header).lang).toBe(lang);
  });

  it('the first of PAGES_LANGUAGES is for browsers that want none of them', () => {
    expect(languages('de', 'en').textsFor('fr').lang).toBe('de');
    expect(languages('de', 'en').textsFor('en-GB').lang).toBe('en');
    expect(languages('de').textsFor('en').lang).toBe('de');
  });

  it('a language without a catalogue stops the start in words', () => {
    expect(() => languages('en', 'fr')).toThrow(SettingsError);
    expect(() => languages('en', 'fr')).toThrow(/PAGES_LANGUAGES must name .*: en, de/);
  });
});

/** Every text of a catalogue under its path; functions are called with what stands for itself. */
function textsOf(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const isOfTime = /day|lasts|goodFor/i.test(path);
    const argument = path.endsWith('.day') ? new Date(0) : isOfTime ? 7200 : 'NAME';
    return [[path, String((value as (argument: unknown) => string)(argument))]];
  }
  return Object.entries(value as object).flatMap(([key, one]) => textsOf(one, `${path}.${key}`));
}

describe.each(CATALOGUES.map((texts) => [texts.lang, texts] as const))(
  'the catalogue %s',
  (lang, texts) => {
    const all = new Map(textsOf(texts));
    const original = new Map(textsOf(english));

    it('has every text, and none is empty or cut', () => {
      expect([...all.keys()].sort()).toEqual([...original.keys()].sort());
      for (const text of all.values()) {
        expect(text).toMatch(/^\S.*\S$/s);
        expect(text).not.toMatch(/undefined|NaN|\[object/);
      }
    });

    it('says each name that it is given, isolated', () => {
      for (const [path, text] of original) {
        if (text.includes('\u2068'))
          expect([path, all.get(path)]).toEqual([path, expect.stringMatching(/\u2068NAME\u2069/)]);
      }
    });

    it('is in its own language', () => {
      expect(new Intl.Locale(texts.lang).toString()).toBe(lang);
      if (texts === english) return;
      const same = [...all].filter(([path, text]) => original.get(path) === text);
      expect(same.map(([path]) => path)).toEqual(['.consent.website']);
    });
  },
);
