// RFC 5849 §3.4.1.3.2 with each of its steps replaceable, for the mistakes that replace one.
import type { Parameter } from '../parameter.js';
import { percentEncode } from '../percent-encoding.js';
import type { PlacedParameters } from './mistake.js';

/** Puts pairs in order; they are encoded already. */
export type Order = (pairs: Parameter[]) => Parameter[];

/** An encoding of one name or value. It leaves letters, digits, `-`, `.` and `_` as they are. */
export type Encode = (octets: string, name: string) => string;

const parametersOf = new WeakMap<PlacedParameters, readonly Parameter[]>();

/** All of the request's parameters but the signature, in the order header, query, body. */
export function allParameters(request: PlacedParameters): readonly Parameter[] {
  let all = parametersOf.get(request);
  if (all === undefined) {
    all = withoutSignature([...request.header, ...request.query, ...request.form]);
    parametersOf.set(request, all);
  }
  return all;
}

/** The pairs without `oauth_signature`, which never is part of what is signed. */
export const withoutSignature = (pairs: readonly Parameter[]): Parameter[] =>
  pairs.filter(([name]) => name !== 'oauth_signature');

/** The order of RFC 5849 §3.4.1.3.2: by octets of the encoded name, then of the encoded value. */
export const byOctets: Order = (pairs) =>
  pairs.sort((a, b) => (a[0] === b[0] ? compare(a[1], b[1]) : compare(a[0], b[0])));

/** Compares two texts by their code units. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Encodes, orders and joins, each step as RFC 5849 has it unless another is given. */
export function normalized(
  pairs: readonly Parameter[],
  steps: { encodeName?: Encode; encodeValue?: Encode; order?: Order } = {},
): string {
  const { encodeName, encodeValue, order = byOctets } = steps;
  const isUsual = encodeName === undefined && encodeValue === undefined;
  const encoded = pairs.map((pair): Parameter => {
    const { right, isPlain } = encodedPair(pair);
    if (isUsual || isPlain) return right;
    const [name, value] = pair;
    return [
      encodeName === undefined ? right[0] : encodeName(name, name),
      encodeValue === undefined ? right[1] : encodeValue(value, name),
    ];
  });
  return joined(order(encoded));
}

/** A pair as RFC 5849 encodes it, and whether it looks the same to every encoding. */
interface EncodedPair {
  readonly right: Parameter;
  readonly isPlain: boolean;
}

// One search encodes the same pairs some twenty times.
const encodedPairs = new WeakMap<Parameter, EncodedPair>();

function encodedPair(pair: Parameter): EncodedPair {
  let encoded = encodedPairs.get(pair);
  if (encoded === undefined) {
    const [name, value] = pair;
    const right: Parameter = [percentEncode(name), percentEncode(value)];
    const isPlain = PLAIN.test(name) && PLAIN.test(value);
    encoded = { right, isPlain };
    encodedPairs.set(pair, encoded);
  }
  return encoded;
}

/** The tilde is not among them: some encode it. */
const PLAIN = /^[A-Za-z0-9\-._]*$/;

/** The pair as RFC 5849 encodes it. */
export const encodedRightly = (pair: Parameter): Parameter => encodedPair(pair).right;

/** Where another encoding than RFC 5849's would show. */
export interface Shown {
  readonly anywhere: boolean;
  readonly inNames: boolean;
  /** In a name or value of the protocol's own. */
  readonly inProtocol: boolean;
}

const shownIn = new WeakMap<readonly Parameter[], Shown>();

/** Tells which of several ways to encode otherwise come to the same, so that one of them is tried. */
export function shownEncodings(pairs: readonly Parameter[]): Shown {
  let found = shownIn.get(pairs);
  if (found === undefined) {
    const shown = pairs.filter((pair) => !encodedPair(pair).isPlain);
    found = {
      anywhere: shown.length > 0,
      inNames: shown.some(([name]) => !PLAIN.test(name)),
      inProtocol: shown.some(([name]) => isProtocol(name)),
    };
    shownIn.set(pairs, found);
  }
  return found;
}

/** `name=value` pairs, joined. */
export function joined(pairs: readonly Parameter[]): string {
  let text = '';
  for (const [name, value] of pairs) text += text === '' ? `${name}=${value}` : `&${name}=${value}`;
  return text;
}

/** Whether the parameter is one of the protocol's own. */
export const isProtocol = (name: string): boolean => name.startsWith('oauth_');
