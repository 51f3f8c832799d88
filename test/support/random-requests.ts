/** Random requests of clients, in which most signing mistakes change the signature. */
import fc from 'fast-check';
import type { RefusedRequest } from '../../src/protocol/hints/mistake.js';
import type { Parameter } from '../../src/protocol/parameter.js';
import { enc, octets, requestOf, type Place } from './mistaken-signer.js';

const WORDS = [
  'size',
  'file',
  'q',
  'Page',
  'since_id',
  'B',
  'a1',
  'a',
  'list[]',
  'né',
  'x y',
  'z~',
];
const VALUES = [
  'original',
  '1',
  '20',
  '',
  'two words',
  'a+b',
  "it's (so) *new*!",
  'https://photos.example.net/ready?from=here&to=there',
  'Zürich',
  '☃ snow',
  'line one\r\nline two',
  'jane@example.com',
  '100%',
  'a%2Fb',
  'tilde~dash-dot.',
];

const pair = fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(...VALUES));
const pairs = fc.array(pair, { minLength: 0, maxLength: 6 });

/** Encodes pairs as a client sends them, with blanks as `%20` or as `+`. */
const sent = (all: readonly (readonly [string, string])[], blank: string): string =>
  all
    .map((one) => one.map((text) => enc(octets(text)).replaceAll('%20', blank)).join('='))
    .join('&');

const host = fc.constantFrom(
  'photos.example.net',
  'api.example.com:8443',
  '127.0.0.1:3000',
  '[::1]:80',
);
const path = fc.constantFrom(
  '/',
  '/photos',
  '/v1/photo%20s/%7Eme',
  '/a/b/',
  '/1.1/list.json',
  '/%C3%BC',
);
const secret = fc.constantFrom('kd94hf93k423kf44', 'with a blank', 'a/b+c==', 'größe', 'x&y%z');
const BODY_HASH: Parameter = ['oauth_body_hash', 'Lve95gjOVATpfV8EL5X4nxwjKHE='];
const extra = fc.constantFrom<Parameter[]>(
  [],
  [['oauth_version', '1.0']],
  [['oauth_callback', 'oob']],
  [['oauth_callback', 'http%3A//client.example/ready']],
  [['oauth_verifier', 'hfdp7dh39dks9884']],
);

/** A request, with the protocol parameters in one of the places. */
export const randomRequests: fc.Arbitrary<RefusedRequest> = fc
  .record({
    query: pairs,
    form: pairs,
    blank: fc.constantFrom('%20', '+'),
    kind: fc.constantFrom('GET', 'form', 'json', 'DELETE'),
    place: fc.constantFrom<Place>('header', 'query', 'form'),
    scheme: fc.constantFrom('http' as const, 'https' as const),
    authority: host,
    path,
    realm: fc.constantFrom(undefined, 'Photos', 'http://photos.example.net/'),
    hasToken: fc.boolean(),
    consumerSecret: secret,
    tokenSecret: secret,
    extra,
    doubled: fc.boolean(),
  })
  .map(({ query, form, blank, kind, extra: more, doubled, ...request }) => {
    const isForm = kind === 'form';
    const place = request.place === 'form' && !isForm ? 'header' : request.place;
    const rawQuery = sent(doubled && !isForm ? [...query, ...query] : query, blank);
    const shape: Partial<RefusedRequest> = {
      method: isForm || kind === 'json' ? 'POST' : kind,
      scheme: request.scheme,
      authority: request.authority,
      path: request.path,
      realm: place === 'header' ? request.realm : undefined,
      hasToken: request.hasToken,
      consumerSecret: request.consumerSecret,
      tokenSecret: request.hasToken ? request.tokenSecret : '',
      rawQuery,
      formBody: isForm ? sent(form, blank) : '',
      otherBody: kind === 'json' ? '{"a":"b c"}' : '',
    };
    const emptyToken: Parameter[] = request.hasToken || doubled ? [] : [['oauth_token', '']];
    const all = [...more, ...emptyToken, ...(kind === 'json' ? [BODY_HASH] : [])];
    return requestOf(shape, all, place);
  });
