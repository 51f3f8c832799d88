/** The public address that clients sign, if it differs from the one that the service sees. */
export interface PublicUrl {
  readonly scheme: 'http' | 'https';
  /** Lower-case host, with the port unless it is the scheme's own (RFC 5849 section 3.4.1.2). */
  readonly authority: string;
  /** The path prefix that a proxy removes; empty, or with a leading `/` and no final one. */
  readonly path: string;
}

/** Reads PUBLIC_URL: scheme, authority and an optional path, without its final `/`. */
export function parsePublicUrl(text: string): PublicUrl {
  const match = /^https?:\/\/[^/?#\\@\s]+(\/[^?#\\\s]*)?$/i.exec(text);
  if (!match || !URL.canParse(text)) {
    throw new Error('must be an absolute http or https URL without query and user name');
  }
  const { protocol, host } = new URL(text);
  const path = (match[1] ?? '').replace(/\/$/, '');
  if (path !== '' && (!isPlainPath(path) || path.endsWith('/'))) {
    throw new Error('must have a path that clients send as it is: without "//", "." and ".."');
  }
  return { scheme: protocol === 'https:' ? 'https' : 'http', authority: host, path };
}

/** Whether the path begins with `/` and no client, proxy or router rewrites it. */
export function isPlainPath(path: string): boolean {
  return (
    /^\/(?:[\w\-.~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/.test(path) &&
    !path.includes('//') &&
    path.split('/').every((segment) => segment !== '.' && segment !== '..')
  );
}
