import type { Random } from '../fuzz/random.js';
import { decodeForm, encodeOctets } from '../support/signature-witness.js';
import type { Draft, Piece, Place } from './draft.js';
import type { WireRequest } from './wire-request.js';

type DraftMutation = (random: Random, draft: Draft) => void;
type WireMutation = (random: Random, request: WireRequest) => WireRequest;

const PLACES: readonly Place[] = ['header', 'query', 'form'];
const OAUTH_NAMES = [
  ...['oauth_consumer_key', 'oauth_token', 'oauth_signature_method', 'oauth_signature'],
  ...['oauth_timestamp', 'oauth_timestamp', 'oauth_nonce', 'oauth_version'],
];
const EVIL_VALUES: Record<string, readonly string[]> = {
  oauth_timestamp: [
    ...['0', '-1', '1e9', '1.5', '+119124209', '1_19124209', '%20119124209', '-119124209'],
    ...['1191242096', '01191242096', '1', '999999999999999', '1000000000000000', '0000000000'],
  ],
  oauth_version: ['1.0', '1.0A', '1.0a', '2.0', '1', '1.0%00'],
  oauth_signature_method: ['HMAC-SHA1', 'hmac-sha1', 'HMAC-MD5', 'PLAINTEXT', 'RSA-SHA1', 'HMAC'],
};
const EVIL_TEXTS = [
  ...['', 'x', '%00', 'a%00', '%FF', '%C3%BC', '%ED%A0%80', '%C0%AF', '%zz', '%', '%4', '%2541'],
  ...['%2B', 'a%20b'],
];

