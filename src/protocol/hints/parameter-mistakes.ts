// Mistakes in which parameters are signed, and in their order (RFC 5849 §3.4.1.3).
import type { Parameter } from '../parameter.js';
import { textOf } from '../percent-encoding.js';
import { decodedOnceMore } from './encoding-mistakes.js';
import type { Mistake, PlacedParameters } from './mistake.js';
import {
  allParameters,
  byOctets,
  compare,
  encodedRightly,
  isProtocol,
  joined,
  normalized,
  shownEncodings,
  sortedParameters,
  withoutSignature,
  type Order,
} from './normalized.js';

/** The mistakes in normalizing, the likeliest first. */
export const ORDER_MISTAKES: readonly Mistake[] = [
  {
    code: 'not_sorted',
    advice:
      'The parameters were not sorted. Sort all of them, those of the header included, by encoded name and then by encoded value.',
    likelierThan: ['sorted_before_encoding', 'sorted_by_language'],
    *readings(request) {
      const asSent: Order = (pairs) => pairs;
      for (const pairs of placesInAnyOrder(request))
        yield { parameters: normalized(pairs, { order: asSent }) };
      const byName: Order = (pairs) => pairs.sort(([a], [b]) => compare(a, b));
      for (const pairs of placesInAnyOrder(request))
        yield { parameters: normalized(pairs, { order: byName }) };
      // Each place is sorted separately.
      for (const pairs of placesInAnyOrder(request, byOctets)) {
        yield { parameters: normalized(pairs, { order: asSent }) };
      }
    },
  },
  {
    code: 'sorted_before_encoding',
    advice:
      'The parameters were sorted before they were percent-encoded. Encode names and values first, then sort.',
    likelierThan: ['sorted_by_language'],
    *readings(request) {
      const pairs = allParameters(request);
      const text = (octets: string): string => textOf(octets) ?? octets;
      const byDecoded = (shown: (octets: string) => string): Parameter[] =>
        [...pairs].sort(
          (a, b) => compare(shown(a[0]), shown(b[0])) || compare(shown(a[1]), shown(b[1])),
        );
      const asSorted: Order = (sorted) => sorted;
      if (shownEncodings(pairs).anywhere) {
        const byOctetsSent = byDecoded((octets) => octets);
        yield { parameters: normalized(byOctetsSent, { order: asSorted }) };
        yield { parameters: normalized(byDecoded(text), { order: asSorted }) };
      }
      // Sorted as whole texts, so that "a=" comes after "a1=".
      yield { parameters: wholePairsSorted(pairs) };
    },
  },
  {
    code: 'sorted_by_language',
    advice:
      'The parameters were sorted as a language sorts words, upper and lower case together. Sort by the octets: "B" comes before "a".',
    *readings(request) {
      const pairs = allParameters(request);
      const insensitive = (a: string, b: string) => compare(a.toLowerCase(), b.toLowerCase());
      const upper = (a: string, b: string) => compare(a.toUpperCase(), b.toUpperCase());
      for (const by of [(a: string, b: string) => COLLATOR.compare(a, b), insensitive, upper]) {
        const order: Order = (encoded) => encoded.sort((a, b) => by(a[0], b[0]) || by(a[1], b[1]));
        yield { parameters: normalized(pairs, { order }) };
      }
    },
  },
];

