import fc from 'fast-check';
import { propertyRuns } from '../../test/support/property-runs.js';
import { MALFORMED_ENCODINGS } from '../../test/vectors/percent-encoding.js';
import { FORMS } from '../../test/vectors/request-parameters.js';
import { formEncode, parseFormEncoded } from './form-encoding.js';
import { TooManyParameters } from './parameter.js';
import { MalformedEncoding, octetsOf } from './percent-encoding.js';

describe('RFC 5849 §3.4.1.3.1 queries and form bodies', () => {
  it.each(FORMS)('reads $raw', ({ raw, pairs }) => {
    expect(parseFormEncoded(raw)).toEqual(pairs);
  });

  it.each(MALFORMED_ENCODINGS)('refuses %j as a name and as a value', (encoded) => {
    expect(() => parseFormEncoded(`a=1&${encoded}=1`)).toThrow(MalformedEncoding);
    expect(() => parseFormEncoded(`a=1&b=${encoded}`)).toThrow(MalformedEncoding);
  });

  it('names the parameter whose value is malformed', () => {
    expect(() => parseFormEncoded('a=1&b%20c=%')).toThrow(
      expect.objectContaining({ parameterName: 'b c' }),
    );
    expect(() => parseFormEncoded('%=1')).toThrow(
      expect.objectContaining({ parameterName: undefined }),
    );
  });

  it('takes as many parameters as allowed, and not one more', () => {
    expect(parseFormEncoded('&a&&b&', 2)).toHaveLength(2);
    expect(() => parseFormEncoded('a&b&c', 2)).toThrow(TooManyParameters);
    expect(() => parseFormEncoded('a', 0)).toThrow(TooManyParameters);
  });

  it('counts before it decodes: the surplus is told even where the first is malformed', () => {
    expect(() => parseFormEncoded('%&b&c', 2)).toThrow(TooManyParameters);
  });
});

describe('form-encoding of replies', () => {
  it('writes a space as %20, which every decoder reads', () => {
    expect(formEncode([['a b', 'c d+é&=']])).toBe('a%20b=c%20d%2B%C3%A9%26%3D');
  });

  it('keeps order and repeated names, and makes nothing of nothing', () => {
    expect(
      formEncode([
        ['b', '1'],
        ['a', ''],
        ['b', '1'],
      ]),
    ).toBe('b=1&a=&b=1');
    expect(formEncode([])).toBe('');
  });

  it('is read back, by this parser and by the platform’s', () => {
    const pairs = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })));
    fc.assert(
      fc.property(pairs, (texts) => {
        const encoded = formEncode(texts);
        expect(parseFormEncoded(encoded)).toEqual(
          texts.map(([name, value]) => [octetsOf(name), octetsOf(value)]),
        );
        expect([...new URLSearchParams(encoded)]).toEqual(texts);
      }),
      propertyRuns,
    );
  });
});

describe('many a +', () => {
  it('are as many blanks', () => {
    const raw = `a=${'+'.repeat(64 * 1024)}`;
    expect(parseFormEncoded(raw)).toEqual([['a', ' '.repeat(64 * 1024)]]);
  });

  it('beside a character that is no octet are refused', () => {
    expect(() => parseFormEncoded('a=+\u0100')).toThrow(MalformedEncoding);
  });
});
