import type { IncomingMessage } from 'node:http';
import type { Settings } from '../config/settings.js';
import { ConsoleRequests } from './staff-request.js';

const languageOf = (pagesLanguages: string[], acceptLanguage: string) => {
  const requests = new ConsoleRequests({ pagesLanguages, trustProxy: [] } as unknown as Settings);
  const request = { headers: { 'accept-language': acceptLanguage } } as IncomingMessage;
  return requests.textsFor(request).lang;
};

describe('the language of the console', () => {
  it.each([
    [['en', 'de'], 'de', 'de'],
    [['de', 'en'], 'fr', 'de'],
    // The owner's pages may be in a language that the console is not in.
    [['fr', 'de', 'en'], 'fr', 'de'],
    [['fr'], 'fr', 'en'],
  ])('PAGES_LANGUAGES %j, Accept-Language %s: %s', (pagesLanguages, accepted, lang) => {
    expect(languageOf(pagesLanguages, accepted)).toBe(lang);
  });
});