/** Mistakes in the choice of the signed pairs, the likeliest first. */
export const PAIR_MISTAKES: readonly Mistake[] = [
  {
    code: 'sent_twice',
    advice:
      "Each parameter was sent twice and signed once, as WooCommerce's client does. Send each once, or sign each as often as it is sent.",
    likelierThan: ['repeated_name_lost'],
    *readings(request) {
      const { header, query, form } = request;
      const [queryOnce, formOnce] = [sentTwice(query), sentTwice(form)];
      if (queryOnce || formOnce) {
        yield {
          parameters: normalized(
            withoutSignature([...header, ...(queryOnce ?? query), ...(formOnce ?? form)]),
          ),
        };
      }
      // The same pairs in query and form, signed once.
      const inBoth = query.length > 0 && query.length === form.length && samePairs(query, form);
      if (inBoth) yield { parameters: normalized(withoutSignature([...header, ...query])) };
    },
  },
  {
    code: 'repeated_name_lost',
    advice:
      'A name that is sent more than once was signed once, or under other names. Every pair is signed as it is sent, also those of one name (a map keeps one alone, npm oauth makes them a[0] and a[1]).',
    *readings(request) {
      const pairs = allParameters(request);
      const names = new Set(pairs.map(([name]) => name));
      if (names.size === pairs.length) return;
      yield { parameters: normalized([...new Map(pairs)]) };
      yield { parameters: normalized([...new Map([...pairs].reverse())]) };
      yield { parameters: normalized(withoutRepeatedPairs(pairs)) };
      for (const between of [',', '&', ' ', '']) {
        yield { parameters: normalized(joinedValues(pairs, between)) };
      }
      yield { parameters: normalized(numberedNames(pairs, (at) => `[${at}]`)) };
      yield { parameters: normalized(numberedNames(pairs, () => '[]')) };
      // A map that is filled from the form before the query.
      const { header, query, form } = request;
      yield {
        parameters: normalized([...new Map(withoutSignature([...header, ...form, ...query]))]),
      };
    },
  },
  {
    code: 'empty_value_left_out',
    advice:
      'A parameter with an empty value was not signed as one. It is signed as "name=", with its equals sign.',
    *readings(request) {
      const pairs = sortedParameters(request);
      const isEmpty = ([name, value]: Parameter) => value === '' && !isProtocol(name);
      if (pairs.some(isEmpty)) {
        yield { parameters: normalized(pairs.filter((pair) => !isEmpty(pair))) };
        yield { parameters: withoutEqualsSign(pairs) };
      }
      if (pairs.some(([, value]) => value === '')) {
        yield { parameters: normalized(pairs.filter(([, value]) => value !== '')) };
      }
    },
  },
];

/** Mistakes with the protocol parameters, the likeliest first. */
export const PROTOCOL_MISTAKES: readonly Mistake[] = [
  {
    code: 'empty_token_signed',
    advice:
      'An empty oauth_token was signed and not sent, as Postman does, or sent and not signed. Without a token leave it out of both, or have it in both.',
    flag: 'empty_token_signed',
    // A client that omits everything empty would have omitted other parameters as well.
    likelierThan: ['empty_value_left_out'],
    *readings(request) {
      const pairs = sortedParameters(request);
      const sent = pairs.find(([name]) => name === 'oauth_token');
      if (sent === undefined) yield { parameters: normalized([...pairs, ['oauth_token', '']]) };
      if (sent?.[1] === '') yield { parameters: normalized(pairs.filter((pair) => pair !== sent)) };
    },
  },
  {
    code: 'version_signed',
    advice:
      'oauth_version was signed and not sent, or sent and not signed. It may be left out, in both places.',
    *readings(request) {
      const pairs = sortedParameters(request);
      const others = pairs.filter(([name]) => name !== 'oauth_version');
      if (others.length < pairs.length) yield { parameters: normalized(others) };
      else {
        yield { parameters: normalized([...pairs, ['oauth_version', '1.0']]) };
        yield { parameters: normalized([...pairs, ['oauth_version', '']]) };
      }
    },
  },
  {
    code: 'realm_signed',
    advice: 'The realm of the Authorization header was signed. It is never part of the signature.',
    *readings(request) {
      if (request.realm === undefined) return;
      const pairs = sortedParameters(request);
      yield { parameters: normalized([...pairs, ['realm', request.realm]]) };
      const decoded = decodedOnceMore(request.realm);
      if (decoded !== request.realm) {
        yield { parameters: normalized([...pairs, ['realm', decoded]]) };
      }
    },
  },
  {
    code: 'oauth_value_decoded_twice',
    advice:
      'The value of an oauth_ parameter was signed decoded once more than it was sent. Encode it once where it is sent, and once in the base string.',
    *readings(request) {
      const pairs = sortedParameters(request);
      if (!pairs.some(([, value]) => value.includes('%'))) return;
      yield {
        parameters: normalized(
          pairs.map(([name, value]) => [name, isProtocol(name) ? decodedOnceMore(value) : value]),
        ),
      };
      yield {
        parameters: normalized(pairs.map(([name, value]) => [name, decodedOnceMore(value)])),
      };
    },
  },
  {
    code: 'body_hash_left_out',
    advice:
      'oauth_body_hash was sent and not signed. Like every oauth_ parameter but the signature it is part of the base string.',
    *readings(request) {
      const pairs = sortedParameters(request);
      const others = pairs.filter(([name]) => name !== 'oauth_body_hash');
      if (others.length < pairs.length) yield { parameters: normalized(others) };
    },
  },
];

