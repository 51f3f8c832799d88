import ipaddr from 'ipaddr.js';
import { parseIpAddress, type IpAddress } from './ip-address.js';

type Range = [IpAddress, number];

/** The prefix of an IPv4-mapped address. */
const MAPPING_BITS = 96;

/** Addresses and CIDRs, asked again and again whether they hold an address. */
export class AddressRanges {
  private readonly ranges: readonly Range[];

  /** @param texts addresses (192.0.2.1, ::1) and CIDRs (192.0.2.0/24), checked when they were set */
  constructor(texts: readonly string[]) {
    this.ranges = texts.map(parseRange);
  }

  /** Whether the address lies in one of the ranges; false for anything that is no address. */
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

/** Addresses are compared in their one form, so a block of mapped ones has to take it, too. */
function withoutMapping([base, bits]: Range): Range {
  const isMapped = base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress();
  return isMapped && bits >= MAPPING_BITS
    ? [base.toIPv4Address(), bits - MAPPING_BITS]
    : [base, bits];
}
