import { resolve } from 'node:path';
import { parseDatabaseUrl } from './database-url.js';

/** Accepts only decimal digits. Refuses `1e3`, `0x10`, ` 7`, `+7` and the empty text, which `Number` accepts. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= from && value <= to)) {
      throw new Error(`must be a whole number from ${from} to ${to}`);
    }
    return value;
  };
}

export function trueOrFalse(text: string): boolean {
  if (text !== 'true' && text !== 'false') {
    throw new Error('must be true or false');
  }
  return text === 'true';
}

export function oneOf<const Choice extends string>(
  ...choices: readonly Choice[]
): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      throw new Error(`must be one of ${choices.join(', ')}`);
    }
    return choice;
  };
}

export function anyText(text: string): string {
  return text;
}

export function textWithoutBlanks(text: string): string {
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new Error('must be printable ASCII without blanks');
  }
  return text;
}

/** A name or address to listen on, without the brackets of URLs. */
export function listenHost(text: string): string {
  if (!/^[A-Za-z0-9.:_%-]+$/.test(text)) {
    throw new Error('must be an address or host name to listen on');
  }
  return text;
}

/** The realm is a quoted string in `WWW-Authenticate` (RFC 7235 section 2.2). */
export function realm(text: string): string {
  if (!/^[\x20-\x7e]+$/.test(text) || /["\\]/.test(text)) {
    throw new Error('must be printable ASCII without quotes and backslashes');
  }
  return text;
}

/** An absolute path; a relative path is resolved against the working directory. */
export function directory(text: string): string {
  if (text === '' || text.includes('\0')) {
    throw new Error('must be a path');
  }
  return resolve(text);
}

/** An absolute http(s) URL without userinfo and fragment. Returns the text unchanged. */
export function httpUrl(text: string): string {
  const url = /^https?:\/\/[\x21-\x7e]+$/i.test(text) && URL.canParse(text) && new URL(text);
  if (!url || url.username !== '' || url.password !== '' || /[#\\]/.test(text)) {
    throw new Error('must be an absolute http or https URL without user name and fragment');
  }
  return text;
}

export const LOOPBACK_HOSTS: readonly string[] = ['127.0.0.1', '[::1]', 'localhost'];

/**
 * An issuer's identifier (OpenID Connect Core section 2). Accepts http only for loopback addresses in development.
 */
export function oidcIssuer(text: string): string {
  const { protocol, hostname } = new URL(httpUrl(text));
  const safe = protocol === 'https:' || LOOPBACK_HOSTS.includes(hostname);
  if (!safe || text.includes('?')) {
    throw new Error('must be an https URL without query; http is taken for the loopback alone');
  }
  return text;
}

/** A CSP source: an https origin, `https:`, or a program's private scheme. */
const FORM_ACTION = /^(https:\/\/[a-z0-9.-]+(:\d{1,5})?|https:|[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:)$/;

/** Origins (`https://host`, with an optional port), `https:` and private schemes (RFC 8252). */
export function formActions(text: string): readonly string[] {
  const sources = text.split(',').map((source) => source.trim());
  if (!sources.every((source) => FORM_ACTION.test(source))) {
    throw new Error(
      'must be https origins without a path, https:, or schemes such as com.example.app:, separated by commas',
    );
  }
  return sources;
}

/** BCP 47 language tags. The pages check whether they have the languages. */
export function languageTags(text: string): readonly string[] {
  const tags = text.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^[a-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(tag))) {
    throw new Error('must be language tags such as en,de, the first for browsers that want none');
  }
  return tags;
}

/** A valid connection string. Returns the text unchanged. */
export function postgresUrl(text: string): string {
  parseDatabaseUrl(text);
  return text;
}

/** The name of a PostgreSQL schema. Statements always quote it. */
export function schemaName(text: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(text) || /^pg_/i.test(text)) {
    throw new Error('must be the name of a schema: letters, digits and underscores');
  }
  return text;
}

export function adminApiKey(text: string): string {
  if (!/^[\x21-\x7e]{32,}$/.test(text)) {
    throw new Error('must be 32 or more printable ASCII characters without blanks');
  }
  return text;
}
