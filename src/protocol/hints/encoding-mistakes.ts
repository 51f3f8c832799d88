// Mistakes in the encoding of parameters (RFC 5849 §3.6 and §3.4.1.3.1).
import { parseFormEncoded } from '../form-encoding.js';
import type { Parameter } from '../parameter.js';
import {
  MalformedEncoding,
  octetsOf,
  percentDecode,
  percentEncode,
  textOf,
} from '../percent-encoding.js';
import type { Mistake, Reading, RefusedRequest } from './mistake.js';
import {
  byOctets,
  encodedRightly,
  isProtocol,
  joined,
  normalized,
  shownEncodings,
  sortedParameters,
  withoutSignature,
  type Encode,
  type Shown,
} from './normalized.js';

/** Characters that encoders leave as they are: JavaScript's encodeURIComponent, and those of PHP, Python and Java. */
const UNENCODED_SETS = [
  "!*'()",
  "!'()",
  '*',
  '/',
  ":/?#[]@!$&'()*+,;=",
  ";,/?:@&=+$!*'()#",
  "!$'()*,;:@/",
];

/** The mistakes in the encoding of parameters, the likeliest first. */
export const ENCODING_MISTAKES: readonly Mistake[] = [
  {
    code: 'plus_taken_literally',
    advice:
      'A "+" in the query or the form was signed as a plus, but it stands for a space there. Send a space as %20 and a plus as %2B (Bruno, httr and Qt do not).',
    flag: 'literal_plus',
    // If the query has no escapes, encoding its raw text gives the same result.
    likelierThan: ['values_encoded_twice'],
    *readings(request) {
      const { header, query, form, rawQuery, formBody } = request;
      const plusIn = (raw: string, parsed: readonly Parameter[]) =>
        raw.includes('+') ? parseFormEncoded(raw.replaceAll('+', '%2B')) : parsed;
      const [queryPlus, formPlus] = [plusIn(rawQuery, query), plusIn(formBody, form)];
      if (queryPlus === query && formPlus === form) return;
      yield { parameters: normalized(withoutSignature([...header, ...queryPlus, ...formPlus])) };
      yield { parameters: normalized(withoutSignature([...header, ...queryPlus, ...form])) };
      yield { parameters: normalized(withoutSignature([...header, ...query, ...formPlus])) };
    },
  },
  {
    code: 'space_as_plus',
    advice:
      'A space was signed as "+". In the base string every space is %20 before it is encoded again.',
    // If blanks are sent as `+`, signing the text as it was sent gives the same result.
    likelierThan: ['values_not_encoded'],
    *readings(request) {
      const pairs = sortedParameters(request);
      if (!pairs.some((pair) => pair.some((octets) => octets.includes(' ')))) return;
      const plus: Encode = (octets) => percentEncode(octets).replaceAll('%20', '+');
      yield* inNamesOrValues(pairs, plus);
      // Like java.net.URLEncoder: it leaves the asterisk, and encodes the tilde.
      yield* inNamesOrValues(pairs, (octets) =>
        plus(octets, '').replaceAll('%2A', '*').replaceAll('~', '%7E'),
      );
    },
  },
  {
    code: 'reserved_not_encoded',
    advice:
      'Reserved characters were left as they are. Encode everything but letters, digits, "-", ".", "_" and "~": encodeURIComponent leaves ! \' ( ) * alone, others leave / or encode ~.',
    likelierThan: ['values_not_encoded'],
    *readings(request) {
      const pairs = sortedParameters(request);
      if (!shownEncodings(pairs).anywhere) return;
      const used = new Set(pairs.flatMap((pair) => pair.join('').match(NOT_PLAIN) ?? []));
      const tried = new Set<string>();
      for (const set of UNENCODED_SETS) {
        const kept = [...set].filter((character) => used.has(character)).join('');
        if (kept === '' || tried.has(kept)) continue;
        tried.add(kept);
        yield* inNamesOrValues(pairs, encodeAllBut(kept));
      }
      if (used.has('~')) {
        yield* inNamesOrValues(pairs, (octets) => percentEncode(octets).replaceAll('~', '%7E'));
      }
    },
  },
  {
    code: 'lower_case_escapes',
    advice: 'Escapes were written in lower case (%2f). The base string has upper case (%2F).',
    *readings(request) {
      const lower: Encode = (octets) => percentEncode(octets).replace(ESCAPE, lowerCase);
      const pairs = sortedParameters(request);
      yield { outerEscapes: 'lower' };
      if (!shownEncodings(pairs).anywhere) return;
      for (const reading of inNamesOrValues(pairs, lower)) {
        yield reading;
        yield { ...reading, outerEscapes: 'lower' };
      }
    },
  },
  {
    code: 'values_encoded_twice',
    advice:
      'Values were percent-encoded twice before the base string was put together. Sign the decoded value, encoded once.',
    *readings(request) {
      const pairs = sortedParameters(request);
      const shown = shownEncodings(pairs);
      if (shown.anywhere) {
        yield* inPartOf(pairs, shown, (octets) => percentEncode(percentEncode(octets)));
      }
      yield* rawPieces(request, percentEncode);
    },
  },
  {
    code: 'values_not_encoded',
    advice:
      'Names and values were not percent-encoded before they were sorted and joined. Each is encoded, then the joined text is encoded as a whole.',
    *readings(request) {
      const pairs = sortedParameters(request);
      const shown = shownEncodings(pairs);
      if (!shown.anywhere) return;
      yield* inPartOf(pairs, shown, asIs);
      yield* rawPieces(request, asIs);
    },
  },
  {
    code: 'not_utf8',
    advice:
      'Text was signed in another charset than it was sent in. Turn names and values into UTF-8 both for sending and for signing.',
    *readings(request) {
      const pairs = sortedParameters(request);
      if (!pairs.some((pair) => pair.some((octets) => NOT_ASCII.test(octets)))) return;
      for (const turned of [asLatin1, asUtf8OfLatin1, withQuestionMarks, asLowOctets]) {
        const encode: Encode = (octets) => percentEncode(turned(octets));
        yield* inNamesOrValues(pairs, encode);
      }
    },
  },
  {
    code: 'line_ends',
    advice:
      'A line end was signed in another form than it was sent: browsers send a line feed of a form as CR LF. Sign the text with CR LF line ends, as LTI tools must.',
    flag: 'line_ends',
    *readings(request) {
      const pairs = sortedParameters(request);
      if (!pairs.some((pair) => pair.some((octets) => /[\r\n]/.test(octets)))) return;
      for (const turned of [...LINE_ENDS, withoutLineEnds]) {
        yield* inNamesOrValues(pairs, (octets) => percentEncode(turned(octets)));
      }
    },
    // Changes only values of request parameters. Otherwise a name or a protocol parameter could be read as another
    // one, which the signature would not cover.
    *readingsUnderFlag(request) {
      const pairs = sortedParameters(request);
      if (!pairs.some(([, value]) => /[\r\n]/.test(value))) return;
      for (const turned of LINE_ENDS) {
        const encodeValue = unlessProtocol((octets) => percentEncode(turned(octets)));
        yield { parameters: normalized(pairs, { encodeValue }) };
      }
    },
  },
];

