/** The place that clients sign for, when it is not the one the service sees. */
export interface PublicUrl {
  readonly scheme: 'http' | 'https';
  /** Lower-case host, with the port unless it is the scheme's own (RFC 5849 section 3.4.1.2). */
  readonly authority: string;
}

/**
 * Reads PUBLIC_URL. A path would suggest that the service answers below it, which it does not;
 * so nothing beyond `/` is let pass.
 */
export function parsePublicUrl(text: string): PublicUrl {
  const wellFormed = /^https?:\/\/[^/?#\\@\s]+\/?$/i.test(text) && URL.canParse(text);
  if (!wellFormed) {
    throw new Error('must be an absolute http or https URL without path, query and user name');
  }
  const { protocol, host } = new URL(text);
  return { scheme: protocol === 'https:' ? 'https' : 'http', authority: host };
}
