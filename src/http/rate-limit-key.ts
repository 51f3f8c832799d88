import ipaddr from 'ipaddr.js';
import { parseIpAddress } from './ip-address.js';

/** A home or an office has at least so much of IPv6; single addresses in it cost nothing. */
const IPV6_HOME_BITS = 64;

/** How many characters of a text that is not an address distinguish clients. */
const TEXT_LENGTH = 64;

/**
 * What counts as one visitor: an IPv4 address, or the network that holds an IPv6 one. A trusted proxy may
 * have written something else (`unknown`, `_hidden`); each such text counts for itself, so that those whose
 * address can't be read don't use up what the others may do.
 */
export function rateLimitKey(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const parsed = parseIpAddress(address);
  if (parsed === undefined) return `text:${address.slice(0, TEXT_LENGTH)}`;
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const [withoutZone] = parsed.toString().split('%', 1);
  return ipaddr.IPv6.networkAddressFromCIDR(`${withoutZone}/${IPV6_HOME_BITS}`).toString();
}
