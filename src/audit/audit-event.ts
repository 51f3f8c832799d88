import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';

/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Who does something, and by which request. */
export interface AuditActor {
  /** A key's name, a person of the platform, `owner:SUBJECT`, `consumer:KEY`, or an address. */
  readonly name: string;
  /** The `X-Request-Id` of the answer; null where there is no request. */
  readonly requestId: string | null;
  /** Where the request came from; null where there is no request, or the caller went away. */
  readonly address: string | null;
}

/** Whoever acts without a request: the service itself, or a program beside it. */
export const actorWithoutRequest = (name: string): AuditActor => ({
  name,
  requestId: null,
  address: null,
});

/** What somebody did, or tried to. */
export interface NewAuditEvent {
  readonly actor: AuditActor;
  /** `thing.verb`. */
  readonly action: string;
  /** `thing:id`. */
  readonly target: string;
  /** Never holds a secret. */
  readonly detail: { readonly [name: string]: Json };
}

/** An act on record. */
export interface AuditEvent extends Omit<NewAuditEvent, 'actor'> {
  /** By name. The request is told in `detail`, as `requestId` and `address`. */
  readonly actor: string;
  /** 1, 2, 3, without gaps. */
  readonly id: number;
  /** ISO 8601 in UTC with milliseconds, by the database's clock. */
  readonly at: string;
  /** Hexadecimal; see eventHash. */
  readonly hash: string;
}

/** What the first event follows. */
export const NO_HASH = '';

/**
 * The hash of an event: SHA-256 of the previous event's hash, a line feed, and the event without
 * `hash` as RFC 8785 JSON. So each hash stands for all that came before it.
 */
export function eventHash(previousHash: string, event: Omit<AuditEvent, 'hash'>): string {
  const { id, at, actor, action, target, detail } = event;
  const json = canonicalize({ id, at, actor, action, target, detail });
  return createHash('sha256').update(`${previousHash}\n${json}`, 'utf8').digest('hex');
}
