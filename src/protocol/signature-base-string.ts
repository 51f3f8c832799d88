import type { Parameter } from './parameter.js';
import { octetsOf, percentEncode, percentEncodeTwice } from './percent-encoding.js';

/**
 * The signature base string (RFC 5849 §3.4.1.1) of the request method, the base string URI (an octet string, see
 * baseStringUri) and the parameters of the request (see collectRequestParameters). Throws MalformedEncoding if the
 * URI is not an octet string; over HTTP it always is.
 *
 * @param unencodedName the parameter, if any, whose value is signed as it was sent (see isBodyHashUnencoded)
 */
export function signatureBaseString(
  method: string,
  uri: string,
  parameters: readonly Parameter[],
  unencodedName?: string,
): string {
  const encodedMethod = percentEncode(octetsOf(method.toUpperCase()));
  return `${encodedMethod}&${percentEncode(uri)}&${encodedNormalized(parameters, unencodedName)}`;
}

/**
 * RFC 5849 §3.4.1.3.2, encoded for §3.4.1.1: encodes every name and value, sorts by encoded name and then by
 * encoded value, joins, and encodes the result once more. Leaves out `oauth_signature`.
 *
 * Names and values are encoded twice in one pass, so that 64 KiB of them are read only once. That does not change
 * the order: the second encoding only turns each `%` into `%25`.
 */
function encodedNormalized(parameters: readonly Parameter[], unencodedName?: string): string {
  const encoded: [name: string, value: string][] = [];
  for (const [name, value] of parameters) {
    if (name === 'oauth_signature') continue;
    const isEncodedOnce = name === unencodedName;
    encoded.push([
      percentEncodeTwice(name),
      isEncodedOnce ? percentEncode(value) : percentEncodeTwice(value),
    ]);
  }
  encoded.sort(compareEncoded);
  let normalized = '';
  for (const [name, value] of encoded) {
    normalized += normalized === '' ? `${name}%3D${value}` : `%26${name}%3D${value}`;
  }
  return normalized;
}

function compareEncoded(
  [nameA, valueA]: readonly [string, string],
  [nameB, valueB]: readonly [string, string],
): number {
  if (nameA !== nameB) return nameA < nameB ? -1 : 1;
  if (valueA !== valueB) return valueA < valueB ? -1 : 1;
  return 0;
}
