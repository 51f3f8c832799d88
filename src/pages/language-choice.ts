import { SettingsError } from '../config/settings.js';

/**
 * Browsers send a few ranges. The service reads no more, because the header may be as long as all headers together.
 */
const RANGES_AT_MOST = 16;
const HEADER_CHARACTERS_AT_MOST = 512;

/** Selects the language of some pages for a browser. */
export class LanguageChoice<Texts extends { readonly lang: string }> {
  private readonly offered: readonly Texts[];
  private readonly fallback: Texts;

  /**
   * @param pagesLanguages the value of PAGES_LANGUAGES
   * @throws SettingsError if it names a language without a catalogue
   */
  constructor(catalogues: readonly Texts[], pagesLanguages: readonly string[]) {
    const known = catalogues.map(({ lang }) => lang).join(', ');
    this.offered = pagesLanguages.map((tag) => {
      const texts = catalogues.find(({ lang }) => lang === tag);
      if (texts) return texts;
      throw new SettingsError([`PAGES_LANGUAGES must name languages that there are: ${known}`]);
    });
    const [fallback] = this.offered;
    if (!fallback) throw new SettingsError([`PAGES_LANGUAGES must name one of ${known}`]);
    this.fallback = fallback;
  }

  /**
   * The texts for a browser: the first of its preferred languages that is available, looked up as RFC 4647 section
   * 3.4 says (`de-AT` finds `de`), or else the first language of PAGES_LANGUAGES.
   *
   * @param acceptLanguage RFC 9110 section 12.5.4; malformed parts are ignored
   */
  textsFor(acceptLanguage: string | undefined): Texts {
    for (const range of rangesOf(acceptLanguage ?? '')) {
      if (range === '*') return this.fallback;
      const found = this.offered.find(({ lang }) => range === lang || range.startsWith(`${lang}-`));
      if (found) return found;
    }
    return this.fallback;
  }
}

/** The requested language ranges in lower case, in order of preference. */
function rangesOf(header: string): string[] {
  return header
    .slice(0, HEADER_CHARACTERS_AT_MOST)
    .split(',', RANGES_AT_MOST)
    .flatMap((part) => {
      const [range = '', weight = 'q=1', ...more] = part.trim().toLowerCase().split(/ ?; ?/);
      const [, quality] = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(weight) ?? [];
      const wellFormed = /^(?:\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)$/.test(range) && more.length === 0;
      return wellFormed && Number(quality) > 0 ? [{ range, quality: Number(quality) }] : [];
    })
    .sort((one, other) => other.quality - one.quality)
    .map(({ range }) => range);
}
