import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keys of staff and gateways, and the record of what they did.
 *
 * A key is kept as its SHA-256 alone: it is 256 random bits, which no list of guesses holds. The
 * record only grows; the trigger says so to everybody, and the hash chain (audit/event-hash.ts)
 * shows who went around it. The head names the last event, sealed, so that a cut at the end shows.
 */
export class StaffAndAudit1700000000003 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE api_keys (
        id text COLLATE "C" PRIMARY KEY,
        name text NOT NULL,
        role text NOT NULL CHECK (role IN ('admin', 'auditor', 'consent', 'gateway')),
        hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        expires_at timestamptz(3),
        last_used_at timestamptz(3)
      )`);
    await queryRunner.query('CREATE INDEX api_keys_by_age ON api_keys (created_at, id)');

    await queryRunner.query(`
      CREATE TABLE audit_events (
        id bigint PRIMARY KEY CHECK (id > 0),
        at timestamptz(3) NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        target text NOT NULL,
        detail jsonb NOT NULL,
        hash text NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX audit_events_by_actor ON audit_events (actor, id)');
    await queryRunner.query('CREATE INDEX audit_events_by_action ON audit_events (action, id)');
    await queryRunner.query('CREATE INDEX audit_events_by_target ON audit_events (target, id)');
    await queryRunner.query('CREATE INDEX audit_events_by_time ON audit_events (at, id)');
    await queryRunner.query(`
      CREATE TABLE audit_head (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        last_id bigint NOT NULL,
        last_hash text NOT NULL,
        seal bytea
      )`);
    await queryRunner.query(`INSERT INTO audit_head (last_id, last_hash) VALUES (0, '')`);
    await queryRunner.query(`
      CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'The audit record only grows' USING ERRCODE = 'restrict_violation';
      END $$`);
    await queryRunner.query(`
      CREATE TRIGGER audit_events_only_grow
      BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()`);
    await queryRunner.query(`
      CREATE TRIGGER audit_head_stays
      BEFORE DELETE OR TRUNCATE ON audit_head
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE audit_events, audit_head, api_keys');
    await queryRunner.query('DROP FUNCTION refuse_audit_change');
  }
}
