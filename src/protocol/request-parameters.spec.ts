import { normalizedParameters } from '../../test/support/normalized-parameters.js';
import { NOT_UTF8 } from '../../test/vectors/percent-encoding.js';
import { NORMALIZATIONS, RFC_REQUEST } from '../../test/vectors/request-parameters.js';
import { splitTarget } from './base-string-uri.js';
import { OAuthProblem } from './oauth-problem.js';
import {
  collectRequestParameters,
  MAX_PARAMETERS,
  MAX_SIGNED_LENGTH,
  MAX_PROTOCOL_VALUE_LENGTH,
  type ParameterSources,
} from './request-parameters.js';

/** The names, or the place, that the refusal of these sources tells. */
function rejectedNames(sources: ParameterSources): string {
  try {
    collectRequestParameters(sources);
  } catch (error) {
    if (!(error instanceof OAuthProblem)) throw error;
    expect(error).toMatchObject({ code: 'parameter_rejected', status: 400 });
    return error.extra['oauth_parameters_rejected'] ?? '';
  }
  throw new Error('was not refused');
}

describe('RFC 5849 §3.4.1.3.1 parameter sources', () => {
  it(`are, for ${RFC_REQUEST.title}, header, query and body, in the order received`, () => {
    const { authorization, target, formBody, parameters } = RFC_REQUEST;
    const { query } = splitTarget(target);
    const collected = collectRequestParameters({ authorization, query, formBody });
    expect(collected.parameters).toEqual(parameters);
    expect(collected.place).toBe('Authorization');
    expect(Object.fromEntries(collected.protocol)).toEqual(
      Object.fromEntries(parameters.slice(0, 6)),
    );
  });

  it('may all be missing', () => {
    for (const sources of [{}, { query: '', formBody: '' }, { authorization: 'Basic eA==' }]) {
      const collected = collectRequestParameters(sources);
      expect(collected.parameters).toEqual([]);
      expect(collected.protocol.size).toBe(0);
      expect(collected.place).toBeUndefined();
    }
  });

  it('of the header leave realm out; in query and body it is an ordinary parameter', () => {
    const sources = { authorization: 'OAuth realm="h"', query: 'realm=q', formBody: 'realm=b' };
    expect(collectRequestParameters(sources).parameters).toEqual([
      ['realm', 'q'],
      ['realm', 'b'],
    ]);
  });

  it('keep a repeated name that is not a protocol parameter’s', () => {
    const sources = { authorization: 'OAuth a=1', query: 'a=2&a=2', formBody: 'a=1' };
    expect(collectRequestParameters(sources).parameters).toHaveLength(4);
  });

  it('of another scheme’s header leave query and body in charge', () => {
    const collected = collectRequestParameters({ authorization: 'Basic %', query: 'oauth_a=1' });
    expect(collected.place).toBe('query');
    expect(collected.protocol.get('oauth_a')).toBe('1');
  });

  it('decode "+" as a space in query and body, as a plus in the header', () => {
    const collected = collectRequestParameters({
      authorization: 'OAuth a="x+y"',
      query: 'b=x+y',
      formBody: 'c=x+y',
    });
    expect(collected.parameters.map(([, value]) => value)).toEqual(['x+y', 'x y', 'x y']);
  });
});

