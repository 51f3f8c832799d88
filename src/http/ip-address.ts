import ipaddr from 'ipaddr.js';

/** An address in its one form; IPv4 that arrives over an IPv6 socket (::ffff:…) is IPv4. */
export type IpAddress = ReturnType<typeof ipaddr.process>;

const PORT = /^:[0-9]{1,5}$/;

/**
 * Reads an IP address. IPv4 is four decimal parts and nothing else: octal, hexadecimal and shorter
 * spellings are read as other addresses by other programs. Undefined for whatever is no address.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  // An IPv6 address may end in an IPv4 one.
  const isIpv6 = text.includes(':');
  // IPv6 alone has zones.
  const [withoutZone = ''] = isIpv6 ? text.split('%', 1) : [text];
  const dotted = withoutZone.slice(withoutZone.lastIndexOf(':') + 1);
  if (dotted.includes('.') && !ipaddr.IPv4.isValidFourPartDecimal(dotted)) return undefined;
  const isAddress = isIpv6 ? ipaddr.IPv6.isValid(text) : dotted.includes('.');
  return isAddress ? ipaddr.process(text) : undefined;
}

/**
 * The address in one entry of X-Forwarded-For, in its one form. Some proxies write the client's port
 * behind it (`203.0.113.9:5123`, `[2001:db8::1]:443`). Undefined for whatever is no address.
 */
export function addressInEntry(entry: string): string | undefined {
  const closing = entry.startsWith('[') ? entry.indexOf(']') : -1;
  if (closing > 0) {
    const rest = entry.slice(closing + 1);
    const address = entry.slice(1, closing);
    const isBracketed = address.includes(':') && (rest === '' || PORT.test(rest));
    return isBracketed ? parseIpAddress(address)?.toString() : undefined;
  }
  const colon = entry.indexOf(':');
  const hasPort = colon > 0 && PORT.test(entry.slice(colon));
  return parseIpAddress(hasPort ? entry.slice(0, colon) : entry)?.toString();
}
