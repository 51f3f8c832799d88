import { EVENT_STATES, EVENT_TYPES } from '../events/event.js';
import { parameter, schema, staffOperation } from './operation.js';
import { closed, nullable, page, text, time } from './shapes.js';

const choice = (name: string, values: readonly string[]): object => ({
  name,
  in: 'query',
  schema: { enum: values },
});

/** Events about consumers and tokens. */
export const eventPaths = {
  '/admin/events': {
    get: staffOperation('listEvents', {
      summary: 'List events, and what became of them',
      tag: 'Keys and record',
      roles: ['auditor'],
      parameters: [
        parameter('limit'),
        parameter('cursor'),
        choice('state', EVENT_STATES),
        choice('type', EVENT_TYPES),
        { name: 'consumerKey', in: 'query', schema: { type: 'string' } },
        choice('order', ['asc', 'desc']),
      ],
      success: { status: 200, description: 'A page.', schema: schema('EventPage') },
    }),
  },
  '/admin/events/{id}/replay': {
    parameters: [parameter('id')],
    post: staffOperation('replayEvent', {
      summary: 'Deliver an event once more',
      description:
        'One that is delivered or a dead letter is pending again, under its id. One that is pending stays so.',
      tag: 'Keys and record',
      roles: [],
      success: { status: 200, description: 'The event as it is now.', schema: schema('Event') },
      problems: [404],
    }),
  },
};

export const eventSchemas = {
  Event: closed({
    id: text('A UUID: `id` of the CloudEvent, and `webhook-id`.'),
    type: { enum: EVENT_TYPES },
    consumerKey: text(),
    subject: text('What it is about: `consumer:KEY` or `token:IDENTIFIER`.'),
    data: { type: 'object' },
    state: { enum: EVENT_STATES },
    createdAt: time,
    attempts: { type: 'integer' },
    lastError: nullable('string', { description: 'Why the last delivery did not succeed.' }),
    dueAt: nullable('string', { format: 'date-time', description: 'When it is tried next.' }),
    settledAt: nullable('string', {
      format: 'date-time',
      description: 'When it was delivered or given up.',
    }),
  }),
  EventPage: page('Event'),
};