describe('RFC 5849 §3.5 protocol parameters are sent in one place, §3.1 each of them once', () => {
  it.each<[string, ParameterSources, string]>([
    ['twice in the header', { authorization: 'OAuth oauth_a=1, oauth_a=2' }, 'oauth_a'],
    ['twice in the query, equal values', { query: 'oauth_a=1&oauth_a=1' }, 'oauth_a'],
    ['twice in the body, empty', { formBody: 'oauth_a&oauth_a' }, 'oauth_a'],
    ['thrice', { query: 'oauth_a=1&oauth_a=1&oauth_a=1' }, 'oauth_a'],
    ['twice, once encoded', { query: 'oauth_nonce=1&oauth_%6eonce=1' }, 'oauth_nonce'],
    ['twice, encoded prefix', { query: 'oauth_a=1&%6F%61uth_a=2' }, 'oauth_a'],
    ['in header and query', { authorization: 'OAuth oauth_a=1', query: 'oauth_b=2' }, 'oauth_b'],
    ['in header and body', { authorization: 'OAuth oauth_a=1', formBody: 'oauth_b=2' }, 'oauth_b'],
    [
      'in query and body',
      { query: 'oauth_a=1', formBody: 'oauth_a=1&oauth_b=2' },
      'oauth_a&oauth_b',
    ],
    ['an unknown one elsewhere', { authorization: 'OAuth oauth_a=1', query: 'oauth_x' }, 'oauth_x'],
  ])('refused: %s', (_, sources, names) => {
    expect(rejectedNames(sources)).toBe(names);
  });

  it('and their names are case-sensitive: OAUTH_A and oauth are ordinary', () => {
    const query = 'OAUTH_A=1&OAUTH_A=2&oauth=1&oauth=2&Oauth_a=1&xoauth_a=1&xoauth_a=2';
    const collected = collectRequestParameters({ authorization: 'OAuth oauth_a=1', query });
    expect([...collected.protocol.keys()]).toEqual(['oauth_a']);
  });

  it('and oauth_token[] is another name than oauth_token', () => {
    const { protocol } = collectRequestParameters({ query: 'oauth_token=1&oauth_token[]=2' });
    expect(protocol.get('oauth_token')).toBe('1');
  });

  it('does not repeat names without end', () => {
    const query = Array.from({ length: 120 }, (_, i) => `oauth_${i}&oauth_${i}`).join('&');
    expect(rejectedNames({ query }).split('&').length).toBeLessThanOrEqual(16);
    const long = `oauth_${'x'.repeat(5000)}`;
    expect(rejectedNames({ query: `${long}&${long}` })).toBe('query');
  });
});

describe('RFC 5849 §3.6 protocol parameters are UTF-8, the others octets', () => {
  it('hands protocol parameters on as text', () => {
    const { protocol } = collectRequestParameters({ query: 'oauth_a=%F0%9F%A5%90+\xc3\xa9' });
    expect(protocol.get('oauth_a')).toBe('🥐 é');
  });

  it.each(NOT_UTF8)('refuses %j in a protocol parameter, and takes it elsewhere', (octets) => {
    expect(rejectedNames({ query: `oauth_a=${octets}` })).toBe('oauth_a');
    expect(rejectedNames({ query: `oauth_${octets}=a` })).toBe('query');
    expect(collectRequestParameters({ query: `a=${octets}` }).parameters).toEqual([['a', octets]]);
  });

  it('refuses NUL, which no database column takes as text', () => {
    expect(rejectedNames({ authorization: 'OAuth oauth_a="%00"' })).toBe('oauth_a');
    expect(rejectedNames({ formBody: 'oauth_%00=1' })).toBe('body');
    expect(collectRequestParameters({ query: 'a=%00' }).parameters).toEqual([['a', '\0']]);
  });

  it('refuses a value that is too long, counted in characters', () => {
    const longest = '%C3%A9'.repeat(MAX_PROTOCOL_VALUE_LENGTH);
    const collected = collectRequestParameters({ query: `oauth_a=${longest}` });
    expect(collected.protocol.get('oauth_a')).toHaveLength(MAX_PROTOCOL_VALUE_LENGTH);
    expect(rejectedNames({ query: `oauth_a=${longest}x` })).toBe('oauth_a');
    expect(collectRequestParameters({ query: `a=${longest}x` }).parameters).toHaveLength(1);
  });
});

