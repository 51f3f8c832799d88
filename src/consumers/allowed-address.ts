import ipaddr from 'ipaddr.js';

/** The prefix of the IPv4 address in ::ffff:192.0.2.1. */
const MAPPING_BITS = 96;

/**
 * What is wrong with an address or CIDR that a consumer may call from; undefined when nothing is.
 * Octal, short and zoned forms are refused: two programs read them as two addresses.
 * So is a block that begins in IPv4-mapped addresses and is larger than they are: none of them is
 * meant by ::ffff:192.0.2.0/24, though it looks so.
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
