// The table of section 10 of the contract: every known mistake, in the order of the search.
import type { CompatibilityFlag } from '../compatibility.js';
import { ENCODING_MISTAKES } from './encoding-mistakes.js';
import { KEY_MISTAKES } from './key-mistakes.js';
import type { Mistake } from './mistake.js';
import { ORDER_MISTAKES, PAIR_MISTAKES, PROTOCOL_MISTAKES } from './parameter-mistakes.js';
import { PLACE_MISTAKES, URI_MISTAKES } from './uri-mistakes.js';

const PARAMETER_MISTAKES: readonly Mistake[] = [
  ...PLACE_MISTAKES,
  ...PROTOCOL_MISTAKES,
  ...PAIR_MISTAKES,
  ...ENCODING_MISTAKES,
  ...ORDER_MISTAKES,
];

/** Mistakes in the key or the base string, the likeliest first. */
export const MISTAKES: readonly Mistake[] = Object.freeze([
  ...KEY_MISTAKES,
  ...URI_MISTAKES,
  ...PARAMETER_MISTAKES,
]);

const altersParameters = new Set(PARAMETER_MISTAKES);

/** Whether the mistake affects only the parameters, so that method, URI and key are right. */
export const altersParametersAlone = (mistake: Mistake): boolean => altersParameters.has(mistake);

/** Mistakes in the notation or the hash of the signature itself, which are found without a search. */
export const SIGNATURE_ADVICE: Readonly<
  Record<
    | 'other_hash'
    | 'signature_is_hex'
    | 'signature_is_base64url'
    | 'signature_plus_lost'
    | 'signature_encoded_twice',
    string
  >
> = Object.freeze({
  other_hash:
    'The signature was made with another hash than oauth_signature_method says. Name the one that is used, or use the one that is named.',
  signature_is_hex:
    'The signature is the digest in hexadecimal. Write the octets of the digest in base64 (in PHP: hash_hmac with true as its last argument).',
  signature_is_base64url:
    'The signature is written in base64url or without padding. Write it in plain base64, with "+", "/" and "=", and percent-encode that.',
  signature_plus_lost:
    'The "+" of the signature arrived as a space. Percent-encode the signature where it is sent: "+" is %2B.',
  signature_encoded_twice:
    'The signature was percent-encoded twice. Encode it once where it is sent.',
});

/** The mistake in the signature that each flag allows. */
export const MISTAKE_OF_FLAG: ReadonlyMap<CompatibilityFlag, Mistake> = new Map(
  MISTAKES.flatMap((mistake) => (mistake.flag === undefined ? [] : [[mistake.flag, mistake]])),
);
