import ipaddr from 'ipaddr.js';

/** The prefix of the IPv4 address in ::ffff:192.0.2.1. */
const MAPPING_BITS = 96;

/**
 * Reads TRUST_PROXY: addresses and CIDRs, separated by commas. Accepts no names such as `loopback`, because the
 * trusted addresses should be explicit.
 */
export function parseTrustedAddresses(text: string): readonly string[] {
  const addresses = text.split(',').map((address) => address.trim());
  for (const [index, address] of addresses.entries()) {
    if (!isAddress(address) && !isBlock(address)) {
      throw new Error(
        `must list IP addresses or CIDRs separated by commas, which entry ${index + 1} is not`,
      );
    }
  }
  return addresses;
}

/**
 * Whether the text is an address: four decimal parts, or IPv6 without a zone. Old octal and short forms are invalid.
 */
function isAddress(text: string): boolean {
  return (
    ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes('%'))
  );
}

function isBlock(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  return (
    rest.length === 0 &&
    isAddress(address) &&
    /^\d{1,3}$/.test(prefix) &&
    Number(prefix) <= (address.includes(':') ? 128 : 32) &&
    (!isMapped(address) || Number(prefix) >= MAPPING_BITS)
  );
}

/** ::ffff:192.0.2.0/24 looks like IPv4 addresses but contains none; ::ffff:192.0.2.0/120 does. */
const isMapped = (address: string): boolean =>
  ipaddr.IPv6.isValid(address) && ipaddr.IPv6.parse(address).isIPv4MappedAddress();
