// Contract section 10: if a signature does not hold, this search tries known mistakes of clients, with the genuine
// secrets.
//
//   notation of the signature → each mistake of the table, in its order → whether the match is unique
//
// Digests of 160 bits or more are not equal by chance: a match is what the client signed.
import type { KeyObject } from 'node:crypto';
import {
  octetsOf,
  percentDecode,
  percentEncode,
  percentEncodeText,
  textOf,
} from '../percent-encoding.js';
import type { SignatureMethod } from '../signature-methods.js';
import type { CompatibilityFlag } from '../compatibility.js';
import { hmacCheck, plaintextCheck, rsaCheck, type SignatureCheck } from './claimed-digest.js';
import type { HintCode, Mistake, Reading, RefusedRequest } from './mistake.js';
import { altersParametersAlone, MISTAKES, MISTAKE_OF_FLAG, SIGNATURE_ADVICE } from './mistakes.js';
import { normalized, sortedParameters } from './normalized.js';

/** The explanation of the signature, for the developer of the client. */
export interface SignatureHint {
  readonly code: HintCode;
  readonly advice: string;
  /** The flag of `compatibility` that would make the signature valid. */
  readonly flag: CompatibilityFlag | undefined;
}

/** A signature that did not hold: its value and its method. */
export interface RefusedSignature {
  readonly method: SignatureMethod;
  /** `oauth_signature`, decoded. */
  readonly signature: string;
  /** The consumer's key, for the RSA methods. */
  readonly rsaPublicKey: KeyObject | undefined;
}

/**
 * The number of octets that one search may process; a small request needs a tenth of it. It limits the time for the
 * largest request to some 3 ms in the median (`npm run bench:hints`).
 */
const SEARCHED_OCTETS_MAX = 128 * 1024;
/** Sorting and joining a pair costs as much as processing this many octets. */
const OCTETS_OF_A_PAIR = 32;

/**
 * The one known mistake that explains the signature. Undefined if none does, if two unrelated ones do, and for
 * PLAINTEXT, whose signature is not computed.
 *
 * If nothing matches, which is so for every client without the secrets, the work depends only on the request. A
 * match is returned only after all other mistakes with possibly the same result were tried. A search that reaches
 * its limit before that returns none.
 */
export function signatureHint(
  request: RefusedRequest,
  refused: RefusedSignature,
): SignatureHint | undefined {
  const check = checkOf(refused);
  if (check === undefined) return undefined;
  const signing = new Signing(request);
  const written = check.howWritten(signing.baseString(signing.right), signing.right.key);
  if (written !== undefined) {
    return { code: written, advice: SIGNATURE_ADVICE[written], flag: undefined };
  }
  if (!check.canHold) return undefined;
  const found = search(request, signing, check, refused.method.family);
  return found && { code: found.code, advice: adviceOf(found), flag: found.flag };
}

/** A signature that a flag makes valid. */
export interface FlaggedSignature {
  /** The nonce that was signed, decoded; undefined if it equals the one that was sent. */
  readonly nonce: string | undefined;
}

/**
 * Checks whether the signature is right apart from the mistake that the flag allows. Undefined if it is not, and
 * for a flag that does not concern the signature.
 */
export function signatureUnderFlag(
  flag: CompatibilityFlag,
  request: RefusedRequest,
  refused: RefusedSignature,
): FlaggedSignature | undefined {
  const mistake = MISTAKE_OF_FLAG.get(flag);
  const isPlaintext = refused.method.family === 'plaintext';
  const check = isPlaintext ? plaintextCheck(refused.signature) : checkOf(refused);
  if (check === undefined || mistake === undefined) return undefined;
  const signing = new Signing(request);
  const tried = new Tried(signing.right);
  let octetsLeft = SEARCHED_OCTETS_MAX;
  for (const reading of mistake.readingsUnderFlag?.(request) ?? mistake.readings(request)) {
    if (isUseless(reading, refused.method.family)) continue;
    const attempt = signing.under(reading);
    if (tried.has(attempt)) continue;
    if (check.holds(signing.baseString(attempt), attempt.key)) return { nonce: nonceIn(reading) };
    octetsLeft -= signing.octetsToTry(attempt);
    if (octetsLeft < 0) return undefined;
  }
  return undefined;
}

function nonceIn({ parameters }: Reading): string | undefined {
  const encoded = /(?:^|&)oauth_nonce=([^&]*)/.exec(parameters ?? '')?.[1];
  return encoded === undefined ? undefined : textOf(percentDecode(encoded));
}

function checkOf({
  method,
  signature,
  rsaPublicKey,
}: RefusedSignature): SignatureCheck | undefined {
  switch (method.family) {
    case 'hmac':
      return hmacCheck(method.hash, signature);
    case 'rsa':
      return rsaPublicKey && rsaCheck(method.hash, signature, rsaPublicKey);
    case 'plaintext':
      return undefined;
  }
}

/** RSA signatures do not depend on the secrets; PLAINTEXT signatures depend on nothing else. */
const isUseless = ({ key }: Reading, family: SignatureMethod['family']): boolean =>
  family !== 'hmac' && (key === undefined) === (family === 'plaintext');

/** The mistake and its fix, and the flag for clients that cannot be fixed. */
const adviceOf = ({ advice, flag }: Mistake): string =>
  flag === undefined
    ? advice
    : `${advice} A client that can't be changed is let in by the compatibility flag ${flag}.`;

