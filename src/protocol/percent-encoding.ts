// RFC 5849 §3.6. octetsOf converts text to UTF-8 octets, percentEncode converts octets to ASCII; percentDecode and
// textOf are the reverse steps. In an octet string, each character is one octet, code 0–255, as in Node's header
// values and request targets.

/** Input that is not the output of any encoder that follows RFC 5849 §3.6 and UTF-8. */
export class MalformedEncoding extends Error {
  override readonly name = 'MalformedEncoding';

  /** @param parameterName the decoded name of the faulty parameter, if it is known. */
  constructor(
    message: string,
    readonly parameterName?: string,
  ) {
    super(message);
  }
}

const UNRESERVED = /[A-Za-z0-9\-._~]/;

const HEX_DIGITS = '0123456789ABCDEF';
const HEX_OCTETS = Buffer.from(HEX_DIGITS);

/**
 * The encoded form of each octet; `percent` is the percent sign of an escape, which double encoding escapes itself.
 */
const encodedOctets = (percent: string): readonly string[] =>
  Array.from({ length: 256 }, (_, octet) => {
    const character = String.fromCharCode(octet);
    if (UNRESERVED.test(character)) return character;
    return `${percent}${HEX_DIGITS.charAt(octet >> 4)}${HEX_DIGITS.charAt(octet & 0x0f)}`;
  });

const ENCODED_ONCE = encodedOctets('%');
const ENCODED_TWICE = encodedOctets('%25');

/** The largest number of characters in the signature base string for one octet of a parameter: `%25XX`. */
export const TWICE_ENCODED_LENGTH = 5;

const IS_UNRESERVED = Uint8Array.from(ENCODED_ONCE, (encoded) => (encoded.length === 1 ? 1 : 0));

const PERCENT = 0x25;
const PLUS = 0x2b;
const BLANK = 0x20;
const DIGIT_2 = 0x32;
const DIGIT_5 = 0x35;

const NOT_HEX = 255;
const HEX_VALUES = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? NOT_HEX : value;
});

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Encodes an octet string: all characters but the unreserved ones of RFC 3986 become `%` and upper-case hex. Throws
 * MalformedEncoding if a character is not an octet.
 */
export function percentEncode(octets: string): string {
  return encode(octets, ENCODED_ONCE);
}

/** The result of applying percentEncode twice, in one pass, as the base string needs it for parameters. */
export function percentEncodeTwice(octets: string): string {
  return encode(octets, ENCODED_TWICE);
}

/** The length of the result of percentEncodeTwice. */
export function lengthEncodedTwice(octets: string): number {
  let length = octets.length;
  for (let i = 0; i < octets.length; i += 1) {
    if (IS_UNRESERVED[octets.charCodeAt(i)] !== 1) length += TWICE_ENCODED_LENGTH - 1;
  }
  return length;
}

function encode(octets: string, encodedOctet: readonly string[]): string {
  let encoded = '';
  let plainFrom = 0;
  for (let i = 0; i < octets.length; i += 1) {
    const code = octets.charCodeAt(i);
    if (IS_UNRESERVED[code] === 1) continue;
    const escape = encodedOctet[code];
    if (escape === undefined) throw beyondOneOctet();
    if (octets.length > JOINED_MAX_LENGTH) return encodeAll(octets, encodedOctet);
    encoded += octets.slice(plainFrom, i) + escape;
    plainFrom = i + 1;
  }
  return plainFrom === 0 ? octets : encoded + octets.slice(plainFrom);
}

/** For longer strings, joining costs more than filling a buffer. */
const JOINED_MAX_LENGTH = 64;

/**
 * Buffers for processing long names and values octet by octet. All calls reuse them, because allocating new memory
 * costs more than the work itself. That is safe because no code awaits in between.
 */
const READ = Buffer.alloc(64 * 1024);
const WRITTEN = Buffer.alloc(READ.length * TWICE_ENCODED_LENGTH);

const bufferOf = (usual: Buffer, length: number): Buffer =>
  length <= usual.length ? usual : Buffer.allocUnsafe(length);

/** A buffer that begins with the octets. Throws MalformedEncoding if a character is not an octet. */
function octetsToRead(octets: string): Buffer {
  if (/[\u0100-\uffff]/.test(octets)) throw beyondOneOctet();
  const read = bufferOf(READ, octets.length);
  read.write(octets, 'latin1');
  return read;
}

