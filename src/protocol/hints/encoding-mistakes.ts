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
  allParameters,
  isProtocol,
  normalized,
  withoutSignature,
  type Encode,
} from './normalized.js';

/** Left as they are by JavaScript's encodeURIComponent, and by PHP, Python and Java in their ways. */
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
    // Without escapes in the query, what is encoded from its raw text looks the same.
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
    *readings(request) {
      const pairs = allParameters(request);
      if (!pairs.some((pair) => pair.some((octets) => octets.includes(' ')))) return;
      const plus: Encode = (octets) => percentEncode(octets).replaceAll('%20', '+');
      yield* inNamesOrValues(pairs, plus);
      // As java.net.URLEncoder writes it: the asterisk stays, the tilde does not.
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
      const pairs = allParameters(request);
      if (!hasEscapes(pairs) && !pairs.flat().some((octets) => octets.includes('~'))) return;
      for (const set of UNENCODED_SETS) {
        if (pairs.flat().some((octets) => [...set].some((one) => octets.includes(one)))) {
          yield* inNamesOrValues(pairs, encodeAllBut(set));
        }
      }
      yield* inNamesOrValues(pairs, (octets) => percentEncode(octets).replaceAll('~', '%7E'));
    },
  },
  {
    code: 'lower_case_escapes',
    advice: 'Escapes were written in lower case (%2f). The base string has upper case (%2F).',
    *readings(request) {
      const lower: Encode = (octets) => percentEncode(octets).replace(ESCAPE, lowerCase);
      const pairs = allParameters(request);
      yield { parameters: normalized(pairs, { encodeName: lower, encodeValue: lower }) };
      yield { outerEscapes: 'lower' };
      yield {
        parameters: normalized(pairs, { encodeName: lower, encodeValue: lower }),
        outerEscapes: 'lower',
      };
    },
  },
  {
    code: 'values_encoded_twice',
    advice:
      'Values were percent-encoded twice before the base string was put together. Sign the decoded value, encoded once.',
    *readings(request) {
      const pairs = allParameters(request);
      if (!hasEscapes(pairs) && request.rawQuery + request.formBody === '') return;
      const twice: Encode = (octets) => percentEncode(percentEncode(octets));
      const only =
        (applies: (name: string) => boolean): Encode =>
        (octets, name) =>
          applies(name) ? twice(octets, name) : percentEncode(octets);
      yield { parameters: normalized(pairs, { encodeValue: only((name) => !isProtocol(name)) }) };
      yield { parameters: normalized(pairs, { encodeValue: twice }) };
      yield { parameters: normalized(pairs, { encodeValue: only(isProtocol) }) };
      yield { parameters: normalized(pairs, { encodeName: twice, encodeValue: twice }) };
      const rest = only((name) => !isProtocol(name));
      yield { parameters: normalized(pairs, { encodeName: rest, encodeValue: rest }) };
      yield* rawPieces(request, percentEncode);
    },
  },
  {
    code: 'values_not_encoded',
    advice:
      'Names and values were not percent-encoded before they were sorted and joined. Each is encoded, then the joined text is encoded as a whole.',
    *readings(request) {
      const pairs = allParameters(request);
      if (!hasEscapes(pairs)) return;
      const asIs: Encode = (octets) => octets;
      const only =
        (applies: (name: string) => boolean): Encode =>
        (octets, name) =>
          applies(name) ? octets : percentEncode(octets);
      yield { parameters: normalized(pairs, { encodeName: asIs, encodeValue: asIs }) };
      yield { parameters: normalized(pairs, { encodeValue: asIs }) };
      yield { parameters: normalized(pairs, { encodeValue: only((name) => !isProtocol(name)) }) };
      yield { parameters: normalized(pairs, { encodeValue: only(isProtocol) }) };
      yield* rawPieces(request, asIs);
    },
  },
  {
    code: 'not_utf8',
    advice:
      'Text was signed in another charset than it was sent in. Turn names and values into UTF-8 both for sending and for signing.',
    *readings(request) {
      const pairs = allParameters(request);
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
      const pairs = allParameters(request);
      if (!pairs.some((pair) => pair.some((octets) => /[\r\n]/.test(octets)))) return;
      for (const turned of LINE_ENDS) {
        yield* inNamesOrValues(pairs, (octets) => percentEncode(turned(octets)));
      }
    },
  },
];

