// Rules of a verdict, in the order of the contract's section 3; see RequestVerifier.
import { bodyHashMatches } from '../protocol/body-hash.js';
import { oauthProblem, parameterRejected } from '../protocol/oauth-problem.js';
import type { ProtocolParameters } from '../protocol/protocol-parameters.js';
import { isWeakMethod } from '../protocol/signature-methods.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';
import { MethodNotRegistered, TokenMissing } from './disclosure.js';
import type { EndpointRules } from './endpoint-rules.js';

/**
 * Checks that the consumer exists and may use the request's signature method.
 *
 * @throws OAuthProblem consumer_key_unknown; MethodNotRegistered
 */
export function assertConsumer(
  consumer: SigningConsumer | undefined,
  { signatureMethod }: ProtocolParameters,
  nowSeconds: number,
): SigningConsumer {
  if (!consumer) throw oauthProblem('consumer_key_unknown');
  const weakUntil = consumer.weakSignaturesUntilSeconds;
  const takesWeak = weakUntil === null || weakUntil > nowSeconds;
  const acceptable = consumer.signatureMethods.filter((name) => takesWeak || !isWeakMethod(name));
  if (!acceptable.includes(signatureMethod.name)) throw new MethodNotRegistered(acceptable);
  return consumer;
}

/**
 * Checks that a sent token exists, and that only two-legged consumers omit it.
 *
 * @throws OAuthProblem token_rejected; TokenMissing
 */
export function assertToken(
  protocol: ProtocolParameters,
  rules: EndpointRules,
  { token }: { readonly token: unknown },
  consumer: SigningConsumer,
  signatureHolds: boolean,
): void {
  if (rules.token === 'none') return;
  if (protocol.token === undefined) {
    // Two-legged: RFC 5849 section 3.1 allows a request without a token; here the consumer must be marked for it.
    if (!consumer.twoLegged) throw new TokenMissing(signatureHolds);
  } else if (!token) {
    throw oauthProblem('token_rejected');
  }
}

/**
 * The hash covers bodies that the signature does not cover. A form is covered by the signature, so it must have no
 * hash, unless the form is empty: some clients send a hash with every empty body.
 */
export function assertBodyHash(
  { bodyHash }: ProtocolParameters,
  body: Buffer | undefined,
  isForm: boolean,
): void {
  if (bodyHash === undefined) return;
  if (isForm && body !== undefined && body.length > 0) {
    throw parameterRejected(['oauth_body_hash'], 'Leave oauth_body_hash out of a form request.');
  }
  if (body === undefined || !bodyHashMatches(bodyHash, body)) {
    throw parameterRejected(['oauth_body_hash'], 'oauth_body_hash does not match the body.');
  }
}