const NOT_PLAIN = /[^A-Za-z0-9\-._]/g;
const ESCAPE = /%[0-9A-F]{2}/g;
const NOT_ASCII = /[\x80-\xff]/;

const asIs: Encode = (octets) => octets;
const lowerCase = (text: string): string => text.toLowerCase();

const LINE_ENDS: readonly ((octets: string) => string)[] = [
  (octets) => octets.replaceAll('\r\n', '\n'),
  (octets) => octets.replaceAll('\r\n', '\r'),
  (octets) => octets.replace(/\r?\n|\r/g, '\r\n'),
];

const withoutLineEnds = (octets: string): string => octets.replaceAll('\r\n', '');

/** The client sent UTF-8 and signed Latin-1. */
function asLatin1(octets: string): string {
  const text = textOf(octets);
  return text === undefined || /[^\x00-\xff]/.test(text) ? octets : text;
}

/** The client sent Latin-1, or UTF-8 that it read as Latin-1, and signed that as UTF-8. */
const asUtf8OfLatin1 = (octets: string): string => octetsOf(octets);

/** The client signed a question mark for each character outside ASCII. */
const withQuestionMarks = (octets: string): string =>
  (textOf(octets) ?? octets).replace(/[^\x00-\x7f]/gu, '?');

/** The client signed the lowest eight bits of each character, like `charCodeAt` with a byte buffer. */
const asLowOctets = (octets: string): string =>
  [...(textOf(octets) ?? octets)]
    .map((character) => String.fromCharCode(character.charCodeAt(0) & 0xff))
    .join('');

