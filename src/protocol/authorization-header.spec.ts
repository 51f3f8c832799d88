import fc from 'fast-check';
import { propertyRuns } from '../../test/support/property-runs.js';
import {
  HEADERS,
  MALFORMED_HEADERS,
  OTHER_SCHEMES,
} from '../../test/vectors/authorization-header.js';
import { MALFORMED_ENCODINGS } from '../../test/vectors/percent-encoding.js';
import { RFC_REQUEST } from '../../test/vectors/request-parameters.js';
import {
  formatOAuthChallenge,
  MalformedHeader,
  parseAuthorizationHeader,
} from './authorization-header.js';
import { TooManyParameters } from './parameter.js';
import { MalformedEncoding, percentEncode } from './percent-encoding.js';

describe('RFC 5849 §3.5.1 Authorization header', () => {
  it(`reads the header of ${RFC_REQUEST.title}`, () => {
    expect(parseAuthorizationHeader(RFC_REQUEST.authorization)).toEqual(
      RFC_REQUEST.parameters.slice(0, 6),
    );
  });

  it.each(HEADERS)('accepts $rule', ({ value, parameters }) => {
    expect(parseAuthorizationHeader(value)).toEqual(parameters);
  });

  it.each(OTHER_SCHEMES)('%j is another scheme', (value) => {
    expect(parseAuthorizationHeader(value)).toBeUndefined();
  });

  it('no header is no OAuth header', () => {
    expect(parseAuthorizationHeader(undefined)).toBeUndefined();
  });

  it.each(MALFORMED_HEADERS)('refuses %j', (value) => {
    expect(() => parseAuthorizationHeader(value)).toThrow(MalformedHeader);
  });

  it.each(MALFORMED_ENCODINGS)('refuses the encoding %j, quoted and as a name', (encoded) => {
    expect(() => parseAuthorizationHeader(`OAuth a="${encoded}"`)).toThrow(MalformedEncoding);
    // A blank inside a name is a fault of the header's form, before any decoding.
    expect(() => parseAuthorizationHeader(`OAuth x${encoded}="1"`)).toThrow(
      /% 41/.test(encoded) ? MalformedHeader : MalformedEncoding,
    );
  });

  it('refuses a raw backslash, which two readers would read in two ways, and names where', () => {
    expect(() => parseAuthorizationHeader('OAuth a="1", b="x\\y"')).toThrow(
      expect.objectContaining({ name: 'MalformedEncoding', parameterName: 'b' }),
    );
  });

  it('takes as many parameters as allowed, realm not counted, and not one more', () => {
    expect(parseAuthorizationHeader('OAuth realm="x", a=1, b=2', 2)).toHaveLength(2);
    expect(() => parseAuthorizationHeader('OAuth a=1, b=2, c=3', 2)).toThrow(TooManyParameters);
  });

  it('stays linear on headers made to be slow', () => {
    const hostile = [
      `OAuth ${' '.repeat(200_000)}`,
      `OAuth ${', '.repeat(100_000)}`,
      `OAuth a${' '.repeat(200_000)}`,
      `OAuth a=${' '.repeat(200_000)}x y`,
      `OAuth a="${'\\"'.repeat(100_000)}`,
      `OAuth a=${'x'.repeat(200_000)}"`,
    ];
    const startedAt = performance.now();
    for (const value of hostile) {
      try {
        parseAuthorizationHeader(value);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedHeader);
      }
    }
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it('gives any parameters back, quoted or bare, however they are spaced', () => {
    const octets = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)),
    });
    const names = octets.filter((name) => name !== '' && name !== 'realm');
    const written = fc.record({
      name: names,
      value: octets,
      quoted: fc.boolean(),
      gap: fc.constantFrom(',', ', ', ' ,\t', ',,', ',\r\n '),
    });
    fc.assert(
      fc.property(fc.array(written), (parameters) => {
        const header = parameters.map(({ name, value, quoted, gap }) => {
          const encoded = percentEncode(value);
          return `${percentEncode(name)}=${quoted ? `"${encoded}"` : encoded}${gap}`;
        });
        expect(parseAuthorizationHeader(`OAuth ${header.join('')}`)).toEqual(
          parameters.map(({ name, value }) => [name, value]),
        );
      }),
      propertyRuns,
    );
  });

  it('throws nothing but its own two errors, whatever comes', () => {
    const units = fc.constantFrom(
      '"',
      '\\',
      ',',
      '=',
      ' ',
      '\t',
      '%',
      '4',
      '1',
      'a',
      'realm',
      '漢',
    );
    fc.assert(
      fc.property(fc.string({ unit: units }), (rest) => {
        try {
          parseAuthorizationHeader(`OAuth ${rest}`);
        } catch (error) {
          expect(['MalformedHeader', 'MalformedEncoding']).toContain((error as Error).name);
        }
      }),
      propertyRuns,
    );
  });
});

describe('RFC 5849 §3.5.1 WWW-Authenticate challenge', () => {
  it('names the realm, and the problem where there is one', () => {
    expect(formatOAuthChallenge({ realm: 'Photos' })).toBe('OAuth realm="Photos"');
    expect(formatOAuthChallenge({ realm: 'Photos', problem: 'nonce_used' })).toBe(
      'OAuth realm="Photos", oauth_problem="nonce_used"',
    );
  });

  it('lets nothing end the quoted string or the header line', () => {
    const realm = 'a"b\\c\r\nSet-Cookie: x=1\0é\u2028';
    expect(formatOAuthChallenge({ realm })).toBe('OAuth realm="a\\"b\\\\cSet-Cookie: x=1"');
    expect(formatOAuthChallenge({ realm: '', problem: 'x", y="z' })).toBe(
      'OAuth realm="", oauth_problem="x\\", y=\\"z"',
    );
  });
});