/** Changes of a request before its parts are joined. */
const DRAFT_MUTATIONS: Record<string, DraftMutation> = {
  'a bit of the signature': (random, draft) => {
    onPiece(random, draft, 'oauth_signature', (piece, place) => {
      const octets = [...decoded(piece)];
      const at = random.below(octets.length);
      const code = (octets[at] ?? 'A').charCodeAt(0) ^ (1 << random.below(7));
      octets[at] = String.fromCharCode(code);
      setValue(piece, place, encodeOctets(octets.join('')));
    });
  },
  'another spelling of the signature': (random, draft) => {
    onPiece(random, draft, 'oauth_signature', (piece, place) => {
      const text = decoded(piece);
      const other = random.one([
        text.replace(/=+$/, ''),
        `${text}=`,
        `${text}\n`,
        ` ${text}`,
        text.slice(0, 3) + random.one(['*', '\n', '-', '\x80']) + text.slice(3),
        text.replaceAll('+', '-').replaceAll('/', '_'),
        text.replace(/[A-Za-z0-9+/](?==)/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
        encodeOctets(text),
        text.slice(0, -4),
      ]);
      setValue(piece, place, encodeOctets(other));
    });
  },
  'the method': (random, draft) => {
    const swapped = random.one(['GET', 'POST', draft.method.toLowerCase(), `${draft.method}S`]);
    draft.method = swapped;
  },
  'the scheme': (_, draft) => {
    draft.scheme = draft.scheme === 'http' ? 'https' : 'http';
  },
  'the host': (random, draft) => {
    const { authority } = draft;
    draft.authority = random.one([
      authority.toUpperCase(),
      `${authority}:80`,
      `${authority}:443`,
      `${authority.replace(/:\d+$/, '')}:`,
      `${authority.replace(/:\d+$/, '')}${random.one([':0', ':99999', ':8080', ':8o', ':-1'])}`,
      `user@${authority}`,
      `a b`,
      '',
      '[::g]',
      '[::1',
      'example.org',
    ]);
  },
  'the path': (random, draft) => {
    const { path } = draft;
    draft.path = random.one([
      `${path}/`,
      `${path};`,
      `/${path}`,
      `${path}/..`,
      path.replaceAll('%2F', '/'),
      path.replace(/%[0-9a-f]{2}/g, (escape) => escape.toUpperCase()),
      path.toUpperCase(),
      `${path}#x`,
      `${path}%`,
      path.slice(0, -1) || '/',
      `http://example.com${path}`,
      `HTTPS://EXAMPLE.com${path}`,
    ]);
  },
  'a parameter changed': (random, draft) => {
    onPiece(random, draft, undefined, (piece, place) => {
      setValue(piece, place, random.one(['x', `${plainValue(piece)}x`, '%20', '']));
    });
  },
  'a parameter without =': (random, draft) => {
    onPiece(random, draft, undefined, (piece) => (piece.value = undefined));
  },
  'a parameter removed': (random, draft) => {
    onPiece(random, draft, undefined, (piece, place) => {
      draft.pieces[place] = draft.pieces[place].filter((other) => other !== piece);
    });
  },
  'a parameter repeated': (random, draft) => {
    onPiece(random, draft, undefined, (piece, place) => draft.pieces[place].push({ ...piece }));
  },
  'a parameter elsewhere': (random, draft) => {
    onPiece(random, draft, undefined, (piece, place) => {
      const other = random.one(PLACES.filter((candidate) => candidate !== place));
      draft.pieces[place] = draft.pieces[place].filter((candidate) => candidate !== piece);
      const value = plainValue(piece);
      draft.pieces[other].push({ ...piece, value: other === 'header' ? `"${value}"` : value });
    });
  },
  'a parameter in two places': (random, draft) => {
    const other = random.one(PLACES);
    const name = random.one(['oauth_nonce', 'oauth_token', 'a', 'realm']);
    draft.pieces[other].push({ name, value: other === 'header' ? '"x"' : 'x' });
  },
  'a name respelled': (random, draft) => {
    onPiece(random, draft, undefined, (piece) => {
      const respelled = [
        piece.name.toUpperCase(),
        `${piece.name}x`,
        piece.name.replace(/_/, '%5F'),
      ];
      piece.name = random.one([...respelled, piece.name.replace(/a/, '%61'), `%FF${piece.name}`]);
    });
  },
  'an OAuth value': (random, draft) => {
    const name = random.one(OAUTH_NAMES);
    const values = [...(EVIL_VALUES[name] ?? EVIL_TEXTS), '', random.one(EVIL_TEXTS)];
    onPiece(random, draft, name, (piece, place) => setValue(piece, place, random.one(values)));
  },
  'too much': (random, draft) => {
    if (random.chance(2)) {
      const pieces = Array.from({ length: 260 }, (_, n) => ({ name: `p${n}`, value: '' }));
      draft.pieces.query.push(...pieces);
    } else {
      const place = PLACES.find((candidate) => draft.pieces[candidate].some(isOAuth)) ?? 'query';
      const value = 'x'.repeat(4_097);
      const piece = { name: 'oauth_z', value: place === 'header' ? `"${value}"` : value };
      draft.pieces[place].push(piece);
    }
  },
  'the type of the body': (random, draft) => {
    draft.contentType = random.one([
      undefined,
      'application/x-www-form-urlencoded',
      'APPLICATION/x-www-form-urlencoded',
      ' application/x-www-form-urlencoded ',
      'application/x-www-form-urlencoded-not',
      'text/plain; was=application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
    ]);
  },
};

const ASCII = Array.from({ length: 94 }, (_, n) => String.fromCharCode(0x21 + n));
const HEADER_OCTETS = [...ASCII, ' ', '\t', '"', '"', ',', '=', '\\', '%', '\xc3', '\xfc'];
const BODY_OCTETS = [...HEADER_OCTETS, '\0', '\n', '&', '+'];

/** Changes of the octets that are sent. */
const WIRE_MUTATIONS: Record<string, WireMutation> = {
  'the syntax of the header': (random, request) => {
    const { authorization = 'OAuth ' } = request;
    const list = authorization.slice('OAuth '.length);
    return {
      ...request,
      authorization: random.one([
        `OAuth ${list},`,
        `OAuth ${list}, `,
        `OAuth ,${list}`,
        `OAuth ${list.replace(',', ',,')}`,
        `OAuth ${list.replace(',', '')}`,
        `OAuth ${list.replace(',', ';')}`,
        `OAuth ${list.replace('"', '')}`,
        `OAuth ${list.replaceAll('"', '')}`,
        `OAuth ${list.replaceAll('"', "'")}`,
        `OAuth ${list.slice(0, -1)}`,
        `OAuth ${list.replace('=', ' =')}`,
        `OAuth ${list.replace('="', '= "')}`,
        `OAuth ${list.replaceAll('="', ' = "')}`,
        `OAuth ${list.replace('=', '')}`,
        `OAuth ${list.replace('="', '="\\')}`,
        `OAuth   ${list}`,
        `OAuth\t${list}`,
        `OAuth${list}`,
        `oauth ${list}`,
        `Basic ${list}`,
        `OAuth`,
        ` OAuth ${list}`,
        `OAuth realm=x, ${list}`,
        `OAuth re%61lm="x", ${list}`,
        `OAuth Realm="x", ${list}`,
        `OAuth realm="never closes, ${list}`,
        `OAuth ${list}, a=`,
        `OAuth a=, ${list}`,
        `OAuth ${list}, a=""`,
        `OAuth ${list}, a`,
        `OAuth ${list}, ="x"`,
        `OAuth ${list}, a="b"c`,
      ]),
    };
  },
  'an octet of the header': (random, request) => {
    const { authorization } = request;
    if (authorization === undefined) return request;
    return { ...request, authorization: octetChanged(random, authorization, HEADER_OCTETS) };
  },
  'an octet of the target': (random, request) => {
    const target = octetChanged(random, request.target.slice(1), [...ASCII, '%', '&', '+', '\xfc']);
    return { ...request, target: `/${target}` };
  },
  'the end of target or body': (random, request) => {
    const end = random.one(['%', '%4', '%', '%4', '&', '&&a', '=', ';', '+']);
    if (request.body !== '' && random.chance(2)) return { ...request, body: request.body + end };
    return { ...request, target: request.target + end };
  },
  'an octet of the body': (random, request) => {
    return { ...request, body: octetChanged(random, request.body, BODY_OCTETS) };
  },
};

/** Applies one or two changes to a request, and returns their names. */
export function mutate(
  random: Random,
  draft: Draft,
  wireOf: (draft: Draft) => WireRequest,
): { request: WireRequest; mutations: string[] } {
  const names = [...Object.keys(DRAFT_MUTATIONS), ...Object.keys(WIRE_MUTATIONS)];
  const mutations = Array.from({ length: random.chance(5) ? 2 : 1 }, () => random.one(names));
  for (const name of mutations) DRAFT_MUTATIONS[name]?.(random, draft);
  let request = wireOf(draft);
  for (const name of mutations) request = WIRE_MUTATIONS[name]?.(random, request) ?? request;
  return { request, mutations };
}

/** Changes the parameter of that name in any place; without a name, any parameter. */
function onPiece(
  random: Random,
  draft: Draft,
  name: string | undefined,
  act: (piece: Piece, place: Place) => void,
): void {
  const found = PLACES.flatMap((place) =>
    draft.pieces[place]
      .filter((piece) => name === undefined || piece.name === name)
      .map((piece) => ({ piece, place })),
  );
  if (found.length === 0) return;
  const { piece, place } = random.one(found);
  act(piece, place);
}

function isOAuth({ name }: Piece): boolean {
  return name.startsWith('oauth_');
}

/** The encoded value, without the quotes of the header. */
function plainValue({ value = '' }: Piece): string {
  return value.replace(/^"(.*)"$/, '$1');
}

function decoded(piece: Piece): string {
  const [pair] = decodeForm(`x=${plainValue(piece).replaceAll('+', '%2B').replaceAll('&', '%26')}`);
  return pair?.[1] ?? '';
}

function setValue(piece: Piece, place: Place, encoded: string): void {
  piece.value = place === 'header' ? `"${encoded}"` : encoded;
}

function octetChanged(random: Random, text: string, alphabet: readonly string[]): string {
  const at = random.below(text.length + 1);
  const [removed, added] = random.one([
    [1, random.one(alphabet)],
    [0, random.one(alphabet)],
    [1, ''],
  ] as const);
  return text.slice(0, at) + added + text.slice(at + removed);
}
