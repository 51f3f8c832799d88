import type { IncomingMessage } from 'node:http';
import type { Scheme } from '../protocol/base-string-uri.js';
import type { AddressRanges } from './address-ranges.js';
import { addressInEntry } from './ip-address.js';
import { lastForwardedValue, singleHeader } from './single-header.js';

/** What the client sees of this service, and the service of the client. */
export interface ClientFacts {
  readonly scheme: Scheme;
  /** Host and perhaps port, as sent; undefined when the request names none. */
  readonly host: string | undefined;
  /** An address in its one form; or what a trusted proxy wrote in its place, if that is none. */
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
    clientAddress: forwardedAddress(request) ?? peer,
  };
}

/**
 * The address of the proxy's client, by the last value of X-Forwarded-For: in its one form, or the text as
 * it is where that is no address, which then is in no range of addresses. Undefined when nothing is sent.
 */
export function forwardedAddress(request: IncomingMessage): string | undefined {
  const entry = lastForwardedValue(request, 'x-forwarded-for');
  return entry === undefined ? undefined : (addressInEntry(entry) ?? entry);
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
