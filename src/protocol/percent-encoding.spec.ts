import fc from 'fast-check';
import { propertyRuns } from '../../test/support/property-runs.js';
import {
  ENCODED_TEXTS,
  MALFORMED_ENCODINGS,
  NOT_UTF8,
} from '../../test/vectors/percent-encoding.js';
import {
  displayText,
  MalformedEncoding,
  octetsOf,
  percentDecode,
  percentEncode,
  percentEncodeText,
  percentEncodeTwice,
  textOf,
} from './percent-encoding.js';

const octetStrings = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)),
});

describe('RFC 5849 §3.6 percent-encoding', () => {
  it.each(ENCODED_TEXTS)('"$encoded" is decoded and encoded', ({ text, encoded }) => {
    expect(percentEncodeText(text)).toBe(encoded);
    expect(textOf(percentDecode(encoded))).toBe(text);
  });

  it('leaves the unreserved characters alone and encodes all other octets in upper-case hex', () => {
    for (let octet = 0; octet < 256; octet += 1) {
      const character = String.fromCharCode(octet);
      const hex = octet.toString(16).toUpperCase().padStart(2, '0');
      const expected = /[A-Za-z0-9._~-]/.test(character) ? character : `%${hex}`;
      expect(percentEncode(character)).toBe(expected);
      expect(percentEncode(`a${character}b${character}`)).toBe(`a${expected}b${expected}`);
    }
  });

  it('encodes twice in one pass', () => {
    expect(percentEncodeTwice(' a~\xe9%')).toBe('%2520a~%25E9%2525');
    fc.assert(
      fc.property(octetStrings, fc.integer({ min: 1, max: 300 }), (octets, times) => {
        const repeated = octets.repeat(times);
        expect(percentEncodeTwice(repeated)).toBe(percentEncode(percentEncode(repeated)));
      }),
      propertyRuns,
    );
  });

  // Where there is much to escape another loop does the same.
  it('does with long strings as with each of their pieces', () => {
    const encodings = fc
      .array(fc.constantFrom('%e9', '%2B', '+', ' ', 'a', '~', '\xff', '%25'), { minLength: 1 })
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(encodings, octetStrings, (encoded, octets) => {
        const times = 20;
        for (const plus of ['+', ' '] as const) {
          expect(percentDecode(encoded.repeat(times), plus)).toBe(
            percentDecode(encoded, plus).repeat(times),
          );
        }
        expect(percentEncode(octets.repeat(times))).toBe(percentEncode(octets).repeat(times));
      }),
      propertyRuns,
    );
  });

  it('decodes hex in either case, and once only', () => {
    expect(percentDecode('%c3%A9%2f%2F')).toBe('\xc3\xa9//');
    expect(percentDecode('%2541')).toBe('%41');
  });

  it('lets characters that should have been encoded stand for themselves, "+" included', () => {
    expect(percentDecode('a+b /?=\xe9')).toBe('a+b /?=\xe9');
  });

  it.each(MALFORMED_ENCODINGS)('refuses %j', (encoded) => {
    expect(() => percentDecode(encoded)).toThrow(MalformedEncoding);
    expect(() => percentDecode(`${'%20'.repeat(20)}${encoded}`)).toThrow(MalformedEncoding);
  });

  it('refuses to encode what is no octet, and lone surrogates', () => {
    for (const text of ['€', `${' '.repeat(20)}€`]) {
      for (const encode of [percentEncode, percentEncodeTwice]) {
        expect(() => encode(text)).toThrow(MalformedEncoding);
      }
    }
    for (const text of ['\ud800', 'a\udc00', '\udc00\ud800']) {
      expect(() => octetsOf(text)).toThrow(MalformedEncoding);
      expect(() => percentEncodeText(text)).toThrow(MalformedEncoding);
    }
  });

  it.each(NOT_UTF8)('%j is not UTF-8: no text, but something to show', (octets) => {
    expect(textOf(octets)).toBeUndefined();
    expect(displayText(octets)).toContain('\ufffd');
  });

  it('does not cut characters down to octets', () => {
    expect(textOf('\u0141')).toBeUndefined();
  });

  it('shows UTF-8 as the text it is', () => {
    expect(displayText('\xc3\xa9')).toBe('é');
    expect(displayText('\xef\xbb\xbfx')).toBe('\ufeffx');
  });

  it('gives any octets back', () => {
    fc.assert(
      fc.property(octetStrings, (octets) => {
        const encoded = percentEncode(octets);
        expect(encoded).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
        expect(percentDecode(encoded)).toBe(octets);
      }),
      propertyRuns,
    );
  });

  it('agrees with the platform’s own encoder on any text', () => {
    const mark = /[!'()*]/g;
    const hexOf = (character: string): string =>
      `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(percentEncodeText(text)).toBe(encodeURIComponent(text).replace(mark, hexOf));
        expect(textOf(octetsOf(text))).toBe(text);
      }),
      propertyRuns,
    );
  });

  it('throws nothing but MalformedEncoding, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('%', '4', 'f', 'G', 'é', '漢') }), (text) => {
        try {
          percentDecode(text);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedEncoding);
        }
      }),
      propertyRuns,
    );
  });
});

describe('a text of 64 KiB', () => {
  const octets = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)).join('');

  it('is encoded as its parts are', () => {
    const parts = Array.from(octets, (octet) => percentEncode(octet)).join('');
    expect(percentEncode(octets.repeat(256))).toBe(parts.repeat(256));
    expect(() => percentEncode(`${octets.repeat(256)}\u0100`)).toThrow(MalformedEncoding);
  });
});
