import { english, type Texts } from './english.js';
import { german } from './german.js';

/** The languages of the pages. A new language needs a file like english.ts and an entry here. */
export const CATALOGUES: readonly Texts[] = [english, german];