/** Whether anything in the pairs has to be encoded. */
const hasEscapes = (pairs: readonly Parameter[]): boolean =>
  pairs.some(([name, value]) => !UNRESERVED.test(name) || !UNRESERVED.test(value));

const UNRESERVED = /^[A-Za-z0-9\-._~]*$/;
const ESCAPE = /%[0-9A-F]{2}/g;
const NOT_ASCII = /[\x80-\xff]/;

const lowerCase = (text: string): string => text.toLowerCase();

const LINE_ENDS: readonly ((octets: string) => string)[] = [
  (octets) => octets.replaceAll('\r\n', '\n'),
  (octets) => octets.replaceAll('\r\n', '\r'),
  (octets) => octets.replaceAll('\r\n', ''),
  (octets) => octets.replace(/\r?\n|\r/g, '\r\n'),
];

/** UTF-8 was sent, Latin-1 was signed. */
function asLatin1(octets: string): string {
  const text = textOf(octets);
  return text === undefined || /[^\x00-\xff]/.test(text) ? octets : text;
}

/** Latin-1 was sent, or UTF-8 that was taken for Latin-1; UTF-8 of it was signed. */
const asUtf8OfLatin1 = (octets: string): string => octetsOf(octets);

/** What has no place in ASCII was signed as a question mark, one for each character. */
const withQuestionMarks = (octets: string): string =>
  (textOf(octets) ?? octets).replace(/[^\x00-\x7f]/gu, '?');

/** Each character cut down to its lowest eight bits, as `charCodeAt` with a byte buffer does. */
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

/** The encoding in names and values, in values alone, and in what is no protocol parameter. */
function* inNamesOrValues(pairs: readonly Parameter[], encode: Encode): Generator<Reading> {
  const unlessProtocol: Encode = (octets, name) =>
    isProtocol(name) ? percentEncode(octets) : encode(octets, name);
  yield { parameters: normalized(pairs, { encodeName: encode, encodeValue: encode }) };
  yield { parameters: normalized(pairs, { encodeValue: encode }) };
  yield {
    parameters: normalized(pairs, { encodeName: unlessProtocol, encodeValue: unlessProtocol }),
  };
}

/** Names and values of query and form as they were sent, each put through `encode`. */
function* rawPieces(request: RefusedRequest, encode: Encode): Generator<Reading> {
  const raw = [...piecesOf(request.rawQuery), ...piecesOf(request.formBody)];
  if (raw.length === 0) return;
  const pairs = withoutSignature([...request.header, ...raw]);
  const ofHeader = new Set(request.header);
  const encodePair = (pair: Parameter): Parameter =>
    ofHeader.has(pair)
      ? [percentEncode(pair[0]), percentEncode(pair[1])]
      : [encode(pair[0], pair[0]), encode(pair[1], pair[0])];
  const keep: Encode = (octets) => octets;
  yield {
    parameters: normalized(pairs.map(encodePair), { encodeName: keep, encodeValue: keep }),
  };
}

const piecesOf = (raw: string): Parameter[] =>
  raw
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const equals = piece.indexOf('=');
      return equals < 0 ? [piece, ''] : [piece.slice(0, equals), piece.slice(equals + 1)];
    });

/** Decodes once more where that can be done. */
export function decodedOnceMore(octets: string): string {
  try {
    return percentDecode(octets);
  } catch (error) {
    if (error instanceof MalformedEncoding) return octets;
    throw error;
  }
}