function encodeAllBut(unencoded: string): Encode {
  const keeps = new Set(unencoded);
  return (octets) =>
    percentEncode(octets).replace(ESCAPE, (escape) => {
      const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
      return keeps.has(character) ? character : escape;
    });
}

/** Applies the encoding to names and values, to values only, and to all but the protocol parameters. */
function* inNamesOrValues(pairs: readonly Parameter[], encode: Encode): Generator<Reading> {
  const { inNames, inProtocol } = shownEncodings(pairs);
  const other = unlessProtocol(encode);
  yield { parameters: normalized(pairs, { encodeName: encode, encodeValue: encode }) };
  if (inNames) yield { parameters: normalized(pairs, { encodeValue: encode }) };
  if (inProtocol)
    yield { parameters: normalized(pairs, { encodeName: other, encodeValue: other }) };
}

/**
 * Applies the encoding to names, to values, and to both: of all parameters, of the protocol parameters, or of the
 * others.
 */
function* inPartOf(
  pairs: readonly Parameter[],
  { inNames, inProtocol }: Shown,
  encode: Encode,
): Generator<Reading> {
  yield { parameters: normalized(pairs, { encodeValue: encode }) };
  const other = unlessProtocol(encode);
  if (inProtocol) {
    const own: Encode = (octets, name) =>
      isProtocol(name) ? encode(octets, name) : percentEncode(octets);
    yield { parameters: normalized(pairs, { encodeValue: other }) };
    yield { parameters: normalized(pairs, { encodeValue: own }) };
  }
  if (!inNames) return;
  yield { parameters: normalized(pairs, { encodeName: encode, encodeValue: encode }) };
  yield { parameters: normalized(pairs, { encodeName: other, encodeValue: other }) };
  yield { parameters: normalized(pairs, { encodeName: encode }) };
}

const unlessProtocol =
  (encode: Encode): Encode =>
  (octets, name) =>
    isProtocol(name) ? percentEncode(octets) : encode(octets, name);

/** Applies `encode` to names and values of query and form as they were sent. */
function* rawPieces(request: RefusedRequest, encode: Encode): Generator<Reading> {
  const { header, query, form, rawQuery, formBody } = request;
  const isSentRightly =
    rawQuery === joined(query.map(encodedRightly)) && formBody === joined(form.map(encodedRightly));
  // If they were sent correctly encoded, the mistakes with decoded values cover this case.
  if (isSentRightly) return;
  const raw = withoutSignature([...piecesOf(rawQuery), ...piecesOf(formBody)]);
  const pairs = [
    ...header.map(encodedRightly),
    ...raw.map(([name, value]): Parameter => [encode(name, name), encode(value, name)]),
  ];
  yield { parameters: joined(byOctets(pairs)) };
}

const piecesOf = (raw: string): Parameter[] =>
  raw
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const equals = piece.indexOf('=');
      return equals < 0 ? [piece, ''] : [piece.slice(0, equals), piece.slice(equals + 1)];
    });

/** Percent-decodes once more, if possible. */
export function decodedOnceMore(octets: string): string {
  try {
    return percentDecode(octets);
  } catch (error) {
    if (error instanceof MalformedEncoding) return octets;
    throw error;
  }
}
