import { normalizeAuthority, type Scheme } from '../protocol/base-string-uri.js';
import type { SignedRequest } from '../oauth10/signed-request.js';

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const ABSOLUTE_URL = /^(https?):\/\/([^/?#]+)((?:[/?][\x21-\x7e\x80-\xff]*)?)$/i;
const ORIGIN_FORM = /^\/[\x21-\x7e\x80-\xff]*$/;

/** Whether the text can be a request method: a token (RFC 9110 section 5.6.2). */
export const isMethod = (text: string): boolean => METHOD.test(text);

/** Whether the text can be the path and query of a request line; non-ASCII octets are accepted. */
export const isOriginForm = (text: string): boolean => ORIGIN_FORM.test(text);

/** Scheme, authority and the raw rest of an absolute http(s) URL; undefined for anything else. */
export function splitUrl(
  url: string,
): Pick<SignedRequest, 'scheme' | 'authority' | 'target'> | undefined {
  const [, schemeText, host = '', target = ''] = ABSOLUTE_URL.exec(url) ?? [];
  if (schemeText === undefined) return undefined;
  const scheme = schemeText.toLowerCase() as Scheme;
  const authority = normalizeAuthority(scheme, host);
  return authority === undefined ? undefined : { scheme, authority, target: target || '/' };
}
