/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Who performs an act, and in which request. */
export interface AuditActor {
  /** An actor as CONTEXT.md defines it, or `owner:SUBJECT`, `consumer:KEY` or `service`. */
  readonly name: string;
  /** The `X-Request-Id` of the response; null without a request. */
  readonly requestId: string | null;
  /** The client address of the request; null without a request, or when the client has disconnected. */
  readonly address: string | null;
}

/** An actor without a request: the service itself, or another program of the project. */
export const actorWithoutRequest = (name: string): AuditActor => ({
  name,
  requestId: null,
  address: null,
});

/** An act or an attempt, before it is recorded. */
export interface NewAuditEvent {
  readonly actor: AuditActor;
  /** `thing.verb`. */
  readonly action: string;
  /** `thing:id`. */
  readonly target: string;
  /** Never holds a secret. */
  readonly detail: { readonly [name: string]: Json };
}

/** A recorded act. */
export interface AuditEvent extends Omit<NewAuditEvent, 'actor'> {
  /** The actor's name. The request is in `detail`, as `requestId` and `address`. */
  readonly actor: string;
  /** 1, 2, 3, without gaps. */
  readonly id: number;
  /** ISO 8601 in UTC with milliseconds, by the database's clock. */
  readonly at: string;
  /** Hexadecimal; see event-hash.ts. */
  readonly hash: string;
}
