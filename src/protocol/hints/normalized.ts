// RFC 5849 §3.4.1.3.2 with replaceable steps, for mistakes in one of them.
import type { Parameter } from '../parameter.js';
import { percentEncode } from '../percent-encoding.js';
import type { PlacedParameters } from './mistake.js';

/** Sorts pairs, which are encoded already. */
export type Order = (pairs: Parameter[]) => Parameter[];

/** Encodes one name or value. It never changes letters, digits, `-`, `.` and `_`. */
export type Encode = (octets: string, name: string) => string;

/** Values that many mistakes need for one request. */
interface Prepared {
  readonly all: readonly Parameter[];
  sorted?: readonly Parameter[];
}

const preparedOf = new WeakMap<PlacedParameters, Prepared>();

function prepared(request: PlacedParameters): Prepared {
  let known = preparedOf.get(request);
  if (known === undefined) {
    known = { all: withoutSignature([...request.header, ...request.query, ...request.form]) };
    preparedOf.set(request, known);
  }
  return known;
}

/** All of the request's parameters but the signature, in the order header, query, body. */
export const allParameters = (request: PlacedParameters): readonly Parameter[] =>
  prepared(request).all;

/**
 * The same in signing order. If a mistake changes no position, its pairs are already sorted, or nearly, so sorting
 * takes only one pass.
 */
export function sortedParameters(request: PlacedParameters): readonly Parameter[] {
  const known = prepared(request);
  known.sorted ??= [...known.all].sort((a, b) => inOrder(encodedRightly(a), encodedRightly(b)));
  return known.sorted;
}

/** The pairs without `oauth_signature`, which is never signed. */
export const withoutSignature = (pairs: readonly Parameter[]): Parameter[] =>
  pairs.filter(([name]) => name !== 'oauth_signature');

/** The order of RFC 5849 §3.4.1.3.2: by octets of the encoded name, then of the encoded value. */
export const byOctets: Order = (pairs) => pairs.sort(inOrder);

const inOrder = (a: Parameter, b: Parameter): number =>
  a[0] === b[0] ? compare(a[1], b[1]) : compare(a[0], b[0]);

/** Compares two texts by their code units. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Encodes, sorts and joins. Each step follows RFC 5849 unless another is given. */
export function normalized(
  pairs: readonly Parameter[],
  steps: { encodeName?: Encode; encodeValue?: Encode; order?: Order } = {},
): string {
  const { encodeName, encodeValue, order = byOctets } = steps;
  const isUsual = encodeName === undefined && encodeValue === undefined;
  const encoded = pairs.map((pair): Parameter => {
    const { right, isNamePlain, isValuePlain } = encodedPair(pair);
    if (isUsual || (isNamePlain && isValuePlain)) return right;
    const [name, value] = pair;
    return [
      encodeName === undefined || isNamePlain ? right[0] : encodeName(name, name),
      encodeValue === undefined || isValuePlain ? right[1] : encodeValue(value, name),
    ];
  });
  return joined(order(encoded));
}

/** A pair encoded by RFC 5849, and whether every encoding leaves name and value as they are. */
interface EncodedPair {
  readonly right: Parameter;
  readonly isNamePlain: boolean;
  readonly isValuePlain: boolean;
}

/**
 * One search encodes the same pairs some twenty times. The result is stored as a property of the pair: a WeakMap
 * would have an entry for each, which every garbage collection visits (docs/adr/0056).
 */
const ENCODED = Symbol('encoded');

function encodedPair(pair: Parameter & { [ENCODED]?: EncodedPair }): EncodedPair {
  return (pair[ENCODED] ??= {
    right: [percentEncode(pair[0]), percentEncode(pair[1])],
    isNamePlain: PLAIN.test(pair[0]),
    isValuePlain: PLAIN.test(pair[1]),
  });
}

/** Without the tilde, because some clients encode it. */
const PLAIN = /^[A-Za-z0-9\-._]*$/;

/** The pair encoded by RFC 5849. */
export const encodedRightly = (pair: Parameter): Parameter => encodedPair(pair).right;

/** Where a wrong encoding would make a difference. */
export interface Shown {
  readonly anywhere: boolean;
  readonly inNames: boolean;
  /** In a name or value of a protocol parameter. */
  readonly inProtocol: boolean;
}

const SHOWN = Symbol('shown');

/** Shows which wrong encodings would have the same result, so that only one of them is tried. */
export function shownEncodings(pairs: readonly Parameter[] & { [SHOWN]?: Shown }): Shown {
  return (pairs[SHOWN] ??= shownIn(pairs));
}

function shownIn(pairs: readonly Parameter[]): Shown {
  const encoded = pairs.map(encodedPair);
  return {
    anywhere: encoded.some(({ isNamePlain, isValuePlain }) => !isNamePlain || !isValuePlain),
    inNames: encoded.some(({ isNamePlain }) => !isNamePlain),
    inProtocol: pairs.some(([name], at) => {
      const { isNamePlain = true, isValuePlain = true } = encoded[at] ?? {};
      return isProtocol(name) && !(isNamePlain && isValuePlain);
    }),
  };
}

/** `name=value` pairs, joined. */
export function joined(pairs: readonly Parameter[]): string {
  let text = '';
  for (const [name, value] of pairs) text += text === '' ? `${name}=${value}` : `&${name}=${value}`;
  return text;
}

/** Whether the parameter is a protocol parameter. */
export const isProtocol = (name: string): boolean => name.startsWith('oauth_');
