import { schema, type Schema } from './operation.js';

export const text = (description?: string): Schema => ({
  type: 'string',
  ...(description && { description }),
});
export const nullable = (type: string, more: object = {}): Schema => ({
  type: [type, 'null'],
  ...more,
});
export const time: Schema = { type: 'string', format: 'date-time' };
export const nullableTime = nullable('string', { format: 'date-time' });
export const texts: Schema = { type: 'array', items: { type: 'string' } };

/** All of the properties, and no others. */
export const closed = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** Some of the properties, and no others. */
export const input = (
  properties: Record<string, Schema>,
  required: readonly string[] = [],
): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
});

export const page = (item: string): Schema =>
  closed({ items: { type: 'array', items: schema(item) }, nextCursor: nullable('string') });
