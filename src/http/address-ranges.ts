import ipaddr from 'ipaddr.js';
import { parseIpAddress, type IpAddress } from './ip-address.js';

type Range = [IpAddress, number];

/** The prefix of an IPv4-mapped address. */
const MAPPING_BITS = 96;

/** A set of addresses and CIDRs, for repeated lookups. */
export class AddressRanges {
  private readonly ranges: readonly Range[];

  /** @param texts addresses (192.0.2.1, ::1) and CIDRs (192.0.2.0/24), validated with the settings */
  constructor(texts: readonly string[]) {
    this.ranges = texts.map(parseRange);
  }

  /** Whether a range contains the address; false for a text that is not an address. */
  contains(address: string | undefined): boolean {
    if (address === undefined || this.ranges.length === 0) return false;
    const parsed = parseIpAddress(address);
    return (
      parsed !== undefined &&
      this.ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits))
    );
  }
}

function parseRange(text: string): Range {
  if (text.includes('/')) return withoutMapping(ipaddr.parseCIDR(text));
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** Addresses are compared in normalized form, so a range of IPv4-mapped addresses becomes an IPv4 range. */
function withoutMapping([base, bits]: Range): Range {
  const isMapped = base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress();
  return isMapped && bits >= MAPPING_BITS
    ? [base.toIPv4Address(), bits - MAPPING_BITS]
    : [base, bits];
}
