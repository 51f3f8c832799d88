import { nonceClaim, type NonceClaim } from '../nonces/nonce-claim.js';
import type { Parameter } from '../protocol/parameter.js';
import type { ProtocolParameters } from '../protocol/protocol-parameters.js';
import type { AccessToken } from '../tokens/access-token.js';
import type { SigningConsumer } from '../tokens/signing-consumer.js';
import type { TemporaryCredentials } from '../tokens/temporary-credentials.js';

/**
 * A request with a valid signature, whose consumer and token may be used. Its nonce is not claimed yet: the
 * statement that acts on the request claims it.
 */
export interface VerifiedRequest {
  readonly consumer: SigningConsumer;
  /** The temporary credentials that signed; undefined at endpoints that accept none. */
  readonly temporaryCredentials: TemporaryCredentials | undefined;
  /** The access token that signed; undefined at endpoints that accept none, and for two-legged requests. */
  readonly accessToken: AccessToken | undefined;
  readonly protocol: ProtocolParameters;
  /** All parameters but `realm`, decoded, in the order header, query, body. */
  readonly parameters: readonly Parameter[];
  readonly clientAddress: string | undefined;
  readonly method: string;
  /** The whole URL of the request with its query, raw. */
  readonly url: string;
  /** Whether the signature or oauth_body_hash covered the body. */
  readonly bodyVerified: boolean;
}

/** The claim that makes a verified request unrepeatable. */
export const claimOf = ({ protocol }: VerifiedRequest): NonceClaim => nonceClaim(protocol);
