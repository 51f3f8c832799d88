// RFC 5849 §3.4.1.3.2 with each of its steps replaceable, for the mistakes that replace one.
import type { Parameter } from '../parameter.js';
import { percentEncode } from '../percent-encoding.js';
import type { PlacedParameters } from './mistake.js';

/** Puts pairs in order; they are encoded already. */
export type Order = (pairs: Parameter[]) => Parameter[];

/** An encoding of one name or value. */
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
  pairs.sort(([nameA, valueA], [nameB, valueB]) =>
    nameA === nameB ? compare(valueA, valueB) : compare(nameA, nameB),
  );

/** Compares two texts by their code units. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Encodes, orders and joins, each step as RFC 5849 has it unless another is given. */
export function normalized(
  pairs: readonly Parameter[],
  steps: { encodeName?: Encode; encodeValue?: Encode; order?: Order } = {},
): string {
  const { encodeName, encodeValue, order = byOctets } = steps;
  const encoded = pairs.map((pair): Parameter => {
    const [name, value] = pair;
    const right = encodedPair(pair);
    if (encodeName === undefined && encodeValue === undefined) return right;
    return [
      encodeName === undefined ? right[0] : encodeName(name, name),
      encodeValue === undefined ? right[1] : encodeValue(value, name),
    ];
  });
  return joined(order(encoded));
}

// One search encodes the same pairs some twenty times.
const encodedPairs = new WeakMap<Parameter, Parameter>();

function encodedPair(pair: Parameter): Parameter {
  let encoded = encodedPairs.get(pair);
  if (encoded === undefined) {
    encoded = [percentEncode(pair[0]), percentEncode(pair[1])];
    encodedPairs.set(pair, encoded);
  }
  return encoded;
}

/** `name=value` pairs, joined. */
export function joined(pairs: readonly Parameter[]): string {
  let text = '';
  for (const [name, value] of pairs) text += text === '' ? `${name}=${value}` : `&${name}=${value}`;
  return text;
}

/** Whether the parameter is one of the protocol's own. */
export const isProtocol = (name: string): boolean => name.startsWith('oauth_');
