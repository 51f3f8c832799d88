// What comes from strangers: parsed, or refused by the error that the parser's contract names.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { propertyRuns } from '../../test/support/property-runs.js';
import { baseStringUri, normalizeAuthority, splitTarget } from './base-string-uri.js';
import { bodyHashMatches } from './body-hash.js';
import { appendToCallback } from './callback-uri.js';
import { parseFormEncoded } from './form-encoding.js';
import { OAuthProblem } from './oauth-problem.js';
import { MalformedEncoding, percentDecode, percentEncode } from './percent-encoding.js';
import { readProtocolParameters } from './protocol-parameters.js';
import { parseTimestamp } from './timestamp.js';

const octets = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)),
  maxLength: 20,
});

/** One way among others to write what percentEncode writes: hex in either case, more escapes. */
const spelledFreely = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.boolean(), fc.boolean()), { maxLength: 20 })
  .map((written) => ({
    octets: String.fromCharCode(...written.map(([octet]) => octet)),
    spelled: written
      .map(([octet, escaped, lower]) => {
        const hex = `%${octet.toString(16).padStart(2, '0')}`;
        const strict = percentEncode(String.fromCharCode(octet));
        return escaped || strict.length > 1 ? (lower ? hex : hex.toUpperCase()) : strict;
      })
      .join(''),
  }));

function isRefusal(error: unknown, kind: new (...args: never[]) => Error): void {
  expect(error).toBeInstanceOf(kind);
}

describe('RFC 5849 §3.6 percent-encoding', () => {
  it('is decoded from any spelling, and encoded in one', () => {
    fc.assert(
      fc.property(spelledFreely, ({ octets: meant, spelled }) => {
        expect(percentDecode(spelled)).toBe(meant);
        expect(percentEncode(percentDecode(spelled))).toBe(percentEncode(meant));
      }),
      propertyRuns,
    );
  });
});

describe('RFC 5849 §3.4.1.3.1 a query or form', () => {
  it('says the same in any spelling, with + for space and surplus ampersands', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(spelledFreely, spelledFreely), { maxLength: 6 }), (pairs) => {
        const raw = pairs
          .map((pair) => pair.map(({ spelled }) => spelled.replaceAll('%20', '+')).join('='))
          .join('&&');
        expect(parseFormEncoded(`&${raw}&`)).toEqual(
          pairs.map((pair) => pair.map((written) => written.octets)),
        );
      }),
      propertyRuns,
    );
  });

  it('of any octets is parsed, or refused as MalformedEncoding', () => {
    const units = fc.constantFrom('%', '4', '1', '&', '=', '+', 'a', ';', '\0', '\xff', '漢');
    fc.assert(
      fc.property(fc.string({ unit: units, maxLength: 20 }), (raw) => {
        try {
          parseFormEncoded(raw);
        } catch (error) {
          isRefusal(error, MalformedEncoding);
        }
      }),
      propertyRuns,
    );
  });
});

describe('RFC 5849 §3.4.1.2 the base string URI', () => {
  const hosts = fc.string({
    unit: fc.constantFrom('a', 'Z', '.', ':', '8', '0', '[', ']', '@', '%', '41', '-', ' ', '漢'),
    maxLength: 10,
  });

  it('normalizes any authority to one that stays as it is, or refuses it', () => {
    fc.assert(
      fc.property(fc.constantFrom('http' as const, 'https' as const), hosts, (scheme, host) => {
        const normalized = normalizeAuthority(scheme, host);
        if (normalized === undefined) return;
        expect(normalizeAuthority(scheme, normalized)).toBe(normalized);
        expect(normalized).toBe(normalized.toLowerCase());
        expect(normalized).toMatch(
          /^[^@\s:]+(?::[1-9][0-9]*)?$|^\[[0-9a-f:.]+\](?::[1-9][0-9]*)?$/,
        );
      }),
      propertyRuns,
    );
  });

  it('of any target and Host is made, or refused as a problem', () => {
    const targets = fc.string({
      unit: fc.constantFrom('/', '?', '#', '%', 'a', ':', '//', '\xff', ';', '..'),
      maxLength: 10,
    });
    fc.assert(
      fc.property(targets, hosts, (target, authority) => {
        try {
          const { path, query } = splitTarget(target);
          expect([path, `${path}?${query}`]).toContain(target);
          const uri = baseStringUri({ scheme: 'http', authority, path });
          expect(uri.endsWith(path === '' ? '/' : path)).toBe(true);
        } catch (error) {
          isRefusal(error, OAuthProblem);
        }
      }),
      propertyRuns,
    );
  });
});

