import ipaddr from 'ipaddr.js';
import { parseIpAddress } from './ip-address.js';

/** A home or an office has at least a /64 of IPv6, so a client can change its address within it at no cost. */
const IPV6_HOME_BITS = 64;

/** Clients with a text in place of an address are told apart by this many characters of it. */
const TEXT_LENGTH = 64;

/**
 * The key by which clients are counted: an IPv4 address, or the /64 network of an IPv6 address. A trusted proxy
 * may send something else (`unknown`, `_hidden`). Each such text has its own key, so that clients without a
 * readable address do not use up the limit of the others.
 */
export function rateLimitKey(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const parsed = parseIpAddress(address);
  if (parsed === undefined) return `text:${address.slice(0, TEXT_LENGTH)}`;
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const [withoutZone] = parsed.toString().split('%', 1);
  return ipaddr.IPv6.networkAddressFromCIDR(`${withoutZone}/${IPV6_HOME_BITS}`).toString();
}
