import type { OwnerRefusalReason } from '../owner-refusal.js';
import { dayIn, durationIn, isolated as name } from '../../pages/wording.js';

/** A message without a form. */
export interface Message {
  readonly title: string;
  readonly advice: string;
}

const START_AGAIN = 'Go back to the application and start again from there.';

const LANG = 'en';
const duration = durationIn(LANG);

const errors: Record<OwnerRefusalReason, Message> = {
  unknown: {
    title: 'This link is not valid',
    advice: `No request for access belongs to it. ${START_AGAIN}`,
  },
  expired: {
    title: 'This request has expired',
    advice: `It waited too long for an answer, and nothing was decided. ${START_AGAIN}`,
  },
  used: {
    title: 'This request has been used',
    advice: 'The application has been given access already. You can close this page.',
  },
  allowed: {
    title: 'You have decided already',
    advice: 'Access was allowed. Go back to the application.',
  },
  denied: {
    title: 'You have decided already',
    advice:
      'Access was denied. If you changed your mind, go back to the application and start again from there.',
  },
  'consumer-disabled': {
    title: 'This application cannot be given access',
    advice:
      'The administrator has switched it off, or lets it send you back no more. Ask the people who run it.',
  },
  'signed-out': {
    title: 'You are not signed in any more',
    advice: 'Nothing was changed. Sign in anew to go on.',
  },
  forged: {
    title: 'This form is out of date',
    advice:
      'It was not made for you on this browser: it is too old, comes from somewhere else, or someone else has signed in since. Nothing was changed.',
  },
  'no-cookie': {
    title: 'Your browser sent no cookie',
    advice: 'This page needs one to know you again. Allow cookies for this site and try again.',
  },
  malformed: {
    title: 'This form cannot be read',
    advice: 'Nothing was changed. Go back and try again.',
  },
  'not-found': { title: 'There is no such page', advice: 'Check the address.' },
  method: { title: 'This page cannot be called that way', advice: START_AGAIN },
  'too-many': { title: 'Too many requests', advice: 'Wait a minute and try again.' },
  'no-consent-page': {
    title: 'Access cannot be granted here yet',
    advice:
      'The operator of this service has set up neither a consent page (CONSENT_URL) nor a sign-in (OIDC_ISSUER).',
  },
  'sign-in-unknown': {
    title: 'This sign-in is out of date',
    advice: `It was begun in another browser, took longer than 15 minutes, or has been finished already. ${START_AGAIN}`,
  },
  'sign-in-refused': {
    title: 'You were not signed in',
    advice: 'The sign-in was cancelled or refused. Nothing was decided.',
  },
  'sign-in-failed': {
    title: 'The sign-in did not succeed',
    advice: 'What came back from the sign-in service does not fit. Nothing was decided.',
  },
  'sign-in-unavailable': {
    title: 'The sign-in service is not available',
    advice: 'Nothing was lost. Try again in a moment.',
  },
  unavailable: {
    title: 'The service is not available',
    advice: 'Nothing was lost. Try again in a moment.',
  },
  unforeseen: {
    title: 'Something went wrong',
    advice: 'An error occurred processing the call. Try again in a moment.',
  },
};

/** Every text of the resource owner's pages. Each language has a file of this shape. */
export const english = {
  /** BCP 47 tag of the language, for the lang attribute. */
  lang: LANG,
  errors,
  tryAgain: 'Try again',
  /** The link to the application's own site. */
  backTo: (consumer: string) => `Go back to ${name(consumer)}`,
  /** The number to report to the operators. */
  requestId: (id: string) => `If you ask for help, tell this number: ${id}`,

  signIn: {
    title: 'Sign in',
    purpose: (consumer: string) => `to decide what ${name(consumer)} may do`,
    userName: 'User name',
    button: 'Sign in',
    development:
      'Development sign-in: any name is taken, without a password. It does not exist in production.',
    invalid: 'Enter a name of 1 to 255 characters.',
  },

  consent: {
    title: (consumer: string) => `${name(consumer)} asks for access`,
    website: 'Website',
    registered: 'Registered by your administrator',
    callback: 'Afterwards',
    callbackHost: (host: string) => `you go on to ${name(host)}`,
    callbackDevice: (place: string) => `you go on to a program on your device (${name(place)})`,
    callbackOob: 'you get a code to type into the application',
    lasts: 'Access lasts',
    lastsFor: duration,
    lastsUntilRevoked: 'until you take it back',
    scopes: 'It may',
    noScopes: 'It will know your user name, and nothing else was asked for.',
    untick: 'Untick what you do not want to allow.',
    /** For a scope without a description. */
    undescribed: 'Named so by the application; nobody has described it here.',
    /** After the owner pressed Allow with no box ticked. */
    nothingTicked: (consumer: string) =>
      `Nothing is ticked. Press Allow once more if ${name(consumer)} may know your user name and nothing else.`,
    /** For a redirect to the application that the browser may have blocked. */
    stuck: 'If nothing happens after you decide:',
    goOn: 'go on from here',
    allow: 'Allow',
    deny: 'Deny',
    revocable: 'You can take access back at any time under',
  },

  pin: {
    title: 'Access is allowed',
    instruction: (consumer: string) => `Type this code into ${name(consumer)}:`,
    copy: 'Copy code',
    copied: 'Copied',
    once: 'The code is shown only this once. Give it to nobody who asks for it.',
    goodFor: (seconds: number) => `It is good for another ${duration(seconds)}.`,
  },

  /** For a redirect to the application that the browser blocked. */
  goOnTo: (place: string) => `Go on to ${name(place)}`,

  denied: {
    title: 'Access is denied',
    advice: 'Nothing was allowed. You can close this page.',
  } satisfies Message,

  connections: {
    title: 'Your connections',
    intro: 'These applications can act for you.',
    none: 'No application can act for you.',
    scopes: 'It may',
    noScopes: 'know your user name',
    since: 'Since',
    until: 'Until',
    untilRevoked: 'you take it back',
    lastUsed: 'Last used',
    neverUsed: 'not yet',
    revoke: 'Take back',
    revokeFrom: (consumer: string) => `Take back access from ${name(consumer)}`,
    revoked: 'Access was taken back.',
    older: 'Older connections',
    day: dayIn(LANG),
  },

  session: {
    signedInAs: (subject: string) => `Signed in as ${name(subject)}`,
    signOut: 'Sign out',
    signedOut: {
      title: 'You are signed out',
      advice: 'You can close this page.',
    } satisfies Message,
  },
};

/** The shape of a catalogue. */
export type Texts = typeof english;