describe('RFC 5849 §3.1 protocol parameters', () => {
  it('of any values are read, or refused as a problem', () => {
    const value = (...usual: string[]) => fc.oneof(fc.constantFrom(...usual, ''), octets);
    const values = fc.record(
      {
        oauth_consumer_key: value('key'),
        oauth_token: value('token'),
        oauth_signature_method: value('PLAINTEXT', 'HMAC-SHA1', 'RSA-SHA1'),
        oauth_signature: value('a&b'),
        oauth_timestamp: value('1', '0', '1191242096', '1e9', '9'.repeat(16)),
        oauth_nonce: value('x'),
        oauth_version: value('1.0'),
      },
      { requiredKeys: ['oauth_consumer_key', 'oauth_signature_method', 'oauth_signature'] },
    );
    fc.assert(
      fc.property(values, (sent) => {
        const protocol = new Map<string, string>(Object.entries(sent));
        try {
          const read = readProtocolParameters(
            { parameters: [], signedOnce: undefined, needed: [], protocol, place: 'query' },
            { required: [] },
            'https',
          );
          expect(read.signatureMethod.name).toBe(sent.oauth_signature_method);
          expect([read.consumerKey, read.signature]).not.toContain('');
        } catch (error) {
          isRefusal(error, OAuthProblem);
        }
      }),
      propertyRuns,
    );
  });
});

describe('RFC 5849 §3.3 a timestamp', () => {
  it('is the number that its digits say, and no other text is one', () => {
    const digits = fc.integer({ min: 1, max: 999_999_999_999_999 });
    const texts = fc.string({ unit: fc.constantFrom('0', '9', '+', '-', '.', 'e', ' ', '٣') });
    fc.assert(
      fc.property(digits, texts, (seconds, text) => {
        expect(parseTimestamp(String(seconds))).toBe(seconds);
        const isOne = /^[0-9]{1,15}$/.test(text) && Number(text) > 0;
        expect(parseTimestamp(text)).toBe(isOne ? Number(text) : undefined);
      }),
      propertyRuns,
    );
  });
});

describe('Request Body Hash draft: oauth_body_hash', () => {
  it('matches the octets it was made of, and no others', () => {
    const bodies = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const hashes = fc.constantFrom('sha1', 'sha256', 'sha512');
    fc.assert(
      fc.property(bodies, hashes, fc.nat(), fc.nat(7), (raw, hash, at, bit) => {
        const body = Buffer.from(raw);
        const bodyHash = createHash(hash).update(body).digest('base64');
        expect(bodyHashMatches(bodyHash, body)).toBe(true);
        const index = at % body.length;
        body[index] = (body[index] ?? 0) ^ (1 << bit);
        expect(bodyHashMatches(bodyHash, body)).toBe(false);
      }),
      propertyRuns,
    );
  });
});

describe('RFC 5849 §2.2 a callback', () => {
  it('gives back what was appended to it, behind what it had', () => {
    const text = fc.string({ unit: 'binary', maxLength: 10 });
    const queries = fc.constantFrom('', '?', '?a=b', '?a=b&', '?a=b&oauth_token=c');
    fc.assert(
      fc.property(queries, text, text, (query, token, verifier) => {
        const callback = `https://example.com/ready${query}`;
        const uri = appendToCallback(callback, [
          ['oauth_token', token],
          ['oauth_verifier', verifier],
        ]);
        expect(uri.startsWith(callback)).toBe(true);
        const read = new URL(uri).searchParams;
        expect(read.getAll('oauth_token').at(-1)).toBe(token);
        expect(read.getAll('oauth_verifier')).toEqual([verifier]);
      }),
      propertyRuns,
    );
  });
});
