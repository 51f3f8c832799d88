/** Each known mistake as a change to the signer, and the test cases made from them. */
import type { HintCode, RefusedRequest } from '../../src/protocol/hints/mistake.js';
import { parseFormEncoded } from '../../src/protocol/form-encoding.js';
import type { Parameter } from '../../src/protocol/parameter.js';
import {
  enc,
  octets,
  order,
  requestOf,
  rightLevers,
  shapes,
  sign,
  type Levers,
} from './mistaken-signer.js';

type Mutation = (levers: Levers, request: RefusedRequest) => Partial<Levers> | undefined;

const isOAuth = (name: string) => name.startsWith('oauth_');
const valuesOnly = (change: (value: string) => string): Partial<Levers> => ({
  value: (value, name) => (isOAuth(name) ? enc(value) : change(value)),
});
const isDoubled = ({ query, form }: RefusedRequest): boolean =>
  [query, form].some((pairs) => {
    const others = pairs.filter(([name]) => !isOAuth(name)).map((pair) => pair.join('='));
    return others.length > 0 && others.every((one) => others.filter((o) => o === one).length === 2);
  });
const distinct = (pairs: readonly Parameter[]): Parameter[] => [
  ...new Map(pairs.map((pair) => [pair.join('='), pair])).values(),
];
const without = (left: readonly Parameter[]): Mutation =>
  withPairs((pairs) => pairs.filter((pair) => isOAuth(pair[0]) || !left.includes(pair)));
const queryWithoutOAuth = (rawQuery: string): string =>
  rawQuery
    .split('&')
    .filter((piece) => !isOAuth(piece))
    .join('&');
const withPairs =
  (change: (pairs: readonly Parameter[]) => Parameter[]): Mutation =>
  ({ pairs }) => ({ pairs: change(pairs) });