// The same collation everywhere, whatever the locale of the process.
const COLLATOR = new Intl.Collator('en');

/** The places in every order, each as sent or sorted separately. */
function* placesInAnyOrder(
  { header, query, form }: PlacedParameters,
  order: Order = (pairs) => pairs,
): Generator<Parameter[]> {
  const places = [header, query, form]
    .filter((pairs) => pairs.length > 0)
    .map((pairs) => order(withoutSignature(pairs)));
  for (const permuted of permutations(places)) yield permuted.flat();
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) =>
    permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
  );
}

function wholePairsSorted(pairs: readonly Parameter[]): string {
  const encoded = pairs.map((pair) => encodedRightly(pair).join('='));
  return encoded.sort(compare).join('&');
}

/** Each pair once, if all but the protocol parameters occur exactly twice; undefined otherwise. */
function sentTwice(pairs: readonly Parameter[]): Parameter[] | undefined {
  const counts = new Map<string, { pair: Parameter; count: number }>();
  const protocol = pairs.filter(([name]) => isProtocol(name));
  const others = pairs.filter(([name]) => !isProtocol(name));
  if (others.length % 2 !== 0) return undefined;
  for (const pair of others) {
    const key = JSON.stringify(pair);
    const seen = counts.get(key);
    if (seen) seen.count += 1;
    else counts.set(key, { pair, count: 1 });
  }
  const all = [...counts.values()];
  if (all.length === 0 || all.some(({ count }) => count !== 2)) return undefined;
  return [...protocol, ...all.map(({ pair }) => pair)];
}

const samePairs = (a: readonly Parameter[], b: readonly Parameter[]): boolean =>
  normalized(a) === normalized(b);

const withoutRepeatedPairs = (pairs: readonly Parameter[]): Parameter[] => [
  ...new Map(pairs.map((pair) => [JSON.stringify(pair), pair])).values(),
];

/** Joins all values of a name to one text. */
function joinedValues(pairs: readonly Parameter[], between: string): Parameter[] {
  const values = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before}${between}${value}`);
  }
  return [...values];
}

/** Appends a suffix to names that occur more than once, according to their position among them. */
function numberedNames(pairs: readonly Parameter[], suffix: (at: number) => string): Parameter[] {
  const counts = new Map<string, number>();
  for (const [name] of pairs) counts.set(name, (counts.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return pairs.map((pair) => {
    const [name, value] = pair;
    if (counts.get(name) === 1) return pair;
    const at = seen.get(name) ?? 0;
    seen.set(name, at + 1);
    return [`${name}${suffix(at)}`, value];
  });
}

function withoutEqualsSign(pairs: readonly Parameter[]): string {
  return byOctets(pairs.map(encodedRightly))
    .map(([name, value]) => (value === '' ? name : joined([[name, value]])))
    .join('&');
}
