/**
 * A second implementation of RFC 5849 section 3.4, written from the text of the RFC alone, so that the tests do not
 * check the service against itself. Nothing here may import from src/.
 *
 * Values are octet strings: one character for each octet, as sent. {@link utf8Octets} converts text to octets.
 */
import { createHmac, createSign, type KeyObject } from 'node:crypto';

export type Pair = readonly [name: string, value: string];

export const WITNESS_METHODS = [
  'HMAC-SHA1',
  'HMAC-SHA256',
  'HMAC-SHA512',
  'RSA-SHA1',
  'RSA-SHA256',
  'RSA-SHA512',
  'PLAINTEXT',
] as const;

/** The UTF-8 encoding of a text, one character for each octet (section 3.6, item 1). */
export function utf8Octets(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Section 3.6, item 2: encodes every octet as `%XX` except ALPHA, DIGIT, `-`, `.`, `_`, `~`. */
export function encodeOctets(octets: string): string {
  let encoded = '';
  for (const octet of Buffer.from(octets, 'latin1')) {
    const character = String.fromCharCode(octet);
    encoded += /[A-Za-z0-9\-._~]/.test(character)
      ? character
      : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** Percent-encodes a text by section 3.6. */
export function encodeText(text: string): string {
  return encodeOctets(utf8Octets(text));
}

/** Section 3.4.1.3.1: the pairs of a query or form body, as octets, in their order. */
export function decodeForm(raw: string): Pair[] {
  const decode = (piece: string): string =>
    piece
      .replaceAll('+', ' ')
      .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return raw
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const equals = piece.indexOf('=');
      return equals < 0
        ? ([decode(piece), ''] as const)
        : ([decode(piece.slice(0, equals)), decode(piece.slice(equals + 1))] as const);
    });
}

/** The parts of an absolute URL, unchanged: `%2F` and `..` stay as they are. */
export function cutUrl(url: string): { scheme: string; authority: string; target: string } {
  const match = /^(https?):\/\/([^/?#]+)([^?#]*)(\?[^#]*)?$/i.exec(url);
  if (!match) throw new Error(`not an absolute http or https URL: ${url}`);
  const [, scheme = '', authority = '', path = '', query = ''] = match;
  return { scheme, authority, target: `${path === '' ? '/' : path}${query}` };
}

/** Section 3.4.1: the signature base string of a request with these decoded parameters. */
export function witnessBaseString(
  method: string,
  url: string,
  parameters: readonly Pair[],
): string {
  const { scheme, authority, target } = cutUrl(url);
  const lowerScheme = scheme.toLowerCase();
  const defaultPort = lowerScheme === 'https' ? ':443' : ':80';
  const lowerAuthority = authority.toLowerCase();
  const host = lowerAuthority.endsWith(defaultPort)
    ? lowerAuthority.slice(0, -defaultPort.length)
    : lowerAuthority;
  const uri = `${lowerScheme}://${host}${target.split('?')[0]}`;
  const byOctets = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const normalized = parameters
    .filter(([name]) => name !== 'oauth_signature')
    .map(([name, value]) => [encodeOctets(name), encodeOctets(value)] as const)
    .sort((a, b) => byOctets(a[0], b[0]) || byOctets(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  return [utf8Octets(method.toUpperCase()), uri, normalized].map(encodeOctets).join('&');
}

/** Sections 3.4.2 to 3.4.4, and the same with SHA-256 and SHA-512. */
export function witnessSignature(
  signatureMethod: string,
  baseString: string,
  keys: {
    consumerSecret: string;
    tokenSecret: string;
    privateKey?: KeyObject | string | undefined;
  },
): string {
  const key = `${encodeText(keys.consumerSecret)}&${encodeText(keys.tokenSecret)}`;
  if (signatureMethod === 'PLAINTEXT') return key;
  const [family, hash = ''] = signatureMethod.split('-');
  if (family === 'HMAC') return createHmac(hash, key).update(baseString, 'latin1').digest('base64');
  if (family !== 'RSA') throw new Error(`the witness does not know ${signatureMethod}`);
  if (!keys.privateKey) throw new Error(`${signatureMethod} needs a privateKey`);
  return createSign(`RSA-${hash}`).update(baseString, 'latin1').sign(keys.privateKey, 'base64');
}
