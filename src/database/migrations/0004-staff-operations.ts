import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What staff need to run consumers: the previous secret of a rotation, the day from which weak
 * signatures are refused, what is known of signatures, answers kept for repeated requests, and
 * indexes that a page of any list is read from.
 *
 * Uses are noted beside the tables that are remembered, so that no note is announced as a change.
 */
export class StaffOperations1700000000004 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE consumers
        ADD COLUMN previous_secret bytea,
        ADD COLUMN previous_secret_expires_at timestamptz(3),
        ADD COLUMN weak_signatures_until timestamptz(3)`);
    await queryRunner.query(`
      CREATE INDEX consumers_disabled_by_age ON consumers (created_at, consumer_key)
        WHERE status = 'disabled'`);

    await queryRunner.query(`
      CREATE TABLE previous_secret_uses (
        consumer_key text COLLATE "C" PRIMARY KEY REFERENCES consumers ON DELETE CASCADE,
        last_used_at timestamptz(3) NOT NULL
      )`);
    await queryRunner.query(`
      CREATE TABLE weak_signature_uses (
        consumer_key text COLLATE "C" NOT NULL REFERENCES consumers ON DELETE CASCADE,
        signature_method text NOT NULL,
        used_on date NOT NULL,
        uses bigint NOT NULL,
        last_used_at timestamptz(3) NOT NULL,
        PRIMARY KEY (consumer_key, signature_method, used_on)
      )`);

    await queryRunner.query(
      'CREATE INDEX access_tokens_by_age ON access_tokens (created_at, token)',
    );
    await queryRunner.query(`
      CREATE INDEX access_tokens_revoked_by_age ON access_tokens (created_at, token)
        WHERE revoked_at IS NOT NULL`);

    await queryRunner.query(`
      CREATE TABLE idempotency_keys (
        caller text NOT NULL,
        key_hash bytea NOT NULL CHECK (length(key_hash) = 32),
        request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
        answer bytea,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (caller, key_hash)
      )`);
    await queryRunner.query(
      'CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at)',
    );

    // Search within names and keys. Where the server lacks pg_trgm, or the role may not add it,
    // search still answers the same, only from a scan.
    await queryRunner.query(`
      DO $$
      BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE INDEX consumers_by_part ON consumers
          USING gin (consumer_key COLLATE "default" gin_trgm_ops, name gin_trgm_ops);
      EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file
          OR undefined_object THEN
        RAISE NOTICE 'pg_trgm is not available: searching consumers reads all of them';
      END $$`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX IF EXISTS consumers_by_part');
    await queryRunner.query(
      'DROP TABLE idempotency_keys, weak_signature_uses, previous_secret_uses',
    );
    await queryRunner.query('DROP INDEX access_tokens_revoked_by_age, access_tokens_by_age');
    await queryRunner.query(`
      ALTER TABLE consumers
        DROP COLUMN weak_signatures_until,
        DROP COLUMN previous_secret_expires_at,
        DROP COLUMN previous_secret`);
  }
}
