/** Requests signed with each known mistake, for the tests of hints. */
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { parseFormEncoded } from '../../src/protocol/form-encoding.js';
import type { Parameter } from '../../src/protocol/parameter.js';
import type { RefusedRequest } from '../../src/protocol/hints/mistake.js';

// A separate signer that can change every step. It does not use the table of mistakes in src/.
export const octets = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
export const enc = (text: string) =>
  [...Buffer.from(text, 'latin1')]
    .map((octet) => {
      const character = String.fromCharCode(octet);
      return /[A-Za-z0-9\-._~]/.test(character)
        ? character
        : `%${octet.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
export const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export interface Levers {
  method: (method: string) => string;
  uri: string;
  pairs: readonly Parameter[];
  name: (octets: string) => string;
  value: (octets: string, name: string) => string;
  sort: (pairs: Parameter[]) => Parameter[];
  base: (baseString: string) => string;
  key: string | Buffer;
  hash: string;
  write: (digest: Buffer) => string;
}

// Short, because the tests make thousands of signatures and do not check the length.
export const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });

export const shapes: Record<string, Partial<RefusedRequest> & { url?: string }> = {
  'two-legged GET': { hasToken: false, tokenSecret: '' },
  'GET with a query': { rawQuery: 'b=2&a%3A=1&a1=2&size=original' },
  'GET, reserved and text': {
    rawQuery: 'q=a%20b%21%2A%27%28c%29&n%C3%A9=%C3%9Cber%2Fx&Z=1&e=&d=%7E',
    scheme: 'https',
    authority: 'api.example.com',
    path: '/v1/photo%20s/%7Eme',
  },
  'POST with a form': {
    method: 'POST',
    formBody: 'b=two+words&a=line%0D%0Aend&a=2&B=%2B',
    authority: 'api.example.com:8443',
    scheme: 'https',
    realm: 'Photos',
  },
  'POST of JSON': { method: 'POST', otherBody: '{"a":"b c"}', path: '/', realm: 'x' },
  'everything twice': { rawQuery: 'x=1&x=1&y=%20&y=%20' },
};

/** The place of the protocol parameters. */
export type Place = 'header' | 'query' | 'form';

export function requestOf(
  shape: Partial<RefusedRequest>,
  extra: readonly Parameter[] = [],
  place: Place = 'header',
): RefusedRequest {
  const request = {
    method: 'GET',
    scheme: 'http' as const,
    authority: 'photos.example.net',
    otherAuthorities: ['Internal.Example:8080'],
    path: '/photos',
    rawQuery: '',
    formBody: '',
    otherBody: '',
    realm: undefined,
    hasToken: true,
    consumerSecret: 'kd94&hf93 k423kf44',
    tokenSecret: 'pfkkdhi9sl3r4s00/ü',
    ...shape,
  };
  const protocol: Parameter[] = [
    ['oauth_consumer_key', 'dpf43f3p2l4k3l03'],
    ...(request.hasToken ? [['oauth_token', 'nnch734d00sl2jdk'] as const] : []),
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', '1191242096'],
    ['oauth_nonce', 'kllo9940pd9333jh'],
    ...extra,
  ];
  // The request also carries the signature itself, which is never part of the base string.
  const sent = [...protocol, ['oauth_signature', 'a/b+c=']].map((pair) => pair.map(enc).join('='));
  const behind = (raw: string) => [raw, ...sent].filter((piece) => piece !== '').join('&');
  const rawQuery = place === 'query' ? behind(request.rawQuery) : request.rawQuery;
  const formBody = place === 'form' ? behind(request.formBody) : request.formBody;
  return {
    ...request,
    rawQuery,
    formBody,
    header: place === 'header' ? protocol : [],
    query: parseFormEncoded(rawQuery),
    form: parseFormEncoded(formBody),
  };
}

export function rightLevers(request: RefusedRequest, hash: string): Levers {
  const { consumerSecret, tokenSecret, scheme, authority, path } = request;
  return {
    method: (method) => method.toUpperCase(),
    uri: `${scheme}://${authority}${path || '/'}`,
    pairs: [...request.header, ...request.query, ...request.form],
    name: enc,
    value: enc,
    sort: (pairs) => pairs.sort((a, b) => order(a[0], b[0]) || order(a[1], b[1])),
    base: (baseString) => baseString,
    key: `${enc(octets(consumerSecret))}&${enc(octets(tokenSecret))}`,
    hash,
    write: (digest) => digest.toString('base64'),
  };
}

export function sign(request: RefusedRequest, levers: Levers, family: string): string {
  const { method, uri, pairs, name, value, sort, base, key, hash, write } = levers;
  const encoded = pairs
    .filter(([n]) => n !== 'oauth_signature')
    .map(([n, v]): Parameter => [name(n), value(v, n)]);
  const normalized = sort(encoded)
    .map((pair) => pair.join('='))
    .join('&');
  const baseString = base([method(request.method), uri, normalized].map(enc).join('&'));
  if (family === 'rsa') {
    return write(createSign(`RSA-${hash}`).update(baseString, 'latin1').sign(privateKey));
  }
  return write(createHmac(hash, key).update(baseString, 'latin1').digest());
}
