// RFC 5849 §3.6. Text becomes UTF-8 octets (octetsOf), octets become ASCII (percentEncode), and the
// same two steps backwards (percentDecode, textOf). An octet string holds one octet a character,
// code 0–255, which is how Node hands on header values and request targets.

/** Input that no encoder following RFC 5849 §3.6 and UTF-8 can have produced. */
export class MalformedEncoding extends Error {
  override readonly name = 'MalformedEncoding';

  /** @param parameterName the decoded name of the parameter at fault, where it is known. */
  constructor(
    message: string,
    readonly parameterName?: string,
  ) {
    super(message);
  }
}

const UNRESERVED = /[A-Za-z0-9\-._~]/;

const ENCODED_OCTETS: readonly string[] = Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet);
  return UNRESERVED.test(character)
    ? character
    : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
});

const IS_UNRESERVED = Uint8Array.from(ENCODED_OCTETS, (encoded) => (encoded.length === 1 ? 1 : 0));

const PERCENT = 0x25;
const HEX_DIGITS = '0123456789ABCDEF';

const NOT_HEX = 255;
const HEX_VALUES = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? NOT_HEX : value;
});

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Encodes an octet string; all but RFC 3986's unreserved characters become `%` and upper-case hex.
 * Throws MalformedEncoding if a character is no octet.
 */
export function percentEncode(octets: string): string {
  if (octets.length > LONG) return percentEncodeLong(octets);
  let encoded = '';
  let plainFrom = 0;
  for (let i = 0; i < octets.length; i += 1) {
    const code = octets.charCodeAt(i);
    if (IS_UNRESERVED[code] === 1) continue;
    const escape = ENCODED_OCTETS[code];
    if (escape === undefined) throw new MalformedEncoding('a character beyond one octet');
    encoded += octets.slice(plainFrom, i) + escape;
    plainFrom = i + 1;
  }
  return plainFrom === 0 ? octets : encoded + octets.slice(plainFrom);
}

/** Joining strings costs more than filling octets from about here on. */
const LONG = 512;

/** For what may be 64 KiB of octets to escape: each is written once, where joining strings copies. */
function percentEncodeLong(octets: string): string {
  const encoded = Buffer.allocUnsafe(octets.length * 3);
  let length = 0;
  for (let i = 0; i < octets.length; i += 1) {
    const code = octets.charCodeAt(i);
    if (IS_UNRESERVED[code] === 1) {
      encoded[length++] = code;
      continue;
    }
    if (code > 0xff) throw new MalformedEncoding('a character beyond one octet');
    encoded[length] = PERCENT;
    encoded[length + 1] = HEX_DIGITS.charCodeAt(code >> 4);
    encoded[length + 2] = HEX_DIGITS.charCodeAt(code & 0x0f);
    length += 3;
  }
  return encoded.toString('latin1', 0, length);
}

/**
 * Decodes to an octet string. Hex may be in either case, characters that should have been encoded
 * stand for themselves, and `+` is a plus. Throws MalformedEncoding where `%` is not followed by
 * two hex digits, or a character is no octet.
 */
export function percentDecode(encoded: string): string {
  let decoded = '';
  let plainFrom = 0;
  for (let i = 0; i < encoded.length; i += 1) {
    const code = encoded.charCodeAt(i);
    if (code > 0xff) throw new MalformedEncoding('a character beyond one octet');
    if (code !== 0x25) continue;
    const high = HEX_VALUES[encoded.charCodeAt(i + 1)] ?? NOT_HEX;
    const low = HEX_VALUES[encoded.charCodeAt(i + 2)] ?? NOT_HEX;
    if (high === NOT_HEX || low === NOT_HEX) {
      throw new MalformedEncoding('a percent sign without two hex digits');
    }
    decoded += encoded.slice(plainFrom, i) + String.fromCharCode(high * 16 + low);
    i += 2;
    plainFrom = i + 1;
  }
  return plainFrom === 0 ? encoded : decoded + encoded.slice(plainFrom);
}

/** The UTF-8 octets of a text. Throws MalformedEncoding on a lone surrogate, which has none. */
export function octetsOf(text: string): string {
  if (isAscii(text)) return text;
  if (/\p{Surrogate}/u.test(text)) throw new MalformedEncoding('a lone surrogate');
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text that an octet string spells in UTF-8, or undefined where it is not valid UTF-8. */
export function textOf(octets: string): string | undefined {
  if (isAscii(octets)) return octets;
  if (!isOctets(octets)) return undefined;
  try {
    return strictUtf8.decode(Buffer.from(octets, 'latin1'));
  } catch {
    return undefined;
  }
}

/** The text to show for an octet string, with U+FFFD where it is not UTF-8. Never throws. */
export function displayText(octets: string): string {
  return isAscii(octets) ? octets : lenientUtf8.decode(Buffer.from(octets, 'latin1'));
}

/** Percent-encodes a text by its UTF-8 octets. Throws MalformedEncoding on a lone surrogate. */
export function percentEncodeText(text: string): string {
  return percentEncode(octetsOf(text));
}

function isAscii(text: string): boolean {
  return hasNoCodeAbove(text, 0x7f);
}

function isOctets(text: string): boolean {
  return hasNoCodeAbove(text, 0xff);
}

function hasNoCodeAbove(text: string, highest: number): boolean {
  for (let i = 0; i < text.length; i += 1) {
    if (text.charCodeAt(i) > highest) return false;
  }
  return true;
}
