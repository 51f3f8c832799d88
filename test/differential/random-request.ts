import type { KeyObject } from 'node:crypto';
import type { Random } from '../fuzz/random.js';
import {
  utf8Octets,
  WITNESS_METHODS,
  witnessBaseString,
  witnessSignature,
  type Pair,
} from '../support/signature-witness.js';
import { spellPair, type Draft, type Hand, type Place } from './draft.js';
import type { Credentials } from './wire-request.js';

const METHODS = ['GET', 'GET', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const ODD_METHODS = ['get', 'Post', 'PROPFIND', 'M-SEARCH', "X!#$%&'*+^_`|~9"];
const HOSTS = [
  'example.com',
  'Photos.EXAMPLE.net',
  'xn--bcher-kva.example',
  'under_score.example.',
  '127.0.0.1',
  'LOCALHOST',
  '[::1]',
  '[2001:db8::1]',
  '[::ffff:7f00:1]',
];
const ODD_HOSTS = ['[2001:DB8::0A]', '[2001:db8:0:0:0:0:0:1]', "a!$&'()*,;=b", 'ex%41mple.com'];
const PORTS = ['', '', '', ':80', ':443', ':8080', ':65535', ':0080'];
const SEGMENTS = [
  'photos',
  'A',
  '~jane',
  'a%20b',
  'a%2Fb',
  'a%2fb',
  '%C3%BC',
  '%c3%bc',
  '%41',
  '..',
  '.',
  '',
  'v;x=1',
  ';;',
  ';p;q',
  "!$&'()*+,=:@",
  '%25',
  '%00',
];
const NAMES = [
  ...['a', 'a', 'b', 'A', 'a1', 'a-b', 'a.b', 'a_b', 'a~', 'file', 'size', 'scope', 'oauth'],
  ...['oauth-x', 'Oauth_nonce', 'x_oauth_y', 'Realm', 'a[]', 'a b', 'a+b', 'a=b', 'a&b', 'a%', ''],
  ...['a"b', 'ä', '漢', '\u{1f4a9}', '\ufffd', '__proto__', '\0'],
];
const VALUES = [
  ...['', '', 'x', 'original', 'vacation.jpg', '1', '10', '9', 'a b', ' ', 'a+b', '=', 'a=b', '&'],
  ...['%', '%25', '%41', '100%', 'a,b', '"', 'a"b', '\\', '~', "!*'()", ';', 'a;b', '#', '?', '/'],
  ...['ä', '漢字', '\u{1f4a9}', '\ufffd', '\u202e', '\n', '\t', '<>^`{|}', '[]', '\0', 'OAuth'],
  'http://client.example.com/ready?a=b&c=d',
];
const KEYS = ['dpf43f3p2l4k3l03', 'key-1', 'ключ', 'a b', 'a+b', 'a&b=c', 'ä~!*\'()"', 'x'];
const ODD_KEYS = ['a%41b', '%', 'a%zz', ','];
const SECRETS = [
  ...['kd94hf93k423kf44', 'pfkkdhi9sl3r4s00', '0123456789', 'secret-1', '~-._'],
  '',
  'a&b',
  'a b+c',
  '100%',
  '%26',
  'ключ',
  '!*()',
  '"',
];
const WEIGHTED_METHODS = [
  ...WITNESS_METHODS.filter((name) => !name.startsWith('RSA')).flatMap((name) => [
    name,
    name,
    name,
  ]),
  ...WITNESS_METHODS.filter((name) => name.startsWith('RSA')),
];

/** A valid request of a client, signed by the tests' own signer. */
export function randomDraft(
  random: Random,
  privateKey: KeyObject,
): { draft: Draft; credentials: Credentials } {
  const credentials = randomCredentials(random);
  const hand = oneInTen(random) ? 'wild' : random.one<Hand>(['strict', 'strict', 'loose']);
  const place = random.one<Place>(['header', 'header', 'query', 'form']);
  const pieces: Draft['pieces'] = { header: [], query: [], form: [] };
  const signed: Pair[] = [];
  const add = (pair: Pair, where: Place): void => {
    signed.push(pair);
    pieces[where].push(spellPair(random, pair, where, hand));
  };

  const isForm = place === 'form' || random.chance(3);
  for (let n = random.below(5); n > 0; n -= 1) add(randomPair(random), 'query');
  if (isForm) for (let n = random.below(5); n > 0; n -= 1) add(randomPair(random), 'form');
  // The header's grammar has no empty name, and its `realm` is not a parameter (3.5.1).
  const [name, value] = randomPair(random);
  const mayStandInHeader = name !== '' && name !== 'realm';
  if (place === 'header' && mayStandInHeader && random.chance(16)) add([name, value], 'header');
  const signatureMethod = random.one(WEIGHTED_METHODS);
  for (const pair of protocolPairs(random, credentials, signatureMethod)) add(pair, place);

  const draft: Draft = {
    method: oneInTen(random) ? random.one(ODD_METHODS) : random.one(METHODS),
    scheme: random.one(['http', 'https']),
    authority: (random.chance(30) ? random.one(ODD_HOSTS) : random.one(HOSTS)) + random.one(PORTS),
    path: randomPath(random),
    pieces,
    realm: place === 'header' && random.chance(3) ? randomRealm(random) : undefined,
    separator: random.one([', ', ', ', ',', ' ,\t']),
    contentType: contentType(random, isForm),
    otherBody: isForm ? undefined : random.one(['', '', '{"a":"b&c=d"}', 'a=b&oauth_nonce=x']),
  };
  // The service normalizes the port as a number. The signer takes it as text.
  const url = `${draft.scheme}://${draft.authority.replace(/:0+(?=[0-9]+$)/, ':')}${draft.path}`;
  const signature = witnessSignature(
    signatureMethod,
    witnessBaseString(draft.method, url, signed),
    { ...credentials, tokenSecret: credentials.token ? credentials.tokenSecret : '', privateKey },
  );
  const pair: Pair = ['oauth_signature', utf8Octets(signature)];
  pieces[place].push(spellPair(random, pair, place, hand));
  for (const list of Object.values(pieces)) shuffle(random, list);
  return { draft, credentials };
}

function randomCredentials(random: Random): Credentials {
  const key = (): string => random.one(random.chance(60) ? ODD_KEYS : KEYS);
  return {
    consumerKey: key(),
    consumerSecret: random.one(SECRETS),
    token: random.chance(3) ? undefined : random.chance(10) ? '' : key(),
    tokenSecret: random.one(SECRETS),
  };
}

function protocolPairs(
  random: Random,
  { consumerKey, token }: Credentials,
  signatureMethod: string,
): Pair[] {
  const pairs: Pair[] = [
    ['oauth_consumer_key', consumerKey],
    ['oauth_signature_method', signatureMethod],
  ];
  if (token !== undefined) pairs.push(['oauth_token', token]);
  // PLAINTEXT needs no timestamp and nonce (3.1).
  if (signatureMethod !== 'PLAINTEXT' || !random.chance(8)) {
    pairs.push([
      'oauth_timestamp',
      random.chance(80) ? '1' : String(1_191_242_096 + random.below(9e8)),
    ]);
    pairs.push(['oauth_nonce', random.chance(6) ? random.one(KEYS) : String(random.below(1e9))]);
  }
  if (random.chance(2)) pairs.push(['oauth_version', random.chance(40) ? '1.0A' : '1.0']);
  if (random.chance(6)) pairs.push(['oauth_callback', random.one(['oob', VALUES.at(-1) ?? ''])]);
  if (random.chance(8)) pairs.push(['oauth_verifier', 'hfdp7dh39dks9884']);
  if (random.chance(20)) pairs.push([random.one(['oauth_', 'oauth_x']), random.one(['', 'a b'])]);
  return pairs.map(([name, value]) => [name, utf8Octets(value)]);
}

function randomPair(random: Random): Pair {
  const name = random.chance(40) ? 'realm' : random.one(NAMES);
  // Octets that are not UTF-8. The RFC does not require forms to be UTF-8 (3.4.1.3.1).
  if (random.chance(150)) return [utf8Octets(name), random.one(['\xff', '\xe4', '\xed\xa0\x80'])];
  return [utf8Octets(name), utf8Octets(random.one(VALUES))];
}

function randomPath(random: Random): string {
  const count = random.below(4);
  if (count === 0) return random.chance(8) ? '' : '/';
  return Array.from({ length: count }, () => `/${random.one(SEGMENTS)}`).join('');
}

function randomRealm(random: Random): string {
  return random.one([
    'realm="Photos"',
    'realm=""',
    'realm="a, b=\\"c\\""',
    'realm="http://x/?a=b"',
  ]);
}

function contentType(random: Random, isForm: boolean): string | undefined {
  if (!isForm) return random.one([undefined, 'application/json', 'text/plain']);
  const suffix = random.one(['', '', '; charset=utf-8', ';charset="x"']);
  const essence = random.chance(60)
    ? 'Application/X-WWW-Form-URLencoded'
    : 'application/x-www-form-urlencoded';
  return essence + suffix;
}

function oneInTen(random: Random): boolean {
  return random.chance(10);
}

function shuffle<Item>(random: Random, items: Item[]): void {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    [items[i], items[j]] = [items[j] as Item, items[i] as Item];
  }
}
