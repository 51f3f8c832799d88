import type { Json } from '../audit/audit-event.js';
import { consumerFieldsAsJson, type ConsumerMetadata } from './consumer-fields.js';

/** The detail of the audit event for a new consumer: all fields that staff set, so no secret. */
export const auditDetail = (consumer: ConsumerMetadata): { [name: string]: Json } =>
  consumerFieldsAsJson(consumer);

/** The detail of the audit event for a change: each changed property, before and after. */
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