describe('malformed requests are refused, never an accident', () => {
  it.each<[string, ParameterSources, string]>([
    ['a header that is no list', { authorization: 'OAuth oauth_a' }, 'Authorization'],
    ['bad encoding of a value', { authorization: 'OAuth scope="%zz"' }, 'scope'],
    ['bad encoding of a name', { authorization: 'OAuth %zz="a"' }, 'Authorization'],
    ['bad encoding in the query', { query: 'a=1&b=%' }, 'b'],
    ['bad encoding in the body', { formBody: '%=1' }, 'body'],
    ['characters that came as no octets', { query: 'a=漢' }, 'a'],
    ['a malformed parameter with a long name', { query: `${'n'.repeat(999)}=%` }, 'query'],
    ['a malformed parameter whose name is no text', { query: '%ff=%' }, '%EF%BF%BD'],
  ])('%s', (_, sources, names) => {
    expect(rejectedNames(sources)).toBe(names);
  });

  it(`over ${MAX_PARAMETERS} parameters, over all places`, () => {
    const many = (count: number): string => Array.from({ length: count }, () => 'a=1').join('&');
    const authorization = 'OAuth a=1, b=2';
    const full = { authorization, query: many(100), formBody: many(MAX_PARAMETERS - 102) };
    expect(collectRequestParameters(full).parameters).toHaveLength(MAX_PARAMETERS);
    expect(rejectedNames({ ...full, formBody: many(MAX_PARAMETERS - 101) })).toBe('body');
    expect(rejectedNames({ query: many(MAX_PARAMETERS + 1) })).toBe('query');
    expect(rejectedNames({ query: many(MAX_PARAMETERS), formBody: 'a' })).toBe('body');
    expect(rejectedNames({ authorization, query: many(MAX_PARAMETERS - 1) })).toBe('query');
    expect(rejectedNames({ authorization, formBody: many(MAX_PARAMETERS - 1) })).toBe('body');
    const header = `OAuth ${Array.from({ length: MAX_PARAMETERS + 1 }, () => 'a=1').join(',')}`;
    expect(rejectedNames({ authorization: header })).toBe('Authorization');
  });

  it(`more than ${MAX_SIGNED_LENGTH} characters of the signature base string`, () => {
    const blanks = (length: number) => {
      const rest = length - 1 - 5 * 10_000;
      return `a=${'+'.repeat(10_000)}${'b'.repeat(rest)}`;
    };
    const most = blanks(MAX_SIGNED_LENGTH);
    expect(collectRequestParameters({ formBody: most }).parameters).toHaveLength(1);
    expect(rejectedNames({ formBody: `${most}b` })).toBe('body');
    expect(rejectedNames({ query: `${most}b` })).toBe('query');
    // Whatever a client percent-encodes, 64 KiB of it fit.
    const escaped = `a=${'%ff'.repeat(21_845)}`;
    expect(collectRequestParameters({ formBody: escaped }).parameters).toHaveLength(1);
  });

  it('refuses 100,000 parameters without working through them', () => {
    const query = 'b=%41&'.repeat(100_000);
    // The best of three: the processor time of a process holds its collector of garbage, too.
    const took = [1, 2, 3].map(() => {
      const before = process.cpuUsage();
      expect(rejectedNames({ query })).toBe('query');
      return process.cpuUsage(before).user / 1000;
    });
    expect(Math.min(...took)).toBeLessThan(50);
  });
});

describe('RFC 5849 §3.4.1.3.2 parameters normalization', () => {
  it(`gives, for ${RFC_REQUEST.title}, the string that is printed`, () => {
    expect(normalizedParameters(RFC_REQUEST.parameters)).toBe(RFC_REQUEST.normalized);
  });

  it.each(NORMALIZATIONS)('$rule', ({ parameters, normalized }) => {
    expect(normalizedParameters(parameters)).toBe(normalized);
    expect(normalizedParameters([...parameters].reverse())).toBe(normalized);
  });

  it('leaves its input as it was', () => {
    const parameters = Object.freeze([['b', ''] as const, ['a', ''] as const]);
    expect(normalizedParameters(parameters)).toBe('a=&b=');
  });
});
