import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import type { Consumer } from './consumer.js';
import { consumerFields, type ConsumerFieldName } from './consumer-fields.js';

/** The columns of the fields that staff set, from their rows. */
const decidedOn = Object.fromEntries(
  consumerFields.map(([name, { column, type, usual }]): [string, EntitySchemaColumnOptions] => [
    name,
    {
      name: column,
      ...(type === 'text[]' ? { type: 'text', array: true } : { type }),
      nullable: usual === null,
    },
  ]),
) as Record<ConsumerFieldName, EntitySchemaColumnOptions>;

/** Maps a Consumer to the table `consumers`; migrations create the table. */
export const ConsumerSchema = new EntitySchema<Consumer>({
  name: 'Consumer',
  tableName: 'consumers',
  columns: {
    consumerKey: { name: 'consumer_key', type: 'text', primary: true },
    secret: { type: 'bytea', nullable: true },
    previousSecret: { name: 'previous_secret', type: 'bytea', nullable: true },
    previousSecretExpiresAt: {
      name: 'previous_secret_expires_at',
      type: 'timestamptz',
      nullable: true,
    },
    ...decidedOn,
    weakSignaturesUntil: { name: 'weak_signatures_until', type: 'timestamptz', nullable: true },
    grantMac: { name: 'grant_mac', type: 'bytea', nullable: true },
    version: { type: 'integer', version: true },
    createdAt: { name: 'created_at', type: 'timestamptz', createDate: true },
    updatedAt: { name: 'updated_at', type: 'timestamptz', updateDate: true },
  },
});
