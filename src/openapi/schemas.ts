import { ROLES } from '../callers/caller.js';
import { PROBLEMS } from '../http/problem-details.js';
import { CONSUMER_FIELDS, consumerFields } from '../consumers/consumer-fields.js';
import type { Schema } from './operation.js';
import { closed, input, nullable, nullableTime, page, text, texts, time } from './shapes.js';
import { platformTokenSchemas } from './platform-token-schemas.js';
import { eventSchemas } from './event-paths.js';
import { tokenSchemas } from './token-schemas.js';
import { transferSchemas } from './transfer-schemas.js';

/** A field's value where null is one, too. */
const orNull = ({ type, ...rest }: Schema): Schema => nullable(type as string, rest);

const isAlways = ([, { given }]: (typeof consumerFields)[number]): boolean => given === 'always';
const isUsually = ([, { given }]: (typeof consumerFields)[number]): boolean => given === undefined;
const schemaOf = ([name, { schema }]: (typeof consumerFields)[number]) => [name, schema] as const;

const consumer: Record<string, Schema> = {
  consumerKey: text('RFC 5849 calls it the client identifier.'),
  ...Object.fromEntries(
    consumerFields.map(([name, { schema, usual }]) => [
      name,
      usual === null ? orNull(schema) : schema,
    ]),
  ),
  createdAt: time,
  updatedAt: time,
};

/** What a registration, a change and a line of a file all take. */
const describable: Record<string, Schema> = {
  ...Object.fromEntries(consumerFields.filter(isAlways).map(schemaOf)),
  ...Object.fromEntries(
    consumerFields.filter(isUsually).map(([name, { schema }]) => [name, orNull(schema)]),
  ),
};

const change: Record<string, Schema> = {
  ...describable,
  status: CONSUMER_FIELDS.status.schema,
};

const apiKey = {
  id: text(),
  name: text(),
  role: { enum: ROLES },
  expiresAt: nullableTime,
  createdAt: time,
  lastUsedAt: nullable('string', { format: 'date-time', description: 'To the minute.' }),
};

/** Every noun of the admin listener, once. */
export const schemas: Readonly<Record<string, Schema>> = {
  Consumer: closed(consumer),
  RegisteredConsumer: closed({
    ...consumer,
    consumerSecret: nullable('string', { description: 'Shown here only; null with RSA alone.' }),
  }),
  NewConsumer: input(
    {
      ...describable,
      consumerKey: nullable('string', { maxLength: 255 }),
      consumerSecret: nullable('string', { maxLength: 1024 }),
    },
    ['name'],
  ),
  ConsumerChange: input(change),
  ConsumerMergePatch: input({
    ...change,
    labels: nullable('object', {
      additionalProperties: { type: ['string', 'null'] },
      description: 'Merged with those that are there; null takes one out.',
    }),
  }),
  ConsumerPage: page('Consumer'),
  AuthorizationRequest: closed({
    oauthToken: text(),
    consumer: closed({
      consumerKey: text(),
      name: text(),
      description: nullable('string'),
    }),
    scopes: texts,
    callback: text('`oob`, or a URI.'),
    status: { enum: ['pending', 'allowed', 'denied', 'used', 'expired'] },
    expiresAt: time,
  }),
  Acceptance: input(
    {
      subject: { type: 'string', minLength: 1, maxLength: 255 },
      scopes: nullable('array', { items: { type: 'string' } }),
    },
    ['subject'],
  ),
  Accepted: closed({
    redirectTo: nullable('string', { description: 'Null for `oob`.' }),
    oauthVerifier: text(),
  }),
  Rejection: input({ reason: nullable('string', { maxLength: 1000 }) }),
  Rejected: closed({ redirectTo: nullable('string') }),
  ApiKey: closed(apiKey),
  NewApiKey: input(
    {
      name: { type: 'string', minLength: 1, maxLength: 255 },
      role: { enum: ROLES },
      expiresAt: nullableTime,
    },
    ['name', 'role'],
  ),
  MadeApiKey: closed({ ...apiKey, key: text('Shown here only.') }),
  ApiKeyPage: page('ApiKey'),
  AuditEvent: closed({
    id: { type: 'integer' },
    at: time,
    actor: text(),
    action: text(),
    target: text(),
    detail: { type: 'object' },
    hash: {
      type: 'string',
      pattern: '^[0-9a-f]{64}$',
      description:
        "Hexadecimal SHA-256 of the previous event's hash, a line feed, and the event without `hash` as RFC 8785 JSON. The first event follows the empty text.",
    },
  }),
  AuditEventPage: page('AuditEvent'),
  Scope: closed({
    scope: text(),
    title: nullable('string'),
    description: nullable('string'),
    updatedAt: time,
  }),
  ScopeDescription: input({
    title: nullable('string', { minLength: 1, maxLength: 200 }),
    description: nullable('string', { maxLength: 2000 }),
  }),
  ScopePage: page('Scope'),
  ...tokenSchemas,
  ...eventSchemas,
  ...platformTokenSchemas,
  ...transferSchemas(describable),
  ReportedRequest: input(
    {
      method: text(),
      url: text('Absolute, raw: nothing decoded, nothing re-encoded.'),
      headers: { type: 'object', additionalProperties: { type: 'string' } },
      body: nullable('string'),
      bodyBase64: nullable('string', { contentEncoding: 'base64' }),
      clientAddress: nullable('string'),
      assertion: nullable('boolean', { description: 'Whether a JWT is wanted, too.' }),
    },
    ['method', 'url', 'headers'],
  ),
  SignatureCheck: closed({
    active: {
      type: 'boolean',
      description: 'Whether the signature holds, whatever else is wrong.',
    },
    problem: nullable('string'),
    advice: nullable('string'),
    hint: nullable('string', { description: 'The known mistake that explains the signature.' }),
    baseString: nullable('string', { description: 'RFC 5849 section 3.4.1, as computed here.' }),
    parameters: {
      type: 'array',
      items: closed({ name: text(), value: text(), from: { enum: ['header', 'query', 'form'] } }),
    },
    keyParts: { type: 'array', items: { enum: ['consumerSecret', 'tokenSecret'] } },
  }),
  Verdict: {
    oneOf: [
      {
        ...closed({
          active: { const: true },
          consumerKey: text(),
          token: nullable('string'),
          subject: nullable('string'),
          scopes: texts,
          expiresAt: nullableTime,
          bodyVerified: { type: 'boolean' },
          assertion: text('The same as a JWT of RFC 9068, where it was asked for.'),
        }),
        required: [
          'active',
          'consumerKey',
          'token',
          'subject',
          'scopes',
          'expiresAt',
          'bodyVerified',
        ],
      },
      {
        ...closed({
          active: { const: false },
          status: { type: 'integer' },
          problem: text(),
          advice: text(),
          parameters: { ...texts, description: 'Those that are absent or rejected.' },
          hint: text('Beside `signature_invalid`: the known mistake that explains the signature.'),
        }),
        required: ['active', 'status', 'problem', 'advice'],
      },
    ],
  },
  Problem: {
    type: 'object',
    properties: {
      type: text('A page that says more, relative to the admin listener.'),
      title: text(),
      status: { type: 'integer' },
      detail: text(),
      code: { enum: Object.keys(PROBLEMS) },
      requestId: text('The log tells more under it.'),
      errors: {
        type: 'array',
        items: closed({
          pointer: text('A JSON pointer, or `?name` in the query.'),
          detail: text(),
        }),
      },
    },
    required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
    additionalProperties: false,
  },
};
