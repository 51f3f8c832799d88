import type { Consumer } from '../../consumers/consumer.js';

/** What staff may see of a consumer. A list of what is shown, so that nothing new shows by itself. */
export const consumerReply = (consumer: Consumer) => ({
  consumerKey: consumer.consumerKey,
  name: consumer.name,
  description: consumer.description,
  callbackUrls: consumer.callbackUrls,
  scopes: consumer.scopes,
  signatureMethods: consumer.signatureMethods,
  rsaPublicKey: consumer.rsaPublicKey,
  twoLegged: consumer.twoLegged,
  accessTokenTtlSeconds: consumer.accessTokenTtlSeconds,
  websiteUrl: consumer.websiteUrl,
  legalNotice: consumer.legalNotice,
  allowedAddresses: consumer.allowedAddresses,
  expiresAt: consumer.expiresAt?.toISOString() ?? null,
  labels: consumer.labels,
  status: consumer.status,
  createdAt: consumer.createdAt.toISOString(),
  updatedAt: consumer.updatedAt.toISOString(),
});

export type ConsumerReply = ReturnType<typeof consumerReply>;