/**
 * For up to 64 KiB of octets to escape: it writes each once into a buffer, because joining strings creates garbage.
 */
function encodeAll(octets: string, encodedOctet: readonly string[]): string {
  const isTwice = encodedOctet === ENCODED_TWICE;
  const read = octetsToRead(octets);
  const encoded = bufferOf(WRITTEN, octets.length * TWICE_ENCODED_LENGTH);
  const end = octets.length;
  let length = 0;
  for (let i = 0; i < end; i += 1) {
    const code = read[i] ?? 0;
    if (IS_UNRESERVED[code] === 1) {
      encoded[length++] = code;
      continue;
    }
    encoded[length++] = PERCENT;
    if (isTwice) {
      encoded[length++] = DIGIT_2;
      encoded[length++] = DIGIT_5;
    }
    encoded[length++] = HEX_OCTETS[code >> 4] ?? 0;
    encoded[length++] = HEX_OCTETS[code & 0x0f] ?? 0;
  }
  return encoded.toString('latin1', 0, length);
}

/**
 * Decodes to an octet string. Accepts hex in either case, and characters that should have been encoded. Throws
 * MalformedEncoding if `%` is not followed by two hex digits, or if a character is not an octet.
 *
 * @param plus the meaning of `+`: a plus, or a blank as in forms
 */
export function percentDecode(encoded: string, plus: '+' | ' ' = '+'): string {
  let decoded = '';
  let plainFrom = 0;
  for (let i = 0; i < encoded.length; i += 1) {
    const code = encoded.charCodeAt(i);
    if (code > 0xff) throw beyondOneOctet();
    if (code !== PERCENT && (code !== PLUS || plus === '+')) continue;
    if (encoded.length > JOINED_MAX_LENGTH) return decodeAll(encoded, plus === ' ' ? BLANK : PLUS);
    decoded += encoded.slice(plainFrom, i);
    if (code === PERCENT) {
      decoded += String.fromCharCode(escapedOctet(encoded, i));
      i += 2;
    } else {
      decoded += ' ';
    }
    plainFrom = i + 1;
  }
  return plainFrom === 0 ? encoded : decoded + encoded.slice(plainFrom);
}

function decodeAll(encoded: string, plus: number): string {
  const read = octetsToRead(encoded);
  const decoded = bufferOf(WRITTEN, encoded.length);
  const end = encoded.length;
  let length = 0;
  for (let i = 0; i < end; i += 1) {
    const code = read[i] ?? 0;
    if (code === PERCENT) {
      decoded[length++] = escapedOctet(encoded, i);
      i += 2;
    } else {
      decoded[length++] = code === PLUS ? plus : code;
    }
  }
  return decoded.toString('latin1', 0, length);
}

/** The octet of the escape whose percent sign is at `at`. */
function escapedOctet(encoded: string, at: number): number {
  const high = HEX_VALUES[encoded.charCodeAt(at + 1)] ?? NOT_HEX;
  const low = HEX_VALUES[encoded.charCodeAt(at + 2)] ?? NOT_HEX;
  if (high === NOT_HEX || low === NOT_HEX) {
    throw new MalformedEncoding('a percent sign without two hex digits');
  }
  return high * 16 + low;
}

const beyondOneOctet = (): MalformedEncoding =>
  new MalformedEncoding('a character beyond one octet');

/** The UTF-8 octets of a text. Throws MalformedEncoding for a lone surrogate, which has none. */
export function octetsOf(text: string): string {
  if (isAscii(text)) return text;
  if (/\p{Surrogate}/u.test(text)) throw new MalformedEncoding('a lone surrogate');
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text of an octet string in UTF-8; undefined if it is not valid UTF-8. */
export function textOf(octets: string): string | undefined {
  if (isAscii(octets)) return octets;
  if (!isOctets(octets)) return undefined;
  try {
    return strictUtf8.decode(Buffer.from(octets, 'latin1'));
  } catch {
    return undefined;
  }
}

/** The text to display for an octet string, with U+FFFD for invalid UTF-8. Never throws. */
export function displayText(octets: string): string {
  return isAscii(octets) ? octets : lenientUtf8.decode(Buffer.from(octets, 'latin1'));
}

/** Percent-encodes the UTF-8 octets of a text. Throws MalformedEncoding for a lone surrogate. */
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
