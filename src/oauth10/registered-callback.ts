import { matchesRegisteredCallback } from '../protocol/callback-uri.js';
import { parameterRejected } from '../protocol/oauth-problem.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';

/**
 * The callback of a request for temporary credentials. One without is let through by the verifier to a
 * consumer with the flag `callback_optional` alone: its only registered callback, else `oob`.
 *
 * @throws OAuthProblem parameter_rejected
 */
export function callbackOf(callback: string | undefined, consumer: SigningConsumer): string {
  if (callback !== undefined) return assertCallback(callback, consumer);
  const [only = 'oob', ...others] = consumer.callbackUrls;
  return others.length === 0 ? only : 'oob';
}

/**
 * RFC 5849 section 2.1: the callback is `oob`, exactly so, or a URI. Which URIs, the RFC leaves
 * open; here the consumer must have registered it, so that a stolen secret cannot send verifiers
 * elsewhere.
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
