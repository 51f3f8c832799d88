import type { OwnerRefusalReason } from '../owner-refusal.js';
import type { Message, Texts } from './english.js';
import { dayIn, durationIn, isolated as name } from '../../pages/wording.js';

const START_AGAIN = 'Gehen Sie zur Anwendung zurück und beginnen Sie dort von vorn.';

const LANG = 'de';
const duration = durationIn(LANG);

const errors: Record<OwnerRefusalReason, Message> = {
  unknown: {
    title: 'Dieser Link ist nicht gültig',
    advice: `Zu ihm gehört keine Anfrage. ${START_AGAIN}`,
  },
  expired: {
    title: 'Diese Anfrage ist abgelaufen',
    advice: `Sie hat zu lange auf eine Antwort gewartet, und nichts wurde entschieden. ${START_AGAIN}`,
  },
  used: {
    title: 'Diese Anfrage ist erledigt',
    advice: 'Die Anwendung hat den Zugriff schon bekommen. Sie können diese Seite schließen.',
  },
  allowed: {
    title: 'Sie haben schon entschieden',
    advice: 'Der Zugriff wurde erlaubt. Gehen Sie zur Anwendung zurück.',
  },
  denied: {
    title: 'Sie haben schon entschieden',
    advice: `Der Zugriff wurde abgelehnt. Wenn Sie es sich anders überlegt haben: ${START_AGAIN}`,
  },
  'consumer-disabled': {
    title: 'Diese Anwendung kann keinen Zugriff bekommen',
    advice: 'Sie wurde von der Verwaltung abgeschaltet. Fragen Sie die Betreiber der Anwendung.',
  },
  'signed-out': {
    title: 'Sie sind nicht mehr angemeldet',
    advice: 'Es wurde nichts geändert. Melden Sie sich neu an, um fortzufahren.',
  },
  forged: {
    title: 'Dieses Formular ist veraltet',
    advice:
      'Es wurde nicht für Sie in diesem Browser erstellt: Es ist zu alt, kommt von anderswo, oder seither hat sich jemand anderes angemeldet. Es wurde nichts geändert.',
  },
  'no-cookie': {
    title: 'Ihr Browser hat kein Cookie gesendet',
    advice:
      'Diese Seite braucht eines, um Sie wiederzuerkennen. Erlauben Sie Cookies für diese Website und versuchen Sie es noch einmal.',
  },
  malformed: {
    title: 'Dieses Formular ist nicht lesbar',
    advice: 'Es wurde nichts geändert. Gehen Sie zurück und versuchen Sie es noch einmal.',
  },
  'not-found': { title: 'Diese Seite gibt es nicht', advice: 'Prüfen Sie die Adresse.' },
  method: { title: 'Diese Seite kann so nicht aufgerufen werden', advice: START_AGAIN },
  'too-many': {
    title: 'Zu viele Anfragen',
    advice: 'Warten Sie eine Minute und versuchen Sie es noch einmal.',
  },
  'no-consent-page': {
    title: 'Hier kann noch kein Zugriff erlaubt werden',
    advice:
      'Der Betreiber dieses Dienstes hat weder eine Zustimmungsseite (CONSENT_URL) noch eine Anmeldung (OIDC_ISSUER) eingerichtet.',
  },
  'sign-in-unknown': {
    title: 'Diese Anmeldung ist veraltet',
    advice: `Sie wurde in einem anderen Browser begonnen, hat länger als 15 Minuten gedauert oder ist schon abgeschlossen. ${START_AGAIN}`,
  },
  'sign-in-refused': {
    title: 'Sie wurden nicht angemeldet',
    advice: 'Die Anmeldung wurde abgebrochen oder abgelehnt. Es wurde nichts entschieden.',
  },
  'sign-in-failed': {
    title: 'Die Anmeldung ist nicht gelungen',
    advice:
      'Die Antwort des Anmeldedienstes passt nicht zur Anmeldung. Es wurde nichts entschieden.',
  },
  'sign-in-unavailable': {
    title: 'Der Anmeldedienst ist nicht erreichbar',
    advice: 'Es ging nichts verloren. Versuchen Sie es gleich noch einmal.',
  },
  unavailable: {
    title: 'Der Dienst ist nicht erreichbar',
    advice: 'Es ging nichts verloren. Versuchen Sie es gleich noch einmal.',
  },
  unforeseen: {
    title: 'Etwas ist schiefgegangen',
    advice: 'Bei der Verarbeitung ist ein Fehler aufgetreten. Versuchen Sie es gleich noch einmal.',
  },
};

