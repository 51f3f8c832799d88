import type { IncomingMessage } from 'node:http';
import type { Scheme } from '../protocol/base-string-uri.js';
import type { AddressRanges } from './address-ranges.js';
import { lastForwardedValue, soleHeader } from './sole-header.js';

/** What the client sees of this service, and the service of the client. */
export interface ClientFacts {
  readonly scheme: Scheme;
  /** Host and perhaps port, as sent; undefined when the request names none. */
  readonly host: string | undefined;
  readonly clientAddress: string | undefined;
}

/**
 * Works out scheme, host and address of the client. X-Forwarded-* count only from a trusted peer,
 * and of a list the last value, since that is the one the trusted peer wrote itself.
 *
 * @throws RepeatedHeader for a second Host
 */
export function clientFacts(request: IncomingMessage, trustedProxies: AddressRanges): ClientFacts {
  const peer = request.socket.remoteAddress;
  const host = soleHeader(request, 'host');
  if (!trustedProxies.contains(peer)) return { scheme: 'http', host, clientAddress: peer };

  const scheme = lastForwardedValue(request, 'x-forwarded-proto')?.toLowerCase();
  return {
    scheme: scheme === 'https' ? 'https' : 'http',
    host: forwardedHost(request) ?? host,
    clientAddress: lastForwardedValue(request, 'x-forwarded-for') ?? peer,
  };
}

/** X-Forwarded-Host, completed by X-Forwarded-Port where the proxy left the port out of it. */
export function forwardedHost(request: IncomingMessage): string | undefined {
  const host = lastForwardedValue(request, 'x-forwarded-host');
  const port = lastForwardedValue(request, 'x-forwarded-port');
  if (host === undefined || port === undefined || /:\d+$/.test(host)) return host;
  return `${host}:${port}`;
}
