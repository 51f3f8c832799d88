/** What happened, as the `type` of its event says it (CloudEvents 1.0 section 3.1). */
export const EVENT_TYPES = [
  'oauth10.consumer.registered',
  'oauth10.consumer.changed',
  'oauth10.consumer.disabled',
  'oauth10.consumer.deleted',
  'oauth10.token.issued',
  'oauth10.token.exchanged',
  'oauth10.token.revoked',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

export const EVENT_STATES = ['pending', 'delivered', 'dead'] as const;

/** `dead`: it is not tried any more, unless somebody asks for that. */
export type EventState = (typeof EVENT_STATES)[number];

/** Who took a token back. */
export type RevokedBy = 'client' | 'owner' | 'staff';

/** What is known of an event where it is made. Nothing in it is secret. */
export interface NewEvent {
  readonly type: EventType;
  /** Events of one consumer are delivered in their order. */
  readonly consumerKey: string;
  /** What it is about: `consumer:KEY` or `token:IDENTIFIER`, as the record of staff names it. */
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event as it is to be delivered. */
export interface StoredEvent extends NewEvent {
  /** A decimal number: the order. */
  readonly position: string;
  /** A UUID: the same at each delivery. */
  readonly id: string;
  readonly createdAt: Date;
  readonly attempts: number;
  /** How often the receiver has refused it (4xx). */
  readonly refusals: number;
}

/** The event as its receiver reads it: the JSON format of CloudEvents 1.0. */
export const cloudEvent = (source: string, event: StoredEvent): string =>
  JSON.stringify({
    specversion: '1.0',
    id: event.id,
    source,
    type: event.type,
    subject: event.subject,
    time: event.createdAt.toISOString(),
    partitionkey: event.consumerKey,
    datacontenttype: 'application/json',
    data: event.data,
  });
