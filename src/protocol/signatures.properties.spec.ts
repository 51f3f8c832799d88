import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { propertyRuns } from '../../test/support/property-runs.js';
import {
  encodeOctets,
  witnessBaseString,
  witnessSignature,
} from '../../test/support/signature-witness.js';
import { baseStringUri, splitTarget } from './base-string-uri.js';
import type { Parameter } from './parameter.js';
import { octetsOf, percentDecode, percentEncode } from './percent-encoding.js';
import { collectRequestParameters } from './request-parameters.js';
import { signatureBaseString } from './signature-base-string.js';
import { SIGNATURE_METHODS, signatureMethodNamed } from './signature-methods.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

const octets = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', 'B', '=', '&', '+', ' ', '%', '~', '"', ','),
    fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)),
  ),
  maxLength: 8,
});
const names = octets.filter((name) => !name.startsWith('oauth_'));
const parameters: fc.Arbitrary<Parameter[]> = fc.array(fc.tuple(names, octets), { maxLength: 8 });
const request = fc.record({
  method: fc.constantFrom('GET', 'post', 'M-SEARCH', 'X~!'),
  scheme: fc.constantFrom('http' as const, 'https' as const),
  authority: fc.constantFrom('example.com', 'EXAMPLE.com:80', '[::1]:443', 'a.b:8080'),
  path: fc.stringMatching(/^(?:\/(?:[a-zA-Z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}){0,6}){1,3}$/),
});
const secret = fc.string({ unit: 'binary', maxLength: 8 });
const hmacNames = fc.constantFrom('HMAC-SHA1', 'HMAC-SHA256', 'HMAC-SHA512');
const sharedNames = fc.oneof(hmacNames, fc.constant('PLAINTEXT'));
const baseStrings = fc.string({ unit: 'grapheme-ascii', maxLength: 40 });

const asForm = (pairs: readonly Parameter[]): string =>
  pairs.map((pair) => pair.map(encodeOctets).join('=')).join('&');

function verifies(
  name: string,
  baseString: string,
  signature: string,
  [consumerSecret, tokenSecret]: readonly [string, string],
): boolean | undefined {
  const input = { baseString, signature, consumerSecret, tokenSecret, rsaPublicKey: publicKey };
  return signatureMethodNamed(name)?.verify(input);
}

describe('RFC 5849 §3.4.1 the signature base string of any request', () => {
  it('is what the tests’ witness makes of it, wherever its parameters are', () => {
    fc.assert(
      fc.property(request, parameters, parameters, (sent, inQuery, inBody) => {
        const target = `${sent.path}?${asForm(inQuery)}`;
        const { path, query } = splitTarget(target);
        const collected = collectRequestParameters({ query, formBody: asForm(inBody) });
        const ours = signatureBaseString(
          sent.method,
          baseStringUri({ ...sent, path }),
          collected.parameters,
        );
        const url = `${sent.scheme}://${sent.authority}${target}`;
        expect(ours).toBe(witnessBaseString(sent.method, url, [...inQuery, ...inBody]));
      }),
      propertyRuns,
    );
  });

  it('holds method, URI and parameters so that each can be told from the others', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), octets, octets, (method, uri, value) => {
        const parts = signatureBaseString(method, uri, [['a', value]]).split('&');
        expect(parts.map((part) => percentDecode(part))).toEqual([
          octetsOf(method.toUpperCase()),
          uri,
          `a=${percentEncode(value)}`,
        ]);
      }),
      propertyRuns,
    );
  });
});

describe('RFC 5849 §3.4.2–3.4.4 a signature', () => {
  it('that the witness made with the same secrets is accepted, whatever they are', () => {
    fc.assert(
      fc.property(sharedNames, baseStrings, secret, secret, (name, text, consumer, token) => {
        const keys = { consumerSecret: consumer, tokenSecret: token };
        const signature = witnessSignature(name, text, keys);
        expect(verifies(name, text, signature, [consumer, token])).toBe(true);
      }),
      propertyRuns,
    );
  });

  it('over another base string, or with other secrets, is refused', () => {
    const texts = fc.uniqueArray(baseStrings, { minLength: 2, maxLength: 2 });
    const pairs = fc.uniqueArray(fc.tuple(secret, secret), {
      minLength: 2,
      maxLength: 2,
      selector: (pair) => JSON.stringify(pair),
    });
    fc.assert(
      fc.property(hmacNames, texts, pairs, (name, [text = '', other = ''], [ours, theirs]) => {
        const [consumerSecret, tokenSecret] = ours ?? ['', ''];
        const signature = witnessSignature(name, text, { consumerSecret, tokenSecret });
        expect(verifies(name, other, signature, ours ?? ['', ''])).toBe(false);
        expect(verifies(name, text, signature, theirs ?? ['', ''])).toBe(false);
      }),
      propertyRuns,
    );
  });

  it('with one bit flipped, a character more or one less is refused', () => {
    const place = fc.nat();
    fc.assert(
      fc.property(
        sharedNames,
        baseStrings,
        secret,
        place,
        fc.nat(6),
        (name, text, key, at, bit) => {
          const keys = { consumerSecret: key, tokenSecret: key };
          const signature = witnessSignature(name, text, keys);
          const index = at % signature.length;
          const flipped = String.fromCharCode(signature.charCodeAt(index) ^ (1 << bit));
          const [before, after] = [signature.slice(0, index), signature.slice(index + 1)];
          for (const changed of [before + flipped + after, before + after, `${signature}=`]) {
            expect(verifies(name, text, changed, [key, key])).toBe(false);
          }
        },
      ),
      propertyRuns,
    );
  });

  it('of RSA is refused with one bit flipped, in any spelling', () => {
    const genuine = ['RSA-SHA1', 'RSA-SHA256', 'RSA-SHA512'].map((name) => ({
      name,
      signature: witnessSignature(name, 'GET&x&y', {
        consumerSecret: '',
        tokenSecret: '',
        privateKey,
      }),
    }));
    for (const { name, signature } of genuine) {
      expect(verifies(name, 'GET&x&y', signature, ['', ''])).toBe(true);
    }
    fc.assert(
      fc.property(fc.constantFrom(...genuine), fc.nat(255), fc.nat(7), (made, at, bit) => {
        const changed = Buffer.from(made.signature, 'base64');
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        const { name, signature } = made;
        expect(verifies(name, 'GET&x&y', changed.toString('base64'), ['', ''])).toBe(false);
        const inserted = `${signature.slice(0, at)}\n${signature.slice(at)}`;
        expect(verifies(name, 'GET&x&y', inserted, ['', ''])).toBe(false);
      }),
      propertyRuns,
    );
  });

  it('may be any text: it is refused, and nothing is thrown', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .uint8Array({ minLength: 256, maxLength: 256 })
        .map((raw) => Buffer.from(raw).toString('base64')),
      fc.base64String(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...SIGNATURE_METHODS), anyText, ({ name }, signature) => {
        expect(verifies(name, 'GET&x&y', signature, ['consumer secret', 'token secret'])).toBe(
          false,
        );
      }),
      propertyRuns,
    );
  });
});
