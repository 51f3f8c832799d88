import { BASE_STRING_URIS, NO_AUTHORITIES } from '../../test/vectors/base-string-uri.js';
import { baseStringUri, normalizeAuthority, splitTarget } from './base-string-uri.js';

describe('RFC 5849 §3.4.1.2 base string URI', () => {
  it.each(BASE_STRING_URIS)('$rule: $uri', ({ scheme, host, path, uri }) => {
    expect(baseStringUri({ scheme, authority: host, path })).toBe(uri);
  });

  it.each(NO_AUTHORITIES)('%j is no authority', (host) => {
    expect(normalizeAuthority('http', host)).toBeUndefined();
    expect(() => baseStringUri({ scheme: 'http', authority: host, path: '/' })).toThrow(
      expect.objectContaining({
        code: 'parameter_rejected',
        extra: { oauth_parameters_rejected: 'Host' },
      }),
    );
  });

  it('normalizes what is normalized already to itself', () => {
    expect(normalizeAuthority('http', normalizeAuthority('http', 'A.Example:8080') ?? '')).toBe(
      'a.example:8080',
    );
  });

  it('writes a port as a number', () => {
    expect(normalizeAuthority('http', 'a.example:00080')).toBe('a.example');
    expect(normalizeAuthority('http', 'a.example:08080')).toBe('a.example:8080');
  });

  it('stays linear on a host made to be slow', () => {
    const startedAt = performance.now();
    expect(normalizeAuthority('http', `${'a'.repeat(100_000)} `)).toBeUndefined();
    expect(normalizeAuthority('http', `${'%61'.repeat(30_000)}%`)).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});

describe('RFC 5849 §3.4.1.2 and §3.4.1.3.1 the request target', () => {
  it.each([
    ['/', '/', ''],
    ['/a?', '/a', ''],
    ['/a?b=c?d', '/a', 'b=c?d'],
    ['?b', '', 'b'],
    ['', '', ''],
    ['//evil.example/a?b', '//evil.example/a', 'b'],
    ['/a%3Fb?c', '/a%3Fb', 'c'],
    ['/a#b?c#d', '/a#b', 'c#d'],
  ])('%j is split at its first "?", both halves raw', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query });
  });

  it.each(['http://evil.example/a', 'HTTPS://a.example/', '*', 'a.example:443', 'a'])(
    '%j is not in origin-form and refused',
    (target) => {
      expect(() => splitTarget(target)).toThrow(
        expect.objectContaining({ code: 'parameter_rejected', status: 400 }),
      );
    },
  );
});
