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

const HEX_DIGITS = '0123456789ABCDEF';
const HEX_OCTETS = Buffer.from(HEX_DIGITS);

/** What each octet becomes; `percent` is the percent sign of an escape, which is itself escaped the second time. */
const encodedOctets = (percent: string): readonly string[] =>
  Array.from({ length: 256 }, (_, octet) => {
    const character = String.fromCharCode(octet);
    if (UNRESERVED.test(character)) return character;
    return `${percent}${HEX_DIGITS.charAt(octet >> 4)}${HEX_DIGITS.charAt(octet & 0x0f)}`;
  });

const ENCODED_ONCE = encodedOctets('%');
const ENCODED_TWICE = encodedOctets('%25');

/** How many characters of the signature base string one octet of a parameter becomes at most: `%25XX`. */
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
 * Encodes an octet string; all but RFC 3986's unreserved characters become `%` and upper-case hex.
 * Throws MalformedEncoding if a character is no octet.
 */
export function percentEncode(octets: string): string {
  return encode(octets, ENCODED_ONCE);
}

/** What percentEncode makes of its own result, in one pass: how parameters stand in the base string. */
export function percentEncodeTwice(octets: string): string {
  return encode(octets, ENCODED_TWICE);
}

/** How many characters percentEncodeTwice makes of an octet string. */
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

/** In anything longer, joining strings costs more than filling octets. */
const JOINED_MAX_LENGTH = 64;

/**
 * Where long names and values are gone through, octet by octet. Taken up again by each: pages that are new to the
 * process cost more than what is done in them. Nothing awaits meanwhile.
 */
const READ = Buffer.alloc(64 * 1024);
const WRITTEN = Buffer.alloc(READ.length * TWICE_ENCODED_LENGTH);

const bufferOf = (usual: Buffer, length: number): Buffer =>
  length <= usual.length ? usual : Buffer.allocUnsafe(length);

/** The octets, to be read by index up to their length. Throws MalformedEncoding if a character is no octet. */
function octetsToRead(octets: string): Buffer {
  if (/[\u0100-\uffff]/.test(octets)) throw beyondOneOctet();
  const read = bufferOf(READ, octets.length);
  read.write(octets, 'latin1');
  return read;
}

/** For what may be 64 KiB of octets to escape: each is written once, where joining strings makes garbage. */
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
 * Decodes to an octet string. Hex may be in either case, and characters that should have been encoded
 * stand for themselves. Throws MalformedEncoding where `%` is not followed by two hex digits, or a
 * character is no octet.
 *
 * @param plus what a `+` means: itself, or a blank as in a form
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

/** The octet that is escaped by the percent sign at `at`. */
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
