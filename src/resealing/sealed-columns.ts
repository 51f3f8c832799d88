import type { SecretPlace } from '../secrets/secret-box.js';

/** A column of sealed values, and how the place of each was written when it was sealed. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The primary key: column and type, in its order. */
  readonly key: readonly (readonly [column: string, type: string])[];
  readonly rowOf: (key: readonly unknown[]) => SecretPlace['row'];
  /** The table that a value is sealed for, where it lies in another. */
  readonly sealedFor?: string;
}

const byText = (table: string, keyColumn: string, column = 'secret'): SealedColumn => ({
  table,
  column,
  key: [[keyColumn, 'text']],
  rowOf: ([key]) => key as string,
});

/** What an import has staged is sealed for the place that it goes to. */
const staged = (
  table: string,
  keyColumn: string,
  sealedFor: string,
  column = 'secret',
): SealedColumn => ({
  table,
  column,
  key: [
    ['import_id', 'integer'],
    [keyColumn, 'text'],
  ],
  rowOf: ([, key]) => key as string,
  sealedFor,
});

/** All that is sealed in the database; a test holds the list to the schema. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  byText('consumers', 'consumer_key'),
  byText('consumers', 'consumer_key', 'previous_secret'),
  byText('access_tokens', 'token'),
  byText('temporary_credentials', 'token'),
  byText('token_signing_keys', 'kid'),
  staged('import_consumers', 'consumer_key', 'consumers'),
  staged('import_consumers', 'consumer_key', 'consumers', 'previous_secret'),
  staged('import_tokens', 'token', 'access_tokens'),
  {
    table: 'idempotency_keys',
    column: 'answer',
    key: [
      ['caller', 'text'],
      ['key_hash', 'bytea'],
    ],
    rowOf: ([caller, keyHash]) => JSON.stringify([caller, (keyHash as Buffer).toString('hex')]),
  },
];
