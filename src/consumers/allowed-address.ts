import ipaddr from 'ipaddr.js';

/**
 * What is wrong with an address or CIDR that a consumer may call from; undefined when nothing is.
 * Octal, short and zoned forms are refused: two programs read them as two addresses.
 */
export function allowedAddressFault(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/');
  const v6 = address.includes(':');
  const isAddress = v6
    ? ipaddr.IPv6.isValid(address) && !address.includes('%')
    : ipaddr.IPv4.isValidFourPartDecimal(address);
  const isPrefix =
    prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (v6 ? 128 : 32));
  return isAddress && isPrefix && rest.length === 0
    ? undefined
    : 'must be an IP address or a CIDR such as 192.0.2.0/24';
}