export const mutations: Partial<Record<HintCode, Mutation[]>> = {
  key_incomplete: [
    (_, { consumerSecret, tokenSecret }) => ({
      key: enc(octets(consumerSecret)) + enc(octets(tokenSecret)),
    }),
    (_, { consumerSecret, hasToken }) => (hasToken ? { key: consumerSecret } : undefined),
  ],
  token_secret_left_out: [
    (_, { consumerSecret, hasToken }) =>
      hasToken ? { key: `${enc(octets(consumerSecret))}&` } : undefined,
    (_, { consumerSecret, hasToken }) => (hasToken ? { key: `${consumerSecret}&` } : undefined),
  ],
  secrets_swapped: [
    (_, { consumerSecret, tokenSecret }) => ({
      key: `${enc(octets(tokenSecret))}&${enc(octets(consumerSecret))}`,
    }),
  ],
  secrets_not_encoded: [
    (_, { consumerSecret, tokenSecret }) => ({ key: `${consumerSecret}&${tokenSecret}` }),
  ],
  secret_not_utf8: [
    (_, { consumerSecret, tokenSecret, hasToken }) =>
      hasToken ? { key: `${enc(consumerSecret)}&${enc(tokenSecret)}` } : undefined,
  ],
  other_hash: [({ hash }) => ({ hash: hash === 'sha256' ? 'sha1' : 'sha256' })],
  signature_is_hex: [
    () => ({ write: (digest) => digest.toString('hex') }),
    () => ({ write: (digest) => Buffer.from(digest.toString('hex')).toString('base64') }),
  ],
  signature_is_base64url: [() => ({ write: (digest) => digest.toString('base64url') })],
  signature_plus_lost: [
    () => ({ write: (digest) => digest.toString('base64').replaceAll('+', ' ') }),
  ],
  signature_encoded_twice: [() => ({ write: (digest) => enc(digest.toString('base64')) })],
  method_differs: [
    () => ({ method: (method) => method.toLowerCase() }),
    () => ({ method: (method) => (method === 'GET' ? 'POST' : 'GET') }),
  ],
  scheme_differs: [
    ({ uri }) => ({
      uri: uri.startsWith('https') ? uri.replace('https', 'http') : uri.replace('http', 'https'),
    }),
    ({ uri }, { scheme, authority }) =>
      authority.includes(':') || scheme === 'http'
        ? undefined
        : { uri: uri.replace(`https://${authority}`, `http://${authority}:80`) },
  ],
  port_included: [
    ({ uri }, { scheme, authority }) =>
      authority.includes(':')
        ? undefined
        : { uri: uri.replace(authority, `${authority}:${scheme === 'https' ? 443 : 80}`) },
  ],
  port_left_out: [({ uri }) => ({ uri: uri.replace(/:\d+\//, '/') })],
  port_behind_path: [
    ({ uri }, { authority, scheme }) => {
      const port = /:(\d+)$/.exec(authority)?.[1] ?? (scheme === 'https' ? '443' : '80');
      return { uri: `${uri.replace(/:\d+\//, '/')}:${port}` };
    },
  ],
  host_differs: [
    ({ uri }, { authority }) => ({ uri: uri.replace(authority, 'internal.example:8080') }),
  ],
  path_decoded: [({ uri }) => ({ uri: uri.replace('%20', ' ').replace('%7E', '~') })],
  path_encoded_twice: [({ uri }) => ({ uri: uri.replaceAll('%', '%25') })],
  trailing_slash: [({ uri }) => ({ uri: uri.endsWith('/') ? uri.slice(0, -1) : `${uri}/` })],
  query_in_uri: [
    ({ uri }, { rawQuery }) => {
      const held = queryWithoutOAuth(rawQuery);
      return held ? { uri: `${uri}?${held}` } : undefined;
    },
    (levers, request) => {
      const held = queryWithoutOAuth(request.rawQuery);
      if (held === '') return undefined;
      return { ...without(request.query)(levers, request), uri: `${levers.uri}?${held}` };
    },
    // The question mark becomes part of the first name.
    ({ pairs }, { query }) => {
      const first = query.find(([name]) => !isOAuth(name));
      const marked = (pair: Parameter): Parameter => [`?${pair[0]}`, pair[1]];
      return first && { pairs: pairs.map((pair) => (pair === first ? marked(pair) : pair)) };
    },
  ],
  query_left_out: [(levers, request) => without(request.query)(levers, request)],
  form_left_out: [(levers, request) => without(request.form)(levers, request)],
  body_as_form: [
    ({ pairs }, { otherBody }) => (otherBody ? { pairs: [...pairs, [otherBody, '']] } : undefined),
    ({ pairs }, { otherBody }) =>
      otherBody.startsWith('{"a":"b c"}') ? { pairs: [...pairs, ['a', 'b c']] } : undefined,
  ],
  space_as_plus: [() => valuesOnly((value) => enc(value).replaceAll('%20', '+'))],
  plus_taken_literally: [
    (_, { header, rawQuery, formBody }) => ({
      pairs: [
        ...header,
        ...[rawQuery, formBody].flatMap((raw) => parseFormEncoded(raw.replaceAll('+', '%2B'))),
      ],
    }),
  ],
  reserved_not_encoded: [
    () => valuesOnly((value) => enc(value).replace(/%(21|2A|27|28|29)/g, decodeURIComponent)),
    () => valuesOnly((value) => enc(value).replaceAll('~', '%7E')),
    () => valuesOnly((value) => enc(value).replaceAll('%2F', '/')),
  ],
  lower_case_escapes: [
    () => ({
      base: (baseString) => baseString.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()),
    }),
    () => valuesOnly((value) => enc(value).replace(/%../g, (escape) => escape.toLowerCase())),
  ],
  values_encoded_twice: [() => valuesOnly((value) => enc(enc(value)))],
  values_not_encoded: [
    () => valuesOnly((value) => value),
    () => ({ name: (name) => name, value: (value) => value }),
    () => ({ name: (name) => name }),
  ],
  not_utf8: [
    () => ({
      name: (name) => enc(Buffer.from(name, 'latin1').toString('utf8')),
      value: (value) => enc(Buffer.from(value, 'latin1').toString('utf8')),
    }),
  ],
  sorted_before_encoding: [
    ({ pairs }) => ({
      pairs: [...pairs].sort((a, b) => order(a[0], b[0]) || order(a[1], b[1])),
      sort: (sorted) => sorted,
    }),
  ],
  sorted_by_language: [
    () => ({
      sort: (pairs) =>
        pairs.sort((a, b) => a[0].localeCompare(b[0], 'en') || a[1].localeCompare(b[1], 'en')),
    }),
  ],
  not_sorted: [() => ({ sort: (pairs) => pairs })],
  repeated_name_lost: [
    // If every pair is sent twice, a dropped name and a doubled pair give the same signature.
    ({ pairs }, request) => (isDoubled(request) ? undefined : { pairs: [...new Map(pairs)] }),
    ({ pairs }, request) =>
      isDoubled(request) ? undefined : { pairs: [...new Map([...pairs].reverse())] },
    ({ pairs }) => ({
      pairs: pairs.map(([name, value], at) => {
        const before = pairs.slice(0, at).filter(([other]) => other === name).length;
        const isRepeated = pairs.filter(([other]) => other === name).length > 1;
        return [isRepeated ? `${name}[${before}]` : name, value];
      }),
    }),
  ],
  sent_twice: [
    ({ pairs }, request) => (isDoubled(request) ? { pairs: distinct(pairs) } : undefined),
  ],
  empty_value_left_out: [withPairs((pairs) => pairs.filter(([, value]) => value !== ''))],
  line_ends: [() => valuesOnly((value) => enc(value.replaceAll('\r\n', '\n')))],
  empty_token_signed: [
    ({ pairs }, { hasToken }) =>
      hasToken || pairs.some(([name]) => name === 'oauth_token')
        ? undefined
        : { pairs: [...pairs, ['oauth_token', '']] },
    withPairs((pairs) => pairs.filter(([name, value]) => name !== 'oauth_token' || value !== '')),
  ],
  version_signed: [
    withPairs((pairs) => {
      const others = pairs.filter(([name]) => name !== 'oauth_version');
      return others.length < pairs.length ? others : [...pairs, ['oauth_version', '1.0']];
    }),
  ],
  realm_signed: [
    ({ pairs }, { realm }) => (realm ? { pairs: [...pairs, ['realm', realm]] } : undefined),
  ],
  oauth_value_decoded_twice: [
    ({ pairs }) => ({
      pairs: pairs.map(([name, value]) => [
        name,
        isOAuth(name) ? value.replace('%3A', ':') : value,
      ]),
    }),
  ],
  body_hash_left_out: [withPairs((pairs) => pairs.filter(([name]) => name !== 'oauth_body_hash'))],
};

const EXTRA: Parameter[] = [
  ['oauth_callback', 'http%3A//x'],
  ['oauth_body_hash', 'Lve95gjOVATpfV8EL5X4nxwjKHE='],
];

export const methods = [
  'HMAC-SHA1',
  'HMAC-SHA256',
  'HMAC-SHA512',
  'RSA-SHA1',
  'RSA-SHA256',
  'RSA-SHA512',
] as const;
const isOfKey = (code: HintCode) => /^(key_|token_secret|secret)/.test(code);

/** A request whose signature was made with one mistake. */
export interface Mutant {
  readonly title: string;
  readonly code: HintCode;
  readonly request: RefusedRequest;
  readonly method: string;
  readonly signature: string;
}

/** All mistakes that change the signature of the request, for one method. */
export function* mutantsOf(
  title: string,
  request: RefusedRequest,
  method: string,
): Generator<Mutant> {
  const [family = '', hash = ''] = method.toLowerCase().split('-');
  const levers = rightLevers(request, hash);
  const right = sign(request, levers, family);
  for (const [code, made] of Object.entries(mutations) as [HintCode, Mutation[]][]) {
    if (family === 'rsa' && isOfKey(code)) continue;
    for (const [n, mutate] of made.entries()) {
      const change = mutate(levers, request);
      if (change === undefined) continue;
      const signature = sign(request, { ...levers, ...change }, family);
      if (signature === right) continue;
      yield { title: `${title}, ${method}, ${code} ${n}`, code, request, method, signature };
    }
  }
}

/** `npm run test:mutation` runs these cases for each mutant of the code, so it tries only one method. */
export const IS_SHORT = process.env['SHORT_MUTANTS'] === '1';
const methodsTried = IS_SHORT ? (['HMAC-SHA1'] as const) : methods;

/** The mutants of each shape, for each method and each place of the protocol parameters. */
export function* cases(): Generator<Mutant> {
  for (const [shapeName, shape] of Object.entries(shapes)) {
    for (const place of ['header', 'query', 'form'] as const) {
      if (place === 'form' && (shape.method !== 'POST' || shape.otherBody)) continue;
      for (const extra of [[], EXTRA]) {
        const request = requestOf(shape, extra, place);
        for (const method of methodsTried)
          yield* mutantsOf(`${shapeName}, ${place}`, request, method);
      }
    }
  }
}
