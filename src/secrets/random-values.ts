import { randomFillSync, randomInt } from 'node:crypto';

/** Random octets are fetched in large blocks, because a call costs the same for 24 octets and for 4096. */
const POOL_OCTETS = 4096;
const pool = Buffer.allocUnsafeSlow(POOL_OCTETS);
let poolAt = POOL_OCTETS;

/** Returns random octets. Each is returned only once, and erased from the pool then. */
export function randomOctets(count: number): Buffer {
  if (poolAt + count > POOL_OCTETS) {
    randomFillSync(pool);
    poolAt = 0;
  }
  const octets = Buffer.from(pool.subarray(poolAt, poolAt + count));
  pool.fill(0, poolAt, (poolAt += count));
  return octets;
}

// RFC 5849 section 4.10 leaves entropy to the server. Values for programs have 192 bits or more, in an alphabet
// that needs no percent-encoding, so that a client with a faulty encoder still signs them correctly.
const base64url = (octets: number): string => randomOctets(octets).toString('base64url');

/**
 * A name for people and programs. It does not begin with a hyphen, because command lines would read it as an
 * option.
 */
function newName(octets: number): string {
  for (;;) {
    const name = base64url(octets);
    if (!name.startsWith('-')) return name;
  }
}

/** A new consumer key (client identifier). */
export const newConsumerKey = (): string => newName(24);

/** A new id of an API key. */
export const newApiKeyId = (): string => newName(9);

const MINUTE_MS = 60_000;

/**
 * A new token identifier, temporary or access: the minute, and 192 random bits. Tokens of the same minute are
 * neighbours in an index. So among millions of tokens, PostgreSQL writes the same few pages again, instead of one
 * page for each token (docs/adr/0026).
 */
export const newToken = (): string =>
  Math.floor(Date.now() / MINUTE_MS).toString(36) + base64url(24);

/** A new id of a browser. */
export const newBrowserId = (): string => base64url(24);

/** A new shared secret, of a consumer or of a token. */
export const newSecret = (): string => base64url(32);

/** A new verifier that travels in a redirect (RFC 5849 section 2.2: unguessable). */
export const newVerifier = (): string => base64url(24);

// No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V: people read it on one screen and type it on another.
const PIN_ALPHABET = '34679ACDEFGHJKMNPQRTWXY';
const PIN_LENGTH = 10;

/**
 * A verifier for manual entry (`oob`): ten letters and digits without look-alikes, 45 bits. That is enough, because
 * the fifth wrong verifier invalidates the temporary credentials.
 */
export const newPin = (): string =>
  Array.from({ length: PIN_LENGTH }, () => PIN_ALPHABET[randomInt(PIN_ALPHABET.length)]).join('');

const PIN = new RegExp(`^[${PIN_ALPHABET}]{${PIN_LENGTH}}$`);

/** Whether the text has the form of newPin(). */
export const isPin = (text: string): boolean => PIN.test(text);
