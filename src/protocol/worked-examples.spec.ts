// The whole of section 3, from the raw request to the verdict, on requests whose signature is known.
import { SIGNED_REQUESTS, type SignedRequest } from '../../test/vectors/signatures.js';
import { baseStringUri, splitTarget } from './base-string-uri.js';
import { readProtocolParameters } from './protocol-parameters.js';
import { collectRequestParameters } from './request-parameters.js';
import { signatureBaseString } from './signature-base-string.js';

function signatureHolds(request: SignedRequest): boolean {
  const { path, query } = splitTarget(request.target);
  const collected = collectRequestParameters({ authorization: request.authorization, query });
  const { signatureMethod, signature } = readProtocolParameters(
    collected,
    { required: [] },
    'http',
  );
  const uri = baseStringUri({ scheme: request.scheme, authority: request.host, path });
  return signatureMethod.verify({
    baseString: signatureBaseString(request.method, uri, collected.parameters),
    signature,
    consumerSecret: request.consumerSecret,
    tokenSecret: request.tokenSecret,
    rsaPublicKey: undefined,
  });
}

describe.each(SIGNED_REQUESTS)('RFC 5849 §3.2 $title', (request) => {
  it('verifies', () => {
    expect(signatureHolds(request)).toBe(true);
  });

  it('verifies just as well with another realm, spacing, host case and default port', () => {
    const { authorization, host, scheme } = request;
    const rewritten = {
      ...request,
      authorization: authorization.replace('"Photos"', '"x, y"').replaceAll(', ', ' ,\t'),
      host: `${host.toUpperCase()}:${scheme === 'https' ? 443 : 80}`,
    };
    expect(signatureHolds(rewritten)).toBe(true);
  });

  it.each<[string, (signed: SignedRequest) => SignedRequest]>([
    ['method', (signed) => ({ ...signed, method: 'PUT' })],
    ['scheme', (signed) => ({ ...signed, scheme: signed.scheme === 'http' ? 'https' : 'http' })],
    ['host', (signed) => ({ ...signed, host: 'evil.example' })],
    ['port', (signed) => ({ ...signed, host: `${signed.host}:8080` })],
    ['path', (signed) => ({ ...signed, target: signed.target.replace('/', '//') })],
    ['query', (signed) => ({ ...signed, target: `${signed.target}${addition(signed)}x=1` })],
    ['consumer secret', (signed) => ({ ...signed, consumerSecret: 'x' })],
    ['token secret', (signed) => ({ ...signed, tokenSecret: `${signed.tokenSecret}x` })],
    [
      'nonce',
      (signed) => ({
        ...signed,
        authorization: signed.authorization.replace('oauth_nonce="', 'oauth_nonce="x'),
      }),
    ],
    [
      'parameters of the header',
      (signed) => ({ ...signed, authorization: `${signed.authorization}, scope=all` }),
    ],
  ])('fails with another %s', (_, change) => {
    expect(signatureHolds(change(request))).toBe(false);
  });
});

function addition({ target }: SignedRequest): string {
  return target.includes('?') ? '&' : '?';
}
