import type { IncomingMessage } from 'node:http';
import type { Scheme } from '../protocol/base-string-uri.js';
import type { AddressRanges } from './address-ranges.js';
import { lastForwardedValue, singleHeader } from './single-header.js';

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
  const host = singleHeader(request, 'host');
  if (!trustedProxies.contains(peer)) return { scheme: 'http', host, clientAddress: peer };

  const scheme = lastForwardedValue(request, 'x-forwarded-proto')?.toLowerCase();
  return {
    scheme: scheme === 'https' ? 'https' : 'http',
    host: forwardedHost(request, host),
    clientAddress: lastForwardedValue(request, 'x-forwarded-for') ?? peer,
  };
}

/**
 * The host that the proxy's client named: X-Forwarded-Host, or what the proxy passed on as `host`;
 * completed by X-Forwarded-Port where the port was left out of it.
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
