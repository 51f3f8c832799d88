import { matchesRegisteredCallback } from '../protocol/callback-uri.js';
import { parameterRejected } from '../protocol/oauth-problem.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';

/**
 * RFC 5849 section 2.1: the callback is `oob`, exactly so, or a URI. Which URIs, the RFC leaves
 * open; here the consumer must have registered it, so that a stolen secret cannot send verifiers
 * elsewhere.
 *
 * @throws OAuthProblem parameter_rejected
 */
export function assertCallback(callback: string | undefined, consumer: SigningConsumer): string {
  if (callback === 'oob') return callback;
  if (callback !== undefined && matchesRegisteredCallback(callback, consumer.callbackUrls)) {
    return callback;
  }
  throw parameterRejected(
    ['oauth_callback'],
    'Send oob, or a callback registered for this consumer.',
  );
}
