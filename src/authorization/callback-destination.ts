/** The destination of a callback, for the consent page and for `form-action`. */
export type CallbackDestination =
  /** There is no callback; the page shows the verifier. */
  | { readonly kind: 'oob' }
  /** A web site. */
  | { readonly kind: 'host'; readonly host: string; readonly source: string }
  /** A program on the owner's own machine, reached through a private URI scheme or the loopback interface. */
  | { readonly kind: 'device'; readonly name: string; readonly source: string };

/** Hosts that a CSP host source can name. It cannot name others (IPv6, odd registered names). */
const NAMEABLE = /^https?:\/\/[a-z0-9.-]+(:\d+)?$/;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * The destination of a registered callback. `source` is what `form-action` has to allow, because browsers apply it to
 * the redirect after a form. It is the callback's origin, or only its scheme if CSP cannot express the origin.
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
