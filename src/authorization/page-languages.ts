import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { LanguageChoice } from '../pages/language-choice.js';
import { CATALOGUES } from './texts/catalogues.js';
import type { Texts } from './texts/english.js';

/** The languages of the resource owner's pages. */
@Injectable()
export class PageLanguages extends LanguageChoice<Texts> {
  /** @throws SettingsError if PAGES_LANGUAGES names a language without a catalogue */
  constructor({ pagesLanguages }: Settings) {
    super(CATALOGUES, pagesLanguages);
  }
}
