import type { Json } from '../audit/audit-event.js';
import type { ConsumerMetadata } from './consumer-metadata.js';

/** What the record says of a new consumer: all that staff decided on, and so no secret. */
export function auditDetail(consumer: ConsumerMetadata): { [name: string]: Json } {
  const { expiresAt, labels, ...rest } = only(consumer);
  return { ...rest, labels: { ...labels }, expiresAt: expiresAt?.toISOString() ?? null };
}

/** What the record says of a change: each property that is another now, before and after. */
export function auditDiff(
  before: ConsumerMetadata,
  after: ConsumerMetadata,
): { [name: string]: Json } {
  const [old, now] = [auditDetail(before), auditDetail(after)];
  const changed = Object.keys(now).filter(
    (name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]),
  );
  return Object.fromEntries(
    changed.map((name) => [name, { from: old[name] ?? null, to: now[name] ?? null }]),
  );
}

/** A list of what is recorded, so that nothing new is by itself. */
const only = (consumer: ConsumerMetadata): ConsumerMetadata => ({
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
  expiresAt: consumer.expiresAt,
  labels: consumer.labels,
  status: consumer.status,
});
