import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import type { AuditEvent } from './audit-event.js';

/** The previous hash of the first event. */
export const NO_HASH = '';

/**
 * The hash of an event: SHA-256 of the previous event's hash, a line feed, and the event without `hash` as RFC 8785
 * JSON. So each hash covers all events up to it.
 */
export function eventHash(previousHash: string, event: Omit<AuditEvent, 'hash'>): string {
  const { id, at, actor, action, target, detail } = event;
  const json = canonicalize({ id, at, actor, action, target, detail });
  return createHash('sha256').update(`${previousHash}\n${json}`, 'utf8').digest('hex');
}
