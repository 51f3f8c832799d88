import type { DataSource } from 'typeorm';
import { DatabaseRefusal } from './database-refusal.js';

// All tables and functions of the migrations' owner, except partitions, which are accessed through their parent
// table, and trigger functions. Leaves out the privileges that the service does not need, as
// deploy/postgresql/roles.sql does.
const MISSING = `
  SELECT quote_ident(c.relname) AS object, quote_ident(current_user) AS role,
    string_agg(needed.privilege, ', ') AS privileges
  FROM pg_class list
  JOIN pg_class c ON c.relnamespace = list.relnamespace AND c.relowner = list.relowner
  CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS needed(privilege)
  WHERE list.oid = to_regclass('migrations') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND (needed.privilege = 'SELECT' OR c.relname <> 'migrations')
    AND (needed.privilege NOT IN ('UPDATE', 'DELETE') OR c.relname <> 'audit_events')
    AND (needed.privilege NOT IN ('INSERT', 'DELETE')
      OR c.relname NOT IN ('audit_head', 'event_lanes', 'nonce_horizon', 'nonce_store'))
    AND NOT has_table_privilege(c.oid, needed.privilege)
  GROUP BY c.relname
  UNION ALL
  SELECT 'FUNCTION ' || p.oid::regprocedure, quote_ident(current_user), 'EXECUTE'
  FROM pg_class list
  JOIN pg_proc p ON p.pronamespace = list.relnamespace AND p.proowner = list.relowner
  WHERE list.oid = to_regclass('migrations') AND p.prorettype <> 'trigger'::regtype
    AND NOT has_function_privilege(p.oid, 'EXECUTE')
  ORDER BY 1`;

/**
 * Checks at startup that the service's role has all privileges that it needs. Otherwise a missing grant would show
 * only at the first request that needs it.
 *
 * @throws DatabaseRefusal with the missing GRANT statements
 */
export async function assertGrants(dataSource: DataSource): Promise<void> {
  const missing =
    await dataSource.query<{ object: string; role: string; privileges: string }[]>(MISSING);
  const [first] = missing;
  if (!first) return;
  const grants = missing.map(
    ({ object, role, privileges }) => `  GRANT ${privileges} ON ${object} TO ${role};`,
  );
  throw new DatabaseRefusal(
    `The role ${first.role} lacks grants. As the owner of the tables, run deploy/postgresql/roles.sql, or:\n` +
      grants.join('\n'),
  );
}
