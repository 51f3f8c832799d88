import type { Scheme } from '../../src/protocol/base-string-uri.js';
import type { Random } from '../fuzz/random.js';
import { encodeOctets, type Pair } from '../support/signature-witness.js';
import type { WireRequest } from './wire-request.js';

export type Place = 'header' | 'query' | 'form';

/** How much a sender deviates from the RFC's canonical encoding. */
export type Hand = 'strict' | 'loose' | 'wild';

/** One parameter in its encoded form. Without a value it has no `=` either. */
export interface Piece {
  name: string;
  value: string | undefined;
}

/** A signed request before its parts are joined. */
export interface Draft {
  method: string;
  scheme: Scheme;
  authority: string;
  path: string;
  pieces: Record<Place, Piece[]>;
  /** Undefined: no realm. It comes first in the header, unchanged. */
  realm: string | undefined;
  /** The separator between two elements of the header. */
  separator: string;
  contentType: string | undefined;
  /** Undefined: the body is the form. */
  otherBody: string | undefined;
}

const UNRESERVED = /[A-Za-z0-9\-._~]/;
/** Characters that a query, a form or a quoted value may contain unencoded, although the RFC encodes them. */
const MAY_STAND = { header: "!$'()*:;/?@=&+, ", query: "!$'()*:;/?@,", form: "!$'()*:;/?@," };

/** Encodes a name or value in one of the possible ways for its place. */
export function spell(
  random: Random,
  octets: string,
  { place, hand, isName }: { place: Place; hand: Hand; isName: boolean },
): string {
  if (hand === 'strict') return encodeOctets(octets);
  const inHeader = place === 'header';
  let text = '';
  for (const octet of octets) {
    const hex = encodeOctets(octet);
    const escape = `%${octet.charCodeAt(0).toString(16).padStart(2, '0')}`;
    if (UNRESERVED.test(octet)) {
      const escapes = inHeader && isName ? hand === 'wild' && random.chance(40) : random.chance(20);
      text += escapes ? escape.toUpperCase() : octet;
    } else if (octet === ' ' && !inHeader && random.chance(2)) text += '+';
    else if (!(inHeader && isName) && MAY_STAND[place].includes(octet) && random.chance(2)) {
      text += octet;
    } else if (hand === 'wild' && mayStandWild(octet, place, isName) && random.chance(3)) {
      text += octet;
    } else text += random.chance(3) ? escape : hex;
  }
  return text;
}

function mayStandWild(octet: string, place: Place, isName: boolean): boolean {
  if (place === 'header') return !isName && /[<>^`{|}[\]\x80-\xff]/.test(octet);
  if (octet === '=') return !isName;
  if (place === 'query') return /["<>^`{|}\\[\]]/.test(octet);
  return /["<>^`{|}\\[\]\x80-\xff]/.test(octet);
}

export function spellPair(random: Random, [name, value]: Pair, place: Place, hand: Hand): Piece {
  const spelled = spell(random, value, { place, hand, isName: false });
  if (place === 'header') {
    const bare = hand === 'wild' && /^[!-+\--~]+$/.test(spelled) && !spelled.includes('"');
    const text = bare && random.chance(3) ? spelled : `"${spelled}"`;
    return { name: spell(random, name, { place, hand, isName: true }), value: text };
  }
  const isBare = hand !== 'strict' && value === '' && name !== '' && random.chance(2);
  return {
    name: spell(random, name, { place, hand, isName: true }),
    value: isBare ? undefined : spelled,
  };
}

/** Joins the parts to a request. */
export function wireOf(draft: Draft): WireRequest {
  const { method, scheme, authority, path, pieces, realm, separator, contentType } = draft;
  const query = joined(pieces.query, '&');
  const elements = joined(pieces.header, separator);
  const list = [realm, elements].filter((part) => part !== undefined && part !== '');
  return {
    method,
    scheme,
    authority,
    target: pieces.query.length > 0 ? `${path}?${query}` : path,
    authorization: list.length > 0 ? `OAuth ${list.join(separator)}` : undefined,
    contentType,
    body: draft.otherBody ?? joined(pieces.form, '&'),
  };
}

function joined(pieces: readonly Piece[], separator: string): string {
  return pieces
    .map(({ name, value }) => (value === undefined ? name : `${name}=${value}`))
    .join(separator);
}
