// The rules for a consumer's values, in REST and in files.
import { callbackFault } from '../protocol/callback-uri.js';
import { COMPATIBILITY_FLAGS, isCompatibilityFlag } from '../protocol/compatibility.js';
import { SIGNATURE_METHODS, signatureMethodNamed } from '../protocol/signature-methods.js';
import { parseDateTime } from '../input/date-time.js';
import { listOf, text, type Rule } from '../input/rules.js';
import { normalizeRsaPublicKey, RsaPublicKeyRefused } from './rsa-public-key.js';

/** The longest lifetime of an access token, except 0 (until revoked). */
export const TEN_YEARS_SECONDS = 10 * 365 * 24 * 60 * 60;

/** A callback that may be registered. */
export const callbackUrl = text((uri) => {
  if (uri === 'oob') return 'need not be registered: every consumer may use "oob"';
  const fault = callbackFault(uri);
  return fault === undefined ? undefined : `can't be registered: it ${fault}`;
});

/** A scope, by RFC 6749 section 3.3, so that a list of scopes can be joined by blanks. */
export const scope = text((token) =>
  /^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/.test(token)
    ? undefined
    : 'must have 1 to 100 printable ASCII characters without blanks, quotes and backslashes',
);

/** A list of scopes, requested or granted. */
export const scopes = listOf(scope, { max: 100 });

const oneOf = (names: readonly string[], isOne: (name: string) => boolean): Rule =>
  text((name) => (isOne(name) ? undefined : `must be one of ${names.join(', ')}`));

/** The name of a signature method. */
export const signatureMethod = oneOf(
  SIGNATURE_METHODS.map(({ name }) => name),
  (name) => signatureMethodNamed(name) !== undefined,
);

/** The name of a flag of `compatibility`. */
export const compatibilityFlag = oneOf(Object.keys(COMPATIBILITY_FLAGS), isCompatibilityFlag);

/** In PEM, SubjectPublicKeyInfo or PKCS#1. */
export const rsaPublicKey = text((pem) => {
  try {
    normalizeRsaPublicKey(pem);
    return undefined;
  } catch (error) {
    if (error instanceof RsaPublicKeyRefused) return error.message;
    throw error;
  }
});

/** A date-time of RFC 3339. */
export const dateTime = text((value) =>
  parseDateTime(value) ? undefined : 'must be a date-time such as 2030-01-31T12:00:00Z',
);

/** Exactly true or false. */
export const trueOrFalse: Rule = (value) =>
  typeof value === 'boolean' ? [] : [{ pointer: '', detail: 'must be true or false' }];

/** Whether a consumer is served. */
export const status: Rule = (value) =>
  value === 'active' || value === 'disabled'
    ? []
    : [{ pointer: '', detail: 'must be active or disabled' }];
