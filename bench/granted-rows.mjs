// Computes MACs for rows that a bench writes directly, with the service's own code. The service refuses rows without
// a MAC (src/grants).
import { grantedToConsumer } from '../dist/consumers/consumer-grant.js';
import { ACCESS_TOKEN_GRANT, SESSION_GRANT } from '../dist/grants/granted.js';
import { Grants } from '../dist/grants/grants.js';
import { DerivedKeys } from '../dist/secrets/derived-keys.js';
import { verifierMac } from '../dist/tokens/verifier.js';

const NEVER = null;
/** The fields of a consumer that the statements of the benches leave at their defaults. */
const USUAL_CONSUMER = {
  signatureMethods: ['HMAC-SHA1'],
  rsaPublicKey: null,
  callbackUrls: [],
  scopes: ['photos'],
  twoLegged: false,
  accessTokenTtlSeconds: null,
  allowedAddresses: [],
  status: 'active',
  expiresAt: NEVER,
  compatibility: [],
  previousSecretExpiresAt: NEVER,
  weakSignaturesUntil: NEVER,
};

export class GrantedRows {
  /** @param sealingKey `{ id, key }` of the service */
  constructor(sealingKey) {
    this.keys = new DerivedKeys([sealingKey]);
    this.grants = new Grants(this.keys);
  }

  consumerMac(consumerKey) {
    return this.grants.mac('consumer', grantedToConsumer({ ...USUAL_CONSUMER, consumerKey }));
  }

  accessTokenMac({ token, consumerKey, subject, scopes }) {
    const granted = { token, consumerKey, subject, scopes, expiresAt: NEVER };
    return this.grants.mac('access-token', ACCESS_TOKEN_GRANT.toGranted(granted));
  }

  sessionMac({ idHash, subject }) {
    return this.grants.mac('session', SESSION_GRANT.toGranted({ idHash, subject }));
  }

  /** The stored value for a verifier. */
  verifierMac(allowed) {
    return verifierMac(this.keys, allowed);
  }
}
