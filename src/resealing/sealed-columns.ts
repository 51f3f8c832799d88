import { CONTEXT_OF_STAGED } from '../grants/granted.js';
import type { SecretPlace } from '../secrets/secret-box.js';
import { stagedSecret } from '../grants/staged-secret.js';

/** A column of sealed values, and how to compute the place for which each value was sealed. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The columns of the primary key, in order, with their types. */
  readonly key: readonly (readonly [column: string, type: string])[];
  readonly rowOf: (key: readonly unknown[], more: readonly unknown[]) => SecretPlace['row'];
  /** SQL expressions for parts of the place other than the key, of a row `t`. */
  readonly more?: readonly string[];
}

const byText = (table: string, keyColumn: string, column = 'secret'): SealedColumn => ({
  table,
  column,
  key: [[keyColumn, 'text']],
  rowOf: ([key]) => key as string,
});

/** A value of a staged row is sealed for one line of one file. */
const staged = (
  table: 'import_consumers' | 'import_tokens',
  keyColumn: string,
  column: 'secret' | 'previous_secret' = 'secret',
): SealedColumn => ({
  table,
  column,
  key: [
    ['import_id', 'integer'],
    [keyColumn, 'text'],
  ],
  more: [CONTEXT_OF_STAGED, 't.line'],
  rowOf: ([, key], [context, line]) => {
    const of = { key: key as string, context: context as string | null, line: line as number };
    return stagedSecret(table, column, of).row;
  },
});

/** All sealed columns of the database; a test compares the list with the schema. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  byText('consumers', 'consumer_key'),
  byText('consumers', 'consumer_key', 'previous_secret'),
  byText('access_tokens', 'token'),
  byText('temporary_credentials', 'token'),
  byText('token_signing_keys', 'kid'),
  staged('import_consumers', 'consumer_key'),
  staged('import_consumers', 'consumer_key', 'previous_secret'),
  staged('import_tokens', 'token'),
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
