/** The values of an event's `type` (CloudEvents 1.0 section 3.1). */
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

/** `dead`: the service does not retry the event, unless staff replay it. */
export type EventState = (typeof EVENT_STATES)[number];

/** Who revoked a token. */
export type RevokedBy = 'client' | 'owner' | 'staff';

/** An event as it is created. It contains no secret. */
export interface NewEvent {
  readonly type: EventType;
  /** Events of one consumer are delivered in order. */
  readonly consumerKey: string;
  /** What the event is about: `consumer:KEY` or `token:IDENTIFIER`, as in the audit trail. */
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event as it is read for its delivery. */
export interface StoredEvent extends NewEvent {
  /** A decimal number: the order. */
  readonly position: string;
  /** A UUID, the same at each delivery. */
  readonly id: string;
  readonly createdAt: Date;
  readonly attempts: number;
  /** How many times the receiver has refused the event (4xx). */
  readonly refusals: number;
}

/** The event as its receiver gets it: the JSON format of CloudEvents 1.0. */
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
