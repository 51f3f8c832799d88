import { matchesRegisteredCallback } from '../protocol/callback-uri.js';
import { parameterRejected } from '../protocol/oauth-problem.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';

/**
 * The callback of a request for temporary credentials. The verifier accepts a request without one only if the
 * consumer has the flag `callback_optional`. Then the callback is the consumer's only registered one, or else
 * `oob`.
 *
 * @throws OAuthProblem parameter_rejected
 */
export function callbackOf(callback: string | undefined, consumer: SigningConsumer): string {
  if (callback !== undefined) return assertCallback(callback, consumer);
  const [only = 'oob', ...others] = consumer.callbackUrls;
  return others.length === 0 ? only : 'oob';
}

/**
 * RFC 5849 section 2.1: the callback is exactly `oob`, or a URI. The RFC does not say which URIs. Here the consumer
 * must have registered it, so that a thief of its secret cannot redirect verifiers elsewhere.
 *
 * @throws OAuthProblem parameter_rejected
 */
function assertCallback(callback: string, consumer: SigningConsumer): string {
  if (callback === 'oob') return callback;
  if (matchesRegisteredCallback(callback, consumer.callbackUrls)) return callback;
  throw parameterRejected(
    ['oauth_callback'],
    'Send oob, or a callback registered for this consumer.',
  );
}
