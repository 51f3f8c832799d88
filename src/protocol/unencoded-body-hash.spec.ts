import { createHash, generateKeyPairSync } from 'node:crypto';
import MastercardSigner from 'mastercard-oauth1-signer';
import fc from 'fast-check';
import { normalizedParameters } from '../../test/support/normalized-parameters.js';
import { propertyRuns } from '../../test/support/property-runs.js';
import { baseStringUri, splitTarget } from './base-string-uri.js';
import type { Parameter } from './parameter.js';
import { collectRequestParameters } from './request-parameters.js';
import { signatureBaseString } from './signature-base-string.js';
import { signatureMethodNamed } from './signature-methods.js';
import { isBodyHashUnencoded } from './unencoded-body-hash.js';

const HASH = createHash('sha256').update('{}').digest('base64');

function isUnencoded(authorization: string, query = ''): boolean {
  return isBodyHashUnencoded(collectRequestParameters({ authorization, query }), authorization);
}

describe('oauth_body_hash, unencoded', () => {
  it('is seen where the header holds plain base64 between quotation marks', () => {
    expect(isUnencoded(`OAuth oauth_body_hash="${HASH}",oauth_nonce="n"`)).toBe(true);
    expect(
      isUnencoded(`OAuth oauth_nonce="n", oauth_body_hash="2jmj7l5rSw0yVb/vlWAYkK/YBwk="`),
    ).toBe(true);
  });

  it('is not seen where it is encoded, in part or in whole, or not sent', () => {
    for (const value of [
      encodeURIComponent(HASH),
      HASH.replace(/=$/, '%3D'),
      HASH.replace(/^./, (first) => `%${first.charCodeAt(0).toString(16)}`),
      '',
    ]) {
      expect(isUnencoded(`OAuth oauth_body_hash="${value}"`)).toBe(false);
      // Another value that looks like it does not change how this one was sent.
      expect(isUnencoded(`OAuth oauth_body_hash="${value}", oauth_x="${HASH}x"`)).toBe(false);
    }
    expect(isUnencoded(`OAuth oauth_other_hash="${HASH}"`)).toBe(false);
  });

  it('is not seen in a value that could join two parameters into one, or that has no padding', () => {
    for (const value of ['a&b=', 'a%26b=', 'a=b=', 'a==b', '===', 'abcd', 'ab c=', 'Ã©=']) {
      expect(isUnencoded(`OAuth oauth_body_hash="${value}"`)).toBe(false);
    }
  });

  it('is not seen in the query, whatever a realm says', () => {
    const query = `oauth_body_hash=${encodeURIComponent(HASH)}`;
    expect(isUnencoded(`OAuth realm="${HASH}"`, query)).toBe(false);
  });
});

describe('the base string with the body hash as it was sent', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const body = '{"amount":12}';
  const target = '/pay?to=a%20b&to=c%2Bd&empty=';
  const authorization = MastercardSigner.getAuthorizationHeader(
    `https://api.example.com${target}`,
    'POST',
    body,
    'consumer',
    pem,
  );
  const { path, query } = splitTarget(target);
  const collected = collectRequestParameters({ authorization, query });

  function holds(unencodedName?: string): boolean {
    const uri = baseStringUri({ scheme: 'https', authority: 'api.example.com', path });
    return signatureMethodNamed('RSA-SHA256')!.verify({
      baseString: signatureBaseString('POST', uri, collected.parameters, unencodedName),
      signature: collected.protocol.get('oauth_signature') ?? '',
      consumerSecret: undefined,
      tokenSecret: '',
      rsaPublicKey: publicKey,
    });
  }

  it('is what Mastercard’s signer signs, and the RFC’s is not', () => {
    expect(isBodyHashUnencoded(collected, authorization)).toBe(true);
    expect([holds('oauth_body_hash'), holds()]).toEqual([true, false]);
  });

  it('leaves no other value unencoded', () => {
    const parameters = [
      ['oauth_body_hash', HASH],
      ['x_oauth_body_hash', HASH],
      ['a', 'b&c=d'],
    ] as const;
    const encoded = encodeURIComponent(HASH);
    expect(normalizedParameters(parameters, 'oauth_body_hash')).toBe(
      `a=b%26c%3Dd&oauth_body_hash=${HASH}&x_oauth_body_hash=${encoded}`,
    );
    expect(normalizedParameters(parameters)).toBe(
      `a=b%26c%3Dd&oauth_body_hash=${encoded}&x_oauth_body_hash=${encoded}`,
    );
  });

  it('is the RFC’s for no request: a value holds a `=` of its own', () => {
    const octets = fc.string({ unit: 'binary-ascii', maxLength: 12 });
    const others = fc.array(fc.tuple(octets, octets), { maxLength: 6 });
    const equalsSigns = (parameters: Parameter[], unencodedName?: string): number[] =>
      normalizedParameters(parameters, unencodedName)
        .split('&')
        .map((pair) => pair.split('=').length - 1);
    fc.assert(
      fc.property(others, fc.uint8Array({ minLength: 32, maxLength: 32 }), (pairs, digest) => {
        const hash = Buffer.from(digest).toString('base64');
        const parameters: Parameter[] = [['oauth_body_hash', hash], ...pairs];
        expect(new Set(equalsSigns(parameters))).toEqual(new Set([1]));
        expect(equalsSigns(parameters, 'oauth_body_hash')).toContain(2);
      }),
      propertyRuns,
    );
  });
});
