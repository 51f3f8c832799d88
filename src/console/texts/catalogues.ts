import { english, type Texts } from './english.js';
import { german } from './german.js';

/** The languages of the console. One more is a file like english.ts, and its name here. */
export const CATALOGUES: readonly Texts[] = [english, german];