function search(
  request: RefusedRequest,
  signing: Signing,
  check: SignatureCheck,
  family: SignatureMethod['family'],
): Mistake | undefined {
  const tried = new Tried(signing.right);
  let octetsLeft = SEARCHED_OCTETS_MAX;
  let found: { mistake: Mistake; attempt: Attempt } | undefined;
  for (const mistake of MISTAKES) {
    if (found !== undefined && !mayBeSame(found, mistake, signing.right)) continue;
    for (const reading of mistake.readings(request)) {
      if (isUseless(reading, family)) continue;
      const attempt = signing.under(reading);
      octetsLeft -= signing.octetsToTry(attempt);
      // The match may not be the only one.
      if (octetsLeft < 0) return undefined;
      if (found !== undefined) {
        if (isSame(attempt, found.attempt)) return undefined;
      } else if (!tried.has(attempt) && check.holds(signing.baseString(attempt), attempt.key)) {
        found = { mistake, attempt };
        // The rest of the search, for a second match, computes no hash; it gets as many octets again.
        octetsLeft = SEARCHED_OCTETS_MAX;
        break;
      }
    }
  }
  return found?.mistake;
}

/** Whether an unrelated mistake may have the same result as the match. */
const mayBeSame = (
  found: { mistake: Mistake; attempt: Attempt },
  other: Mistake,
  right: Attempt,
): boolean =>
  !areRelated(found.mistake, other) &&
  !(altersParametersAlone(other) && differsBeyondParameters(found.attempt, right));

const differsBeyondParameters = ({ method, uri, key }: Attempt, right: Attempt): boolean =>
  method !== right.method || uri !== right.uri || !isSameKey(key, right.key);

const areRelated = (found: Mistake, other: Mistake): boolean =>
  found === other ||
  found.likelierThan?.includes(other.code) === true ||
  other.likelierThan?.includes(found.code) === true;

/** What is signed, and with which key; the parts are not encoded yet. */
type Attempt = Required<Reading>;

const isSame = (one: Attempt, other: Attempt): boolean =>
  one.parameters === other.parameters &&
  one.uri === other.uri &&
  one.method === other.method &&
  one.outerEscapes === other.outerEscapes &&
  isSameKey(one.key, other.key);

const isSameKey = (one: string | Buffer, other: string | Buffer): boolean =>
  typeof one === 'string' || typeof other === 'string'
    ? one === other
    : Buffer.compare(one, other) === 0;

/**
 * Remembers attempts: the right one, and those that differ from it only in the parameters or only in the key, which
 * most do.
 */
class Tried {
  private readonly parameters: Set<string>;
  private readonly keys: Set<string | Buffer>;

  constructor(private readonly right: Attempt) {
    this.parameters = new Set([right.parameters]);
    this.keys = new Set([right.key]);
  }

  /** Whether it was tried before. Records it as tried. */
  has({ method, uri, parameters, outerEscapes, key }: Attempt): boolean {
    const { right } = this;
    if (method !== right.method || uri !== right.uri || outerEscapes !== right.outerEscapes) {
      return false;
    }
    const isTried = key === right.key ? this.parameters.has(parameters) : this.keys.has(key);
    if (key === right.key) this.parameters.add(parameters);
    else this.keys.add(key);
    return isTried;
  }
}

/** The signed parts by RFC 5849, and with the changes of a reading. */
class Signing {
  readonly right: Attempt;
  private readonly encodedRight: readonly [method: string, uri: string, parameters: string];

  private readonly pairs: number;

  constructor(request: RefusedRequest) {
    this.pairs = sortedParameters(request).length;
    const path = request.path === '' ? '/' : request.path;
    const { consumerSecret, tokenSecret } = request;
    this.right = {
      method: request.method.toUpperCase(),
      uri: `${request.scheme}://${request.authority}${path}`,
      parameters: normalized(sortedParameters(request)),
      outerEscapes: 'upper',
      key: `${percentEncodeText(consumerSecret)}&${percentEncodeText(tokenSecret)}`,
    };
    const { method, uri, parameters } = this.right;
    this.encodedRight = [encodedMethod(method), percentEncode(uri), percentEncode(parameters)];
  }

  under(reading: Reading): Attempt {
    const { right } = this;
    return {
      method: reading.method ?? right.method,
      uri: reading.uri ?? right.uri,
      parameters: reading.parameters ?? right.parameters,
      outerEscapes: reading.outerEscapes ?? 'upper',
      key: reading.key ?? right.key,
    };
  }

  /**
   * The cost of an attempt, in octets of the base string. It is estimated from the length of the parameters, with
   * the ratio of the right base string. Hashing the right parameters again costs a quarter of encoding others.
   */
  octetsToTry({ method, uri, parameters, key }: Attempt): number {
    const others = method.length + uri.length + key.length;
    const [, , encodedRight] = this.encodedRight;
    if (parameters === this.right.parameters) return others + encodedRight.length / 4;
    const growth = encodedRight.length / Math.max(1, this.right.parameters.length);
    return others + parameters.length * growth + this.pairs * OCTETS_OF_A_PAIR;
  }

  baseString({ method, uri, parameters, outerEscapes }: Attempt): string {
    const { right } = this;
    const [rightMethod, rightUri, rightParameters] = this.encodedRight;
    const parts = [
      method === right.method ? rightMethod : encodedMethod(method),
      uri === right.uri ? rightUri : percentEncode(uri),
      parameters === right.parameters ? rightParameters : percentEncode(parameters),
    ];
    const whole = parts.join('&');
    return outerEscapes === 'lower'
      ? whole.replace(ESCAPE, (escape) => escape.toLowerCase())
      : whole;
  }
}

const ESCAPE = /%[0-9A-F]{2}/g;

const encodedMethod = (method: string): string => percentEncode(octetsOf(method));
