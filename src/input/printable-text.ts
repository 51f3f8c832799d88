import { text, type Rule } from './rules.js';

const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_LINES = /(?![\t\n\r])\p{Cc}/u;
const LINE_SEPARATOR = /[\u2028\u2029]/;
/** Characters that can make a page show a name in another order than it is written. */
const BIDI_OVERRIDE = /[\u202a-\u202e\u2066-\u2069]/;
const LONE_SURROGATE = /\p{Cs}/u;

/** The number of characters; a surrogate pair counts once. */
const lengthOf = (value: string): number => Array.from(value).length;

/** A text of one line for people, such as a name. */
export const line = (min: number, max: number): Rule =>
  text((value) => {
    if (LINE_SEPARATOR.test(value)) return 'must be one line';
    if (min > 0 && !/\S/.test(value)) return `must have ${min} to ${max} characters`;
    return unreadable(value, CONTROL) ?? lengthFault(value, min, max);
  });

/** A text of several lines for people. */
export const paragraphs = (max: number): Rule =>
  text((value) => unreadable(value, CONTROL_BUT_LINES) ?? lengthFault(value, 0, max));

/**
 * A consumer key or a shared secret. RFC 5849 defines no alphabet for them, so any UTF-8 is valid except
 * control characters: some clients and headers cannot carry them, and PostgreSQL cannot store NUL.
 */
export const credential = (max: number, { min }: { min: 0 | 1 } = { min: 1 }): Rule =>
  text(
    (value) =>
      lengthFault(value, min, max) ??
      (CONTROL.test(value) ? 'must not have control characters' : undefined) ??
      (LONE_SURROGATE.test(value) ? 'must be well-formed Unicode' : undefined),
  );

/**
 * A consumer key or a token: a credential in paths of the admin API. `.` and `..` are dot segments (RFC 3986
 * section 5.2.4), even when encoded, and would select another operation.
 */
export const identifier = (max: number): Rule => {
  const isCredential = credential(max);
  return (value) =>
    value === '.' || value === '..'
      ? [{ pointer: '', detail: 'must not be "." or "..", which a path can\'t name' }]
      : isCredential(value);
};

function unreadable(value: string, control: RegExp): string | undefined {
  if (control.test(value)) return 'must not have control characters';
  if (BIDI_OVERRIDE.test(value)) return 'must not have characters that change the reading order';
  if (LONE_SURROGATE.test(value)) return 'must be well-formed Unicode';
  return undefined;
}

function lengthFault(value: string, min: number, max: number): string | undefined {
  const length = value.length > 2 * max ? Infinity : lengthOf(value);
  if (length >= min && length <= max) return undefined;
  return min > 0 ? `must have ${min} to ${max} characters` : `must have at most ${max} characters`;
}
