import type { Parameter } from './parameter.js';
import { octetsOf, percentEncode, percentEncodeTwice } from './percent-encoding.js';

/**
 * The signature base string (RFC 5849 §3.4.1.1) from the request method, the base string URI (an
 * octet string, see baseStringUri) and the parameters of the request (see collectRequestParameters).
 * Throws MalformedEncoding where the URI is no octet string; one that came over HTTP always is.
 *
 * @param unencodedName the one parameter, if any, whose value is signed as it was sent (see isBodyHashUnencoded)
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
 * RFC 5849 §3.4.1.3.2, encoded as §3.4.1.1 wants it: every name and value encoded, sorted by encoded name,
 * then by encoded value, joined, and all that encoded once more. `oauth_signature` is left out.
 *
 * Names and values are encoded both times at once, so that 64 KiB of them are gone through once. The order
 * stays the same: the second time, each `%` becomes `%25`, and all else stays as it is.
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
