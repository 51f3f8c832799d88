import { EntitySchema } from 'typeorm';
import { Consumer } from './consumer.js';

/** How a Consumer lies in the table `consumers`; the table itself is made by the migrations. */
export const ConsumerSchema = new EntitySchema<Consumer>({
  name: 'Consumer',
  target: Consumer,
  tableName: 'consumers',
  columns: {
    consumerKey: { name: 'consumer_key', type: 'text', primary: true },
    secret: { type: 'bytea', nullable: true },
    previousSecret: { name: 'previous_secret', type: 'bytea', nullable: true },
    previousSecretExpiresAt: {
      name: 'previous_secret_expires_at',
      type: 'timestamptz',
      nullable: true,
    },
    name: { type: 'text' },
    description: { type: 'text', nullable: true },
    callbackUrls: { name: 'callback_urls', type: 'text', array: true },
    scopes: { type: 'text', array: true },
    signatureMethods: { name: 'signature_methods', type: 'text', array: true },
    rsaPublicKey: { name: 'rsa_public_key', type: 'text', nullable: true },
    twoLegged: { name: 'two_legged', type: 'boolean' },
    accessTokenTtlSeconds: { name: 'access_token_ttl_seconds', type: 'integer', nullable: true },
    websiteUrl: { name: 'website_url', type: 'text', nullable: true },
    legalNotice: { name: 'legal_notice', type: 'text', nullable: true },
    allowedAddresses: { name: 'allowed_addresses', type: 'text', array: true },
    expiresAt: { name: 'expires_at', type: 'timestamptz', nullable: true },
    labels: { type: 'jsonb' },
    status: { type: 'text' },
    weakSignaturesUntil: { name: 'weak_signatures_until', type: 'timestamptz', nullable: true },
    grantMac: { name: 'grant_mac', type: 'bytea', nullable: true },
    version: { type: 'integer', version: true },
    createdAt: { name: 'created_at', type: 'timestamptz', createDate: true },
    updatedAt: { name: 'updated_at', type: 'timestamptz', updateDate: true },
  },
});
