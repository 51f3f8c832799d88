import { httpUrl } from './value-parsers.js';

/** The algorithms that can sign platform tokens. */
export const TOKEN_ALGORITHMS = ['ES256', 'EdDSA', 'RS256'] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** The identifier of an issuer (RFC 8414 section 2): a URL without query and fragment. */
export function tokenIssuer(text: string): string {
  if (httpUrl(text).includes('?')) {
    throw new Error('must be an absolute http or https URL without query and fragment');
  }
  return text;
}
