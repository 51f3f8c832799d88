import ipaddr from 'ipaddr.js';

/** The prefix of the IPv4 address in ::ffff:192.0.2.1. */
const MAPPING_BITS = 96;

/**
 * Reads TRUST_PROXY: addresses and CIDRs, separated by commas. Names such as `loopback` are not
 * taken: whom the service believes about a client's address should be written out.
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

/** Four decimal parts, or IPv6 without a zone; not the octal and short forms of old. */
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

/** ::ffff:192.0.2.0/24 holds no IPv4 address, though it looks so; with /120 it does. */
const isMapped = (address: string): boolean =>
  ipaddr.IPv6.isValid(address) && ipaddr.IPv6.parse(address).isIPv4MappedAddress();
