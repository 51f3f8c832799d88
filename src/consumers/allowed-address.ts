import ipaddr from 'ipaddr.js';

/** The prefix of the IPv4 address in ::ffff:192.0.2.1. */
const MAPPING_BITS = 96;

/**
 * What is wrong with an allowed address or CIDR of a consumer; undefined if it is valid. Octal, short and zoned
 * forms are refused, because programs read them as different addresses. A range that starts at an IPv4-mapped
 * address and has a prefix below 96 is refused too: ::ffff:192.0.2.0/24 looks like a range of IPv4 addresses,
 * but is not one.
 */
export function allowedAddressFault(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const v6 = address.includes(':');
  const isAddress = v6
    ? ipaddr.IPv6.isValid(address) && !address.includes('%')
    : ipaddr.IPv4.isValidFourPartDecimal(address);
  const isPrefix =
    prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (v6 ? 128 : 32));
  if (!isAddress || !isPrefix || rest.length > 0) {
    return 'must be an IP address or a CIDR such as 192.0.2.0/24';
  }
  return v6 && prefix !== undefined && isMapped(address) && Number(prefix) < MAPPING_BITS
    ? 'must be written as IPv4, or with a prefix of 96 or more'
    : undefined;
}

const isMapped = (address: string): boolean => ipaddr.IPv6.parse(address).isIPv4MappedAddress();
