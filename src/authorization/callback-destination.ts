/** Where a callback leads, for the owner's page and for `form-action`. */
export type CallbackDestination =
  /** Nowhere: a code is shown. */
  | { readonly kind: 'oob' }
  /** A site on the web. */
  | { readonly kind: 'host'; readonly host: string; readonly source: string }
  /** A program on the owner's own machine, by its private scheme or through the loopback. */
  | { readonly kind: 'device'; readonly name: string; readonly source: string };

/** A host source can name these hosts; of all others (IPv6, odd registered names) it can't. */
const NAMEABLE = /^https?:\/\/[a-z0-9.-]+(:\d+)?$/;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Where a registered callback leads. `source` is what `form-action` has to allow, since
 * browsers hold the redirect after a form to it: the callback's origin, or its scheme where the
 * policy's grammar has no word for the origin.
 */
export function callbackDestination(callback: string): CallbackDestination {
  if (callback === 'oob') return { kind: 'oob' };
  const { protocol, origin, host, hostname } = new URL(callback);
  if (protocol !== 'http:' && protocol !== 'https:') {
    return { kind: 'device', name: protocol.slice(0, -1), source: protocol };
  }
  const source = NAMEABLE.test(origin) ? origin : protocol;
  return LOOPBACK.has(hostname)
    ? { kind: 'device', name: host, source }
    : { kind: 'host', host, source };
}
