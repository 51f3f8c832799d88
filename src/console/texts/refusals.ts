import type { PageRefusalReason } from '../../pages/page-refusal.js';

/** Why a page of the console cannot be shown, or a form not be followed. */
export type ConsoleRefusalReason = PageRefusalReason | 'forbidden';

export interface Message {
  readonly title: string;
  readonly advice: string;
}

export const ENGLISH_REFUSALS: Record<ConsoleRefusalReason, Message> = {
  forbidden: {
    title: 'Your role does not allow this',
    advice: 'Ask an administrator, or sign out and sign in with another key.',
  },
  'signed-out': {
    title: 'You are not signed in any more',
    advice: 'Nothing was changed. Sign in anew to go on.',
  },
  forged: {
    title: 'This form is out of date',
    advice: 'It was not made for you on this browser, or is too old. Nothing was changed.',
  },
  'no-cookie': {
    title: 'Your browser sent no cookie',
    advice: 'The console needs one to know you again. In production it is sent over https alone.',
  },
  malformed: { title: 'This form cannot be read', advice: 'Nothing was changed.' },
  'not-found': { title: 'There is no such page', advice: 'Check the address.' },
  method: { title: 'This page cannot be called that way', advice: 'Nothing was changed.' },
  'too-many': { title: 'Too many requests', advice: 'Wait a minute and try again.' },
  'sign-in-unknown': {
    title: 'This sign-in is out of date',
    advice: 'It took too long, or was begun in another browser. Begin again.',
  },
  'sign-in-refused': {
    title: 'You were not signed in',
    advice: 'The sign-in was cancelled or refused.',
  },
  'sign-in-failed': {
    title: 'The sign-in did not succeed',
    advice: 'What the sign-in service answered is not valid. Try again.',
  },
  'sign-in-unavailable': {
    title: 'The sign-in service is not available',
    advice: 'Try again in a moment.',
  },
  unavailable: { title: 'The store is out of reach', advice: 'Try again in a moment.' },
  unforeseen: { title: 'Something went wrong', advice: 'The log tells more under the request id.' },
};

export const GERMAN_REFUSALS: Record<ConsoleRefusalReason, Message> = {
  forbidden: {
    title: 'Ihre Rolle erlaubt das nicht',
    advice: 'Fragen Sie die Verwaltung, oder melden Sie sich mit einem anderen Schlüssel an.',
  },
  'signed-out': {
    title: 'Sie sind nicht mehr angemeldet',
    advice: 'Es wurde nichts geändert. Melden Sie sich neu an, um fortzufahren.',
  },
  forged: {
    title: 'Dieses Formular ist veraltet',
    advice:
      'Es wurde nicht für Sie in diesem Browser erstellt, oder ist zu alt. Es wurde nichts geändert.',
  },
  'no-cookie': {
    title: 'Ihr Browser hat kein Cookie gesendet',
    advice:
      'Die Konsole braucht eines, um Sie wiederzuerkennen. Im Betrieb wird es nur über https gesendet.',
  },
  malformed: { title: 'Dieses Formular ist nicht lesbar', advice: 'Es wurde nichts geändert.' },
  'not-found': { title: 'Diese Seite gibt es nicht', advice: 'Prüfen Sie die Adresse.' },
  method: {
    title: 'Diese Seite kann so nicht aufgerufen werden',
    advice: 'Nichts wurde geändert.',
  },
  'too-many': {
    title: 'Zu viele Anfragen',
    advice: 'Warten Sie eine Minute und versuchen Sie es noch einmal.',
  },
  'sign-in-unknown': {
    title: 'Diese Anmeldung ist veraltet',
    advice: 'Sie hat zu lange gedauert oder begann in einem anderen Browser. Beginnen Sie neu.',
  },
  'sign-in-refused': {
    title: 'Sie wurden nicht angemeldet',
    advice: 'Die Anmeldung wurde abgebrochen oder abgelehnt.',
  },
  'sign-in-failed': {
    title: 'Die Anmeldung ist nicht gelungen',
    advice: 'Die Antwort des Anmeldedienstes ist nicht gültig. Versuchen Sie es noch einmal.',
  },
  'sign-in-unavailable': {
    title: 'Der Anmeldedienst ist nicht erreichbar',
    advice: 'Versuchen Sie es gleich noch einmal.',
  },
  unavailable: {
    title: 'Die Datenbank ist nicht erreichbar',
    advice: 'Versuchen Sie es gleich noch einmal.',
  },
  unforeseen: {
    title: 'Etwas ist schiefgegangen',
    advice: 'Das Protokoll sagt mehr unter der Kennung der Anfrage.',
  },
};
