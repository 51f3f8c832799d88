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
  /** By name. The request is in `detail`, as `requestId` and `address`. */
  readonly actor: string;
  /** 1, 2, 3, without gaps. */
  readonly id: number;
  /** ISO 8601 in UTC with milliseconds, by the database's clock. */
  readonly at: string;
  /** Hexadecimal; see event-hash.ts. */
  readonly hash: string;
}
