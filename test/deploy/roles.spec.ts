import { Client } from 'pg';
import { eventually } from '../support/eventually.js';
import {
  SERVICE_ROLE,
  startLeastPrivilege,
  type LeastPrivilege,
} from '../support/least-privilege.js';
import { startTestService, type TestService } from '../support/service.js';
import { consumer as consumerLine, file, token as tokenLine } from '../support/transfer-lines.js';

const ECHO = '/oauth/oauth10/echo';
const PERMISSION_DENIED = '42501';
const MUST_BE_OWNER = '42501';

describe('deploy/postgresql/roles.sql: the service owns nothing', () => {
  let database: LeastPrivilege;
  let service: TestService;
  let asService: Client;

  beforeAll(async () => {
    database = await startLeastPrivilege();
    database.grant();
    database.grant(); // again, as after each upgrade
    service = await startTestService(database.urlAs(SERVICE_ROLE), { AUTO_MIGRATE: 'false' });
    asService = new Client({ connectionString: database.urlAs(SERVICE_ROLE) });
    await asService.connect();
  });
  afterAll(async () => {
    await asService?.end();
    await service?.stop(0);
    database?.stop();
  });

  it('serves with it: the dance, staff, files, and what has ended', async () => {
    const consumer = await service.registerConsumer();
    const path = `/admin/consumers/${consumer.consumerKey}`;
    const token = await service.accessToken(consumer);
    const call = () => service.signed({ method: 'GET', target: ECHO, ...consumer, ...token });
    expect((await call()).status).toBe(200);
    const statuses = [
      await service.admin('PATCH', path, { description: 'Changed' }),
      await service.admin('PUT', `${path}/weak-signatures`, { until: '2030-01-01T00:00:00Z' }),
      await service.admin('POST', `${path}/secret`, { overlapSeconds: 60 }),
      await service.admin('POST', `${path}/tokens`, { subject: 'jane' }),
      await service.admin('POST', '/admin/api-keys', { name: 'Gateway', role: 'gateway' }),
      await service.admin('POST', `/admin/tokens/${token.token}/revoke`),
      await service.admin('GET', '/admin/consumers?q=Test'),
      await service.adminFile('/admin/import', file(consumerLine(), tokenLine())),
      await service.admin('GET', '/admin/export?secrets=true'),
      await service.admin('GET', '/admin/audit-events'),
      await service.admin('DELETE', path),
    ].map(({ status }) => status);
    expect(statuses.filter((status) => status >= 300)).toEqual([]);
  });

  it('writes its figures, and may sweep them', async () => {
    const written = async () =>
      (await asService.query('SELECT FROM verdict_minutes, replicas')).rowCount ?? 0;
    expect(await eventually(written, (count) => count > 0)).toBeGreaterThan(0);
    for (const table of ['verdict_minutes', 'consumer_verdict_days', 'replicas']) {
      await asService.query(`DELETE FROM ${table}`);
    }
  });

  it('has partitions for nonces that the owner owns, and drops them', async () => {
    const { rows } = await asService.query<{ owner: string; rest: number; parts: number }>(`
      SELECT count(*)::int AS parts, min(pg_get_userbyid(c.relowner)) AS owner,
        (SELECT count(*)::int FROM nonces_rest) AS rest
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'nonces'::regclass AND c.relname <> 'nonces_rest'`);
    expect(rows).toEqual([{ owner: 'tables_owner', rest: 0, parts: expect.any(Number) }]);
    expect(rows[0]?.parts).toBeGreaterThan(6);
    await asService.query('SELECT make_nonce_partition(600)');
    await asService.query('SELECT make_nonce_partition(600)');
    await asService.query('SELECT drop_nonce_partition(600)');
    const gone = await asService.query(`SELECT to_regclass('nonces_600') AS part`);
    expect(gone.rows).toEqual([{ part: null }]);
    await expect(asService.query('SELECT make_nonce_partition(601)')).rejects.toThrow();
  });

  it('owns nothing', async () => {
    const { rows } = await asService.query(`
      SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = current_user
      UNION ALL SELECT proname FROM pg_proc WHERE pg_get_userbyid(proowner) = current_user`);
    expect(rows).toEqual([]);
  });

  it.each([
    ['UPDATE audit_events SET actor = actor', PERMISSION_DENIED],
    ['DELETE FROM audit_events', PERMISSION_DENIED],
    ['TRUNCATE audit_events', PERMISSION_DENIED],
    ['DELETE FROM audit_head', PERMISSION_DENIED],
    ['INSERT INTO audit_head (last_id, last_hash) VALUES (0, 0)', PERMISSION_DENIED],
    ['DELETE FROM nonce_horizon', PERMISSION_DENIED],
    [`INSERT INTO migrations (timestamp, name) VALUES (1, 'x')`, PERMISSION_DENIED],
    ['DROP TRIGGER audit_events_only_grow ON audit_events', MUST_BE_OWNER],
    ['ALTER TABLE consumers DISABLE TRIGGER ALL', MUST_BE_OWNER],
    ['DROP TABLE nonces_rest', MUST_BE_OWNER],
    ['CREATE TABLE public.mine (n integer)', PERMISSION_DENIED],
    ['CREATE TEMP TABLE audit_events (n integer)', PERMISSION_DENIED],
    [`SELECT nextval('migrations_id_seq')`, PERMISSION_DENIED],
  ])('may not: %s', async (sql, code) => {
    await expect(asService.query(sql)).rejects.toMatchObject({ code });
  });
});
