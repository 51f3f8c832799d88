import ipaddr from 'ipaddr.js';

/** A home or an office has at least so much of IPv6; single addresses in it cost nothing. */
const IPV6_HOME_BITS = 64;

/** What counts as one visitor: an IPv4 address, or the network that holds an IPv6 one. */
export function rateLimitKey(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_HOME_BITS}`).toString();
}
