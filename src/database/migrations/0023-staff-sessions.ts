import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who is signed in on the console of staff. As with the resource owner's sessions, a session's id lives in
 * the browser alone and its hash lies here; of a key that somebody signed in with, at most a MAC does. The
 * version before neither writes nor reads it.
 */
export class StaffSessions1700000000023 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE staff_sessions (
        id_hash bytea PRIMARY KEY CHECK (length(id_hash) = 32),
        caller text NOT NULL,
        roles text[] NOT NULL,
        key_mac bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        grant_mac bytea NOT NULL
      )`);
    await queryRunner.query('CREATE INDEX staff_sessions_by_expiry ON staff_sessions (expires_at)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE staff_sessions');
  }
}
