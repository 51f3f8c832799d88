import ipaddr from 'ipaddr.js';

/** The normalized address. An IPv4 address that arrives over an IPv6 socket (::ffff:…) becomes IPv4. */
export type IpAddress = ReturnType<typeof ipaddr.process>;

const PORT = /^:[0-9]{1,5}$/;

/**
 * Parses an IP address. IPv4 must have four decimal parts, because programs disagree on octal, hexadecimal and
 * shorter forms. Undefined for a text that is not an address.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  // An IPv6 address may end with an IPv4 one.
  const isIpv6 = text.includes(':');
  // Only IPv6 has zones.
  const [withoutZone = ''] = isIpv6 ? text.split('%', 1) : [text];
  const dotted = withoutZone.slice(withoutZone.lastIndexOf(':') + 1);
  if (dotted.includes('.') && !ipaddr.IPv4.isValidFourPartDecimal(dotted)) return undefined;
  const isAddress = isIpv6 ? ipaddr.IPv6.isValid(text) : dotted.includes('.');
  return isAddress ? ipaddr.process(text) : undefined;
}

/**
 * The normalized address of one entry of X-Forwarded-For. Some proxies append the client's port
 * (`203.0.113.9:5123`, `[2001:db8::1]:443`). Undefined for a text that is not an address.
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
