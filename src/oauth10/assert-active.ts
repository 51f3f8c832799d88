import { AddressRanges } from '../http/address-ranges.js';
import { oauthProblem } from '../protocol/oauth-problem.js';
import type { AccessToken } from '../tokens/access-token.js';
import { isPast, inactiveReason } from '../tokens/inactive-consumer.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';
import {
  FAILED_VERIFIERS_MAX,
  type TemporaryCredentials,
} from '../tokens/temporary-credentials.js';

/**
 * Refuses a genuine request if its consumer or token may not be used now. Call this after the signature was
 * verified: only a client that can sign may learn the reason.
 *
 * @param nowSeconds by the database's clock
 * @throws OAuthProblem consumer_key_rejected, token_used, token_expired, token_revoked, token_rejected
 */
export function assertActive(
  consumer: SigningConsumer,
  token: TemporaryCredentials | AccessToken | undefined,
  clientAddress: string | undefined,
  nowSeconds: number,
): void {
  assertConsumerActive(consumer, clientAddress, nowSeconds);
  if (token === undefined) return;
  if ('revoked' in token) {
    if (token.revoked) throw oauthProblem('token_revoked');
  } else {
    if (token.used) throw oauthProblem('token_used');
    if (token.failedVerifiers >= FAILED_VERIFIERS_MAX) throw oauthProblem('token_rejected');
  }
  if (isPast(token.expiresAtSeconds, nowSeconds)) throw oauthProblem('token_expired');
}

function assertConsumerActive(
  consumer: SigningConsumer,
  clientAddress: string | undefined,
  nowSeconds: number,
): void {
  const { allowedAddresses } = consumer;
  const why = inactiveReason(consumer, nowSeconds);
  if (why !== undefined) throw oauthProblem('consumer_key_rejected', why);
  if (allowedAddresses.length > 0 && !new AddressRanges(allowedAddresses).contains(clientAddress)) {
    throw oauthProblem('consumer_key_rejected', 'called from an address that is not allowed');
  }
}