/** The texts of the resource owner's pages in German. */
export const german: Texts = {
  lang: LANG,
  errors,
  tryAgain: 'Noch einmal versuchen',
  backTo: (consumer) => `Zurück zu ${name(consumer)}`,
  requestId: (id) => `Wenn Sie um Hilfe bitten, nennen Sie diese Nummer: ${id}`,

  signIn: {
    title: 'Anmelden',
    purpose: (consumer) => `um zu entscheiden, was ${name(consumer)} darf`,
    userName: 'Benutzername',
    button: 'Anmelden',
    development:
      'Anmeldung für die Entwicklung: Jeder Name wird angenommen, ohne Passwort. Im Produktivbetrieb gibt es sie nicht.',
    invalid: 'Geben Sie einen Namen mit 1 bis 255 Zeichen ein.',
  },

  consent: {
    title: (consumer) => `${name(consumer)} bittet um Zugriff`,
    website: 'Website',
    registered: 'Registriert von Ihrer Verwaltung',
    callback: 'Danach',
    callbackHost: (host) => `geht es weiter zu ${name(host)}`,
    callbackDevice: (place) => `geht es weiter zu einem Programm auf Ihrem Gerät (${name(place)})`,
    callbackOob: 'bekommen Sie einen Code, den Sie in die Anwendung eingeben',
    lasts: 'Der Zugriff gilt',
    lastsFor: duration,
    lastsUntilRevoked: 'bis Sie ihn zurücknehmen',
    scopes: 'Sie darf',
    noScopes: 'Sie erfährt Ihren Benutzernamen; um mehr wurde nicht gebeten.',
    untick: 'Entfernen Sie das Häkchen bei allem, was Sie nicht erlauben möchten.',
    undescribed: 'So nennt es die Anwendung; beschrieben hat es hier niemand.',
    nothingTicked: (consumer) =>
      `Nichts ist angehakt. Drücken Sie noch einmal Erlauben, wenn ${name(consumer)} Ihren Benutzernamen erfahren darf und sonst nichts.`,
    stuck: 'Wenn nach Ihrer Entscheidung nichts geschieht:',
    goOn: 'hier geht es weiter',
    allow: 'Erlauben',
    deny: 'Ablehnen',
    revocable: 'Zurücknehmen können Sie den Zugriff jederzeit unter',
  },

  pin: {
    title: 'Der Zugriff ist erlaubt',
    instruction: (consumer) => `Geben Sie diesen Code in ${name(consumer)} ein:`,
    copy: 'Code kopieren',
    copied: 'Kopiert',
    once: 'Der Code wird nur dieses eine Mal gezeigt. Geben Sie ihn niemandem, der Sie danach fragt.',
    goodFor: (seconds) => `Er gilt noch ${duration(seconds)}.`,
  },

  goOnTo: (place) => `Weiter zu ${name(place)}`,

  denied: {
    title: 'Der Zugriff ist abgelehnt',
    advice: 'Es wurde nichts erlaubt. Sie können diese Seite schließen.',
  },

  connections: {
    title: 'Ihre Verbindungen',
    intro: 'Diese Anwendungen dürfen in Ihrem Namen handeln.',
    none: 'Keine Anwendung darf in Ihrem Namen handeln.',
    scopes: 'Sie darf',
    noScopes: 'Ihren Benutzernamen wissen',
    since: 'Seit',
    until: 'Bis',
    untilRevoked: 'Sie den Zugriff zurücknehmen',
    lastUsed: 'Zuletzt benutzt',
    neverUsed: 'noch nicht',
    revoke: 'Zurücknehmen',
    revokeFrom: (consumer) => `Zugriff zurücknehmen: ${name(consumer)}`,
    revoked: 'Der Zugriff wurde zurückgenommen.',
    older: 'Ältere Verbindungen',
    day: dayIn(LANG),
  },

  session: {
    signedInAs: (subject) => `Angemeldet als ${name(subject)}`,
    signOut: 'Abmelden',
    signedOut: {
      title: 'Sie sind abgemeldet',
      advice: 'Sie können diese Seite schließen.',
    },
  },
};
