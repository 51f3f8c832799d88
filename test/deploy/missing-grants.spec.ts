import { DataSource } from 'typeorm';
import { assertGrants } from '../../src/database/missing-grants.js';
import {
  SERVICE_ROLE,
  startLeastPrivilege,
  type LeastPrivilege,
} from '../support/least-privilege.js';

interface Grant {
  readonly privilege: string;
  /** As in GRANT: a table, or `FUNCTION f(bigint)`. */
  readonly object: string;
}

const GRANTED = `
  SELECT acl.privilege_type AS privilege, c.relname::text AS object
  FROM pg_class c, aclexplode(c.relacl) AS acl
  WHERE acl.grantee = $1::regrole AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  UNION ALL
  SELECT acl.privilege_type, 'FUNCTION ' || p.oid::regprocedure
  FROM pg_proc p, aclexplode(p.proacl) AS acl
  WHERE acl.grantee = $1::regrole AND p.prorettype <> 'trigger'::regtype
    -- What PUBLIC may, nobody lacks.
    AND NOT EXISTS (SELECT FROM aclexplode(p.proacl) AS everybody WHERE everybody.grantee = 0)
  ORDER BY 2, 1`;

describe('grants that the role of the service lacks', () => {
  let database: LeastPrivilege;
  let asService: DataSource;

  beforeAll(async () => {
    database = await startLeastPrivilege();
    database.grant();
    asService = new DataSource({ type: 'postgres', url: database.urlAs(SERVICE_ROLE) });
    await asService.initialize();
  });
  afterAll(async () => {
    if (asService?.isInitialized) await asService.destroy();
    database?.stop();
  });

  const granted = () => asService.query<Grant[]>(GRANTED, [`"${SERVICE_ROLE}"`]);

  it('are none after roles.sql', async () => {
    expect((await granted()).length).toBeGreaterThan(40);
    await expect(assertGrants(asService)).resolves.toBeUndefined();
  });

  it('are each named with the statement that mends it, whichever it is', async () => {
    const grants = await granted();
    expect(grants.map(({ object }) => object)).toContain('FUNCTION drop_nonce_partition(bigint)');
    for (const { privilege, object } of grants) {
      database.asOwner(`REVOKE ${privilege} ON ${object} FROM "${SERVICE_ROLE}"`);
      const statement = `GRANT ${privilege} ON ${object} TO "${SERVICE_ROLE}";`;
      await expect(assertGrants(asService)).rejects.toThrow(statement);
      database.asOwner(statement);
    }
    await expect(assertGrants(asService)).resolves.toBeUndefined();
  });

  it('leaves nobody the right to create in the schema, which PUBLIC had', async () => {
    const [row] = await asService.query<{ may: boolean }[]>(
      `SELECT has_schema_privilege('public', 'CREATE') AS may`,
    );
    expect(row?.may).toBe(false);
  });
});
