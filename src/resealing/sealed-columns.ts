import { CONTEXT_OF_STAGED } from '../grants/granted.js';
import type { SecretPlace } from '../secrets/secret-box.js';
import { stagedSecret } from '../transfer/staged-secret.js';

/** A column of sealed values, and how the place of each was written when it was sealed. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** The primary key: column and type, in its order. */
  readonly key: readonly (readonly [column: string, type: string])[];
  readonly rowOf: (key: readonly unknown[], more: readonly unknown[]) => SecretPlace['row'];
  /** SQL for what the place has besides the key, of a row `t`. */
  readonly more?: readonly string[];
}

const byText = (table: string, keyColumn: string, column = 'secret'): SealedColumn => ({
  table,
  column,
  key: [[keyColumn, 'text']],
  rowOf: ([key]) => key as string,
});

/** What an import has staged is sealed for its line of its file. */
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

/** All that is sealed in the database; a test holds the list to the schema. */
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
