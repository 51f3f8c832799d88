// The MACs of rows that a bench writes beside the service, made by the service's own code: what carries none
// is refused (src/grants).
import { grantedToConsumer } from '../dist/consumers/consumer-grant.js';
import { ACCESS_TOKEN_GRANT, SESSION_GRANT } from '../dist/grants/granted.js';
import { Grants } from '../dist/grants/grants.js';
import { DerivedKeys } from '../dist/secrets/derived-keys.js';
import { verifierMac } from '../dist/tokens/verifier.js';

const NEVER = null;
/** What of a consumer the statements of the benches leave as it is. */
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

  /** What is stored of a verifier. */
  verifierMac(allowed) {
    return verifierMac(this.keys, allowed);
  }
}
