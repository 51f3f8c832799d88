import type { IncomingMessage } from 'node:http';
import type { Scheme } from '../protocol/base-string-uri.js';
import type { AddressRanges } from './address-ranges.js';
import { addressInEntry } from './ip-address.js';
import { lastForwardedValue, singleHeader } from './single-header.js';

/** Scheme and authority of this service as the client used them, and the client's address. */
export interface ClientFacts {
  readonly scheme: Scheme;
  /** Host and optional port, as sent; undefined when the request has none. */
  readonly host: string | undefined;
  /** A normalized address; or the text that a trusted proxy sent, if it is not an address. */
  readonly clientAddress: string | undefined;
}

/**
 * Determines scheme, host and address of the client. X-Forwarded-* count only from a trusted peer. The last
 * value of a list counts, because the trusted peer wrote it itself.
 *
 * @throws RepeatedHeader for a second Host
 */
export function clientFacts(request: IncomingMessage, trustedProxies: AddressRanges): ClientFacts {
  const peer = request.socket.remoteAddress;
  const host = singleHeader(request, 'host');
  if (!trustedProxies.contains(peer)) return { scheme: 'http', host, clientAddress: peer };

  const scheme = lastForwardedValue(request, 'x-forwarded-proto')?.toLowerCase();
  return {
    scheme: scheme === 'https' ? 'https' : 'http',
    host: forwardedHost(request, host),
    clientAddress: forwardedAddress(request) ?? peer,
  };
}

/**
 * The address of the proxy's client, from the last value of X-Forwarded-For, normalized. A value that is not an
 * address is returned unchanged, and no address range contains it. Undefined without the header.
 */
export function forwardedAddress(request: IncomingMessage): string | undefined {
  const entry = lastForwardedValue(request, 'x-forwarded-for');
  return entry === undefined ? undefined : (addressInEntry(entry) ?? entry);
}

/**
 * The host that the proxy's client named: X-Forwarded-Host, or else the Host that the proxy sent (`host`). The
 * port of X-Forwarded-Port is appended if the host has none.
 */
export function forwardedHost(
  request: IncomingMessage,
  host: string | undefined = undefined,
): string | undefined {
  const named = lastForwardedValue(request, 'x-forwarded-host') ?? host;
  const port = lastForwardedValue(request, 'x-forwarded-port');
  if (named === undefined || port === undefined || /:\d+$/.test(named)) return named;
  return `${named}:${port}`;
}
