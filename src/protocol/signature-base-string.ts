import { octetsOf, percentEncode } from './percent-encoding.js';

/**
 * The signature base string (RFC 5849 §3.4.1.1) from the request method, the base string URI (an
 * octet string, see baseStringUri) and the normalized parameters (see normalizeRequestParameters).
 * Throws MalformedEncoding where the URI is no octet string; one that came over HTTP always is.
 */
export function signatureBaseString(
  method: string,
  uri: string,
  normalizedParameters: string,
): string {
  const encodedMethod = percentEncode(octetsOf(method.toUpperCase()));
  return `${encodedMethod}&${percentEncode(uri)}&${percentEncode(normalizedParameters)}`;
}
