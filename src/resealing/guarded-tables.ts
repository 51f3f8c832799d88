import { GRANTED_TO_CONSUMER } from '../consumers/consumer-grant.js';
import {
  ACCESS_TOKEN_GRANT,
  API_KEY_GRANT,
  SESSION_GRANT,
  SIGNING_KEY_GRANT,
  STAFF_SESSION_GRANT,
  STAGED_CONSUMER_GRANT,
  STAGED_TOKEN_GRANT,
  type GrantKind,
} from '../grants/granted.js';

/** A table whose rows grant something and therefore have a MAC. */
export interface GuardedTable {
  readonly table: string;
  readonly kind: GrantKind;
  /** SQL expression for what a row `t` grants. */
  readonly granted: string;
  /** The columns of the primary key, in order, with their types. */
  readonly key: readonly (readonly [column: string, type: string])[];
  /** SQL condition for the rows that must have a MAC. */
  readonly where: string;
}

const IMPORT_ID = ['import_id', 'integer'] as const;
/** A revocation removes the MAC (migration 0012). */
const NOT_REVOKED = 't.revoked_at IS NULL';

/** All tables with MACs; a test compares the list with the schema. */
export const GUARDED_TABLES: readonly GuardedTable[] = [
  {
    table: 'api_keys',
    kind: 'api-key',
    granted: API_KEY_GRANT.sql,
    key: [['id', 'text']],
    where: 'true',
  },
  {
    table: 'consumers',
    kind: 'consumer',
    granted: GRANTED_TO_CONSUMER('t'),
    key: [['consumer_key', 'text']],
    where: 'true',
  },
  {
    table: 'access_tokens',
    kind: 'access-token',
    granted: ACCESS_TOKEN_GRANT.sql,
    key: [['token', 'text']],
    where: NOT_REVOKED,
  },
  {
    table: 'sessions',
    kind: 'session',
    granted: SESSION_GRANT.sql,
    key: [['id_hash', 'bytea']],
    where: 'true',
  },
  {
    table: 'staff_sessions',
    kind: 'staff-session',
    granted: STAFF_SESSION_GRANT.sql,
    key: [['id_hash', 'bytea']],
    where: 'true',
  },
  {
    table: 'token_signing_keys',
    kind: 'signing-key',
    granted: SIGNING_KEY_GRANT.sql,
    key: [['kid', 'text']],
    where: 'true',
  },
  {
    table: 'import_consumers',
    kind: 'staged-consumer',
    granted: STAGED_CONSUMER_GRANT(GRANTED_TO_CONSUMER('t')),
    key: [IMPORT_ID, ['consumer_key', 'text']],
    where: 'true',
  },
  {
    table: 'import_tokens',
    kind: 'staged-access-token',
    granted: STAGED_TOKEN_GRANT,
    key: [IMPORT_ID, ['token', 'text']],
    where: 'true',
  },
];
